//! Jobs and where they ran, small enough for a page.

use super::columns::{integers, strings};
use super::sentences::Origins;
use crate::model::Platform;
use crate::observe::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// With more entries than this, origins and centers are told by province.
const FLOWS_MAX: usize = 12_000;

/// Where each class of each origin ran: lists of names, and columns of places in them.
pub(super) fn flows_json(digest: &Digest, platform: &Platform) -> String {
    let flows = &digest.flows;
    let coarse = flows.jobs.len() > FLOWS_MAX;
    let mut origins = Names::default();
    let mut centers = Names::default();
    let mut counts: BTreeMap<(u32, u32, u32), u64> = BTreeMap::new();
    for at in 0..flows.jobs.len() {
        let origin = origins.place(flows.origin[at], |site| origin_name(platform, digest, site, coarse));
        let center = centers.place(flows.center[at], |center| center_name(platform, digest, center, coarse));
        *counts.entry((flows.class[at], origin, center)).or_insert(0) += flows.jobs[at];
    }
    let column = |value: fn(&(u32, u32, u32)) -> u32| integers(counts.keys().map(|key| i64::from(value(key))));
    format!(
        "{{\"by_province\":{coarse},\"origins\":{},\"centers\":{},\"class\":{},\"origin\":{},\"center\":{},\"jobs\":{}}}",
        strings(origins.names.iter().map(String::as_str)),
        strings(centers.names.iter().map(String::as_str)),
        column(|key| key.0),
        column(|key| key.1),
        column(|key| key.2),
        integers(counts.values().map(|jobs| i64::try_from(*jobs).unwrap_or(i64::MAX))),
    )
}

/// How many places the jobs came from, joined as in [`flows_json`].
pub(super) fn origins(digest: &Digest, platform: &Platform) -> Origins {
    let flows = &digest.flows;
    let by_province = flows.jobs.len() > FLOWS_MAX;
    let names: BTreeSet<String> =
        flows.origin.iter().map(|site| origin_name(platform, digest, *site as usize, by_province)).collect();
    Origins { count: names.len(), by_province }
}

/// Names in order of first use.
#[derive(Default)]
struct Names {
    names: Vec<String>,
    by_name: BTreeMap<String, u32>,
    by_id: BTreeMap<u32, u32>,
}

impl Names {
    fn place(&mut self, id: u32, name: impl FnOnce(usize) -> String) -> u32 {
        if let Some(place) = self.by_id.get(&id) {
            return *place;
        }
        let name = name(id as usize);
        let next = self.names.len() as u32;
        let place = *self.by_name.entry(name.clone()).or_insert(next);
        if place == next {
            self.names.push(name);
        }
        self.by_id.insert(id, place);
        place
    }
}

fn origin_name(platform: &Platform, digest: &Digest, site: usize, coarse: bool) -> String {
    let province = platform.sites.get(site).and_then(|site| site.province.clone()).filter(|_| coarse);
    province.or_else(|| digest.sites.get(site).cloned()).unwrap_or_default()
}

fn center_name(platform: &Platform, digest: &Digest, center: usize, coarse: bool) -> String {
    let province = platform.centers.get(center).and_then(|center| center.province.clone()).filter(|_| coarse);
    province.or_else(|| digest.centers.get(center).cloned()).unwrap_or_default()
}

/// The sample of jobs: columns by center and start. Times in units of `unit_s`; starts are differences within a center.
pub(super) fn sample_json(digest: &Digest) -> String {
    let jobs = &digest.jobs;
    let last = jobs.end_s.iter().copied().fold(0.0, f64::max);
    // A day's jobs to the millisecond, a week's to a tenth of a second.
    let unit = if last <= 100_000.0 { 0.001 } else { 0.1 };
    let ticks = |seconds: f64| libm::round(seconds / unit) as i64;
    let start: Vec<i64> = jobs.start_s.iter().map(|at| ticks(*at)).collect();
    let step = |at: usize| match at.checked_sub(1) {
        Some(before) if jobs.center[before] == jobs.center[at] => start[at] - start[before],
        _ => start[at],
    };
    let span = |from: &[f64], at: usize| (start[at] - ticks(from[at])).max(0);
    let rows = || 0..start.len();
    // A job without a name of its own is known by its class and a number.
    let number = |at: usize| {
        let class = digest.classes.get(jobs.class[at] as usize)?;
        jobs.job[at].strip_prefix(class)?.strip_prefix('-')?.parse::<i64>().ok()
    };
    let named = rows().map(|at| if number(at).is_some() { "" } else { jobs.job[at].as_str() });
    let mut counts = vec![0i64; digest.centers.len()];
    for center in &jobs.center {
        if let Some(count) = counts.get_mut(*center as usize) {
            *count += 1;
        }
    }
    let any_name = rows().any(|at| number(at).is_none());
    format!(
        "{{\"unit_s\":{unit},\"placed\":{},\"count\":{},\"class\":{},\"start\":{},\"wait\":{},\"queue\":{},\"run\":{},\"nodes\":{},\"number\":{},\"name\":{}}}",
        integers(jobs.placed.iter().map(|placed| i64::try_from(*placed).unwrap_or(i64::MAX))),
        integers(counts.into_iter()),
        integers(jobs.class.iter().map(|class| i64::from(*class))),
        integers(rows().map(step)),
        integers(rows().map(|at| span(&jobs.submit_s, at))),
        integers(rows().map(|at| span(&jobs.staged_s, at))),
        integers(rows().map(|at| (ticks(jobs.end_s[at]) - start[at]).max(0))),
        integers(jobs.nodes.iter().map(|nodes| i64::try_from(*nodes).unwrap_or(i64::MAX))),
        integers(rows().map(|at| number(at).unwrap_or(-1))),
        if any_name { strings(named) } else { "[]".to_owned() },
    )
}
