//! Exact time-weighted averages per interval.
//!
//! A nation has thousands of centers that never take a job, and links that no job's data cross. The former are summed by province, the
//! latter have no rows, so that memory and `timeline.csv` follow what jobs can touch.

mod cells;
mod course;
mod measured;

#[cfg(test)]
mod tests;

use super::metrics::{Meters, ratio, seconds};
use super::{Observer, Record, Violation};
use crate::model::{Direction, LinkId, Platform};
use crate::units::{SimDuration, SimTime};
use cells::{Base, Cell, History, Row, Runs};
use std::sync::Arc;

pub use course::Course;
pub use measured::Measured;

/// Cells kept at most; when there would be more, neighboring intervals are joined and the interval doubles.
const CELLS_MAX: usize = 1 << 20;
/// The first interval of a coarse timeline.
const COARSE: SimDuration = SimDuration::from_secs(60);

/// Averages over intervals of the run, from its start (warm-up included) to its end. Integrals are kept, not samples: over all intervals
/// they add up to the totals of the run.
///
/// A timeline by itself is an observer with meters of its own. Beside [`Metrics`](crate::observe::Metrics) it can be cut from theirs, so
/// that nothing is integrated twice: see [`Measured`].
#[derive(Debug, Clone)]
pub struct Timeline {
    platform: Arc<Platform>,
    interval: SimDuration,
    slices_max: usize,
    /// Meters of its own, or what others came to in the end; `None` where others are still under way, or before the first record.
    meters: Option<Box<Meters>>,
    /// What the meters had integrated where the current interval begins.
    base: Base,
    rows: Vec<Row>,
    /// By center.
    row_of: Vec<usize>,
    slices: Vec<Vec<Cell>>,
    lanes: Vec<Runs>,
    now: SimTime,
    /// Where the first interval begins.
    origin: SimTime,
    /// Whether the first interval begins where the measuring window opens.
    follows_window: bool,
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
    /// `center`, `closed` (all centers of a province in which nothing is ever open to jobs, together) or `link`.
    pub kind: &'static str,
    /// The center's, province's (`-` where the scenario names none) or link's name.
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
    /// Mean storage used, without what was filled before the run.
    pub storage_mean_bytes: Option<f64>,
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

    /// A timeline for [`Timeline::course`] alone, whose interval follows the length of the run: it begins with a minute, and becomes so long
    /// that there are no more than `spans` (rounded up to an even number). It begins where the measuring window opens.
    #[must_use]
    pub fn coarse(platform: Arc<Platform>, spans: usize) -> Self {
        Self { follows_window: true, ..Self::with_slices(platform, COARSE, spans) }
    }

    fn with_slices(platform: Arc<Platform>, interval: SimDuration, slices_max: usize) -> Self {
        let interval = interval.max(SimDuration(1));
        let (rows, row_of) = cells::rows(&platform);
        Self {
            lanes: vec![Runs::default(); platform.links.len() * 2],
            rows,
            row_of,
            interval,
            border: SimTime(interval.0),
            // Even, so that intervals join in pairs.
            slices_max: slices_max.max(2).next_multiple_of(2),
            meters: None,
            base: Base::new(&platform),
            slices: Vec::new(),
            now: SimTime::ZERO,
            origin: SimTime::ZERO,
            follows_window: false,
            platform,
        }
    }

    /// The interval now.
    #[must_use]
    pub const fn interval(&self) -> SimDuration {
        self.interval
    }

    fn next_border(&self) -> SimTime {
        let behind = (self.slices.len() as u64 + 1).saturating_mul(self.interval.0);
        SimTime(self.origin.0.saturating_add(behind))
    }

    /// Forgets what was before the measuring window, where the timeline is that of the window. The meters stand at its opening.
    fn open_window(&mut self, now: SimTime, meters: &Meters) {
        if !self.follows_window {
            return;
        }
        // Only the base is wanted: where the first interval begins.
        self.cut(meters);
        self.slices.clear();
        self.lanes.fill(Runs::default());
        (self.origin, self.interval) = (now, COARSE);
        self.border = self.next_border();
    }

    /// Brings the timeline to `now` by the meters that it is cut from.
    #[inline]
    fn advance(&mut self, now: SimTime, meters: &mut Meters) {
        if now <= self.now {
            return;
        }
        self.now = now;
        if self.border <= now {
            self.cross_borders(now, meters);
        }
    }

    fn cross_borders(&mut self, now: SimTime, meters: &mut Meters) {
        while self.border <= now && self.border < SimTime::MAX {
            meters.advance(self.border);
            self.cut(meters);
            if self.slices.len() >= self.slices_max {
                self.coarsen();
            }
            self.border = self.next_border();
        }
    }

    /// Takes what the meters have integrated since the interval began.
    fn cut(&mut self, meters: &Meters) {
        let mut slice = vec![Cell::default(); self.rows.len()];
        self.base.cut(meters, &self.row_of, &mut slice);
        for ((runs, lane), base) in self.lanes.iter_mut().zip(&meters.lanes).zip(&mut self.base.lanes) {
            let sums = lane.sums();
            runs.push(self.slices.len(), sums.since(base));
            *base = sums;
        }
        self.slices.push(slice);
    }

    fn coarsen(&mut self) {
        let pairs = self.slices.len() / 2;
        for at in 0..pairs {
            let second = std::mem::take(&mut self.slices[2 * at + 1]);
            let mut first = std::mem::take(&mut self.slices[2 * at]);
            first.iter_mut().zip(&second).for_each(|(mine, theirs)| mine.add(theirs));
            self.slices[at] = first;
        }
        self.slices.truncate(pairs);
        self.lanes.iter_mut().for_each(|runs| *runs = runs.joined(pairs));
        self.interval = SimDuration(self.interval.0.saturating_mul(2));
    }

    /// All rows from the start to `end`, by interval, then centers in id order, closed centers by province and the directions of links
    /// that ever carried a flow; the last interval may be shorter. The last state is extended to `end`; nothing changes.
    pub fn rows(&self, end: SimTime) -> impl Iterator<Item = TimelineRow<'_>> {
        let history = self.history(end);
        let lanes: Vec<(usize, Direction)> = (0..self.platform.links.len())
            .flat_map(|link| [(link, Direction::Forth), (link, Direction::Back)])
            .filter(|(link, direction)| {
                history.lanes[LinkId::from_index(*link).lane(*direction).index()].ever_carried()
            })
            .collect();
        (0..history.slices.len()).flat_map(move |at| {
            let centers = self.rows.iter().zip(&history.slices[at]);
            let mut rows: Vec<TimelineRow<'_>> =
                centers.map(|(row, cell)| self.center_row(row, cell, history.span(at))).collect();
            rows.extend(lanes.iter().map(|(link, direction)| self.link_row(*link, *direction, at, &history)));
            rows
        })
    }

    fn history(&self, end: SimTime) -> History {
        let end = end.max(self.now);
        let mut copy = self.clone();
        let mut meters = copy.meters.take().unwrap_or_else(|| Box::new(Meters::new(&self.platform)));
        copy.advance(end, &mut meters);
        meters.advance(end);
        if copy.slices.len() as u64 * copy.interval.0 < end.since(copy.origin).0 {
            copy.cut(&meters);
        }
        History { slices: copy.slices, lanes: copy.lanes, interval: copy.interval, origin: copy.origin, end }
    }

    fn center_row<'a>(&'a self, row: &'a Row, cell: &Cell, (start, stop): (SimTime, SimTime)) -> TimelineRow<'a> {
        let span = u128::from(stop.since(start).0);
        // 1e-12 of a unit over ns, an hour of it: 3.6e12 ns.
        let per_hour = |pico: u128| ratio(pico.saturating_mul(3600), span.saturating_mul(1000));
        let (kind, name) = match row {
            Row::Center(id) => ("center", self.platform.centers[id.index()].name.as_str()),
            Row::Closed(province) => ("closed", province.as_deref().unwrap_or("-")),
        };
        TimelineRow {
            kind,
            name,
            utilization: ratio(cell.held, cell.open),
            load: ratio(cell.load_used, cell.load_there),
            running_mean: ratio(cell.running, span),
            waiting_mean: ratio(cell.waiting, span),
            power_mean_kw: ratio(cell.energy, span.saturating_mul(1_000_000)),
            energy_cost_cny_per_h: per_hour(cell.cost),
            carbon_kg_per_h: per_hour(cell.carbon),
            storage_mean_bytes: ratio(cell.storage, span),
            ..TimelineRow::of(start, stop)
        }
    }

    fn link_row(&self, link: usize, direction: Direction, at: usize, history: &History) -> TimelineRow<'_> {
        let (start, stop) = history.span(at);
        let sums = history.lanes[LinkId::from_index(link).lane(direction).index()].at(at);
        let link = &self.platform.links[link];
        let name = |end: usize| self.platform.sites.get(link.between[end].index()).map(|site| site.name.as_str());
        let [from, to] = match direction {
            Direction::Forth => [0, 1],
            Direction::Back => [1, 0],
        };
        TimelineRow {
            kind: "link",
            name: &link.name,
            from: name(from),
            to: name(to),
            utilization: ratio(sums.carried, sums.capacity),
            rate_mean_bps: ratio(sums.carried, u128::from(stop.since(start).0).saturating_mul(1000)),
            busy: ratio(sums.carried.saturating_add(sums.background), sums.capacity),
            ..TimelineRow::of(start, stop)
        }
    }
}

impl TimelineRow<'_> {
    fn of(start: SimTime, stop: SimTime) -> Self {
        let edge = |at: SimTime| seconds(u128::from(at.0)).unwrap_or_default();
        Self { interval_start_s: edge(start), interval_end_s: edge(stop), ..Self::default() }
    }
}

impl History {
    /// Where an interval begins and ends.
    fn span(&self, at: usize) -> (SimTime, SimTime) {
        let start = SimTime(self.origin.0.saturating_add((at as u64).saturating_mul(self.interval.0)));
        (start, SimTime(start.0.saturating_add(self.interval.0)).min(self.end))
    }
}

impl Observer for Timeline {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        let mut meters = self.meters.take().unwrap_or_else(|| Box::new(Meters::new(&self.platform)));
        // What changes at a border belongs to the interval that begins there.
        self.advance(now, &mut meters);
        if matches!(record, Record::WindowOpened) {
            meters.advance(now);
            self.open_window(now, &meters);
        }
        meters.note(now, record);
        self.meters = Some(meters);
        Ok(())
    }
}
