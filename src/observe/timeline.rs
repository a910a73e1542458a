//! Exact time-weighted averages per interval.

use super::metrics::{LaneSums, Meters, ratio, seconds};
use super::{Observer, Record, Violation};
use crate::model::{Direction, LinkId, Platform};
use crate::units::{SimDuration, SimTime};
use std::sync::Arc;

/// Cells kept at most; when there would be more, neighboring intervals are joined and the interval doubles.
const CELLS_MAX: usize = 1 << 20;

/// Integrals of a center over one interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct CenterCell {
    held: u128,
    open: u128,
    load_used: u128,
    load_there: u128,
    running: u128,
    waiting: u128,
    energy: u128,
    cost: u128,
    carbon: u128,
}

impl CenterCell {
    fn add(&mut self, other: &Self) {
        let pairs = [
            (&mut self.held, other.held),
            (&mut self.open, other.open),
            (&mut self.load_used, other.load_used),
            (&mut self.load_there, other.load_there),
            (&mut self.running, other.running),
            (&mut self.waiting, other.waiting),
            (&mut self.energy, other.energy),
            (&mut self.cost, other.cost),
            (&mut self.carbon, other.carbon),
        ];
        for (mine, theirs) in pairs {
            *mine = mine.saturating_add(theirs);
        }
    }
}

/// One interval: its center cells and lane cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Slice {
    centers: Vec<CenterCell>,
    lanes: Vec<LaneSums>,
}

impl Slice {
    fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.centers.iter_mut().zip(&other.centers) {
            mine.add(theirs);
        }
        for (mine, theirs) in self.lanes.iter_mut().zip(&other.lanes) {
            mine.add(theirs);
        }
    }
}

/// Averages over intervals of the run, from its start (warm-up included) to its end. Integrals are kept, not samples: over all intervals
/// they add up to the totals of the run.
#[derive(Debug, Clone)]
pub struct Timeline {
    platform: Arc<Platform>,
    interval: SimDuration,
    slices_max: usize,
    meters: Meters,
    slices: Vec<Slice>,
    now: SimTime,
    /// Where the current interval ends.
    border: SimTime,
}

/// One row of `timeline.csv`; `None` where the column does not belong to the kind of row.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize)]
pub struct TimelineRow<'a> {
    /// Where the interval begins.
    pub interval_start_s: f64,
    /// Where it ends.
    pub interval_end_s: f64,
    /// `center` or `link`.
    pub kind: &'static str,
    /// The center's or link's name.
    pub name: &'a str,
    /// Of a link: where this direction begins.
    pub from: Option<&'a str>,
    /// Of a link: where it ends.
    pub to: Option<&'a str>,
    /// Of a center: headline capacity held over headline capacity open. Of a link: bandwidth used by flows over bandwidth there.
    pub utilization: Option<f64>,
    /// Of a center: open and closed use together over the whole.
    pub load: Option<f64>,
    /// Mean number of running jobs.
    pub running_mean: Option<f64>,
    /// Mean number of waiting jobs.
    pub waiting_mean: Option<f64>,
    /// Mean power after PUE.
    pub power_mean_kw: Option<f64>,
    /// Mean cost of energy.
    pub energy_cost_cny_per_h: Option<f64>,
    /// Mean carbon of energy, by location.
    pub carbon_kg_per_h: Option<f64>,
    /// Of a link: mean rate of flows.
    pub rate_mean_bps: Option<f64>,
    /// Of a link: utilization with background.
    pub busy: Option<f64>,
}

impl Timeline {
    /// A timeline in steps of `interval` (at least 1 ns). On a long run of many centers the interval doubles as often as it must to
    /// keep memory bounded; [`Timeline::interval`] tells.
    #[must_use]
    pub fn new(platform: Arc<Platform>, interval: SimDuration) -> Self {
        let places = platform.centers.len() + 2 * platform.links.len();
        Self::with_slices(platform, interval, (CELLS_MAX / places.max(1)).max(32))
    }

    fn with_slices(platform: Arc<Platform>, interval: SimDuration, slices_max: usize) -> Self {
        let interval = interval.max(SimDuration(1));
        Self {
            interval,
            border: SimTime(interval.0),
            // Even, so that intervals join in pairs.
            slices_max: slices_max.max(2).next_multiple_of(2),
            meters: Meters::without_peaks(&platform),
            slices: Vec::new(),
            now: SimTime::ZERO,
            platform,
        }
    }

    /// The interval now.
    #[must_use]
    pub const fn interval(&self) -> SimDuration {
        self.interval
    }

    fn next_border(&self) -> SimTime {
        SimTime((self.slices.len() as u64 + 1).saturating_mul(self.interval.0))
    }

    #[inline]
    fn advance(&mut self, now: SimTime) {
        if now <= self.now {
            return;
        }
        self.now = now;
        if self.border <= now {
            self.cross_borders(now);
        }
    }

    fn cross_borders(&mut self, now: SimTime) {
        while self.border <= now && self.border < SimTime::MAX {
            self.meters.advance(self.border);
            let slice = self.cut();
            self.slices.push(slice);
            if self.slices.len() >= self.slices_max {
                self.coarsen();
            }
            self.border = self.next_border();
        }
    }

    /// Takes what the meters have integrated and begins anew.
    fn cut(&mut self) -> Slice {
        let mut slice = Slice {
            centers: vec![CenterCell::default(); self.meters.centers.len()],
            lanes: self.meters.lanes.iter().map(|lane| lane.sums).collect(),
        };
        for pool in &self.meters.pools {
            let Some(cell) = slice.centers.get_mut(pool.center.index()) else { continue };
            let (load_used, load_there) = pool.load();
            let bill = pool.bill();
            cell.add(&CenterCell {
                held: pool.sums.held,
                open: pool.open_headline(),
                load_used,
                load_there,
                running: pool.running.sum(),
                waiting: pool.waiting.sum(),
                energy: bill.energy,
                cost: bill.cost,
                carbon: bill.carbon,
            });
        }
        self.meters.restart();
        slice
    }

    fn coarsen(&mut self) {
        let pairs = self.slices.len() / 2;
        for at in 0..pairs {
            let second = std::mem::take(&mut self.slices[2 * at + 1]);
            let mut first = std::mem::take(&mut self.slices[2 * at]);
            first.add(&second);
            self.slices[at] = first;
        }
        self.slices.truncate(pairs);
        self.interval = SimDuration(self.interval.0.saturating_mul(2));
    }

    /// All rows from the start to `end`, by interval, then centers and link directions in id order; the last interval may be
    /// shorter. The last state is extended to `end`; nothing changes.
    #[must_use]
    pub fn rows(&self, end: SimTime) -> Vec<TimelineRow<'_>> {
        let (slices, interval, end) = self.extended(end);
        let mut rows = Vec::new();
        for (at, slice) in slices.iter().enumerate() {
            let start = (at as u64).saturating_mul(interval.0);
            let stop = start.saturating_add(interval.0).min(end.0);
            self.slice_rows(slice, start, stop, &mut rows);
        }
        rows
    }

    fn extended(&self, end: SimTime) -> (Vec<Slice>, SimDuration, SimTime) {
        let end = end.max(self.now);
        let mut copy = self.clone();
        copy.advance(end);
        copy.meters.advance(end);
        if copy.slices.len() as u64 * copy.interval.0 < end.0 {
            let rest = copy.cut();
            copy.slices.push(rest);
        }
        (copy.slices, copy.interval, end)
    }

    fn slice_rows<'a>(&'a self, slice: &Slice, start: u64, stop: u64, rows: &mut Vec<TimelineRow<'a>>) {
        let span = u128::from(stop.saturating_sub(start));
        let (interval_start_s, interval_end_s) =
            (seconds(u128::from(start)).unwrap_or_default(), seconds(u128::from(stop)).unwrap_or_default());
        // 1e-12 of a unit over ns, an hour of it: 3.6e12 ns.
        let per_hour = |pico: u128| ratio(pico.saturating_mul(3600), span.saturating_mul(1000));
        for (center, cell) in self.platform.centers.iter().zip(&slice.centers) {
            rows.push(TimelineRow {
                interval_start_s,
                interval_end_s,
                kind: "center",
                name: &center.name,
                from: None,
                to: None,
                utilization: ratio(cell.held, cell.open),
                load: ratio(cell.load_used, cell.load_there),
                running_mean: ratio(cell.running, span),
                waiting_mean: ratio(cell.waiting, span),
                power_mean_kw: ratio(cell.energy, span.saturating_mul(1_000_000)),
                energy_cost_cny_per_h: per_hour(cell.cost),
                carbon_kg_per_h: per_hour(cell.carbon),
                rate_mean_bps: None,
                busy: None,
            });
        }
        for (at, link) in self.platform.links.iter().enumerate() {
            let name = |site: usize| self.platform.sites.get(link.between[site].index()).map(|s| s.name.as_str());
            for (direction, from, to) in [(Direction::Forth, 0, 1), (Direction::Back, 1, 0)] {
                let Some(sums) = slice.lanes.get(LinkId::from_index(at).lane(direction).index()) else { continue };
                rows.push(TimelineRow {
                    interval_start_s,
                    interval_end_s,
                    kind: "link",
                    name: &link.name,
                    from: name(from),
                    to: name(to),
                    utilization: ratio(sums.carried, sums.capacity),
                    load: None,
                    running_mean: None,
                    waiting_mean: None,
                    power_mean_kw: None,
                    energy_cost_cny_per_h: None,
                    carbon_kg_per_h: None,
                    rate_mean_bps: ratio(sums.carried, span.saturating_mul(1000)),
                    busy: ratio(sums.carried.saturating_add(sums.background), sums.capacity),
                });
            }
        }
    }
}

impl Observer for Timeline {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        // What changes at a border belongs to the interval that begins there.
        self.advance(now);
        self.meters.note(now, record);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Metrics;
    use crate::observe::sample::{platform, s, stay, tell, west};

    fn told(interval: SimDuration, slices_max: usize, story: &crate::observe::sample::Story) -> Timeline {
        let mut timeline = Timeline::with_slices(Arc::new(platform()), interval, slices_max);
        tell(&mut timeline, story);
        timeline
    }

    #[test]
    fn averages_of_west_are_worked_by_hand() {
        // Hours: a and b run in Horinger in the first, b 200.008 s and c 3600 s in the second.
        let timeline = told(SimDuration::HOUR, 100, &west());
        let rows = timeline.rows(s(7200));
        // Two intervals of two centers and two directions.
        assert_eq!(rows.len(), 8);
        let row = |kind, name: &str, start: f64| {
            rows.iter().find(|r| r.kind == kind && r.name == name && r.interval_start_s >= start).expect("a row")
        };
        let near =
            |found: Option<f64>, wanted: f64| assert!((found.unwrap() - wanted).abs() < 1e-12, "{found:?} {wanted}");
        let first = row("center", "horinger", 0.0);
        near(first.running_mean, 1.0 + 3399.992 / 3600.0);
        near(first.utilization, (3600.0 + 3399.992) / 7200.0);
        near(first.waiting_mean, 3389.992 / 3600.0);
        // (200 + 200 x 6999.992 / 3600) W x 1.2.
        near(first.power_mean_kw, 1.2 * (0.2 + 0.2 * 6999.992 / 3600.0));
        let second = row("center", "horinger", 1.0);
        near(second.running_mean, 1.0 + 200.008 / 3600.0);
        near(second.waiting_mean, 0.0);
        // Beijing idles at 100 W x 1.5: 0.15 kWh an hour at 0.8 CNY and 500 g.
        let beijing = row("center", "beijing", 1.0);
        near(beijing.energy_cost_cny_per_h, 0.12);
        near(beijing.carbon_kg_per_h, 0.075);
        // 2000 Gb of 36000 Gb in the first hour.
        near(row("link", "beijing-horinger", 0.0).utilization, 1.0 / 18.0);
        assert_eq!(row("link", "beijing-horinger", 0.0).from, Some("beijing"));
    }

    #[test]
    fn intervals_add_up_to_the_totals() {
        for (story, end) in [(stay(), s(10_800)), (west(), s(7_200)), (west(), s(9_999))] {
            let mut metrics = Metrics::new(Arc::new(platform()));
            tell(&mut metrics, &story);
            let mut whole = metrics.meters.clone();
            whole.advance(end);
            // The interval divides nothing; a small bound makes it double several times.
            for (interval, slices_max) in [(7, 100_000), (777, 1000), (777, 4), (1, 8)] {
                let timeline = told(SimDuration::from_secs(interval), slices_max, &story);
                let (slices, interval, end) = timeline.extended(end);
                assert!(slices.len() <= slices_max + 1);
                assert_eq!(slices.len() as u64, end.0.div_ceil(interval.0));
                let mut sum = slices[0].clone();
                slices[1..].iter().for_each(|slice| sum.add(slice));
                for (pool, cell) in whole.pools.iter().zip(&sum.centers) {
                    assert_eq!(cell.held, pool.sums.held);
                    assert_eq!(cell.open, pool.open_headline());
                    assert_eq!((cell.load_used, cell.load_there), pool.load());
                    assert_eq!(cell.running, pool.running.sum());
                    assert_eq!(cell.waiting, pool.waiting.sum());
                    // Each interval rounds down to a picojoule.
                    assert!(pool.bill().energy - cell.energy <= 3 * slices.len() as u128 * 4);
                }
                for (lane, sums) in whole.lanes.iter().zip(&sum.lanes) {
                    assert_eq!(*sums, lane.sums);
                }
            }
        }
    }

    #[test]
    fn no_time_is_no_rows() {
        assert_eq!(Timeline::new(Arc::new(platform()), SimDuration::ZERO).rows(s(0)), []);
    }
}
