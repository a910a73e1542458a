//! What is held on which nodes of a pool, as ranges of node numbers in the same state.

use super::broken;
use crate::model::{Allocation, AllocationPart, CARDS_MAX, NodeShape, Pool, PoolId, Request, Totals};
use crate::observe::Violation;
use crate::units::SimTime;
use std::collections::BTreeMap;

/// What is held on each node of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Use {
    cores_milli: u64,
    memory: u128,
    cards: [u16; CARDS_MAX],
    jobs: u32,
}

impl Use {
    fn of(part: &AllocationPart, request: &Request) -> Self {
        let tasks = u64::from(part.tasks_per_node);
        Self {
            cores_milli: u64::from(request.task.cores_milli) * tasks,
            memory: u128::from(request.task.memory) * u128::from(tasks),
            cards: part.cards,
            jobs: 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.cores_milli += other.cores_milli;
        self.memory += other.memory;
        for (card, more) in self.cards.iter_mut().zip(other.cards) {
            *card = card.saturating_add(more);
        }
        self.jobs += other.jobs;
    }

    fn subtract(&mut self, other: &Self) {
        self.cores_milli = self.cores_milli.saturating_sub(other.cores_milli);
        self.memory = self.memory.saturating_sub(other.memory);
        for (card, less) in self.cards.iter_mut().zip(other.cards) {
            *card = card.saturating_sub(less);
        }
        self.jobs = self.jobs.saturating_sub(other.jobs);
    }

    fn fits(&self, node: &NodeShape) -> bool {
        let card = |(number, used): (usize, &u16)| *used <= if number < usize::from(node.cards) { 1000 } else { 0 };
        self.cores_milli <= u64::from(node.cores_milli)
            && self.memory <= u128::from(node.memory)
            && self.cards.iter().enumerate().all(card)
    }
}

/// Nodes from the key of the map up to `end`.
#[derive(Debug, Clone, Copy)]
struct Range {
    end: u64,
    used: Use,
}

/// The nodes of one pool.
#[derive(Debug, Clone, Default)]
pub(super) struct PoolBook {
    /// By first node; nodes that nobody holds are in no range, neighbors in the same state are one.
    ranges: BTreeMap<u64, Range>,
    /// Nodes in use.
    busy: u64,
    held: Totals,
    open: u64,
    /// Parts that did not fit when they were taken, to be looked at again when the instant is over.
    crowded: Vec<(u64, u64)>,
    /// Whether something changed in this instant.
    pub(super) touched: bool,
}

impl PoolBook {
    pub(super) fn set_nodes(&mut self, now: SimTime, pool: &Pool, open: u64, closed: u64) -> Result<(), Violation> {
        if open.checked_add(closed).is_none_or(|all| all > pool.nodes_max) {
            let detail =
                format!("pool {}: {open} open and {closed} closed nodes of at most {}", pool.name, pool.nodes_max);
            return Err(broken("pool-nodes", now, detail));
        }
        self.open = open;
        Ok(())
    }

    pub(super) fn take(&mut self, allocation: &Allocation, request: &Request, node: &NodeShape, held: &Totals) {
        self.held.add(held);
        for part in &allocation.parts {
            let (first, end) = (part.first, part.first + part.count);
            if !self.add(first, end, &Use::of(part, request), node) {
                self.crowded.push((first, end));
            }
        }
    }

    pub(super) fn give_back(&mut self, allocation: &Allocation, request: &Request, held: &Totals) {
        self.held.subtract(held);
        for part in &allocation.parts {
            self.subtract(part.first, part.first + part.count, &Use::of(part, request));
        }
    }

    /// Judges an instant that is over.
    pub(super) fn settle(&mut self, at: SimTime, pool: &Pool, id: PoolId) -> Result<(), Violation> {
        self.touched = false;
        for (first, end) in self.crowded.drain(..) {
            let from = self.ranges.range(..=first).next_back().map_or(first, |(from, _)| *from);
            let over =
                self.ranges.range(from..end).find(|(_, range)| range.end > first && !range.used.fits(&pool.node));
            if let Some((number, range)) = over {
                let detail =
                    format!("pool {} ({}): nodes {number}..{} hold {:?}", pool.name, id.0, range.end, range.used);
                return Err(broken("node-capacity", at, detail));
            }
        }
        if self.busy > self.open || !pool.capacity(self.open).covers(&self.held) {
            let detail = format!(
                "pool {} ({}): {:?} held on {} nodes, {} open",
                pool.name, id.0, self.held, self.busy, self.open
            );
            return Err(broken("pool-capacity", at, detail));
        }
        Ok(())
    }

    /// Whether it fits.
    fn add(&mut self, first: u64, end: u64, more: &Use, node: &NodeShape) -> bool {
        self.split(first);
        self.split(end);
        let (mut at, mut fits) = (first, true);
        // Ranges that are there take more on; the gaps between them become ranges.
        while at < end {
            let next = self.ranges.range_mut(at..end).next();
            match next {
                Some((&from, range)) if from == at => {
                    range.used.add(more);
                    fits &= range.used.fits(node);
                    at = range.end;
                }
                next => {
                    let gap_end = next.map_or(end, |(from, _)| *from);
                    fits &= more.fits(node);
                    self.busy += gap_end - at;
                    self.ranges.insert(at, Range { end: gap_end, used: *more });
                    at = gap_end;
                }
            }
        }
        self.join(first);
        self.join(end);
        fits
    }

    fn subtract(&mut self, first: u64, end: u64, less: &Use) {
        self.split(first);
        self.split(end);
        let mut at = first;
        while let Some((&from, range)) = self.ranges.range_mut(at..end).next() {
            range.used.subtract(less);
            at = range.end;
            if range.used.jobs == 0 {
                self.busy -= range.end - from;
                self.ranges.remove(&from);
            }
        }
        self.join(first);
        self.join(end);
    }

    /// Makes a range begin at `at` where one spans it.
    fn split(&mut self, at: u64) {
        let Some((&from, range)) = self.ranges.range_mut(..at).next_back() else { return };
        if from < at && range.end > at {
            let upper = *range;
            range.end = at;
            self.ranges.insert(at, upper);
        }
    }

    /// Joins the ranges before and after `at` where they are in the same state.
    fn join(&mut self, at: u64) {
        let Some(&after) = self.ranges.get(&at) else { return };
        let Some((_, before)) = self.ranges.range_mut(..at).next_back() else { return };
        if before.end == at && before.used == after.used {
            before.end = after.end;
            self.ranges.remove(&at);
        }
    }

    #[cfg(test)]
    pub(super) fn range_count(&self) -> usize {
        self.ranges.len()
    }
}

/// Whether the allocation is one of all tasks of the job, on nodes that exist.
pub(super) fn check_shape(
    now: SimTime,
    pool: &Pool,
    allocation: &Allocation,
    request: &Request,
    held: &Totals,
) -> Result<(), Violation> {
    let mut next = 0;
    let mut in_order = true;
    let mut cards_fit = true;
    for part in &allocation.parts {
        let cards: u64 = part.cards.iter().map(|card| u64::from(*card)).sum();
        in_order &= part.first >= next && part.count > 0 && part.tasks_per_node > 0;
        next = part.first.saturating_add(part.count);
        cards_fit &= cards == u64::from(request.task.accelerators_milli) * u64::from(part.tasks_per_node);
    }
    let whole = allocation.tasks() == u64::from(request.tasks) && *held == request.task.times(request.tasks);
    if in_order && cards_fit && whole && next <= pool.nodes_max {
        return Ok(());
    }
    let detail = format!(
        "job {}: {} tasks of {:?} on {allocation:?}, holding {held:?}, in pool {} of at most {} nodes",
        request.number.0, request.tasks, request.task, pool.name, pool.nodes_max
    );
    Err(broken("allocation-shape", now, detail))
}

/// A number that two different allocations hardly share (FNV-1a over its parts), so that none has to be kept.
pub(super) fn fingerprint(allocation: &Allocation) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut mix = |value: u64| hash = (hash ^ value).wrapping_mul(0x0000_0100_0000_01b3);
    for part in &allocation.parts {
        mix(part.first);
        mix(part.count);
        mix(u64::from(part.tasks_per_node));
        for card in part.cards.chunks_exact(4) {
            mix(card.iter().fold(0, |packed, &share| packed << 16 | u64::from(share)));
        }
    }
    hash
}
