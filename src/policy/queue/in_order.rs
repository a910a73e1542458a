//! No backfilling: the first of the queue starts as soon as it fits; nobody overtakes it.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::order::Order;
use crate::model::JobSlot;
use crate::policy::view::Desk;
use crate::units::SimTime;

/// Strictly in order. A pass costs what it starts (orders that change with time: a sort of the queue; with tenants: a move of those charged).
#[derive(Clone)]
pub struct InOrder {
    book: Book,
}

impl InOrder {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, estimate: Estimate) -> Self {
        Self { book: Book::new(order, None, estimate) }
    }
}

impl QueueDiscipline for InOrder {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        self.book.end(job, started, desk);
    }

    fn withdraw(&mut self, job: JobSlot) {
        self.book.withdraw(job);
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        loop {
            self.book.refresh(desk.now());
            let Some(head) = self.book.queue().first() else { return };
            if !desk.free().covers(&head.demand) || !desk.start(head.job) {
                return;
            }
            self.book.start(head.job, desk);
        }
    }

    fn len(&self) -> usize {
        self.book.queue().len()
    }

    fn next(&self) -> Option<JobSlot> {
        self.book.queue().first().map(|first| first.job)
    }
}
