//! EASY backfilling with a reservation of named nodes, as Batsim's schedulers make it.
//!
//! Jobs take whole nodes. A job starts on the lowest node numbers of those that are free over its whole estimated time. The
//! first of the queue, where it does not fit, reserves the lowest numbers of the nodes that are free at the earliest predicted
//! time at which there are enough; another job may start now on nodes that are not reserved, or on any if it ends by then. If
//! nothing ended since the last pass only new jobs are tried.
//!
//! Nodes that other than its own jobs hold (withheld or down) are found out when a start on them is refused: the job then waits.

use super::QueueDiscipline;
use super::book::Book;
use super::estimate::Estimate;
use super::order::Order;
use super::waiting::Queued;
use crate::model::{Allocation, AllocationPart, CARDS_MAX, JobSlot, NodeShape, Request, TaskShape};
use crate::policy::view::Desk;
use crate::units::SimTime;

/// The first job's nodes from an instant on.
#[derive(Debug, Clone)]
struct Reservation {
    head: JobSlot,
    at: SimTime,
    /// By node number.
    nodes: Vec<bool>,
}

/// EASY backfilling with a reservation of named nodes. A pass costs nodes times jobs tried.
pub struct NamedEasy {
    book: Book,
    /// Predicted end of each node's holder.
    busy_until: Vec<Option<SimTime>>,
    held: Vec<Vec<usize>>,
    reservation: Option<Reservation>,
    fresh: Vec<JobSlot>,
    ended: bool,
    now: SimTime,
}

impl NamedEasy {
    /// An empty queue.
    #[must_use]
    pub fn new(order: Box<dyn Order>, overtaking: Option<Box<dyn Order>>, estimate: Estimate) -> Self {
        Self {
            book: Book::new(order, overtaking, estimate),
            busy_until: Vec::new(),
            held: Vec::new(),
            reservation: None,
            fresh: Vec::new(),
            ended: false,
            now: SimTime::ZERO,
        }
    }

    /// The lowest free nodes that `allowed` lets through, if there are enough.
    fn pick(&self, count: usize, allowed: impl Fn(usize) -> bool) -> Option<Vec<usize>> {
        let free = self.busy_until.iter().enumerate().filter(|(node, until)| until.is_none() && allowed(*node));
        let nodes: Vec<usize> = free.map(|(node, _)| node).take(count).collect();
        (nodes.len() == count).then_some(nodes)
    }

    fn try_start(&mut self, job: &Queued, reserved: Option<&Reservation>, desk: &mut dyn Desk) -> bool {
        let request = desk.request(job.job);
        let shape = desk.pool().node;
        let count = nodes_of(request, &shape);
        let avoid = reserved.filter(|held| self.now + job.estimate > held.at);
        let picked =
            self.pick(count, |node| avoid.is_none_or(|held| !held.nodes.get(node).is_some_and(|taken| *taken)));
        let Some(nodes) = picked else { return false };
        let allocation = whole_nodes(&nodes, request, &shape);
        if !desk.start_on(job.job, allocation) {
            return false;
        }
        let end = self.book.start(job.job, desk);
        for node in &nodes {
            self.busy_until[*node] = Some(end);
        }
        if self.held.len() <= job.job.index() {
            self.held.resize(job.job.index() + 1, Vec::new());
        }
        self.held[job.job.index()] = nodes;
        true
    }

    fn reserve(&self, head: &Queued, desk: &dyn Desk) -> Option<Reservation> {
        let count = nodes_of(desk.request(head.job), &desk.pool().node);
        let mut free_at: Vec<SimTime> =
            self.busy_until.iter().map(|until| until.map_or(self.now, |end| end.max(self.now))).collect();
        free_at.sort_unstable();
        let at = *free_at.get(count.checked_sub(1)?)?;
        let mut left = count;
        let nodes = self.busy_until.iter().map(|until| {
            let mine = left > 0 && until.is_none_or(|end| end <= at);
            left -= usize::from(mine);
            mine
        });
        Some(Reservation { head: head.job, at, nodes: nodes.collect() })
    }
}

/// Whole nodes that a job needs.
fn nodes_of(request: &Request, shape: &NodeShape) -> usize {
    let per_node = request.task.per_node(shape);
    if per_node == 0 { usize::MAX } else { request.tasks.div_ceil(per_node) as usize }
}

/// What `tasks` tasks take of the cards of one node, lowest cards first.
fn cards_of(task: &TaskShape, tasks: u32) -> [u16; CARDS_MAX] {
    let mut cards = [0; CARDS_MAX];
    let each = task.accelerators_milli;
    if each >= 1000 {
        cards.iter_mut().take((each.div_ceil(1000) * tasks) as usize).for_each(|card| *card = 1000);
    } else if let Some(fits) = 1000_u32.checked_div(each) {
        let mut left = tasks;
        for card in &mut cards {
            let here = left.min(fits);
            *card = u16::try_from(here * each).unwrap_or(1000);
            left -= here;
        }
    }
    cards
}

/// The allocation of a job on whole nodes, in ascending order; the last one may be partly used.
fn whole_nodes(nodes: &[usize], request: &Request, shape: &NodeShape) -> Allocation {
    let per_node = request.task.per_node(shape);
    let mut left = request.tasks;
    let mut parts: Vec<AllocationPart> = Vec::new();
    for node in nodes {
        let tasks = left.min(per_node);
        left -= tasks;
        let first = *node as u64;
        match parts.last_mut() {
            Some(part) if part.first + part.count == first && part.tasks_per_node == tasks => part.count += 1,
            _ => parts.push(AllocationPart {
                first,
                count: 1,
                tasks_per_node: tasks,
                cards: cards_of(&request.task, tasks),
            }),
        }
    }
    Allocation { parts }
}

impl QueueDiscipline for NamedEasy {
    fn enqueued(&mut self, job: JobSlot, desk: &dyn Desk) {
        self.book.enqueue(job, desk);
        self.fresh.push(job);
    }

    fn started(&mut self, _job: JobSlot, _desk: &dyn Desk) {}

    fn ended(&mut self, job: JobSlot, started: SimTime, desk: &dyn Desk) {
        self.book.end(job, started, desk);
        self.ended = true;
        let nodes = self.held.get_mut(job.index()).map(std::mem::take).unwrap_or_default();
        for node in nodes {
            self.busy_until[node] = None;
        }
    }

    fn withdraw(&mut self, job: JobSlot) {
        self.book.withdraw(job);
        self.ended = true;
    }

    fn decide(&mut self, desk: &mut dyn Desk) {
        self.now = desk.now();
        let nodes = usize::try_from(desk.pool().nodes_max).unwrap_or(usize::MAX);
        if self.busy_until.len() < nodes {
            self.busy_until.resize(nodes, None);
        }
        let fresh = std::mem::take(&mut self.fresh);
        let mut all = std::mem::take(&mut self.ended);
        let head = loop {
            all |= self.book.refresh(self.now);
            let Some(head) = self.book.queue().first() else { break None };
            let waits = self.reservation.as_ref().is_some_and(|kept| kept.head == head.job);
            if (waits && !all) || !self.try_start(&head, None, desk) {
                break Some(head);
            }
        };
        let Some(head) = head else {
            self.reservation = None;
            return;
        };
        if all || self.reservation.as_ref().is_none_or(|kept| kept.head != head.job) {
            self.reservation = self.reserve(&head, desk);
        }
        let mut tried: Vec<Queued> = if all {
            self.book.overtakers().to_vec()
        } else {
            fresh.iter().filter_map(|job| self.book.overtaker(*job)).collect()
        };
        tried.sort_unstable_by_key(|job| job.place);
        let reservation = self.reservation.take();
        for job in tried.iter().filter(|job| job.job != head.job) {
            self.try_start(job, reservation.as_ref(), desk);
        }
        self.reservation = reservation;
    }

    fn len(&self) -> usize {
        self.book.queue().len()
    }
}
