//! What is held on which nodes of a pool: small parts of allocations node by node, the others as ranges of nodes in the same state.

use super::broken;
use super::pages::{self, Pages};
use super::ranges::Ranges;
use crate::model::caches::bring;
use crate::model::{Allocation, AllocationPart, CARDS_MAX, NodeShape, Pool, PoolId, Request, Totals};
use crate::observe::Violation;
use crate::units::SimTime;

/// What is held on a node: a line of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(align(64))]
pub(super) struct Use {
    cores_milli: u64,
    memory: u128,
    cards: [u16; CARDS_MAX],
    pub(super) jobs: u32,
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

    pub(super) fn add(&mut self, other: &Self) {
        self.cores_milli += other.cores_milli;
        self.memory += other.memory;
        for (card, more) in self.cards.iter_mut().zip(other.cards) {
            *card = card.saturating_add(more);
        }
        self.jobs += other.jobs;
    }

    pub(super) fn subtract(&mut self, other: &Self) {
        self.cores_milli = self.cores_milli.saturating_sub(other.cores_milli);
        self.memory = self.memory.saturating_sub(other.memory);
        for (card, less) in self.cards.iter_mut().zip(other.cards) {
            *card = card.saturating_sub(less);
        }
        self.jobs = self.jobs.saturating_sub(other.jobs);
    }

    /// Both together.
    pub(super) fn with(&self, other: &Self) -> Self {
        let mut both = *self;
        both.add(other);
        both
    }

    pub(super) fn fits(&self, node: &NodeShape) -> bool {
        // All cards at once, without a branch for each.
        let mut over = 0;
        for (number, used) in self.cards.iter().enumerate() {
            let most = if number < usize::from(node.cards) { 1000 } else { 0 };
            over |= used.saturating_sub(most);
        }
        over == 0 && self.cores_milli <= u64::from(node.cores_milli) && self.memory <= u128::from(node.memory)
    }
}

/// Parts of more nodes are kept as ranges.
const SMALL_MAX: u64 = 16;

/// The nodes of one pool. What each job touches comes first.
#[derive(Debug, Clone, Default)]
#[repr(C, align(64))]
pub(super) struct PoolBook {
    /// What parts of few nodes hold.
    small: Pages,
    /// Nodes in use.
    busy: u64,
    /// Whether something changed in this instant.
    pub(super) touched: bool,
    held: Totals,
    open: u64,
    /// What the open nodes have.
    capacity: Totals,
    /// Nodes that are services' own.
    services: u64,
    /// Parts that did not fit when they were taken, to be looked at again when the instant is over.
    crowded: Vec<(u64, u64)>,
    /// What the other parts hold; on a node, both together.
    large: Ranges,
}

impl PoolBook {
    pub(super) fn set_nodes(&mut self, now: SimTime, pool: &Pool, open: u64, closed: u64) -> Result<(), Violation> {
        if open.checked_add(closed).is_none_or(|all| all > pool.nodes_max) {
            let detail =
                format!("pool {}: {open} open and {closed} closed nodes of at most {}", pool.name, pool.nodes_max);
            return Err(broken("pool-nodes", now, detail));
        }
        (self.open, self.capacity) = (open, pool.capacity(open));
        Ok(())
    }

    /// Brings what an allocation changes into the caches.
    pub(super) fn bring(&self, allocation: &Allocation) {
        bring(&self.small);
        bring(&self.services);
        if let Some(part) = allocation.parts.first() {
            self.small.bring(part.first);
        }
    }

    pub(super) fn take(&mut self, allocation: &Allocation, request: &Request, node: &NodeShape, held: &Totals) {
        self.held.add(held);
        for part in &allocation.parts {
            let (more, first, end) = (Use::of(part, request), part.first, part.first + part.count);
            let fits = if is_small(part) {
                self.add_small(first, end, &more, node)
            } else {
                self.add_large(first, end, &more, node)
            };
            if !fits {
                self.crowded.push((first, end));
            }
        }
    }

    /// A service has other replicas: so many nodes more (or fewer), and what they hold.
    pub(super) fn serve(&mut self, more: i64, before: &Totals, held: &Totals) {
        self.services = self.services.saturating_add_signed(more);
        self.held.subtract(before);
        self.held.add(held);
    }

    pub(super) fn give_back(&mut self, allocation: &Allocation, request: &Request, held: &Totals) {
        self.held.subtract(held);
        for part in &allocation.parts {
            let (less, first, end) = (Use::of(part, request), part.first, part.first + part.count);
            if is_small(part) {
                for node in first..end {
                    if self.small.subtract(node, &less) && self.large.at(node).is_none() {
                        self.busy -= 1;
                    }
                }
            } else {
                let (small, busy) = (&self.small, &mut self.busy);
                self.large.subtract(first, end, &less, |first, end| {
                    *busy -= end - first - small.busy(first, end).count() as u64;
                });
            }
        }
    }

    /// Judges an instant that is over.
    pub(super) fn settle(&mut self, at: SimTime, pool: &Pool, id: PoolId) -> Result<(), Violation> {
        self.touched = false;
        for (first, end) in &self.crowded {
            if let Some((first, end, used)) = self.overfull(*first, *end, &pool.node) {
                let detail = format!("pool {} ({}): nodes {first}..{end} hold {used:?}", pool.name, id.0);
                return Err(broken("node-capacity", at, detail));
            }
        }
        self.crowded.clear();
        if self.busy.saturating_add(self.services) > self.open || !self.capacity.covers(&self.held) {
            let detail = format!(
                "pool {} ({}): {:?} held on {} nodes and {} of services, {} open",
                pool.name, id.0, self.held, self.busy, self.services, self.open
            );
            return Err(broken("pool-capacity", at, detail));
        }
        Ok(())
    }

    /// Whether it fits.
    fn add_small(&mut self, first: u64, end: u64, more: &Use, node: &NodeShape) -> bool {
        let mut fits = true;
        for number in first..end {
            let used = self.small.add(number, more);
            match self.large.at(number) {
                None => {
                    self.busy += u64::from(used.jobs == 1);
                    fits &= used.fits(node);
                }
                Some(large) => fits &= large.with(used).fits(node),
            }
        }
        fits
    }

    /// Whether it fits.
    fn add_large(&mut self, first: u64, end: u64, more: &Use, node: &NodeShape) -> bool {
        let (small, busy) = (&self.small, &mut self.busy);
        self.large.add(first, end, more, |first, end| {
            *busy += end - first - small.busy(first, end).count() as u64;
        });
        self.overfull(first, end, node).is_none()
    }

    /// Nodes from `first` to before `end` that hold more than they have.
    fn overfull(&self, first: u64, end: u64, node: &NodeShape) -> Option<(u64, u64, Use)> {
        let large = self.large.over(first, end).find(|(.., used)| !used.fits(node));
        let both = |(number, used): (u64, &Use)| {
            (number, number + 1, self.large.at(number).map_or(*used, |large| large.with(used)))
        };
        large.or_else(|| self.small.busy(first, end).map(both).find(|(.., used)| !used.fits(node)))
    }

    #[cfg(test)]
    pub(super) fn range_count(&self) -> usize {
        self.large.len()
    }

    #[cfg(test)]
    pub(super) const fn busy(&self) -> u64 {
        self.busy
    }
}

/// Whether a part is kept node by node.
const fn is_small(part: &AllocationPart) -> bool {
    part.count <= SMALL_MAX && part.first < pages::NODES_MAX
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
        in_order &= part.first >= next && part.count > 0 && part.tasks_per_node > 0;
        next = part.first.saturating_add(part.count);
        let asked = u64::from(request.task.accelerators_milli) * u64::from(part.tasks_per_node);
        cards_fit &= match asked {
            0 => part.cards == [0; CARDS_MAX],
            _ => part.cards.iter().map(|card| u64::from(*card)).sum::<u64>() == asked,
        };
    }
    let range = request.elastic().map_or((request.tasks, request.tasks), |elastic| elastic.range(request.tasks));
    let tasks = u32::try_from(allocation.tasks()).unwrap_or(u32::MAX);
    let whole = (range.0..=range.1).contains(&tasks) && *held == request.task.times(tasks);
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
        // Of most jobs there are none.
        if part.cards != [0; CARDS_MAX] {
            for card in part.cards.chunks_exact(4) {
                mix(card.iter().fold(0, |packed, &share| packed << 16 | u64::from(share)));
            }
        }
    }
    hash
}
