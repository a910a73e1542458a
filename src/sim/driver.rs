//! The loop: the next instant, all its events, then the decisions; again while that changes something at the same instant.
//!
//! ```text
//! repeat   t = earliest of the agenda and the network            none -> end
//!          apply all events of t in the order of their classes
//!          services are placed and scaled
//!          the broker decides on the jobs that ask, then the queues of the pools that were touched
//!          once more while something is due at t again
//! ```

use super::ahead;
use super::desk::Action;
use super::emit::Emit;
use super::error::RunError;
use super::options::{Decide, Options, Progress};
use super::recorder::Watching;
use super::world::World;
use crate::engine::Class;
use crate::model::{JobSlot, LinkId, PoolId};
use crate::network::{FlowKey, NetworkModel};
use crate::policy::Stack;
use crate::scenario::{PlannedChange, RunPlan, Scenario};
use crate::units::{SimDuration, SimTime};
use crate::workload::Merged;
use std::sync::Arc;

/// What can be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    /// The warm-up is over.
    WindowOpens,
    /// A running job ends.
    JobEnds(JobSlot),
    /// A transfer's latency is over.
    FlowBegins(JobSlot),
    /// A change that the scenario plans, by its place in the list.
    Planned(usize),
    /// The closed share of a pool may change.
    PoolSeries(PoolId),
    /// The background of a link changes.
    LinkSeries(LinkId),
    /// The rate of a service changes, or a signal that it follows.
    ServiceSeries,
    /// The next job of the source is submitted.
    Submission,
    /// A job's broker wanted to be asked again.
    Ask(JobSlot),
    /// A job's data may be sent.
    Stage(JobSlot),
    /// The broker's period.
    Period,
    /// Centers publish their summaries.
    Publish,
    /// A queue discipline wanted to be asked again.
    QueueWake(PoolId),
}

impl Event {
    /// Whether it comes again and again by itself, whatever jobs do.
    pub(super) const fn recurs(self) -> bool {
        matches!(self, Self::PoolSeries(_) | Self::LinkSeries(_) | Self::ServiceSeries | Self::Publish)
    }
}

/// Rounds at one instant without any job moving on that count as a livelock.
const ROUNDS_MAX: u32 = 1000;
/// Signals repeat after a week at most: after so long without any job moving on, nothing ever will.
const STANDSTILL: SimDuration = SimDuration(8 * SimDuration::DAY.0);
/// Why the loop came back.
pub(super) enum Stop {
    /// Nothing is left to do up to the instant that was asked for.
    Time,
    /// So many events are handled.
    Events,
    /// The run is over.
    Ended,
}

/// A run under way. `'o` is what it borrows: observers, and what its options refer to.
pub(super) struct Driver<'o> {
    pub(super) run: RunPlan,
    pub(super) changes: Arc<[PlannedChange]>,
    pub(super) world: World,
    pub(super) stack: Stack,
    pub(super) out: Emit<'o>,
    pub(super) source: Merged,
    /// Whether the source has no more jobs.
    exhausted: bool,
    pub(super) options: Options<'o>,
    /// The last instant at which a job moved on or an event came that does not recur.
    moved_at: SimTime,
    ended: Vec<FlowKey>,
    /// What the queue of one pool did; empty but while it is asked.
    pub(super) actions: Vec<Action>,
    /// Flows of jobs that are to be explained; `None` where none is.
    pub(super) watching: Option<Watching>,
    pub(super) next_flow: ahead::NextFlow,
}

impl<'o> Driver<'o> {
    pub(super) fn new(scenario: &Scenario, stack: Stack, out: Emit<'o>, source: Merged, options: Options<'o>) -> Self {
        Self {
            run: scenario.run.clone(),
            changes: scenario.changes.clone().into(),
            world: World::new(scenario, options.rules.same_instant),
            stack,
            out,
            source,
            exhausted: false,
            watching: options.explain.map(|_| Watching::default()),
            options,
            moved_at: SimTime::ZERO,
            ended: Vec::new(),
            actions: Vec::new(),
            next_flow: ahead::NextFlow::default(),
        }
    }

    /// The same run once more, from here on apart: only between two instants, with everything flushed.
    pub(super) fn fork(&self) -> Result<Self, RunError> {
        let borrowed = || RunError::Fork("an observer is borrowed; let the run own a clone of it".to_owned());
        Ok(Self {
            run: self.run.clone(),
            changes: Arc::clone(&self.changes),
            world: self.world.clone(),
            stack: self.stack.clone(),
            out: self.out.fork().ok_or_else(borrowed)?,
            source: self.source.copy().map_err(RunError::Fork)?,
            exhausted: self.exhausted,
            watching: self.watching.clone(),
            options: self.options,
            moved_at: self.moved_at,
            ended: Vec::new(),
            actions: Vec::new(),
            next_flow: self.next_flow,
        })
    }

    /// Goes on until all instants up to `time` are handled, or at least so many `events` in all. It comes back between two instants only.
    pub(super) fn advance(&mut self, time: SimTime, events: u64) -> Result<Stop, RunError> {
        let until = self.run.until;
        loop {
            let next = match (self.world.agenda.next_time(), self.world.network.next_change()) {
                (Some(event), Some(change)) => Some(event.min(change)),
                (event, change) => event.or(change),
            };
            let idle = self.world.jobs.len() == 0 && self.exhausted;
            let stop = match (next, until) {
                (None, _) => true,
                (Some(next), Some(until)) if next > until => idle || !self.run.drain,
                (Some(_), Some(_)) => false,
                (Some(_), None) => idle,
            };
            let next = next.filter(|next| !stop && !self.stands_still(*next));
            let Some(next) = next.filter(|next| *next <= SimTime::END) else {
                let last = next.map_or(self.world.now, |_| SimTime::END);
                let end = until.map_or(last, |until| last.max(until));
                if time < end {
                    return Ok(Stop::Time);
                }
                self.close(end)?;
                return Ok(Stop::Ended);
            };
            if next > time {
                return Ok(Stop::Time);
            }
            self.instant(next)?;
            if self.world.stats.events >= events {
                return Ok(Stop::Events);
            }
        }
    }

    /// Whether only signals would go on changing, and all of them have been through their periods.
    fn stands_still(&self, next: SimTime) -> bool {
        self.world.single == 0
            && self.world.network.in_flight() == 0
            && next.since(self.moved_at) > STANDSTILL
            && self.run.until.is_none_or(|until| next > until)
    }

    /// One instant: events, decisions, and again while they cause something now.
    fn instant(&mut self, now: SimTime) -> Result<(), RunError> {
        self.world.now = now;
        self.world.agenda.advance(now);
        self.out.advance(now);
        let (mut rounds, mut advanced) = (0, self.world.advanced);
        loop {
            self.events(now)?;
            self.look_ahead();
            self.decide()?;
            self.settle_deferred()?;
            self.world.stats.rounds += 1;
            self.tell_lanes()?;
            let again = self.world.agenda.next_time() == Some(now) || self.world.network.next_change() == Some(now);
            if self.world.advanced != advanced {
                (rounds, advanced) = (0, self.world.advanced);
                self.moved_at = now;
            }
            if !again {
                return Ok(());
            }
            rounds += 1;
            if rounds > ROUNDS_MAX {
                return Err(RunError::Livelock { at: now, rounds });
            }
        }
    }

    /// All events that are due, in the order of their classes; flows that ended are releases.
    fn events(&mut self, now: SimTime) -> Result<(), RunError> {
        let releases = self.options.rules.same_instant.rank(Class::Release);
        while self.world.agenda.due_rank().is_some_and(|rank| rank < releases) {
            self.next_event()?;
            self.decide_per_event()?;
        }
        let mut ended = std::mem::take(&mut self.ended);
        self.world.network.advance(now, &mut ended);
        for key in ended.drain(..) {
            self.world.stats.events += 1;
            self.flow_ended(key)?;
            self.decide_per_event()?;
        }
        self.ended = ended;
        while self.world.agenda.due_rank().is_some() {
            self.next_event()?;
            self.decide_per_event()?;
        }
        Ok(())
    }

    fn decide(&mut self) -> Result<(), RunError> {
        if !self.world.asking.is_empty() || !self.world.platform.services.is_empty() {
            self.world.summarize_touched();
        }
        // Services take their nodes before any job does.
        self.settle_services()?;
        self.ask_broker()?;
        self.decide_pools()?;
        // They also get what jobs gave up in this pass.
        self.settle_services()
    }

    fn decide_per_event(&mut self) -> Result<(), RunError> {
        match self.options.rules.decide {
            Decide::PerInstant => Ok(()),
            Decide::PerEvent => self.decide(),
        }
    }

    fn next_event(&mut self) -> Result<(), RunError> {
        let Some(event) = self.world.agenda.pop_due() else { return Ok(()) };
        self.world.stats.events += 1;
        if !event.recurs() {
            self.world.single -= 1;
            self.moved_at = self.world.now;
        }
        match event {
            Event::WindowOpens => self.open_window()?,
            Event::JobEnds(slot) => self.job_ends(slot)?,
            Event::FlowBegins(slot) => self.flow_begins(slot)?,
            Event::Planned(number) => self.planned(number)?,
            Event::PoolSeries(pool) => self.pool_series(pool)?,
            Event::LinkSeries(link) => self.link_series(link)?,
            Event::ServiceSeries => self.service_series(),
            Event::Submission => self.submission()?,
            Event::Ask(slot) => self.world.asking.push(slot),
            Event::Stage(slot) => self.stage(slot)?,
            Event::Period => self.world.period = None,
            Event::Publish => self.publish(),
            Event::QueueWake(pool) => self.wake_queue(pool),
        }
        Ok(())
    }

    /// Rates that changed go into the record stream.
    fn tell_lanes(&mut self) -> Result<(), RunError> {
        let mut changed = std::mem::take(&mut self.world.changed_lanes);
        self.world.network.changed_lanes(&mut changed);
        if !changed.is_empty() {
            self.out.lane_rates(&self.world.jobs, &changed)?;
            self.tell_flows(&changed)?;
            changed.clear();
        }
        self.world.changed_lanes = changed;
        Ok(())
    }

    /// Where the run is, at an instant that it has reached.
    pub(super) fn progress(&self, now: SimTime) -> Progress {
        let stats = &self.world.stats;
        Progress {
            now,
            events: stats.events,
            submitted: stats.jobs,
            finished: stats.jobs - self.world.jobs.len() as u64,
            flows: self.world.network.in_flight(),
        }
    }

    /// Plans the submission of the source's next job.
    pub(super) fn plan_submission(&mut self) -> Result<(), RunError> {
        match self.source.next_submission().map_err(RunError::Source)? {
            Some(at) => self.world.schedule_submission(at),
            None => self.exhausted = true,
        }
        Ok(())
    }
}
