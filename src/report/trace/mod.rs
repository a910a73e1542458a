//! `trace.json`: a run in the Trace Event Format of Chrome, which Perfetto and `chrome://tracing` open.
//!
//! Each site is a process. A job is a slice on a lane of its pool, from its submission to the end of its story, and what it did is nested
//! inside. Transfers are slices at their other end (where the data came from, where the output went), joined to their job by an arrow.
//! Lanes keep slices that overlap in time apart. Queues and links are counters.

mod events;
mod facts;
mod lanes;

#[cfg(test)]
mod tests;

use super::RunInfo;
use crate::model::{Direction, LinkId, Platform, SiteId};
use crate::observe::{Move, Phase, Trace, TracedJob};
use crate::units::SimTime;
use events::{Events, Track, json_text};
use std::collections::BTreeMap;
use std::io;

/// The process of the run itself; those of the sites follow, then that of the links.
const RUN: u32 = 1;
const SITES: u32 = 2;

/// What a trace file is made of.
#[derive(Debug, Clone, Copy)]
pub struct TraceInput<'a> {
    /// The run.
    pub info: &'a RunInfo,
    /// Names.
    pub platform: &'a Platform,
    /// What was heard.
    pub trace: &'a Trace,
    /// When the scenario starts, by the calendar.
    pub start: Option<&'a str>,
}

/// Writes the trace: the same bytes for the same run. Instants are microseconds since the scenario's start, exact to the nanosecond.
///
/// # Errors
/// Those of the writer.
pub fn trace_json(input: &TraceInput<'_>, writer: impl io::Write) -> io::Result<()> {
    let layout = Layout::new(input.platform, input.trace);
    let mut events = Events::new(writer);
    events.raw("{\"displayTimeUnit\":\"ms\",\"otherData\":{");
    events.raw(&facts::of_run(input));
    events.raw("},\"traceEvents\":[");
    layout.names(input, &mut events)?;
    window(input, layout.first_thread(), &mut events)?;
    layout.slices(input, &mut events)?;
    counters(input, &mut events)?;
    events.raw("\n]}\n");
    events.finish()
}

/// What a thread's slices are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Jobs of a pool.
    Pool(u32),
    /// Jobs of this origin that were placed nowhere.
    Unplaced,
    /// Transfers that left from here for jobs elsewhere.
    Sends,
    /// Output that came here from jobs elsewhere.
    Receives,
}

/// A job, or one of its transfers by its place.
type Item = (usize, Option<usize>);

/// The first thread of a group, and its items in order of their starts with their lanes.
type Group = (u32, Vec<(Item, usize)>);

/// Which job and transfer is on which thread.
struct Layout {
    groups: BTreeMap<(SiteId, Kind), Group>,
    /// By job: its thread, and those of its transfers.
    tracks: Vec<(Track, Vec<Track>)>,
    links: u32,
}

impl Layout {
    fn new(platform: &Platform, trace: &Trace) -> Self {
        let mut items: BTreeMap<(SiteId, Kind), Vec<Item>> = BTreeMap::new();
        for (at, job) in trace.jobs.iter().enumerate() {
            let home = home(platform, job);
            let kind = job.pool.map_or(Kind::Unplaced, |pool| Kind::Pool(pool.0));
            items.entry((home, kind)).or_default().push((at, None));
            for (number, moved) in job.moves.iter().enumerate() {
                let (site, kind) =
                    if moved.from == home { (moved.to, Kind::Receives) } else { (moved.from, Kind::Sends) };
                items.entry((site, kind)).or_default().push((at, Some(number)));
            }
        }
        let links = SITES + platform.sites.len() as u32;
        let none = Track { process: 0, thread: 0 };
        let mut tracks: Vec<_> = trace.jobs.iter().map(|job| (none, vec![none; job.moves.len()])).collect();
        // Threads are numbered after processes: some readers take the process for the thread of its counters.
        let mut next = links + 2;
        let mut groups = BTreeMap::new();
        for ((site, kind), mut items) in items {
            let span = |item: &Item| span(&trace.jobs[item.0], item.1);
            items.sort_by_key(|item| (span(item), *item));
            let lanes = lanes::lanes(items.iter().map(span));
            for ((job, number), lane) in items.iter().zip(&lanes) {
                let track = Track { process: SITES + site.0, thread: next + *lane as u32 };
                match number {
                    None => tracks[*job].0 = track,
                    Some(number) => tracks[*job].1[*number] = track,
                }
            }
            let first = next;
            next += lanes.iter().max().map_or(0, |most| *most as u32 + 1);
            groups.insert((site, kind), (first, items.into_iter().zip(lanes).collect()));
        }
        Self { groups, tracks, links }
    }

    /// The thread of the run's own slices.
    const fn first_thread(&self) -> u32 {
        self.links + 1
    }

    fn names<W: io::Write>(&self, input: &TraceInput<'_>, events: &mut Events<W>) -> io::Result<()> {
        let platform = input.platform;
        let run = format!("{} under {}", input.info.name, input.info.policy);
        process(events, (RUN, 0), &run, &format!("seed {}", input.info.seed))?;
        thread(events, Track { process: RUN, thread: self.first_thread() }, "window")?;
        let mut shown: Vec<SiteId> = self.groups.keys().map(|(site, _)| *site).collect();
        let trace = input.trace;
        let counted =
            |at: usize| [&trace.running, &trace.queued].iter().any(|of| of.get(at).is_some_and(|of| !of.is_empty()));
        shown.extend((0..platform.centers.len()).filter(|at| counted(*at)).map(|at| platform.centers[at].site));
        shown.sort_by_cached_key(|site| (facts::rank(platform, *site), *site));
        shown.dedup();
        for (place, site) in shown.iter().enumerate() {
            let name = platform.site_name(*site);
            process(events, (SITES + site.0, place + 1), name, &facts::labels(platform, *site))?;
        }
        if trace.rates.iter().any(|rates| !rates.is_empty()) {
            process(events, (self.links, shown.len() + 1), "links", "")?;
        }
        for ((site, kind), (first, items)) in &self.groups {
            let lanes = items.iter().map(|(_, lane)| lane + 1).max().unwrap_or(0);
            let name = match kind {
                Kind::Pool(pool) => platform.pools.get(*pool as usize).map_or("", |pool| pool.name.as_str()),
                Kind::Unplaced => "not placed",
                Kind::Sends => "sends",
                Kind::Receives => "receives",
            };
            for lane in 0..lanes {
                let track = Track { process: SITES + site.0, thread: first + lane as u32 };
                thread(events, track, &format!("{name} {}", lane + 1))?;
            }
        }
        Ok(())
    }

    fn slices<W: io::Write>(&self, input: &TraceInput<'_>, events: &mut Events<W>) -> io::Result<()> {
        // Arrows are numbered by job and transfer.
        let mut arrows = Vec::with_capacity(input.trace.jobs.len());
        let mut next = 0;
        for job in &input.trace.jobs {
            arrows.push(next);
            next += job.moves.len() as u64;
        }
        for (_, items) in self.groups.values() {
            for ((at, number), _) in items {
                let job = &input.trace.jobs[*at];
                match number {
                    None => self.job(input, (*at, arrows[*at]), events)?,
                    Some(number) => {
                        let track = self.tracks[*at].1[*number];
                        transfer(input.platform, job, *number, (track, arrows[*at]), events)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn job<W: io::Write>(
        &self,
        input: &TraceInput<'_>,
        (at, arrows): (usize, u64),
        events: &mut Events<W>,
    ) -> io::Result<()> {
        let job = &input.trace.jobs[at];
        let track = self.tracks[at].0;
        let platform = input.platform;
        events.begin(track, job.submit, "job", &facts::name(platform, job), &facts::of_job(platform, job))?;
        let home = home(platform, job);
        let mut waiting: Vec<(SimTime, u64, bool)> = Vec::with_capacity(job.moves.len());
        for (number, moved) in job.moves.iter().enumerate() {
            let leaves = moved.from == home;
            let at = if leaves { moved.start } else { arrival(job, moved) };
            waiting.push((at.min(within(job.submit, job.end)), arrows + number as u64, !leaves));
        }
        let mut waiting = waiting.into_iter().peekable();
        for span in &job.spans {
            while let Some((at, number, arrives)) = waiting.next_if(|(at, _, _)| *at < span.start) {
                events.arrow(track, at, number, arrives)?;
            }
            events.begin(track, span.start, "phase", word(span.phase), "")?;
            while let Some((at, number, arrives)) = waiting.next_if(|(at, _, _)| *at < span.end) {
                events.arrow(track, at, number, arrives)?;
            }
            events.end(track, span.end)?;
        }
        for (at, number, arrives) in waiting {
            events.arrow(track, at, number, arrives)?;
        }
        events.end(track, job.end)
    }
}

/// A transfer at its other end, with the arrow to or from its job.
fn transfer<W: io::Write>(
    platform: &Platform,
    job: &TracedJob,
    number: usize,
    (track, arrows): (Track, u64),
    events: &mut Events<W>,
) -> io::Result<()> {
    let moved = &job.moves[number];
    let end = moved.end.unwrap_or(job.end);
    events.begin(track, moved.start, "transfer", &facts::name(platform, job), &facts::of_move(platform, job, moved))?;
    let arrives = moved.from == home(platform, job);
    let at = if arrives { arrival(job, moved) } else { moved.start };
    events.arrow(track, at.min(within(moved.start, end)), arrows + number as u64, arrives)?;
    events.end(track, end)
}

/// When a transfer is there.
fn arrival(job: &TracedJob, moved: &Move) -> SimTime {
    moved.end.unwrap_or(job.end)
}

/// The last instant at which a slice is open.
fn within(start: SimTime, end: SimTime) -> SimTime {
    SimTime(end.0.saturating_sub(1).max(start.0))
}

/// The site whose process shows a job: that of its center, else its origin.
fn home(platform: &Platform, job: &TracedJob) -> SiteId {
    job.pool.map_or(job.origin, |pool| platform.site_of(pool))
}

fn span(job: &TracedJob, number: Option<usize>) -> (SimTime, SimTime) {
    match number {
        None => (job.submit, job.end),
        Some(number) => (job.moves[number].start, job.moves[number].end.unwrap_or(job.end)),
    }
}

const fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Brokering => "brokering",
        Phase::Staging => "staging",
        Phase::Queued => "queued",
        Phase::Running => "running",
        Phase::Delivering => "delivering",
    }
}

fn process<W: io::Write>(
    events: &mut Events<W>,
    (process, place): (u32, usize),
    name: &str,
    labels: &str,
) -> io::Result<()> {
    events.fact(process, None, "process_name", "name", &json_text(name))?;
    if !labels.is_empty() {
        events.fact(process, None, "process_labels", "labels", &json_text(labels))?;
    }
    events.fact(process, None, "process_sort_index", "sort_index", &place.to_string())
}

fn thread<W: io::Write>(events: &mut Events<W>, track: Track, name: &str) -> io::Result<()> {
    events.fact(track.process, Some(track.thread), "thread_name", "name", &json_text(name))?;
    events.fact(track.process, Some(track.thread), "thread_sort_index", "sort_index", &track.thread.to_string())
}

/// The warm-up and the window as slices of the run; what the file holds and leaves out is told there too.
fn window<W: io::Write>(input: &TraceInput<'_>, thread: u32, events: &mut Events<W>) -> io::Result<()> {
    let track = Track { process: RUN, thread };
    let trace = input.trace;
    let opened = trace.window_start.min(trace.end);
    if opened > SimTime::ZERO {
        events.begin(track, SimTime::ZERO, "run", "warm-up", "")?;
        events.end(track, opened)?;
    }
    events.begin(track, opened, "run", "window", &facts::of_run(input))?;
    events.end(track, trace.end)
}

fn counters<W: io::Write>(input: &TraceInput<'_>, events: &mut Events<W>) -> io::Result<()> {
    let (platform, trace) = (input.platform, input.trace);
    let mut series = |process: u32, name: &str, unit: &str, points: &[(SimTime, f64)]| {
        if points.first().is_some_and(|(at, _)| *at > SimTime::ZERO) {
            events.counter(process, SimTime::ZERO, name, unit, 0.0)?;
        }
        points.iter().try_for_each(|(at, value)| events.counter(process, *at, name, unit, *value))
    };
    for (at, center) in platform.centers.iter().enumerate() {
        let process = SITES + center.site.0;
        series(process, "running", "jobs", trace.running.get(at).map_or(&[], Vec::as_slice))?;
        series(process, "queued", "jobs", trace.queued.get(at).map_or(&[], Vec::as_slice))?;
    }
    let name = |site: SiteId| platform.site_name(site);
    for (at, link) in platform.links.iter().enumerate() {
        for direction in [Direction::Forth, Direction::Back] {
            let [from, to] = match direction {
                Direction::Forth => [0, 1],
                Direction::Back => [1, 0],
            };
            let lane = LinkId::from_index(at).lane(direction).index();
            let words = format!("{}: {} > {}", link.name, name(link.between[from]), name(link.between[to]));
            let points = trace.rates.get(lane).map_or(&[][..], Vec::as_slice);
            series(SITES + platform.sites.len() as u32, &words, "bit/s", points)?;
        }
    }
    Ok(())
}
