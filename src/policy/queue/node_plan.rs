//! A plan of starts for a queue whose jobs share nodes.
//!
//! The plan says when each job starts, not where. It holds if a look ahead gives each job nodes: running jobs end as predicted, planned jobs start
//! by instant and then in the order of the queue, on nodes that the packing chooses when they start, and end after their estimates.

use super::book::Book;
use super::waiting::Queued;
use crate::model::{Allocation, JobSlot, NodePool, TaskShape};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A planned start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Planned {
    pub(super) at: SimTime,
    pub(super) job: Queued,
}

impl Planned {
    fn before(&self, other: &Self) -> bool {
        (self.at, self.job.place) < (other.at, other.job.place)
    }
}

/// Who gives nodes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Running(JobSlot),
    /// A planned job, by its place among the allocations of the look ahead.
    Planned(usize),
}

/// What planned jobs got in a look ahead.
type Given = Vec<(Allocation, TaskShape)>;

/// The nodes at an instant of a look ahead, and who holds them until when.
#[derive(Debug, Clone)]
struct Ahead {
    nodes: NodePool,
    ends: BinaryHeap<Reverse<(SimTime, Holder)>>,
}

impl Ahead {
    /// The pool as it is. A job that outlives its prediction is expected to end at the next instant.
    fn new(book: &Book, desk: &dyn Desk) -> Self {
        let next = desk.now() + SimDuration(1);
        let ends = book.ends().map(|(end, job, _)| Reverse((end.max(next), Holder::Running(job)))).collect();
        Self { nodes: desk.nodes().clone(), ends }
    }

    /// When the next job ends.
    fn next_end(&self) -> Option<SimTime> {
        self.ends.peek().map(|Reverse((at, _))| *at)
    }

    /// Goes on to an instant, at which all has ended that ends by then.
    fn advance(&mut self, to: SimTime, given: &Given, desk: &dyn Desk) {
        while let Some(Reverse((_, holder))) = self.ends.peek().filter(|end| end.0.0 <= to).copied() {
            self.ends.pop();
            match holder {
                Holder::Running(job) => {
                    if let Some(allocation) = desk.allocation(job) {
                        self.nodes.release(allocation, &desk.request(job).task);
                    }
                }
                Holder::Planned(place) => {
                    let (allocation, task) = &given[place];
                    self.nodes.release(allocation, task);
                }
            }
        }
    }

    /// Goes on to a start; whether there are nodes for it then.
    fn start(&mut self, start: &Planned, given: &mut Given, desk: &dyn Desk) -> bool {
        self.advance(start.at, given, desk);
        if !self.nodes.free().covers(&start.job.demand) {
            return false;
        }
        let Some(allocation) = desk.preview(&self.nodes, start.job.job) else { return false };
        let task = desk.request(start.job.job).task;
        if !self.nodes.allocate(&allocation, &task) {
            return false;
        }
        self.ends.push(Reverse((start.at + start.job.span(), Holder::Planned(given.len()))));
        given.push((allocation, task));
        true
    }
}

/// Planned starts by instant, then in the order of the queue.
#[derive(Debug, Default)]
pub(super) struct NodePlan {
    starts: Vec<Planned>,
}

impl NodePlan {
    pub(super) fn clear(&mut self) {
        self.starts.clear();
    }

    /// The first start.
    pub(super) fn first(&self) -> Option<&Planned> {
        self.starts.first()
    }

    /// When a job is to start.
    pub(super) fn start_of(&self, job: JobSlot) -> Option<SimTime> {
        self.starts.iter().find(|start| start.job.job == job).map(|start| start.at)
    }

    pub(super) fn remove(&mut self, job: JobSlot) -> Option<SimTime> {
        let at = self.starts.iter().position(|start| start.job.job == job)?;
        Some(self.starts.remove(at).at)
    }

    pub(super) fn insert(&mut self, start: Planned) {
        let at = self.starts.partition_point(|other| other.before(&start));
        self.starts.insert(at, start);
    }

    /// Takes over the present places of all jobs in the queue.
    pub(super) fn sort_again(&mut self, book: &Book) {
        for start in &mut self.starts {
            start.job = book.overtaker(start.job.job).unwrap_or(start.job);
        }
        self.starts.sort_unstable_by_key(|start| (start.at, start.job.place));
    }

    /// Whether the plan holds.
    pub(super) fn holds(&self, book: &Book, desk: &dyn Desk) -> bool {
        let (mut ahead, mut given) = (Ahead::new(book, desk), Given::new());
        self.starts.iter().all(|start| ahead.start(start, &mut given, desk))
    }

    /// The least of now and the ends to come, before `limit`, at which a job that is not in the plan can start so that the plan holds; `None`
    /// where there is none.
    pub(super) fn earliest(&self, job: &Queued, limit: SimTime, book: &Book, desk: &dyn Desk) -> Option<SimTime> {
        let (mut ahead, mut given) = (Ahead::new(book, desk), Given::new());
        let mut next = 0;
        let mut at = desk.now();
        while at < limit {
            ahead.advance(at, &given, desk);
            if ahead.nodes.free().covers(&job.demand)
                && self.holds_with(&Planned { at, job: *job }, next, &ahead, &mut given, desk)
            {
                return Some(at);
            }
            // What starts at this instant, and what starts before the next end.
            loop {
                let end = ahead.next_end();
                let Some(start) = self.starts.get(next) else { break };
                if start.at > at && end.is_some_and(|end| end <= start.at) {
                    break;
                }
                if !ahead.start(start, &mut given, desk) {
                    return None;
                }
                next += 1;
            }
            at = ahead.next_end()?;
        }
        None
    }

    /// Whether the plan from its `next` start on holds with one start more, which comes before all later instants.
    fn holds_with(&self, start: &Planned, next: usize, ahead: &Ahead, given: &mut Given, desk: &dyn Desk) -> bool {
        let known = given.len();
        let mut ahead = ahead.clone();
        let earlier = self.starts[next..].partition_point(|other| other.before(start));
        let (first, then) = self.starts[next..].split_at(earlier);
        let mut all = first.iter().chain(std::iter::once(start)).chain(then);
        let holds = all.all(|start| ahead.start(start, given, desk));
        given.truncate(known);
        holds
    }
}
