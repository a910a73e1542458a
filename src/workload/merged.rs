//! One stream out of many: the synthetic classes, the single jobs and the logs of a scenario.

use super::ahead::Ahead;
use super::swf::SwfPlan;
use super::synthetic::Generator;
use super::{ClassPlan, JobSource};
use crate::model::{ClassId, Job, JobNumber};
use crate::rng::Streams;
use crate::signals::Calendar;
use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;

/// A job's place in the merged order: submission, class (ids follow names), ordinal, and the source last.
type Place = (SimTime, ClassId, u64, usize);

/// Sources merged by submission, then class, then ordinal. It gives out the job numbers, from 0.
pub struct Merged {
    sources: Vec<Ahead>,
    /// The first jobs of the sources that are not at their end.
    order: BinaryHeap<Reverse<Place>>,
    until: Option<SimTime>,
    next: u64,
    started: bool,
}

/// The jobs of a scenario: its synthetic classes, its logs and its single jobs, submitted before `until`.
///
/// `calendar` says where the start lies in the week. Other sources are added with [`Merged::with`].
///
/// # Errors
/// A log cannot be read.
pub fn source(
    classes: &[ClassPlan],
    logs: &[SwfPlan],
    jobs: &[Job],
    calendar: Calendar,
    until: Option<SimTime>,
    streams: &Streams,
) -> Result<Merged, String> {
    let mut sources: Vec<Box<dyn JobSource>> = Vec::with_capacity(classes.len() + logs.len() + 1);
    for plan in classes {
        sources.push(Box::new(Generator::new(plan, calendar, until, streams)));
    }
    for log in logs {
        sources.push(log.source(streams)?);
    }
    sources.push(Box::new(Listed::new(jobs.to_vec())));
    Ok(Merged::new(sources, until))
}

impl Merged {
    /// Merges sources, each in its own order of submission. Jobs at or after `until` are left out.
    #[must_use]
    pub fn new(sources: Vec<Box<dyn JobSource>>, until: Option<SimTime>) -> Self {
        let sources = sources.into_iter().map(|source| Ahead::new(source, until)).collect();
        Self { sources, order: BinaryHeap::new(), until, next: 0, started: false }
    }

    /// Adds a source, such as a log. Only before anything was asked of the others.
    #[must_use]
    pub fn with(mut self, source: Box<dyn JobSource>) -> Self {
        self.sources.push(Ahead::new(source, self.until));
        self
    }

    /// When the next job is submitted, `None` at the end.
    ///
    /// # Errors
    /// A source fails at its beginning.
    pub fn next_submission(&mut self) -> Result<Option<SimTime>, String> {
        self.begin()?;
        Ok(self.order.peek().map(|Reverse((submit, ..))| *submit))
    }

    /// A stream that goes on from here with the same jobs.
    ///
    /// # Errors
    /// One of its sources cannot be copied.
    pub fn copy(&self) -> Result<Self, String> {
        let sources = self.sources.iter().map(Ahead::copy).collect::<Result<_, _>>()?;
        Ok(Self { sources, order: self.order.clone(), until: self.until, next: self.next, started: self.started })
    }

    /// The first jobs of all sources, once.
    fn begin(&mut self) -> Result<(), String> {
        if std::mem::replace(&mut self.started, true) {
            return Ok(());
        }
        for (at, source) in self.sources.iter_mut().enumerate() {
            source.fill()?;
            self.order.extend(source.first().map(|job| Reverse(place(job, at))));
        }
        Ok(())
    }
}

fn place(job: &Job, source: usize) -> Place {
    (job.request.submit, job.request.class, job.ordinal, source)
}

impl JobSource for Merged {
    fn next_job(&mut self) -> Result<Option<Job>, String> {
        self.begin()?;
        let Some(mut first) = self.order.peek_mut() else { return Ok(None) };
        let Reverse((_, _, _, at)) = *first;
        let source = &mut self.sources[at];
        let mut job = source.take();
        source.fill()?;
        // The source's next job takes the place of this one in the order: one search down, where there would be one for each.
        match source.first() {
            Some(next) => *first = Reverse(place(next, at)),
            None => _ = PeekMut::pop(first),
        }
        if let Some(job) = &mut job {
            job.request.number = JobNumber(self.next);
            self.next += 1;
        }
        Ok(job)
    }

    fn copied(&self) -> Result<Box<dyn JobSource>, String> {
        Ok(Box::new(self.copy()?))
    }
}

/// Jobs of a list, sorted by submission, then class, then ordinal.
#[derive(Debug, Clone)]
pub struct Listed {
    jobs: std::vec::IntoIter<Job>,
}

impl Listed {
    /// The jobs of a list in any order.
    #[must_use]
    pub fn new(mut jobs: Vec<Job>) -> Self {
        jobs.sort_by_key(|job| (job.request.submit, job.request.class, job.ordinal));
        Self { jobs: jobs.into_iter() }
    }
}

impl JobSource for Listed {
    fn next_job(&mut self) -> Result<Option<Job>, String> {
        Ok(self.jobs.next())
    }

    fn copied(&self) -> Result<Box<dyn JobSource>, String> {
        Ok(Box::new(self.clone()))
    }
}
