//! `[service.NAME]`: online services.

use super::super::built::RunPlan;
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawReplica, RawService, RawServiceRate};
use super::amounts::{factor, ppm, time};
use super::constraints::{Cards, Wish, cards};
use super::fit::{Demand, whole_cards};
use super::limits::{CORES_MAX, RATE_MAX};
use super::{Scope, jobs, names, profiles, workloads};
use crate::model::{MICRO, PoolId, Service, SiteId, TaskShape};
use crate::signals::Series;
use crate::units::{PerSecond, SimDuration};
use crate::workload::Weighted;
use std::ops::Range;

/// The sum of the whole weights of origins, but for rounding: fine enough for one request in a million millions.
const WEIGHTS: f64 = (1u64 << 40) as f64;
const WEEK: SimDuration = SimDuration(7 * SimDuration::DAY.0);

/// All services, by name.
pub(super) fn list(scope: &mut Scope<'_>, run: &RunPlan, out: &mut Diagnostics) -> Vec<Service> {
    let raw = scope.raw;
    if let Some(first) = raw.service.values().next().filter(|_| run.until.is_none()) {
        out.push(
            Diagnostic::error(first.span(), "a service never ends, so the run needs an end")
                .help("[run] until = \"7 d\", say"),
        );
    }
    raw.service.iter().filter_map(|(name, service)| one(name, service, scope, run, out)).collect()
}

fn one(
    name: &str,
    at: &At<RawService>,
    scope: &mut Scope<'_>,
    run: &RunPlan,
    out: &mut Diagnostics,
) -> Option<Service> {
    names::allowed(name, "a service", at.span(), out);
    let raw = at.get();
    let who = format!("service {name:?}");
    let rate = rate(&raw.rate, &who, run, out);
    let origin = workloads::origins(raw.origin.as_ref(), raw.origin_table.is_some(), &who, at.span(), scope, out);
    let replica = replica(&raw.replica, &who, scope, out);
    let capacity = capacity(&raw.replica.get().capacity, &who, out);
    let bound = raw.network_bound.as_ref().map(|bound| time(bound, "`network-bound`", out));
    if let Some(strict) = raw.network_bound.is_none().then_some(raw.strict).filter(|strict| *strict) {
        let problem = format!("{who}: `strict = {strict}` needs a `network-bound`");
        out.push(Diagnostic::error(at.span(), problem).help("network-bound = \"10 ms\", say"));
    }
    let share_ppm = raw.share_max.as_ref().map_or(Some(MICRO), |share| {
        ppm(*share.get()).map_err(|problem| out.error(share.span(), format!("`share-max` {problem}"))).ok()
    });
    let (task, wanted) = replica?;
    let wish =
        Wish { who: &who, span: at.span(), regions: &raw.regions, labels: &raw.labels, cards: wanted, precision: None };
    let constraint = scope.constraints.of(&wish, &scope.platform, &scope.doubtful, out);
    let service = Service {
        name: name.to_owned(),
        rate: rate?,
        origins: whole_weights(&origin?),
        replica: task,
        capacity: capacity?,
        bound,
        strict: raw.strict,
        placement: raw.placement,
        priority: raw.priority,
        share_ppm: share_ppm?,
        pools: fitting(scope.constraints.pools(constraint), &task, &who, at.span(), scope, out)?,
    };
    if let Some(bound) = &raw.network_bound {
        within_reach(&service, &who, bound, scope, out);
    }
    Some(service)
}

/// The rate over the week, from the run's start.
fn rate(at: &At<RawServiceRate>, who: &str, run: &RunPlan, out: &mut Diagnostics) -> Option<Series> {
    let raw = at.get();
    let profile = profiles::weekly(raw.by_hour.as_ref(), raw.by_day.as_ref(), out);
    let (given, of) = match (&raw.peak, &raw.mean) {
        (Some(peak), None) => (peak, profile.as_ref().map(|p| p.iter().copied().fold(0.0, f64::max))),
        (None, Some(mean)) => (mean, Some(1.0)),
        (peak, _) => {
            let problem = format!(
                "{who} needs the rate at its peak or its mean{}",
                if peak.is_some() { ", not both" } else { "" }
            );
            out.push(Diagnostic::error(at.span(), problem).help("peak = \"2e6 / s\", say"));
            return None;
        }
    };
    let per_second = per_second(given, who, 0.0, out)?;
    if per_second <= 0.0 {
        out.warning(given.span(), format!("{who} has a rate of 0, so it has no request"));
    }
    let (profile, of) = (profile?, of?);
    let micro = profile.map(|factor| libm::round((per_second * (factor / of)).min(RATE_MAX) * MICRO as f64) as u64);
    Series::steps(&run.calendar.weekly(&micro), Some(WEEK))
}

fn per_second(rate: &At<PerSecond>, who: &str, least: f64, out: &mut Diagnostics) -> Option<f64> {
    let value = rate.get().0;
    if (least..=RATE_MAX).contains(&value) {
        return Some(value);
    }
    out.error(rate.span(), format!("{who}: a rate must be from {least} to 1e9 / s, not {}", rate.get()));
    None
}

fn capacity(at: &At<PerSecond>, who: &str, out: &mut Diagnostics) -> Option<u64> {
    let least = 1.0 / MICRO as f64;
    per_second(at, who, least, out).map(|rate| (libm::round(rate * MICRO as f64) as u64).max(1))
}

/// What a replica needs of a node.
fn replica(at: &At<RawReplica>, who: &str, scope: &Scope<'_>, out: &mut Diagnostics) -> Option<(TaskShape, Cards)> {
    let raw = at.get();
    let cores = match &raw.cores {
        None => Some(if raw.accelerators.is_some() { 0.0 } else { 1.0 }),
        Some(cores) if *cores.get() == 0.0 && raw.accelerators.is_some() => Some(0.0),
        Some(cores) => factor(*cores.get(), "`cores`", cores.span(), f64::from(CORES_MAX), out),
    };
    let memory = raw.memory.as_ref().map_or(Some(0), |memory| {
        let bytes = u64::try_from(memory.get().0).ok();
        if bytes.is_none() {
            out.error(memory.span(), "the memory of one replica is too large");
        }
        bytes
    });
    let (mut wanted, mut milli) = (Some(Cards::None), Some(0));
    if let Some(of) = raw.accelerators.as_ref().map(At::get) {
        wanted = cards(of.kind.as_ref(), &scope.platform, out);
        milli = factor(*of.count.get(), "`count`", of.count.span(), 16.0, out)
            .and_then(|count| jobs::whole_or_share(count * 1000.0, who, of.count.span(), out))
            .map(whole_cards);
    }
    let (wanted, accelerators_milli) = (wanted?, milli?);
    let accelerator = match wanted {
        Cards::Of(kind) => Some(kind),
        Cards::None | Cards::Any => None,
    };
    let cores_milli = (libm::round(cores? * 1000.0) as u32).max(u32::from(cores? > 0.0));
    Some((TaskShape { cores_milli, memory: memory?, accelerators_milli, accelerator }, wanted))
}

/// Weights as whole numbers; no site that has some is left with none.
fn whole_weights(origins: &[Weighted<SiteId>]) -> Vec<(SiteId, u64)> {
    let all: f64 = origins.iter().map(|origin| origin.weight).sum();
    let whole = |weight: f64| (libm::round(weight / all * WEIGHTS) as u64).max(u64::from(weight > 0.0));
    origins.iter().map(|origin| (origin.value, whole(origin.weight))).collect()
}

/// The pools among some that can hold a replica; a report where none can.
fn fitting(
    pools: &[PoolId],
    task: &TaskShape,
    who: &str,
    span: Range<usize>,
    scope: &Scope<'_>,
    out: &mut Diagnostics,
) -> Option<Vec<PoolId>> {
    let platform = &scope.platform;
    let holds = |pool: &PoolId| platform.pools[pool.index()].could_hold(1, task);
    let fitting: Vec<PoolId> = pools.iter().copied().filter(holds).collect();
    if fitting.is_empty() && scope.can_judge(pools) {
        let demand = Demand { tasks: 1, task: *task };
        let problem = format!("{who}: no pool where its replicas may run holds one, {}", demand.text());
        out.push(Diagnostic::error(span, problem).maybe_help(demand.nearest(pools, platform)));
    }
    (!fitting.is_empty()).then_some(fitting)
}

/// Warns of users that no center serves in time.
fn within_reach(service: &Service, who: &str, bound: &At<SimDuration>, scope: &Scope<'_>, out: &mut Diagnostics) {
    if !scope.links_known {
        return;
    }
    let nearest = |site: SiteId| scope.reach.nearest_round_trip(site, &service.pools, &scope.platform);
    let all: f64 = service.origins.iter().map(|(_, weight)| *weight as f64).sum();
    let far: Vec<(SiteId, u64)> = service
        .origins
        .iter()
        .copied()
        .filter(|(site, weight)| *weight > 0 && nearest(*site).is_none_or(|least| !service.in_time(least)))
        .collect();
    let Some((first, _)) = far.first() else { return };
    let share = far.iter().map(|(_, weight)| *weight as f64).sum::<f64>() / all * 100.0;
    let names: Vec<&str> = far.iter().map(|(site, _)| scope.platform.sites[site.index()].name.as_str()).collect();
    let late = if service.strict { "cannot be served" } else { "can only be served late" };
    let least = nearest(*first)
        .map_or_else(String::new, |least| format!("; the nearest to {:?} is {least} there and back", names[0]));
    let problem = format!(
        "{who}: {share:.1} % of its requests {late}: no center is within {} of {}{least}",
        bound.get(),
        names::list(&names)
    );
    out.warning(bound.span(), problem);
}
