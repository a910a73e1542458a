//! A source read some jobs ahead.

use super::JobSource;
use crate::model::Job;
use crate::units::SimTime;
use std::collections::VecDeque;

/// So many jobs are drawn or read in one go at most.
const MOST: usize = 32;

/// A source and its next jobs. They are made in batches: what makes them is at hand in the processor's caches for all but the first of a
/// batch. The first batch is of one job and each is twice as large as the one before, so that a source of few jobs makes few in vain.
pub(super) struct Ahead {
    source: Box<dyn JobSource>,
    /// Jobs at or after it are left out.
    until: Option<SimTime>,
    /// The next jobs.
    jobs: VecDeque<Job>,
    /// The submission of the last job that was made.
    last: SimTime,
    /// How large the next batch is.
    batch: usize,
    /// What comes behind the jobs that were made: more, the end, or an error.
    then: Then,
}

#[derive(Clone)]
enum Then {
    More,
    End,
    Error(String),
}

impl Ahead {
    pub(super) fn new(source: Box<dyn JobSource>, until: Option<SimTime>) -> Self {
        Self { source, until, jobs: VecDeque::new(), last: SimTime::ZERO, batch: 1, then: Then::More }
    }

    /// The same source with the same jobs ahead.
    pub(super) fn copy(&self) -> Result<Self, String> {
        let Self { source, until, jobs, last, batch, then } = self;
        let source = source.copied()?;
        Ok(Self { source, until: *until, jobs: jobs.clone(), last: *last, batch: *batch, then: then.clone() })
    }

    /// The next job, which stays: `None` at the end of the source and before the first [`Ahead::fill`].
    pub(super) fn first(&self) -> Option<&Job> {
        self.jobs.front()
    }

    /// Takes the first job, if one is there; then [`Ahead::fill`] is due.
    pub(super) fn take(&mut self) -> Option<Job> {
        self.jobs.pop_front()
    }

    /// Sees to it that [`Ahead::first`] is the next job.
    ///
    /// # Errors
    /// What comes behind the job that was taken last cannot be read, or is not in order.
    pub(super) fn fill(&mut self) -> Result<(), String> {
        if self.jobs.is_empty() { self.make() } else { Ok(()) }
    }

    fn make(&mut self) -> Result<(), String> {
        while self.jobs.len() < self.batch && matches!(self.then, Then::More) {
            // A job is large, and goes from there right into its place.
            match self.source.next_job() {
                Ok(Some(job)) if self.is_next(&job) => self.jobs.push_back(job),
                Ok(Some(_)) => {}
                Ok(None) => self.then = Then::End,
                Err(error) => self.then = Then::Error(error),
            }
        }
        self.batch = (2 * self.batch).min(MOST);
        match std::mem::replace(&mut self.then, Then::End) {
            Then::Error(error) if self.jobs.is_empty() => Err(error),
            then => {
                self.then = then;
                Ok(())
            }
        }
    }

    /// Whether a job of the source comes next: it is in order, and there in time.
    fn is_next(&mut self, job: &Job) -> bool {
        let submit = job.request.submit;
        if submit < self.last {
            self.then = Then::Error(format!(
                "a source of jobs is not in the order of submission: {} follows {}",
                submit.since(SimTime::ZERO),
                self.last.since(SimTime::ZERO)
            ));
        } else if self.until.is_some_and(|until| submit >= until) {
            self.then = Then::End;
        } else {
            self.last = submit;
            return true;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::sample::job;

    /// Jobs at these instants, then an error or the end; it counts what was asked of it.
    struct Scripted(Vec<u64>, Option<&'static str>, std::sync::Arc<std::sync::atomic::AtomicUsize>);

    impl JobSource for Scripted {
        fn next_job(&mut self) -> Result<Option<Job>, String> {
            let at = self.2.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            match (self.0.get(at), self.1) {
                (Some(submit), _) => Ok(Some(job(at as u64, SimTime(*submit)))),
                (None, Some(error)) => Err(error.to_owned()),
                (None, None) => Ok(None),
            }
        }
    }

    /// The instants of the jobs, how it ended, and how many jobs were asked for before the first was taken and in all.
    fn all(
        instants: &[u64],
        error: Option<&'static str>,
        until: Option<u64>,
    ) -> (Vec<u64>, Option<String>, usize, usize) {
        let asked = std::sync::Arc::default();
        let scripted = Scripted(instants.to_vec(), error, std::sync::Arc::clone(&asked));
        let mut ahead = Ahead::new(Box::new(scripted), until.map(SimTime));
        let asked = || asked.load(std::sync::atomic::Ordering::Relaxed);
        let (mut taken, mut first) = (Vec::new(), None);
        loop {
            let shown = ahead.first().map(|job| job.request.submit.0);
            let taken_now = ahead.take();
            match ahead.fill().map(|()| taken_now) {
                Err(error) => return (taken, Some(error), first.unwrap_or(0), asked()),
                Ok(job) => {
                    assert_eq!(job.as_ref().map(|job| job.request.submit.0), shown);
                    taken.extend(shown);
                }
            }
            first = first.or(Some(asked()));
            if ahead.first().is_none() {
                return (taken, None, first.unwrap_or(0), asked());
            }
        }
    }

    #[test]
    fn jobs_come_in_order_and_no_more_are_made_than_twice_the_ones_taken() {
        let instants: Vec<u64> = (0..1000).map(|at| at / 3).collect();
        assert_eq!(all(&instants, None, None), (instants.clone(), None, 1, 1001));
        let before: Vec<u64> = instants.iter().copied().filter(|at| *at < 100).collect();
        assert_eq!(
            all(&instants, None, Some(100)),
            (before, None, 1, 301),
            "the first one at the end is looked at, no further"
        );
        assert_eq!(all(&[], None, None), (vec![], None, 1, 1));
        assert_eq!(all(&[5], None, Some(5)), (vec![], None, 1, 1));
    }

    #[test]
    fn an_error_comes_with_the_job_before_it_and_not_earlier() {
        let instants: Vec<u64> = (0..40).collect();
        let (taken, error, ..) = all(&instants, Some("line 41 is broken"), None);
        assert_eq!((taken, error.as_deref()), ((0..39).collect(), Some("line 41 is broken")));
        let (taken, error, ..) = all(&[1, 4, 9, 8], None, None);
        let text = "a source of jobs is not in the order of submission: 8 ns follows 9 ns";
        assert_eq!((taken, error.as_deref()), (vec![1, 4], Some(text)));
        assert_eq!(all(&[], Some("empty"), None).1.as_deref(), Some("empty"));
    }
}
