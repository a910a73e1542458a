//! A run that can be stepped.

use super::driver::{Driver, Stop};
use super::emit::{self, Emit};
use super::error::RunError;
use super::listener::Listener;
use super::options::{Options, Progress, RunStats};
use crate::observe::Observer;
use crate::policy::Stack;
use crate::rng::Streams;
use crate::scenario::Scenario;
use crate::units::SimTime;
use crate::workload::Merged;
use std::sync::atomic::Ordering;

/// Events between two looks at [`Options::interrupt`].
const LOOK_EVERY: u64 = 4096;

/// Why a run came to a stop. It always does so between two instants, and observers have every record up to there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pause {
    /// All events up to and at this instant are handled. [`Simulation::run_until`] asked for that.
    Until(SimTime),
    /// At least as many events are handled as [`Simulation::run_events`] asked for.
    Events,
    /// The run is over.
    Ended(RunStats),
}

/// How far a run has come.
#[derive(Debug, Clone)]
enum State {
    New,
    UnderWay,
    Ended(RunStats),
    Failed(RunError),
}

/// A scenario under one stack of policies, as a run that goes on step by step.
///
/// It owns what it needs: policies, the source of jobs, and the observers that were given to it. `'o` is what it borrows: observers of the caller
/// and what the [`Options`] refer to. Pauses change nothing: the run has the same results however often and wherever it is stopped.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use eastwest::observe::Metrics;
/// use eastwest::rng::Streams;
/// use eastwest::scenario::{Input, load};
/// use eastwest::sim::{Options, Pause, Simulation};
/// use eastwest::units::SimTime;
///
/// let input = Input::Embedded("two-centers".to_owned());
/// let scenario = load(&input, &[]).map_err(|problems| problems.render(false))?;
/// let streams = Streams::new(scenario.run.seed, 0);
/// let stack = scenario.stacks["west"].build(&scenario.platform, &streams)?;
/// let mut simulation = Simulation::new(&scenario, stack, Options::default())?;
/// simulation.add_observer(Metrics::new(scenario.platform.clone()));
///
/// let pause = simulation.run_until(SimTime::from_secs(3600))?;
/// assert_eq!(pause, Pause::Until(SimTime::from_secs(3600)));
/// assert!(simulation.progress().submitted > 0);
///
/// if let Pause::Ended(stats) = simulation.advance()? {
///     let metrics = simulation.observer::<Metrics>().expect("it was added");
///     assert_eq!(metrics.summary(stats.end).utilization, Some(0.5));
/// }
/// # Ok(())
/// # }
/// ```
pub struct Simulation<'o> {
    driver: Driver<'o>,
    state: State,
    /// The latest instant up to which all is handled.
    reached: SimTime,
}

impl<'o> Simulation<'o> {
    /// A run that has not begun, with the jobs of the scenario.
    ///
    /// The stack is to be built with the same seed and replication (`options`), so that the draws of policies are part of the run.
    ///
    /// # Errors
    /// [`RunError::Source`] where a log of the scenario cannot be read.
    pub fn new(scenario: &Scenario, stack: Stack, options: Options<'o>) -> Result<Self, RunError> {
        let streams = Streams::new(options.seed.unwrap_or(scenario.run.seed), options.replication);
        let jobs = scenario.source(&streams).map_err(RunError::Source)?;
        Ok(Self::with_source(scenario, jobs, stack, options))
    }

    /// The same with jobs of another source than the scenario's own, such as a log.
    #[must_use]
    pub fn with_source(scenario: &Scenario, jobs: Merged, stack: Stack, options: Options<'o>) -> Self {
        Self::in_batches(scenario, jobs, stack, options, emit::BATCH)
    }

    /// With so many records in a batch.
    pub(super) fn in_batches(
        scenario: &Scenario,
        jobs: Merged,
        stack: Stack,
        options: Options<'o>,
        most: usize,
    ) -> Self {
        let driver = Driver::new(scenario, stack, Emit::new(most), jobs, options);
        Self { driver, state: State::New, reached: SimTime::ZERO }
    }

    /// Gives the run an observer, which gets each record after those that were added before it. One that is added later does not get earlier records.
    /// [`Simulation::observer`] reads it.
    pub fn add_observer<T: Observer + Clone + 'static>(&mut self, observer: T) {
        self.driver.out.add(Listener::Owned(Box::new(observer)));
    }

    /// The same with an observer of the caller, such as one that writes to a file.
    pub fn add_borrowed_observer(&mut self, observer: &'o mut dyn Observer) {
        self.driver.out.add(Listener::Borrowed(observer));
    }

    /// The first observer of a type that the run owns. At a pause it is up to date.
    #[must_use]
    pub fn observer<T: Observer + Clone + 'static>(&self) -> Option<&T> {
        self.driver.out.listeners().iter().find_map(Listener::get)
    }

    /// Runs on to the end. Once that is reached, it says so again.
    ///
    /// # Errors
    /// See [`RunError`]. A run that failed cannot go on and gives the same error again.
    pub fn advance(&mut self) -> Result<Pause, RunError> {
        self.go(SimTime::MAX, u64::MAX)
    }

    /// Runs on until all events up to and at `time` are handled. It does nothing where the run is there already.
    ///
    /// # Errors
    /// As [`Simulation::advance`].
    pub fn run_until(&mut self, time: SimTime) -> Result<Pause, RunError> {
        self.go(time, u64::MAX)
    }

    /// Runs on until at least so many more events are handled, and all of their instant: for progress bars, and for callers that have other things
    /// to do.
    ///
    /// # Errors
    /// As [`Simulation::advance`].
    pub fn run_events(&mut self, events: u64) -> Result<Pause, RunError> {
        self.go(SimTime::MAX, self.driver.world.stats.events.saturating_add(events))
    }

    /// The same run once more, from the instant that it has reached: policies, random streams, jobs and observers are copied, and neither run
    /// knows of the other from there on. Left alone, both have the same results.
    ///
    /// ```
    /// # use eastwest::observe::Metrics;
    /// # use eastwest::sim::{Pause, RunError, Simulation};
    /// # use eastwest::units::SimTime;
    /// /// The run at an instant, and the same run at its end.
    /// fn before_and_after(mut simulation: Simulation<'_>, at: SimTime) -> Result<(Metrics, Metrics), RunError> {
    ///     simulation.run_until(at)?;
    ///     let mut other = simulation.fork()?;
    ///     other.advance()?;
    ///     let of = |run: &Simulation<'_>| run.observer::<Metrics>().cloned();
    ///     Ok((of(&simulation).expect("it was added"), of(&other).expect("it was added")))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`RunError::Fork`] where an observer is borrowed, or a source of jobs cannot be copied; a run that failed gives its error again.
    pub fn fork(&self) -> Result<Self, RunError> {
        if let State::Failed(error) = &self.state {
            return Err(error.clone());
        }
        Ok(Self { driver: self.driver.fork()?, state: self.state.clone(), reached: self.reached })
    }

    /// The instant that the run has reached.
    #[must_use]
    pub const fn now(&self) -> SimTime {
        self.reached
    }

    /// Where the run is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.driver.progress(self.reached)
    }

    fn go(&mut self, time: SimTime, events: u64) -> Result<Pause, RunError> {
        match &self.state {
            State::Ended(stats) => return Ok(Pause::Ended(*stats)),
            State::Failed(error) => return Err(error.clone()),
            State::New | State::UnderWay => {}
        }
        let went = self.driver_to(time, events);
        // What happened before the run came to a stop is emitted, and a violation in it comes first.
        let flushed = self.driver.out.flush(&self.driver.world.jobs).map_err(RunError::from);
        self.reached = self.reached.max(self.driver.world.now);
        match flushed.and(went) {
            Ok(Stop::Time) => {
                self.reached = self.reached.max(time);
                Ok(Pause::Until(time))
            }
            Ok(Stop::Events) => Ok(Pause::Events),
            Ok(Stop::Ended) => {
                self.state = State::Ended(self.driver.world.stats);
                Ok(Pause::Ended(self.driver.world.stats))
            }
            Err(error) => {
                self.state = State::Failed(error.clone());
                Err(error)
            }
        }
    }

    fn driver_to(&mut self, time: SimTime, events: u64) -> Result<Stop, RunError> {
        if matches!(self.state, State::New) {
            self.state = State::UnderWay;
            self.driver.open()?;
        }
        let driver = &mut self.driver;
        loop {
            let next_look = driver.world.stats.events.saturating_add(LOOK_EVERY).min(events);
            match driver.advance(time, next_look)? {
                Stop::Events if driver.options.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) => {
                    return Err(RunError::Interrupted { at: driver.world.now });
                }
                Stop::Events if driver.world.stats.events < events => {}
                stop => return Ok(stop),
            }
        }
    }
}
