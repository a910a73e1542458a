//! From integrals to figures: every division happens here, once.

use super::area::{Area, Spreads, hours, kwh, pico};
use super::tenants::total_use;
use super::{
    CenterSummary, ClassSummary, GroupSummary, LinkSummary, PoolSummary, Summary, TENANTS_LISTED, TenantSummary,
    Traffic,
};
use crate::model::{Center, CenterId, Direction, LinkId, RejectReason, Side, Tier};
use crate::observe::Metrics;
use crate::observe::metrics::{
    Amount, Caused, ClassTally, FragmentMeter, FragmentSums, Gauge, LaneMeter, LaneSums, Meters, SIDE_WORDS, SIDES,
    ServiceMeters, Spell, Sums, ratio, seconds,
};
use crate::units::SimTime;
use std::collections::BTreeMap;

/// Bytes × µCNY/GB of one CNY.
const CNY_PER_PRICED_BYTE: u128 = 1_000_000_000_000_000;
/// Thousandths of bits per second × ns of one byte.
const MILLI_BIT_NANOS: u128 = 8_000_000_000_000;

/// Fills in what is left of a queue at the end, and its longest spell without an empty moment.
macro_rules! set_backlog {
    ($row:ident, $waiting:expr) => {{
        $row.waiting_end = $waiting.value();
        if let Some(Spell { start, end, open }) = $waiting.longest() {
            $row.backlog_start_s = Some(start.as_secs_f64());
            $row.backlog_end_s = (!open).then(|| end.as_secs_f64());
            $row.backlog_s = seconds(u128::from(end.since(start).0));
        }
    }};
}

impl Metrics {
    /// All figures from the window's start to `end`, with the last state extended to it: an idle center goes on drawing power.
    /// Changes nothing; an `end` before the latest record counts as that record's instant.
    #[must_use]
    pub fn summary(&self, end: SimTime) -> Summary {
        let view = Extended::new(self, end);
        let mut summary = Summary {
            window_start_s: self.window_start.as_secs_f64(),
            window_end_s: view.end.as_secs_f64(),
            ..Summary::default()
        };
        view.jobs(&mut summary);
        view.places(&mut summary);
        view.links(&mut summary);
        let tenants = view.tenants();
        view.fairness(&tenants, &mut summary);
        let mut by_use: Vec<_> =
            tenants.iter().filter(|(_, t)| t.sums.outcomes.jobs() > 0 || t.caused.used > 0).collect();
        summary.tenants = by_use.iter().filter(|(_, t)| t.sums.outcomes.jobs() > 0).count() as u64;
        by_use.sort_by(|a, b| b.1.caused.used.cmp(&a.1.caused.used).then(a.0.cmp(&b.0)));
        let all = total_use(&tenants);
        summary.tenant_groups = view.groups_of(&tenants, all);
        summary.top_tenants =
            by_use.iter().take(TENANTS_LISTED).map(|(id, tally)| view.tenant(*id, tally, all)).collect();
        summary
    }

    /// All tenants in id order, those without any job too.
    #[must_use]
    pub fn tenants(&self, end: SimTime) -> Vec<TenantSummary> {
        let view = Extended::new(self, end);
        let tenants = view.tenants();
        let all = total_use(&tenants);
        tenants.iter().map(|(id, tally)| view.tenant(*id, tally, all)).collect()
    }
}

/// The metrics with their state extended to the window's end.
pub(super) struct Extended<'a> {
    pub(super) metrics: &'a Metrics,
    pub(super) meters: Meters,
    pub(super) services: ServiceMeters,
    fragments: FragmentMeter,
    pub(super) end: SimTime,
    /// Length of the window in ns.
    pub(super) window: u128,
}

impl<'a> Extended<'a> {
    fn new(metrics: &'a Metrics, end: SimTime) -> Self {
        let end = end.max(metrics.now);
        let mut meters = metrics.meters.clone();
        meters.advance(end);
        let mut services = metrics.services.clone();
        services.advance(end, &meters);
        let mut fragments = metrics.fragments.clone();
        fragments.advance(end);
        Self { metrics, meters, services, fragments, end, window: u128::from(end.since(metrics.window_start).0) }
    }

    fn per_hour(&self, count: u64) -> Option<f64> {
        ratio(u128::from(count) * 3_600_000_000_000, self.window)
    }

    fn jobs(&self, summary: &mut Summary) {
        let metrics = self.metrics;
        let mut running = vec![Caused::default(); metrics.classes.len()];
        metrics.add_running(self.end, &self.meters, |class, _, caused| {
            if let Some(sum) = running.get_mut(class.index()) {
                sum.add(caused);
            }
        });
        let open = self.meters.pools.iter().fold(0u128, |sum, p| sum.saturating_add(p.open_headline()));
        let (mut total, mut spreads) = (ClassTally::default(), None);
        let services = self.services(open, summary);
        total.caused.add(&services);
        self.work(&services, summary);
        for ((tally, class), running) in metrics.classes.iter().zip(&metrics.platform.classes).zip(&running) {
            total.merge(tally);
            total.caused.add(running);
            let waits = spreads.insert(Spreads::of(&tally.waits));
            summary.classes.push(self.class(&class.name, tally, (running, waits), open));
        }
        let outcomes = &total.outcomes;
        summary.jobs = outcomes.jobs();
        summary.completed = outcomes.completed;
        summary.rejected = outcomes.rejected();
        summary.killed = outcomes.killed;
        summary.lost = outcomes.lost;
        summary.unfinished = outcomes.unfinished;
        summary.unfinished_share = share(outcomes.unfinished, outcomes.jobs());
        summary.rejected_by_reason = RejectReason::ALL
            .into_iter()
            .zip(outcomes.rejected)
            .filter(|(_, count)| *count > 0)
            .map(|(reason, count)| (reason.word().to_owned(), count))
            .collect();
        summary.preemptions = total.preemptions;
        summary.resizes = total.resizes;
        summary.lost_work_h = hours(total.lost_work);
        summary.overhead_work_h = hours(total.overhead_work);
        summary.deadline_jobs = total.deadline_jobs;
        summary.deadline_missed = total.deadline_missed;
        summary.deadline_missed_share = share(total.deadline_missed, total.deadline_jobs);
        summary.round_trip_jobs = total.round_trip_jobs;
        summary.round_trip_missed = total.round_trip_missed;
        summary.round_trip_missed_share = share(total.round_trip_missed, total.round_trip_jobs);
        summary.throughput_jobs_per_h = self.per_hour(outcomes.completed);
        summary.makespan_s = match (metrics.first_submit, metrics.last_end) {
            (Some(first), Some(last)) => seconds(u128::from(last.since(first).0)),
            _ => None,
        };
        [summary.east_share, summary.central_share, summary.west_share] = side_shares(&total.started_by_side);
        summary.caused_energy_kwh = kwh(total.caused.bill.energy);
        summary.caused_energy_cost_cny = pico(total.caused.bill.cost);
        summary.caused_carbon_kg = pico(total.caused.bill.carbon);
        summary.caused_carbon_market_kg = pico(total.caused.carbon_market);
        summary.rerouted = total.rerouted;
        summary.stalled = total.stalled;
        summary.storage_full_start_s = metrics.storage_full.map(SimTime::as_secs_f64);
        summary.stalled_mean_s = mean_span(total.stalled_nanos, total.stalled);
        // A single class is all there is.
        let all = spreads.filter(|_| metrics.classes.len() == 1).unwrap_or_else(|| Spreads::of(&total.waits));
        summary.set_waits(&all);
    }

    fn class(&self, name: &str, tally: &ClassTally, (running, waits): (&Caused, &Spreads), open: u128) -> ClassSummary {
        let mut caused = tally.caused;
        caused.add(running);
        let [east_share, central_share, west_share] = side_shares(&tally.started_by_side);
        let outcomes = &tally.outcomes;
        let mut class = ClassSummary {
            class: name.to_owned(),
            jobs: outcomes.jobs(),
            completed: outcomes.completed,
            rejected: outcomes.rejected(),
            killed: outcomes.killed,
            lost: outcomes.lost,
            unfinished: outcomes.unfinished,
            deadline_jobs: tally.deadline_jobs,
            deadline_missed: tally.deadline_missed,
            round_trip_jobs: tally.round_trip_jobs,
            round_trip_missed: tally.round_trip_missed,
            throughput_jobs_per_h: self.per_hour(outcomes.completed),
            east_share,
            central_share,
            west_share,
            utilization: ratio(caused.used, open),
            moved_bytes: tally.moved_bytes as f64,
            preemptions: tally.preemptions,
            resizes: tally.resizes,
            lost_work_h: hours(tally.lost_work),
            overhead_work_h: hours(tally.overhead_work),
            transfer_cost_cny: micro(tally.transfer_micro_cny),
            caused_energy_kwh: kwh(caused.bill.energy),
            caused_energy_cost_cny: pico(caused.bill.cost),
            caused_carbon_kg: pico(caused.bill.carbon),
            caused_carbon_market_kg: pico(caused.carbon_market),
            rerouted: tally.rerouted,
            stalled: tally.stalled,
            stalled_mean_s: mean_span(tally.stalled_nanos, tally.stalled),
            ..ClassSummary::default()
        };
        class.set_waits(waits);
        class
    }

    fn places(&self, summary: &mut Summary) {
        let platform = &self.metrics.platform;
        let (mut whole, mut fragments) = (Area::default(), FragmentSums::default());
        let mut centers = vec![(Area::default(), Sums::default()); platform.centers.len()];
        for (id, ((meter, pool), jobs)) in
            self.meters.pools.iter().zip(&platform.pools).zip(&self.metrics.pool_jobs).enumerate()
        {
            let Some(center) = platform.centers.get(pool.center.index()) else { continue };
            let area = Area::of(meter, pool, center);
            whole.add(&area);
            if let Some((sum, all)) = centers.get_mut(pool.center.index()) {
                sum.add(&area);
                all.add(jobs);
            }
            let sums = self.fragments.sums(id).unwrap_or_default();
            fragments.add(&sums);
            let mut row = PoolSummary {
                fragmentation: ratio(sums.fragmented, sums.free),
                center: center.name.clone(),
                pool: pool.name.clone(),
                jobs: jobs.outcomes.jobs(),
                completed: jobs.outcomes.completed,
                wait_mean_s: mean_wait(jobs),
                queue_wait_mean_s: mean_queue_wait(jobs),
                running_mean: self.mean(&meter.running),
                running_peak: meter.running.peak(),
                waiting_mean: self.mean(&meter.waiting),
                waiting_peak: meter.waiting.peak(),
                ..PoolSummary::default()
            };
            row.set_area(&area, self.window);
            set_backlog!(row, meter.waiting);
            summary.pools.push(row);
        }
        summary.running_mean = self.mean(&self.meters.running);
        summary.running_peak = self.meters.running.peak();
        summary.waiting_mean = self.mean(&self.meters.waiting);
        summary.waiting_peak = self.meters.waiting.peak();
        summary.set_area(&whole, self.window);
        summary.fragmentation = ratio(fragments.fragmented, fragments.free);
        set_backlog!(summary, self.meters.waiting);
        self.groups(&centers, summary);
        for (at, (area, jobs)) in centers.iter().enumerate() {
            summary.centers.push(self.center(CenterId::from_index(at), area, jobs));
        }
    }

    fn center(&self, id: CenterId, area: &Area, jobs: &Sums) -> CenterSummary {
        let center = &self.metrics.platform.centers[id.index()];
        let meter = &self.meters.centers[id.index()];
        let mut row = CenterSummary {
            center: center.name.clone(),
            tier: center.tier.map(|t| t.word().to_owned()),
            side: center.side.map(|s| s.word().to_owned()),
            province: center.province.clone(),
            operator: center.operator.clone(),
            jobs: jobs.outcomes.jobs(),
            completed: jobs.outcomes.completed,
            wait_mean_s: mean_wait(jobs),
            queue_wait_mean_s: mean_queue_wait(jobs),
            running_mean: self.mean(&meter.running),
            running_peak: meter.running.peak(),
            waiting_mean: self.mean(&meter.waiting),
            waiting_peak: meter.waiting.peak(),
            storage_mean_bytes: self.mean(&meter.storage),
            storage_peak_bytes: meter.storage.peak() as f64,
            storage_peak_at_s: meter.storage.peak_at().map(SimTime::as_secs_f64),
            storage_filled_peak: meter.store.and_then(|store| store.filled_peak()),
            storage_space_bytes: meter.store.map(|store| store.space.saturating_sub(store.filled) as f64),
            ..CenterSummary::default()
        };
        row.set_area(area, self.window);
        set_backlog!(row, meter.waiting);
        row
    }

    fn groups(&self, centers: &[(Area, Sums)], summary: &mut Summary) {
        let by = |key: &dyn Fn(&Center) -> Option<String>| self.grouped(centers, key);
        let tiers = by(&|c| c.tier.map(|t| t.word().to_owned()));
        let sides = by(&|c| c.side.map(|s| s.word().to_owned()));
        let in_order = |mut groups: BTreeMap<String, GroupSummary>, words: Vec<&str>| -> Vec<GroupSummary> {
            words.into_iter().filter_map(|word| groups.remove(word)).collect()
        };
        summary.tiers = in_order(tiers, Tier::ALL.iter().map(|t| t.word()).collect());
        summary.sides = in_order(sides, Side::ALL.iter().map(|s| s.word()).collect());
        summary.operators = by(&|c| c.operator.clone()).into_values().collect();
    }

    fn grouped(
        &self,
        centers: &[(Area, Sums)],
        key: &dyn Fn(&Center) -> Option<String>,
    ) -> BTreeMap<String, GroupSummary> {
        let mut groups: BTreeMap<String, (u64, Area, Sums)> = BTreeMap::new();
        for (center, (area, jobs)) in self.metrics.platform.centers.iter().zip(centers) {
            let Some(name) = key(center) else { continue };
            let (count, sum, all) = groups.entry(name).or_default();
            *count += 1;
            sum.add(area);
            all.add(jobs);
        }
        groups
            .into_iter()
            .map(|(name, (count, area, jobs))| {
                let mut group = GroupSummary {
                    name: name.clone(),
                    centers: count,
                    jobs: jobs.outcomes.jobs(),
                    completed: jobs.outcomes.completed,
                    wait_mean_s: mean_wait(&jobs),
                    queue_wait_mean_s: mean_queue_wait(&jobs),
                    ..GroupSummary::default()
                };
                group.set_area(&area, self.window);
                (name, group)
            })
            .collect()
    }

    fn links(&self, summary: &mut Summary) {
        let platform = &self.metrics.platform;
        let mut whole = LaneSums::default();
        let mut priced = 0u128;
        for (at, link) in platform.links.iter().enumerate() {
            let name = |site: usize| platform.site_name(link.between[site]).to_owned();
            for (direction, from, to) in [(Direction::Forth, 0, 1), (Direction::Back, 1, 0)] {
                let Some(meter) = self.meters.lanes.get(LinkId::from_index(at).lane(direction).index()) else {
                    continue;
                };
                let sums = meter.sums();
                whole.add(&sums);
                let price = meter.bytes().saturating_mul(u128::from(link.price.0));
                priced = priced.saturating_add(price);
                summary.links.push(self.lane(
                    meter,
                    (link.name.clone(), name(from), name(to)),
                    link.kind.clone(),
                    price,
                ));
            }
        }
        let (bytes, flows) = self.metrics.delivered();
        summary.wan_bytes = bytes as f64;
        summary.flows = flows;
        summary.link_utilization = ratio(whole.carried, whole.capacity);
        summary.link_busy = ratio(whole.carried.saturating_add(whole.background), whole.capacity);
        summary.transfer_cost_cny = ratio(priced, CNY_PER_PRICED_BYTE).unwrap_or_default();
        // Both parts are exact to a picoyuan and a femtoyuan; adding them in the finer unit rounds once.
        let energy = self.meters.pools.iter().fold(0u128, |sum, p| sum.saturating_add(p.bill().cost));
        summary.cost_cny =
            ratio(energy.saturating_mul(1000).saturating_add(priced), CNY_PER_PRICED_BYTE).unwrap_or_default();
        for (from, row) in SIDE_WORDS.iter().zip(self.metrics.traffic()) {
            for (to, bytes) in SIDE_WORDS.iter().zip(row).filter(|(_, bytes)| **bytes > 0) {
                summary.traffic.push(Traffic { from: (*from).to_owned(), to: (*to).to_owned(), bytes: *bytes as f64 });
            }
        }
    }

    fn lane(
        &self,
        meter: &LaneMeter,
        (link, from, to): (String, String, String),
        kind: Option<String>,
        priced: u128,
    ) -> LinkSummary {
        let sums = meter.sums();
        let mean_rate = |sum: u128| ratio(sum, self.window.saturating_mul(1000));
        LinkSummary {
            link,
            from,
            to,
            kind,
            bandwidth_mean_bps: mean_rate(sums.capacity),
            bytes: meter.bytes() as f64,
            carried_bytes: ratio(sums.carried, MILLI_BIT_NANOS).unwrap_or_default(),
            flows: meter.flows_ended(),
            flows_peak: u64::from(meter.flows_peak()),
            rate_mean_bps: mean_rate(sums.carried),
            rate_peak_bps: ratio(meter.peak(), 1000).unwrap_or_default(),
            utilization: ratio(sums.carried, sums.capacity),
            busy: ratio(sums.carried.saturating_add(sums.background), sums.capacity),
            full_share: ratio(sums.full, self.window),
            full_start_s: meter.full_from().map(SimTime::as_secs_f64),
            transfer_cost_cny: ratio(priced, CNY_PER_PRICED_BYTE).unwrap_or_default(),
        }
    }

    fn mean<A: Amount>(&self, gauge: &Gauge<A>) -> Option<f64> {
        ratio(gauge.sum(), self.window)
    }
}

/// Mean of spans in ns, in seconds.
fn mean_span(nanos: u128, count: u64) -> Option<f64> {
    ratio(nanos, u128::from(count) * 1_000_000_000)
}

fn share(part: u64, whole: u64) -> Option<f64> {
    ratio(u128::from(part), u128::from(whole))
}

fn side_shares(started: &[u64; SIDES]) -> [Option<f64>; 3] {
    let all: u64 = started.iter().sum();
    [0, 1, 2].map(|side| share(started[side], all))
}

pub(super) fn mean_wait(sums: &Sums) -> Option<f64> {
    ratio(sums.wait, u128::from(sums.started) * 1_000_000_000)
}

fn mean_queue_wait(sums: &Sums) -> Option<f64> {
    ratio(sums.queue_wait, u128::from(sums.started) * 1_000_000_000)
}

pub(super) fn micro(amount: u128) -> f64 {
    ratio(amount, 1_000_000).unwrap_or_default()
}
