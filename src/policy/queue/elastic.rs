//! Moldable and malleable jobs: how many tasks a job gets is decided here, in order and without backfilling.
//!
//! A pass starts the first of the queue on its share of the free room (room over queued jobs, at least the job's least, at most what its range
//! and `least-efficiency` allow); a rigid job as it is. Where the first does not fit, malleable jobs that run give up tasks, the youngest first,
//! down to their least, as far as that lets it start; where no node could hold the first even without them, they keep what they have. When
//! the queue is empty malleable jobs grow into what is free, in shares, the oldest first. Efficiency is speed-up over tasks: with 0.5 no job gets so many tasks that half of them are in vain.
//!
//! Source: equal shares after McCann, Vaswani and Zahorjan, "A dynamic processor allocation policy for multiprogrammed
//! shared-memory multiprocessors", ACM TOCS 1993; terms after Feitelson and Rudolph, "Toward convergence in job schedulers for
//! parallel supercomputers", JSSPP 1996. Cost: a walk over the ranges of free nodes for each job started, shrunk or grown.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::order::Order;
use super::room::tasks_that_fit;
use super::waiting::Queued;
use crate::model::{Elastic, Elasticity, JobSlot, Request, Totals};
use crate::policy::view::Desk;
use crate::units::SimTime;

/// Queue that decides how many tasks elastic jobs get.
#[derive(Clone)]
pub struct ElasticQueue {
    book: Book,
    least_efficiency: f64,
    /// Malleable jobs that run, by start.
    malleable: Vec<JobSlot>,
}

impl ElasticQueue {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, estimate: Estimate, least_efficiency: f64) -> Self {
        Self { book: Book::new(order, None, estimate), least_efficiency, malleable: Vec::new() }
    }

    /// The most tasks that a job of this range is to get.
    fn most(&self, elastic: &Elastic, asked: u32) -> u32 {
        let (least, most) = elastic.range(asked);
        // Efficiency falls with tasks in both models: halves find the last number that is efficient enough.
        let (mut good, mut bad) = (least, most.saturating_add(1));
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            // What is equal but for rounding is enough.
            if elastic.efficiency(middle) >= self.least_efficiency - 1e-12 {
                good = middle;
            } else {
                bad = middle;
            }
        }
        good
    }

    /// How many tasks the first of the queue would start on now; `None` where it does not fit.
    fn share(&self, head: &Queued, desk: &dyn Desk) -> Option<u32> {
        let request = desk.request(head.job);
        let Some(elastic) = request.elastic() else {
            return (tasks_that_fit(desk.nodes(), request, request.tasks) >= request.tasks).then_some(request.tasks);
        };
        let least = elastic.range(request.tasks).0;
        let most = self.most(elastic, request.tasks);
        let all = tasks_that_fit(desk.nodes(), request, u32::MAX);
        let jobs = u32::try_from(self.book.queue().len()).unwrap_or(u32::MAX).max(1);
        (all >= least).then(|| (all / jobs).clamp(least, most.max(least)).min(all))
    }

    /// Malleable jobs give up tasks so that the first of the queue can start; whether any did.
    fn make_room(&mut self, head: &Queued, desk: &mut dyn Desk) -> bool {
        let request = desk.request(head.job);
        let wanted = request.elastic().map_or(request.tasks, |elastic| elastic.range(request.tasks).0);
        let demand = request.task.times(wanted);
        let mut possible = *desk.free();
        for job in &self.malleable {
            possible.add(&desk.request(*job).task.times(spare(*job, desk)));
        }
        if !possible.covers(&demand) || !self.could_make_room(request, wanted, desk) {
            return false;
        }
        let mut any = false;
        for job in self.malleable.iter().rev() {
            if tasks_that_fit(desk.nodes(), desk.request(head.job), wanted) >= wanted {
                break;
            }
            let give = gift(*desk.free(), desk.request(*job), spare(*job, desk), &demand);
            if give > 0 && desk.resize(*job, desk.tasks(*job) - give) {
                self.book.resize(*job, desk.tasks(*job), desk);
                any = true;
            }
        }
        any
    }

    /// Whether nodes would hold so many tasks if no malleable job ran: otherwise whoever gave up tasks for it would do so in vain.
    fn could_make_room(&self, request: &Request, wanted: u32, desk: &dyn Desk) -> bool {
        let mut nodes = desk.nodes().clone();
        for job in &self.malleable {
            if let Some(allocation) = desk.allocation(*job) {
                nodes.release(allocation, &desk.request(*job).task);
            }
        }
        tasks_that_fit(&nodes, request, wanted) >= wanted
    }

    /// Malleable jobs grow into what is free.
    fn grow(&mut self, desk: &mut dyn Desk) {
        let jobs = self.malleable.len();
        for (at, job) in self.malleable.iter().enumerate() {
            let request = desk.request(*job);
            let Some(elastic) = request.elastic() else { continue };
            let (now, most) = (desk.tasks(*job), self.most(elastic, request.tasks));
            let more = tasks_that_fit(desk.nodes(), request, u32::MAX);
            let share = more.div_ceil(u32::try_from(jobs - at).unwrap_or(u32::MAX).max(1));
            let to = now.saturating_add(share).min(most);
            if to > now && desk.resize(*job, to) {
                self.book.resize(*job, to, desk);
            }
        }
    }
}

/// Tasks that a running job can give up.
fn spare(job: JobSlot, desk: &dyn Desk) -> u32 {
    let request = desk.request(job);
    let least = request.elastic().map_or(request.tasks, |elastic| elastic.range(request.tasks).0);
    desk.tasks(job).saturating_sub(least)
}

/// The fewest tasks, at most `spare`, that bring what is free up to a demand.
fn gift(free: Totals, request: &Request, spare: u32, demand: &Totals) -> u32 {
    let enough = |tasks: u32| {
        let mut with = free;
        with.add(&request.task.times(tasks));
        with.covers(demand)
    };
    let (mut few, mut many) = (0, spare);
    while few < many {
        let middle = few + (many - few) / 2;
        if enough(middle) { many = middle } else { few = middle + 1 }
    }
    // Enough in sum, and yet no node that holds a task: a task at least.
    many.max(1).min(spare)
}

impl QueueDiscipline for ElasticQueue {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
    }

    fn started(&mut self, job: JobSlot, desk: &dyn Desk) {
        if desk.request(job).elastic().is_some_and(|elastic| elastic.kind == Elasticity::Malleable) {
            self.malleable.push(job);
        }
    }

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        self.malleable.retain(|other| *other != job);
        self.book.end(job, started, desk);
    }

    fn withdraw(&mut self, job: JobSlot) {
        self.book.withdraw(job);
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        loop {
            self.book.refresh(desk.now());
            let Some(head) = self.book.queue().first() else { break };
            let started = self.share(&head, desk).filter(|tasks| desk.start_with(head.job, *tasks));
            if let Some(tasks) = started {
                self.book.start(head.job, desk);
                self.book.resize(head.job, tasks, desk);
            } else if !self.make_room(&head, desk) {
                return;
            }
        }
        self.grow(desk);
    }

    fn len(&self) -> usize {
        self.book.queue().len()
    }

    fn next(&self) -> Option<JobSlot> {
        self.book.queue().first().map(|first| first.job)
    }
}
