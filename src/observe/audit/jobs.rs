//! The jobs in the system: how far each has come, and how long they wait.

use super::broken;
use super::nodes::fingerprint;
use crate::model::slots::{Key, Slots};
use crate::model::{Allocation, Input, Job, Outcome, Platform, Pool, PoolId, Totals};
use crate::observe::{Life, Violation};
use crate::units::{Bytes, SimTime};

/// An instant that may never come, in the place of one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(SimTime);

impl Moment {
    pub(super) const NEVER: Self = Self(SimTime::MAX);

    pub(super) const fn get(self) -> Option<SimTime> {
        if self.came() { Some(self.0) } else { None }
    }

    const fn came(self) -> bool {
        self.0.0 != SimTime::MAX.0
    }
}

impl Default for Moment {
    fn default() -> Self {
        Self::NEVER
    }
}

impl std::fmt::Debug for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.get().fmt(f)
    }
}

/// Bytes that lie anywhere in a structure of smaller numbers.
#[derive(Debug, Clone, Copy, Default)]
#[repr(Rust, packed(8))]
struct Carried(u128);

/// What has been told of a job. Small: thousands lie all over the memory.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Story {
    pub(super) pool: Option<PoolId>,
    brokered: Moment,
    staged: Moment,
    /// When it first started.
    pub(super) started: Moment,
    /// When its present attempt began.
    since: Moment,
    ended: Moment,
    attempts: u32,
    preemptions: u32,
    resizes: u32,
    /// Tasks it runs on.
    tasks: u32,
    /// When it began to run on so many.
    since_tasks: SimTime,
    /// Time on its nodes, in ns.
    ran: u64,
    /// The same, at its rate on other numbers of tasks.
    computed: f64,
    /// Fingerprint of the allocation it holds.
    holding: u64,
    /// Its flows under way.
    flows: u32,
    /// Bytes of its flows that ended: before it was staged, then after that.
    carried: Carried,
}

/// All jobs in the system.
#[derive(Debug, Clone)]
pub(super) struct JobBook {
    stories: Slots<Story>,
    last: Option<u64>,
    waiting: u64,
    waiting_since: SimTime,
    /// Integral of the number waiting.
    waiting_nanos: u128,
    /// Sum of the waits told.
    waits: u128,
}

impl JobBook {
    /// Brings what is kept of a job into the caches.
    pub(super) fn bring(&self, job: Key) {
        self.stories.bring(job);
    }

    pub(super) fn new() -> Self {
        Self { stories: Slots::new(), last: None, waiting: 0, waiting_since: SimTime::ZERO, waiting_nanos: 0, waits: 0 }
    }

    pub(super) fn submit(&mut self, now: SimTime, job: &Job) -> Result<(), Violation> {
        let number = job.request.number.0;
        if let Some(last) = self.last.filter(|last| *last >= number) {
            return Err(broken("submitted-once", now, format!("job {number} submitted after job {last}")));
        }
        if job.request.submit > now {
            let detail = format!("job {number} of {} ns submitted at {} ns", job.request.submit.0, now.0);
            return Err(broken("life-order", now, detail));
        }
        self.last = Some(number);
        if !self.stories.insert(job.key(), Story::default()) {
            return Err(broken("submitted-once", now, format!("job {number} is submitted in the place of another")));
        }
        self.integrate(now);
        self.waiting += 1;
        Ok(())
    }

    /// The story of a job in the system.
    pub(super) fn story(&mut self, now: SimTime, job: &Job) -> Result<&mut Story, Violation> {
        let last = self.last;
        self.stories.get_mut(job.key()).ok_or_else(|| unknown(now, last, job.request.number.0))
    }

    /// The story of a job that may have finished.
    pub(super) fn story_if_there(&mut self, job: Key) -> Option<&mut Story> {
        self.stories.get_mut(job)
    }

    pub(super) fn start(
        &mut self,
        now: SimTime,
        job: &Job,
        pool: PoolId,
        (holding, tasks): (u64, u64),
    ) -> Result<(), Violation> {
        let number = job.request.number.0;
        let story = self.story(now, job)?;
        if !story.staged.came() {
            let detail = format!("job {number} started, but was never queued");
            return Err(broken("staged-before-start", now, detail));
        }
        story.at(now, number, pool, !story.since.came() && !story.ended.came())?;
        let first = !story.started.came();
        if first {
            story.started = Moment(now);
        }
        (story.since, story.since_tasks, story.holding) = (Moment(now), now, holding);
        story.tasks = u32::try_from(tasks).unwrap_or(u32::MAX);
        story.attempts += 1;
        if first {
            self.integrate(now);
            self.waiting -= 1;
        }
        Ok(())
    }

    /// Takes a job out.
    pub(super) fn finish(
        &mut self,
        now: SimTime,
        job: &Job,
        life: &Life,
        outcome: Outcome,
        platform: &Platform,
    ) -> Result<Story, Violation> {
        let number = job.request.number.0;
        let story = self.stories.remove(job.key()).ok_or_else(|| unknown(now, self.last, number))?;
        if !story.started.came() {
            self.integrate(now);
            self.waiting -= 1;
        }
        self.waits += u128::from(life.started.unwrap_or(now).since(job.request.submit).0);
        story.check_life(now, number, life)?;
        story.check_outcome(now, job, life, outcome, platform)?;
        if let Some(pool) = story.pool {
            story.check_work(now, job, life, outcome, &platform.pools[pool.index()])?;
        }
        Ok(story)
    }

    /// Judges the end of the run.
    pub(super) fn run_ended(&mut self, now: SimTime) -> Result<(), Violation> {
        if let Some(number) = self.stories.least() {
            let detail = format!("{} jobs without an outcome, among them {number}", self.stories.len());
            return Err(broken("one-outcome", now, detail));
        }
        if self.waiting_nanos == self.waits {
            return Ok(());
        }
        let detail = format!("{} ns by the number waiting, {} ns by the jobs", self.waiting_nanos, self.waits);
        Err(broken("waiting-integral", now, detail))
    }

    fn integrate(&mut self, now: SimTime) {
        self.waiting_nanos += u128::from(self.waiting) * u128::from(now.since(self.waiting_since).0);
        self.waiting_since = now;
    }
}

/// A job that is not in the system: either it never was, or its story is over.
fn unknown(now: SimTime, last: Option<u64>, number: u64) -> Violation {
    if last.is_some_and(|last| number <= last) {
        broken(
            "one-outcome",
            now,
            format!("something is told of job {number}, whose story is over, or which is elsewhere"),
        )
    } else {
        broken("job-known", now, format!("something is told of job {number}, which was never submitted"))
    }
}

impl Story {
    pub(super) fn brokered(&mut self, now: SimTime, number: u64, pool: PoolId) -> Result<(), Violation> {
        if self.brokered.came() {
            return Err(out_of_order(now, number, self));
        }
        (self.brokered, self.pool) = (Moment(now), Some(pool));
        Ok(())
    }

    pub(super) fn queued(
        &mut self,
        now: SimTime,
        job: &Job,
        pool: PoolId,
        platform: &Platform,
    ) -> Result<(), Violation> {
        let number = job.request.number.0;
        self.at(now, number, pool, self.brokered.came() && !self.staged.came())?;
        if self.flows > 0 {
            let detail = format!("job {number} queued with {} flows of its input under way", self.flows);
            return Err(broken("staged-before-start", now, detail));
        }
        let asked = match job.request.input {
            Input::None => Bytes::ZERO,
            Input::From(site, bytes) if site != platform.site_of(pool) => bytes,
            Input::From(..) => Bytes::ZERO,
            // A replica may be there, or another job's copy.
            Input::Dataset(_) if { self.carried.0 } == 0 => Bytes::ZERO,
            Input::Dataset(dataset) => platform.datasets[dataset.index()].size,
        };
        if asked.0 != self.carried.0 {
            let detail = format!("job {number} queued with {} bytes of {}", { self.carried.0 }, asked.0);
            return Err(broken("bytes-delivered", now, detail));
        }
        (self.staged, self.carried) = (Moment(now), Carried(0));
        Ok(())
    }

    /// Whether it runs in a pool, as what is told next needs.
    pub(super) fn runs_at(&self, now: SimTime, job: &Job, pool: PoolId) -> Result<(), Violation> {
        self.at(now, job.request.number.0, pool, self.since.came() && !self.ended.came())
    }

    /// Whether it holds what it is told to give back, since its present attempt began.
    pub(super) fn held_as_told(
        &self,
        now: SimTime,
        job: &Job,
        allocation: &Allocation,
        (held, started): (&Totals, Option<SimTime>),
    ) -> Result<(), Violation> {
        let same = self.holding == fingerprint(allocation)
            && started.is_none_or(|started| self.since == Moment(started))
            && *held == job.request.task.times(self.tasks);
        if same {
            return Ok(());
        }
        let (number, since) = (job.request.number.0, started.map_or(0, |at| at.0));
        let detail = format!("job {number} gives back {allocation:?}, holding {held:?} since {since} ns");
        Err(broken("allocation-held", now, detail))
    }

    /// A job that runs ended.
    pub(super) fn ended(&mut self, now: SimTime, job: &Job) {
        self.rest(now, job);
        self.since = Moment::NEVER;
        self.ended = Moment(now);
    }

    /// A job that runs was interrupted.
    pub(super) fn preempted(&mut self, now: SimTime, job: &Job) {
        self.rest(now, job);
        self.since = Moment::NEVER;
        self.preemptions += 1;
    }

    pub(super) fn resized(
        &mut self,
        now: SimTime,
        job: &Job,
        pool: PoolId,
        (holding, tasks): (u64, u64),
    ) -> Result<(), Violation> {
        self.runs_at(now, job, pool)?;
        self.rest(now, job);
        (self.holding, self.tasks) = (holding, u32::try_from(tasks).unwrap_or(u32::MAX));
        self.resizes += 1;
        Ok(())
    }

    /// Adds what it did on its present tasks.
    fn rest(&mut self, now: SimTime, job: &Job) {
        let request = &job.request;
        let nanos = now.since(self.since_tasks).0;
        let rate = request.elastic().map_or(1.0, |elastic| elastic.rate(self.tasks, request.tasks));
        self.ran += nanos;
        self.computed += nanos as f64 * rate;
        self.since_tasks = now;
    }

    /// Whether a job that is through did just its work, beside what was lost and what checkpoints took.
    fn check_work(&self, now: SimTime, job: &Job, life: &Life, outcome: Outcome, pool: &Pool) -> Result<(), Violation> {
        let request = &job.request;
        let work = match outcome {
            Outcome::Completed => &job.truth.work,
            Outcome::Killed => &request.requested,
            _ => return Ok(()),
        };
        let Some(work) = pool.duration(work, request) else { return Ok(()) };
        let beside = life.lost.0.saturating_add(life.overhead.0);
        let same = match (request.elastic(), request.checkpoint()) {
            // Whole nanoseconds at the rate 1.
            (None, _) => self.ran == work.0.saturating_add(beside),
            // Each change rounds to a nanosecond, at most at the largest rate.
            (Some(elastic), None) => {
                let most = elastic.rate(elastic.range(request.tasks).1, request.tasks).max(1.0);
                let off = (self.computed - beside as f64 - work.0 as f64).abs();
                off <= f64::from(self.resizes + self.attempts + 1) * 2.0 * most + work.0 as f64 * 1e-9
            }
            (Some(_), Some(_)) => self.ran >= beside,
        };
        if same {
            return Ok(());
        }
        let detail = format!(
            "job {} computed {} ns in {} ns on its nodes, of {} ns; {} ns lost and {} ns overhead",
            request.number.0, self.computed, self.ran, work.0, life.lost.0, life.overhead.0
        );
        Err(broken("work-conserved", now, detail))
    }

    pub(super) fn flow_started(&mut self, now: SimTime, number: u64) -> Result<(), Violation> {
        let staging = self.brokered.came() && !self.staged.came();
        if !staging && !self.ended.came() {
            return Err(out_of_order(now, number, self));
        }
        self.flows += 1;
        Ok(())
    }

    pub(super) fn flow_ended(&mut self, bytes: u128) {
        self.flows = self.flows.saturating_sub(1);
        self.carried.0 += bytes;
    }

    /// The next step must be due, and at the pool where the job was placed.
    fn at(&self, now: SimTime, number: u64, pool: PoolId, due: bool) -> Result<(), Violation> {
        if due && self.pool == Some(pool) {
            return Ok(());
        }
        Err(out_of_order(now, number, self))
    }

    fn check_life(&self, now: SimTime, number: u64, life: &Life) -> Result<(), Violation> {
        let same = life.brokered == self.brokered.get()
            && life.staged == self.staged.get()
            && life.ended == self.ended.get()
            && life.started == self.started.get()
            && life.attempt == self.attempts
            && life.preemptions == self.preemptions
            && life.resizes == self.resizes
            && (self.since.came() || life.ran.0 == self.ran)
            && (self.pool.is_none() || life.pool == self.pool)
            && life.delivered.is_none_or(|at| at <= now && self.ended.0 <= at);
        if same {
            return Ok(());
        }
        Err(broken("life-told", now, format!("job {number}: {life:?}, but what was told is {self:?}")))
    }

    fn check_outcome(
        &self,
        now: SimTime,
        job: &Job,
        life: &Life,
        outcome: Outcome,
        platform: &Platform,
    ) -> Result<(), Violation> {
        let number = job.request.number.0;
        let fits = match outcome {
            Outcome::Completed => self.ended.came() && life.delivered.is_some() && self.flows == 0,
            Outcome::Rejected(_) => !self.started.came(),
            Outcome::Killed | Outcome::Lost => self.started.came() && self.ended.came(),
            Outcome::Unfinished => true,
        };
        if !fits {
            return Err(broken("outcome-fits", now, format!("job {number} is {}, but {self:?}", outcome.word())));
        }
        let (Outcome::Completed, Some(pool), Some(to)) = (outcome, self.pool, job.request.output_to) else {
            return Ok(());
        };
        let asked = if to == platform.site_of(pool) { 0 } else { job.request.output.0 };
        if asked != self.carried.0 {
            let detail = format!("job {number} completed with {} bytes of output of {asked}", { self.carried.0 });
            return Err(broken("bytes-delivered", now, detail));
        }
        Ok(())
    }
}

fn out_of_order(now: SimTime, number: u64, story: &Story) -> Violation {
    broken("life-order", now, format!("job {number} cannot come to this yet or any more: {story:?}"))
}
