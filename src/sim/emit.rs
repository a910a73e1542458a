//! The record stream's way out, in batches.
//!
//! An instant has few records, each of them concerns several observers, and what an observer does with one takes some kilobytes of code
//! and tables. Told one by one, driver and observers drive each other out of the processor's caches at every event; so the records of
//! some instants are kept, and each observer gets all of them in one go, and hears of each a little before its turn, so that it can ask
//! memory for what the record touches ([`Observer::ahead`]). It sees the same records with the same instants in the same order.

use super::slab::Slab;
use crate::model::{Allocation, Job, JobSlot, LaneId, Outcome, PoolId, SiteId, Totals};
use crate::network::{FlowKey, LaneRate};
use crate::observe::{Observer, Record, Violation};
use crate::units::{Bytes, SimTime};
use std::ops::Range;
use std::sync::Arc;

/// So many records are kept at most.
pub(super) const BATCH: usize = 128;
/// So many records before a record's turn an observer hears of it.
const AHEAD: usize = 4;

/// A record that is kept: jobs by their slots, which are not given to others before it is out.
#[derive(Debug)]
pub(super) enum Told {
    /// [`Record::Submitted`].
    Submitted(JobSlot),
    /// [`Record::Brokered`].
    Brokered(JobSlot, PoolId),
    /// [`Record::FlowStarted`].
    FlowStarted { flow: FlowKey, job: JobSlot, from: SiteId, to: SiteId, lanes: Arc<[LaneId]>, bytes: Bytes },
    /// [`Record::Queued`].
    Queued(JobSlot, PoolId),
    /// [`Record::Started`].
    Started { job: JobSlot, pool: PoolId, allocation: Allocation, held: Totals },
    /// [`Record::Ended`].
    Ended { job: JobSlot, pool: PoolId, allocation: Allocation, held: Totals, started: SimTime },
    /// [`Record::Finished`]: of a job that will not change any more.
    Finished(JobSlot, Outcome),
    /// Any record that refers to nothing.
    Plain(Record<'static>),
    /// Rates of lanes that changed at one instant, by their places in the list of all that are kept.
    Rates(Range<usize>),
}

/// Records and when they happened.
#[derive(Debug, Default)]
struct Kept {
    records: Vec<(SimTime, Told)>,
    rates: Vec<LaneRate>,
}

/// All observers of a run, and what they are still to be told.
pub(super) struct Emit<'o, 'a> {
    observers: &'a mut [&'o mut dyn Observer],
    now: SimTime,
    kept: Kept,
    most: usize,
}

impl<'o, 'a> Emit<'o, 'a> {
    /// `most` records are kept at a time; with 1 each is told at once.
    pub(super) fn new(observers: &'a mut [&'o mut dyn Observer], most: usize) -> Self {
        Self { observers, now: SimTime::ZERO, kept: Kept::default(), most }
    }

    /// Moves the stream's clock.
    pub(super) const fn advance(&mut self, now: SimTime) {
        self.now = now;
    }

    /// Tells a record at once, after all that are kept.
    pub(super) fn record(&mut self, jobs: &Slab, record: &Record<'_>) -> Result<(), Violation> {
        self.flush(jobs)?;
        self.observers.iter_mut().try_for_each(|observer| observer.record(self.now, record))
    }

    /// Keeps a record.
    pub(super) fn keep(&mut self, jobs: &Slab, told: Told) -> Result<(), Violation> {
        self.kept.records.push((self.now, told));
        if self.kept.records.len() < self.most { Ok(()) } else { self.flush(jobs) }
    }

    /// Keeps rates of lanes that changed.
    pub(super) fn lane_rates(&mut self, jobs: &Slab, rates: &[LaneRate]) -> Result<(), Violation> {
        let from = self.kept.rates.len();
        self.kept.rates.extend_from_slice(rates);
        self.keep(jobs, Told::Rates(from..self.kept.rates.len()))
    }

    /// Tells all that is kept. After a violation nothing is.
    pub(super) fn flush(&mut self, jobs: &Slab) -> Result<(), Violation> {
        if self.kept.records.is_empty() {
            return Ok(());
        }
        let Kept { records, rates } = &self.kept;
        let out: Vec<(SimTime, Out<'_>)> = records.iter().map(|(at, told)| (*at, out(told, jobs, rates))).collect();
        let told = self.observers.iter_mut().try_for_each(|observer| tell(*observer, &out));
        self.kept.records.clear();
        self.kept.rates.clear();
        told
    }
}

/// What an observer gets.
enum Out<'a> {
    Record(Record<'a>),
    Rates(&'a [LaneRate]),
}

fn tell(observer: &mut dyn Observer, all: &[(SimTime, Out<'_>)]) -> Result<(), Violation> {
    for (at, (now, out)) in all.iter().enumerate() {
        match all.get(at + AHEAD) {
            Some((_, Out::Record(soon))) => observer.ahead(soon),
            Some((_, Out::Rates(soon))) => observer.lane_rates_ahead(soon),
            None => {}
        }
        match out {
            Out::Record(record) => observer.record(*now, record)?,
            Out::Rates(rates) => observer.lane_rates(*now, rates)?,
        }
    }
    Ok(())
}

fn out<'a>(told: &'a Told, jobs: &'a Slab, rates: &'a [LaneRate]) -> Out<'a> {
    let job = |slot: JobSlot| -> &'a Job { &jobs.even_over(slot).job };
    Out::Record(match told {
        Told::Submitted(slot) => Record::Submitted { job: job(*slot) },
        Told::Brokered(slot, pool) => Record::Brokered { job: job(*slot), pool: *pool },
        Told::FlowStarted { flow, job: slot, from, to, lanes, bytes } => {
            Record::FlowStarted { flow: *flow, job: job(*slot), from: *from, to: *to, lanes, bytes: *bytes }
        }
        Told::Queued(slot, pool) => Record::Queued { job: job(*slot), pool: *pool },
        Told::Started { job: slot, pool, allocation, held } => {
            Record::Started { job: job(*slot), pool: *pool, allocation, held: *held }
        }
        Told::Ended { job: slot, pool, allocation, held, started } => {
            Record::Ended { job: job(*slot), pool: *pool, allocation, held: *held, started: *started }
        }
        Told::Finished(slot, outcome) => {
            let state = jobs.even_over(*slot);
            Record::Finished { job: &state.job, life: &state.life, outcome: *outcome }
        }
        Told::Plain(record) => *record,
        Told::Rates(range) => return Out::Rates(rates.get(range.clone()).unwrap_or_default()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Streams;
    use crate::scenario::{Input, load};
    use crate::sim::{Options, RunError, run_in_batches};

    /// All records as text; it ends the run at the one of this number.
    struct Text(Vec<String>, usize);

    impl Observer for Text {
        fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
            self.0.push(format!("{} {record:?}", now.0));
            let ends = self.0.len() == self.1;
            if ends { Err(Violation { invariant: "told", at: now, detail: String::new() }) } else { Ok(()) }
        }
    }

    fn records(name: &str, set: &[String], most: usize, end_at: usize) -> (Vec<String>, Result<(), RunError>) {
        let scenario =
            load(&Input::Embedded(name.to_owned()), set).unwrap_or_else(|out| panic!("{}", out.render(false)));
        let streams = Streams::new(scenario.run.seed, 0);
        let stack =
            scenario.stacks.values().next_back().expect("a stack").build(&scenario.platform, &streams).expect("built");
        let mut text = Text(Vec::new(), end_at);
        let observers: &mut [&mut dyn Observer] = &mut [&mut text];
        let out = Emit::new(observers, most);
        let source = scenario.source(&streams).expect("a source");
        let ran = run_in_batches(&scenario, source, stack, out, Options::default()).map(|_| ());
        (text.0, ran)
    }

    #[test]
    fn told_in_batches_or_one_by_one_it_is_the_same() {
        // With links that go down, shared copies, services, preemption and many pools.
        for (name, until) in
            [("trunk-cut", "3 d"), ("online-services", "1500 min"), ("cluster-queues", "14 h"), ("hubs-10", "14 h")]
        {
            let set = [format!("run.until={until:?}")];
            let (single, ran) = records(name, &set, 1, 0);
            assert!(ran.is_ok() && single.len() > 1000, "{name}: {} records, {ran:?}", single.len());
            for most in [2, BATCH, usize::MAX] {
                let (batches, ran) = records(name, &set, most, 0);
                assert!(ran.is_ok());
                let differs = single.iter().zip(&batches).position(|(one, other)| one != other);
                assert_eq!((differs, batches.len()), (None, single.len()), "{name} by {most}");
            }
        }
    }

    #[test]
    fn a_violation_ends_the_run_and_what_was_before_it_is_told() {
        let set = [r#"run.until="13 h""#.to_owned()];
        let (single, ran) = records("hubs-10", &set, 1, 777);
        let (batches, broken) = records("hubs-10", &set, BATCH, 777);
        assert_eq!((single.len(), &single), (777, &batches));
        assert_eq!(format!("{ran:?}"), format!("{broken:?}"));
        assert!(matches!(broken, Err(RunError::Violation(_))));
    }
}
