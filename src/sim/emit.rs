//! The record stream's way out, in batches.
//!
//! An instant has few records, each of them concerns several observers, and what an observer does with one takes some kilobytes of code
//! and tables. Told one by one, driver and observers drive each other out of the processor's caches at every event; so the records of
//! some instants are kept, and each observer gets all of them that it hears of ([`Observer::hears`]) in one go: the same records with the
//! same instants in the same order. Where many jobs are in the system it is shown each a little before its turn, so that it can ask memory for
//! what the record touches ([`Observer::ahead`]).

use super::listener::Listener;
use super::slab::Slab;
use crate::model::{Allocation, Job, JobSlot, LaneId, Outcome, PoolId, SiteId, Totals};
use crate::network::{FlowKey, LaneRate};
use crate::observe::{Kinds, Observer, Record, Violation};
use crate::units::{Bytes, SimTime};
use std::sync::Arc;

/// So many records are kept at most.
pub(super) const BATCH: usize = 128;
/// And so many rates of lanes: one record can have those of all lanes.
const RATES: usize = 4096;
/// So many records before a record's turn an observer hears of it.
const AHEAD: usize = 4;

/// A record that is kept: jobs by their slots, which are not given to others before it is out. What is large of one lies in a list
/// beside, and here is its place there: every job comes by several times, and a few words are written and read with less.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kept {
    /// [`Record::Submitted`].
    Submitted(JobSlot),
    /// [`Record::Brokered`].
    Brokered(JobSlot, PoolId),
    /// [`Record::FlowStarted`], and its [`Begun`].
    FlowStarted(JobSlot, u32),
    /// [`Record::FlowEnded`].
    FlowEnded(FlowKey),
    /// [`Record::Queued`].
    Queued(JobSlot, PoolId),
    /// [`Record::Started`], and its [`Run`].
    Started(JobSlot, PoolId, u32),
    /// [`Record::Ended`], and its [`Run`].
    Ended(JobSlot, PoolId, u32),
    /// [`Record::Finished`]: of a job that will not change any more.
    Finished(JobSlot, Outcome),
    /// Any record that refers to nothing.
    Plain(u32),
    /// Rates of lanes that changed at one instant: from one place to another.
    Rates(u32, u32),
}

/// What a job holds or held, and since when.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) allocation: Allocation,
    pub(super) held: Totals,
    pub(super) started: SimTime,
}

/// A flow that began.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) flow: FlowKey,
    pub(super) from: SiteId,
    pub(super) to: SiteId,
    pub(super) lanes: Arc<[LaneId]>,
    pub(super) bytes: Bytes,
}

/// Records and when they happened, and what is large of them.
#[derive(Debug)]
struct Batch {
    records: Vec<(SimTime, Kept)>,
    runs: Vec<Run>,
    flows: Vec<Begun>,
    plain: Vec<Record<'static>>,
    rates: Vec<LaneRate>,
}

impl Batch {
    const fn new() -> Self {
        Self { records: Vec::new(), runs: Vec::new(), flows: Vec::new(), plain: Vec::new(), rates: Vec::new() }
    }

    fn clear(&mut self) {
        self.records.clear();
        self.runs.clear();
        self.flows.clear();
        self.plain.clear();
        self.rates.clear();
    }
}

/// Adds to a list; the place there, of which no batch has more than 32 bits count.
fn place_of<T>(list: &mut Vec<T>, value: T) -> u32 {
    list.push(value);
    (list.len() - 1) as u32
}

/// All observers of a run, and what they are still to be told.
pub(super) struct Emit<'o> {
    listeners: Vec<Listener<'o>>,
    now: SimTime,
    batch: Batch,
    most: usize,
}

impl<'o> Emit<'o> {
    /// `most` records are kept at a time; with 1 each is told at once.
    pub(super) const fn new(most: usize) -> Self {
        Self { listeners: Vec::new(), now: SimTime::ZERO, batch: Batch::new(), most }
    }

    /// One more observer, which gets records after those that are there.
    pub(super) fn add(&mut self, listener: Listener<'o>) {
        self.listeners.push(listener);
    }

    /// The observers.
    pub(super) fn listeners(&self) -> &[Listener<'o>] {
        &self.listeners
    }

    /// The same for a fork of the run, with copies of the observers; `None` where one of them is borrowed. Everything must be flushed.
    pub(super) fn fork(&self) -> Option<Self> {
        let listeners = self.listeners.iter().map(Listener::copy).collect::<Option<_>>()?;
        Some(Self { listeners, now: self.now, batch: Batch::new(), most: self.most })
    }

    /// Moves the stream's clock.
    pub(super) const fn advance(&mut self, now: SimTime) {
        self.now = now;
    }

    /// Tells a record at once, after all that are kept.
    pub(super) fn record(&mut self, jobs: &Slab, record: &Record<'_>) -> Result<(), Violation> {
        self.flush(jobs)?;
        let observers = self.listeners.iter_mut().map(Listener::observer);
        let mut listening = observers.filter(|observer| observer.hears().have(record.kind()));
        listening.try_for_each(|observer| observer.record(self.now, record))
    }

    /// Keeps a record.
    pub(super) fn keep(&mut self, jobs: &Slab, kept: Kept) -> Result<(), Violation> {
        self.batch.records.push((self.now, kept));
        let room = self.batch.records.len() < self.most && self.batch.rates.len() < RATES;
        if room { Ok(()) } else { self.flush(jobs) }
    }

    /// Keeps [`Record::Started`].
    pub(super) fn run_starts(&mut self, jobs: &Slab, job: JobSlot, pool: PoolId, run: Run) -> Result<(), Violation> {
        let place = place_of(&mut self.batch.runs, run);
        self.keep(jobs, Kept::Started(job, pool, place))
    }

    /// Keeps [`Record::Ended`].
    pub(super) fn run_ends(&mut self, jobs: &Slab, job: JobSlot, pool: PoolId, run: Run) -> Result<(), Violation> {
        let place = place_of(&mut self.batch.runs, run);
        self.keep(jobs, Kept::Ended(job, pool, place))
    }

    /// Keeps [`Record::FlowStarted`].
    pub(super) fn flow_starts(&mut self, jobs: &Slab, job: JobSlot, flow: Begun) -> Result<(), Violation> {
        let place = place_of(&mut self.batch.flows, flow);
        self.keep(jobs, Kept::FlowStarted(job, place))
    }

    /// Keeps any record that refers to nothing.
    pub(super) fn plain(&mut self, jobs: &Slab, record: Record<'static>) -> Result<(), Violation> {
        let place = place_of(&mut self.batch.plain, record);
        self.keep(jobs, Kept::Plain(place))
    }

    /// Keeps rates of lanes that changed.
    pub(super) fn lane_rates(&mut self, jobs: &Slab, rates: &[LaneRate]) -> Result<(), Violation> {
        let from = self.batch.rates.len() as u32;
        self.batch.rates.extend_from_slice(rates);
        self.keep(jobs, Kept::Rates(from, self.batch.rates.len() as u32))
    }

    /// Tells all that is kept. A violation ends that for all observers that come later: they hear nothing of what it makes doubtful.
    pub(super) fn flush(&mut self, jobs: &Slab) -> Result<(), Violation> {
        let batch = &self.batch;
        if batch.records.is_empty() {
            return Ok(());
        }
        let out: Vec<Told<'_>> = batch.records.iter().map(|(at, kept)| Told::of(*at, *kept, jobs, batch)).collect();
        let (mut end, mut told) = (out.len(), Ok(()));
        let ahead = jobs.is_large();
        for listener in &mut self.listeners {
            // The earliest violation is the one that ends the run.
            if let Err((at, violation)) = tell(listener.observer(), &out[..end], ahead) {
                (end, told) = (at, Err(violation));
            }
        }
        self.batch.clear();
        told
    }
}

/// What an observer gets.
enum Out<'a> {
    Record(Record<'a>),
    Rates(&'a [LaneRate]),
}

/// The same, when it happened, and what kind of record it is: each observer asks for that.
struct Told<'a> {
    now: SimTime,
    kind: Kinds,
    out: Out<'a>,
}

impl<'a> Told<'a> {
    fn of(now: SimTime, kept: Kept, jobs: &'a Slab, batch: &'a Batch) -> Self {
        let out = out(kept, jobs, batch);
        let kind = match &out {
            Out::Record(record) => record.kind(),
            Out::Rates(_) => Kinds::OTHERS,
        };
        Self { now, kind, out }
    }
}

/// A violation comes with the place of its record.
fn tell(observer: &mut dyn Observer, all: &[Told<'_>], ahead: bool) -> Result<(), (usize, Violation)> {
    let hears = observer.hears();
    for (at, Told { now, kind, out }) in all.iter().enumerate() {
        if ahead && let Some(soon) = all.get(at + AHEAD).filter(|soon| hears.have(soon.kind)) {
            match &soon.out {
                Out::Record(soon) => observer.ahead(soon),
                Out::Rates(soon) => observer.lane_rates_ahead(soon),
            }
        }
        if !hears.have(*kind) {
            continue;
        }
        let told = match out {
            Out::Record(record) => observer.record(*now, record),
            Out::Rates(rates) => observer.lane_rates(*now, rates),
        };
        told.map_err(|violation| (at, violation))?;
    }
    Ok(())
}

fn out<'a>(kept: Kept, jobs: &'a Slab, batch: &'a Batch) -> Out<'a> {
    let job = |slot: JobSlot| -> &'a Job { &jobs.even_over(slot).job };
    Out::Record(match kept {
        Kept::Submitted(slot) => Record::Submitted { job: job(slot) },
        Kept::Brokered(slot, pool) => Record::Brokered { job: job(slot), pool },
        Kept::FlowStarted(slot, at) => {
            let Begun { flow, from, to, lanes, bytes } = &batch.flows[at as usize];
            Record::FlowStarted { flow: *flow, job: job(slot), from: *from, to: *to, lanes, bytes: *bytes }
        }
        Kept::FlowEnded(flow) => Record::FlowEnded { flow },
        Kept::Queued(slot, pool) => Record::Queued { job: job(slot), pool },
        Kept::Started(slot, pool, at) => {
            let Run { allocation, held, .. } = &batch.runs[at as usize];
            Record::Started { job: job(slot), pool, allocation, held: *held }
        }
        Kept::Ended(slot, pool, at) => {
            let Run { allocation, held, started } = &batch.runs[at as usize];
            Record::Ended { job: job(slot), pool, allocation, held: *held, started: *started }
        }
        Kept::Finished(slot, outcome) => {
            let state = jobs.even_over(slot);
            Record::Finished { job: &state.job, life: &state.life, outcome }
        }
        Kept::Plain(at) => batch.plain[at as usize],
        Kept::Rates(from, to) => return Out::Rates(&batch.rates[from as usize..to as usize]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Stack;
    use crate::rng::Streams;
    use crate::scenario::{Input, Scenario, load};
    use crate::sim::{Options, RunError, Simulation};
    use crate::workload::{JobSource, Merged};

    /// All records as text; it ends the run at the one of this number.
    struct Text(Vec<String>, usize);

    impl Observer for Text {
        fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
            self.0.push(format!("{} {record:?}", now.0));
            let ends = self.0.len() == self.1;
            if ends { Err(Violation { invariant: "told", at: now, detail: String::new() }) } else { Ok(()) }
        }
    }

    /// A scenario, its last stack and its jobs.
    fn ready(name: &str, set: &[String]) -> (Scenario, Stack, Merged) {
        let scenario =
            load(&Input::Embedded(name.to_owned()), set).unwrap_or_else(|out| panic!("{}", out.render(false)));
        let streams = Streams::new(scenario.run.seed, 0);
        let spec = scenario.stacks.values().next_back().expect("a stack");
        let stack = spec.build(&scenario.platform, &streams).expect("built");
        let source = scenario.source(&streams).expect("a source");
        (scenario, stack, source)
    }

    /// Runs to the end with so many records in a batch.
    fn run_in_batches(
        (scenario, stack, source): (Scenario, Stack, Merged),
        observers: &mut [&mut dyn Observer],
        most: usize,
        options: Options<'_>,
    ) -> Result<(), RunError> {
        let mut simulation = Simulation::in_batches(&scenario, source, stack, options, most);
        for observer in observers {
            simulation.add_borrowed_observer(&mut **observer);
        }
        simulation.advance().map(drop)
    }

    /// What one observer hears.
    fn records(name: &str, set: &[String], most: usize) -> (Vec<String>, Result<(), RunError>) {
        let ([text, other], ran) = records_of(name, set, most, [0; 2]);
        assert_eq!(text, other);
        (text, ran)
    }

    /// What two observers hear of which each ends the run at the record of a number.
    fn records_of(
        name: &str,
        set: &[String],
        most: usize,
        ends: [usize; 2],
    ) -> ([Vec<String>; 2], Result<(), RunError>) {
        let [mut one, mut other] = ends.map(|end| Text(Vec::new(), end));
        let observers: &mut [&mut dyn Observer] = &mut [&mut one, &mut other];
        // Some jobs are explained, so that records are among them that are told at once.
        let explained = |job: &Job| job.request.number.0.is_multiple_of(50);
        let options = Options { explain: Some(&explained), ..Options::default() };
        let ran = run_in_batches(ready(name, set), observers, most, options);
        ([one.0, other.0], ran)
    }

    #[test]
    fn told_in_batches_or_one_by_one_it_is_the_same() {
        // With links that go down, shared copies, services, preemption and many pools.
        for (name, until) in
            [("trunk-cut", "3 d"), ("online-services", "1500 min"), ("cluster-queues", "14 h"), ("hubs-10", "14 h")]
        {
            let set = [format!("run.until={until:?}")];
            let (single, ran) = records(name, &set, 1);
            assert!(ran.is_ok() && single.len() > 1000, "{name}: {} records, {ran:?}", single.len());
            for most in [2, BATCH, usize::MAX] {
                let (batches, ran) = records(name, &set, most);
                assert!(ran.is_ok());
                let differs = single.iter().zip(&batches).position(|(one, other)| one != other);
                assert_eq!((differs, batches.len()), (None, single.len()), "{name} by {most}");
            }
        }
    }

    #[test]
    fn an_observer_is_told_what_it_hears_of() {
        /// Records of some kinds.
        struct Choosy(Kinds, Text);
        impl Observer for Choosy {
            fn hears(&self) -> Kinds {
                self.0
            }
            fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
                assert!(self.0.have(record.kind()), "{record:?}");
                self.1.record(now, record)
            }
        }
        let ready = ready("hubs-10", &[r#"run.until="14 h""#.to_owned()]);
        let kinds = [Kinds::ALL, Kinds::FINISHED, Kinds::ALL.but(Kinds::FINISHED), Kinds::ALL.but(Kinds::ON_THE_WAY)];
        let [mut all, mut finished, mut others, mut there] = kinds.map(|kinds| Choosy(kinds, Text(Vec::new(), 0)));
        let observers: &mut [&mut dyn Observer] = &mut [&mut all, &mut finished, &mut others, &mut there];
        run_in_batches(ready, observers, BATCH, Options::default()).expect("a run");
        let only = |heard: &dyn Fn(&str) -> bool| -> Vec<String> {
            all.1.0.iter().filter(|record| heard(record.split(' ').nth(1).unwrap_or_default())).cloned().collect()
        };
        assert_eq!(finished.1.0, only(&|kind| kind == "Finished"));
        assert_eq!(others.1.0, only(&|kind| kind != "Finished"));
        assert_eq!(there.1.0, only(&|kind| kind != "Submitted" && kind != "Brokered"));
        assert!([&finished, &others, &there].iter().all(|some| some.1.0.len() > 100));
    }

    #[test]
    fn the_earliest_violation_ends_the_run_and_what_was_before_it_is_told() {
        let set = [r#"run.until="13 h""#.to_owned()];
        for ends in [[777, 0], [777, 700], [700, 777], [0, 777]] {
            let (single, ran) = records_of("hubs-10", &set, 1, ends);
            let (batches, broken) = records_of("hubs-10", &set, BATCH, ends);
            assert_eq!(format!("{ran:?}"), format!("{broken:?}"), "{ends:?}");
            assert!(matches!(broken, Err(RunError::Violation(_))));
            // The one that found it has heard all that was before, and so have those that come later in the list; others may have heard more.
            let first = usize::from(ends[0] == 0 || ends[1] != 0 && ends[1] < ends[0]);
            assert_eq!(single[first], batches[first]);
            assert_eq!(single[1], batches[1]);
            assert!(batches[0].starts_with(&single[0]));
        }
    }

    #[test]
    fn what_was_before_an_error_of_the_source_is_told() {
        /// Some jobs, then an error.
        struct Breaks(Vec<Job>);
        impl JobSource for Breaks {
            fn next_job(&mut self) -> Result<Option<Job>, String> {
                self.0.pop().map(Some).ok_or_else(|| "broken".to_owned())
            }
        }
        let run = |most: usize| {
            let (scenario, stack, mut jobs) = ready("hubs-10", &[]);
            let mut first: Vec<Job> = (0..50).map(|_| jobs.next_job().expect("fine").expect("a job")).collect();
            first.reverse();
            let source = Merged::new(vec![Box::new(Breaks(first))], None);
            let mut text = Text(Vec::new(), 0);
            let observers: &mut [&mut dyn Observer] = &mut [&mut text];
            let ran = run_in_batches((scenario, stack, source), observers, most, Options::default());
            assert!(matches!(&ran, Err(RunError::Source(error)) if error == "broken"), "{ran:?}");
            text.0
        };
        let single = run(1);
        assert_eq!((single.len() > 100, single), (true, run(usize::MAX)));
    }
}
