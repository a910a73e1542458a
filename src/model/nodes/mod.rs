//! The nodes of one pool as ranges of node numbers in the same state.
//!
//! Memory follows the number of distinct neighboring ranges, never the number of nodes: half a billion idle nodes are one range.
//! Ranges lie in chunks in the order of node numbers; a tree over the chunks knows the most cores, memory, whole cards and share of one
//! card that any node below has free, so that the next node that holds a task is found without a walk over the pool. The
//! distinct states are kept once each, in the order of what they have free, with the number of nodes in them: packings that look
//! for the fullest or the emptiest node look at states, not at nodes.
//!
//! Taking, giving back and finding the first node cost the logarithm of the number of ranges.

mod ahead;
mod bounds;
mod brief;
mod by_state;
mod need;
mod ranges;
#[cfg(test)]
pub(crate) mod slow;
mod state;
mod states;
#[cfg(test)]
mod tests;

pub use ahead::{NodeChange, NodesAhead};
pub use need::{CardOrder, Need};
pub use state::NodeState;

use super::caches::bring;
use super::{Allocation, AllocationPart, CARDS_MAX, NodeShape, TaskShape, Totals};
use brief::Brief;
use ranges::{Place, Ranges};
use states::{IDLE, StateId, States, WITHHELD};

/// Neighboring nodes in the same state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeRange {
    /// Number of the first node.
    pub first: u64,
    /// How many.
    pub count: u64,
    /// Their state.
    pub state: NodeState,
}

/// All open nodes in one state.
#[derive(Debug, Clone, Copy)]
pub struct NodeGroup<'a> {
    /// The state.
    pub state: &'a NodeState,
    /// How many nodes.
    pub nodes: u64,
    id: StateId,
    serial: u64,
}

/// Names a state of one pool for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateKey {
    /// A small number, used again for another state when no node is in this one any more.
    pub slot: usize,
    /// Different for each state that ever had that number.
    pub serial: u64,
}

impl NodeGroup<'_> {
    /// The state's name, for what is worked out once a state and kept.
    #[must_use]
    pub const fn key(&self) -> StateKey {
        StateKey { slot: self.id as usize, serial: self.serial }
    }
}

/// The nodes of one pool: those that are open to jobs, and those that are withheld.
#[derive(Debug, Clone)]
pub struct NodePool {
    shape: NodeShape,
    free: Totals,
    states: States,
    ranges: Ranges,
    withheld: u64,
    /// Nodes in use that are withheld as soon as they fall idle. Not zero only while no open node is idle.
    owed: u64,
    /// How often anything of it changed.
    changes: u64,
}

impl NodePool {
    /// A pool of `nodes` idle nodes, numbered from 0.
    #[must_use]
    pub fn new(shape: NodeShape, nodes: u64) -> Self {
        let mut states = States::new(&shape);
        let mut ranges = Ranges::new();
        ranges.append(nodes, &mut states);
        Self { shape, free: shape.capacity(nodes), states, ranges, withheld: 0, owed: 0, changes: 0 }
    }

    /// Brings what every change touches into the processor's caches.
    pub(crate) fn bring(&self) {
        bring(&self.shape);
        bring(&self.free);
        bring(&self.owed);
        self.states.bring();
        self.ranges.bring();
    }

    /// What each node has.
    #[must_use]
    pub const fn shape(&self) -> &NodeShape {
        &self.shape
    }

    /// Sums of what is free on open nodes.
    #[must_use]
    pub const fn free(&self) -> &Totals {
        &self.free
    }

    /// Nodes that jobs may use or are using.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.ranges.nodes() - self.withheld
    }

    /// Open nodes in use that are withheld as soon as they fall idle.
    #[must_use]
    pub const fn owed(&self) -> u64 {
        self.owed
    }

    /// Another number whenever anything of the nodes may have changed.
    #[must_use]
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// How many tasks with this need the open nodes hold now. Costs a look at each distinct state of nodes.
    #[must_use]
    pub fn tasks_that_fit(&self, need: &Need) -> u64 {
        let fit = |(state, nodes): (&NodeState, u64)| u64::from(need.fit(state)).saturating_mul(nodes);
        self.states.open().map(fit).fold(0, u64::saturating_add)
    }

    /// Open nodes that nobody uses any part of.
    #[must_use]
    pub fn idle(&self) -> u64 {
        self.states.get(IDLE).nodes
    }

    /// What a task needs of a node of this pool; `None` where even an idle one cannot hold it.
    #[must_use]
    pub fn need(&self, task: &TaskShape) -> Option<Need> {
        Need::new(task, &self.shape)
    }

    /// What a task needs that takes a whole node.
    #[must_use]
    pub const fn whole_node(&self) -> Need {
        Need::idle(&self.shape)
    }

    /// Sets how many nodes are open to jobs.
    ///
    /// Fewer: idle nodes are withheld at once, the highest numbers first, and the rest as nodes fall wholly idle; no job is ever
    /// driven away, and the free part of a node in use stays open until then. More: first what is owed in this
    /// way is forgiven, then withheld nodes are opened, the lowest numbers first, then new ones are added behind the last.
    pub fn set_open(&mut self, target: u64) {
        self.changes += 1;
        let open = self.open() - self.owed;
        if target < open {
            self.owed += open - target;
            self.collect();
            return;
        }
        let mut more = target - open;
        let forgiven = more.min(self.owed);
        self.owed -= forgiven;
        more -= forgiven;
        while more > 0 && self.withheld > 0 {
            let Some(place) = self.ranges.first_withheld() else { break };
            let run = self.ranges.get(place);
            let count = run.count.min(more);
            let idle = (IDLE, self.states.brief(IDLE));
            self.ranges.change(place, run.first, count, idle, &mut self.states);
            self.withheld -= count;
            more -= count;
            self.free.add(&self.shape.capacity(count));
        }
        self.ranges.append(more, &mut self.states);
        self.free.add(&self.shape.capacity(more));
    }

    /// Whether nodes in use are withheld as soon as they fall idle.
    #[must_use]
    pub const fn owes(&self) -> bool {
        self.owed > 0
    }

    /// Takes open nodes out of the pool, whatever they hold: for a look at what would be left without them.
    pub fn hide(&mut self, first: u64, count: u64) {
        self.replace(first, count, |_| None);
    }

    /// Leaves open nodes no more than `other`, a pool of the same shape and size, has free on them: for a look at what is free in both.
    pub fn limit_to(&mut self, other: &Self, first: u64, count: u64) {
        let end = first.saturating_add(count);
        let mut at = first;
        while at < end {
            let limit = other.range_of(at);
            let upto = limit.map_or(at + 1, |range| range.first + range.count).min(end);
            self.replace(at, upto - at, |state| Some(state.least(&limit?.state)));
            at = upto;
        }
    }

    /// Puts open nodes into the state that `next` says, or takes them out; nothing of them becomes free that was not.
    fn replace(&mut self, first: u64, count: u64, next: impl Fn(&NodeState) -> Option<NodeState>) {
        let end = first.saturating_add(count).min(self.numbers());
        let mut at = first;
        while at < end
            && let Some(place) = self.ranges.locate(at)
        {
            let run = self.ranges.get(place);
            let upto = run.end().min(end);
            if run.state != WITHHELD {
                let old = self.states.get(run.state).state;
                let new = next(&old);
                let left = new.unwrap_or(NodeState { cores_milli: 0, memory: 0, cards: [0; CARDS_MAX] });
                let nodes = upto - at;
                // Sums of memory without bound are never what is short.
                let memory = if self.shape.memory_unbounded() { 0 } else { old.memory - left.memory };
                self.free.subtract(&Totals {
                    cores_milli: u64::from(old.cores_milli - left.cores_milli) * nodes,
                    memory: u128::from(memory) * u128::from(nodes),
                    accelerators_milli: u64::from(old.accelerators_milli() - left.accelerators_milli()) * nodes,
                });
                match new {
                    None => {
                        self.ranges.change(place, at, upto - at, (WITHHELD, Brief::WITHHELD), &mut self.states);
                        self.withheld += upto - at;
                    }
                    Some(new) if new != old => self.put(place, at, upto - at, new),
                    Some(_) => {}
                }
            }
            at = upto;
        }
    }

    /// Withholds idle nodes, the highest numbers first, as far as they are owed.
    fn collect(&mut self) {
        if self.owed == 0 {
            return;
        }
        let idle = Need::idle(&self.shape);
        while self.owed > 0 {
            let Some(place) = self.ranges.last_idle(&idle) else { return };
            let run = self.ranges.get(place);
            let count = run.count.min(self.owed);
            let first = run.end() - count;
            self.ranges.change(place, first, count, (WITHHELD, Brief::WITHHELD), &mut self.states);
            self.withheld += count;
            self.owed -= count;
            self.free.subtract(&self.shape.capacity(count));
        }
    }

    /// Takes an allocation; `false` and nothing done where some of it is not free, or its parts are not what the tasks need.
    pub fn allocate(&mut self, allocation: &Allocation, task: &TaskShape) -> bool {
        let done = self.well_formed(allocation, task) && self.change(allocation, |state, part| state.less(part, task));
        if done {
            self.changes += 1;
            self.free.subtract(&held(allocation, task));
        }
        done
    }

    /// Gives an allocation back; `false` and nothing done where nodes would have more free than they have.
    pub fn release(&mut self, allocation: &Allocation, task: &TaskShape) -> bool {
        let done = self.give_back(allocation, task);
        if done {
            self.collect();
        }
        done
    }

    /// Gives `before` back, lets `choose` find other nodes for the same tasks, and takes those.
    ///
    /// `choose` sees the pool as if nobody held `before`. Nodes that are owed are withheld only when the exchange is over: a job
    /// that finds no other nodes keeps its own, and one may stay on a node that is about to leave. `None` and nothing done
    /// where `before` cannot be given back, where nothing is chosen, or where the choice cannot be taken.
    pub fn exchange(
        &mut self,
        before: &Allocation,
        task: &TaskShape,
        choose: impl FnOnce(&Self) -> Option<Allocation>,
    ) -> Option<Allocation> {
        if !self.give_back(before, task) {
            return None;
        }
        let chosen = choose(self).filter(|after| self.allocate(after, task));
        if chosen.is_none() {
            // Nothing was withheld in between, so what was given back is still there.
            self.allocate(before, task);
        }
        self.collect();
        chosen
    }

    /// Gives an allocation back and withholds nothing.
    fn give_back(&mut self, allocation: &Allocation, task: &TaskShape) -> bool {
        let idle = self.states.get(IDLE).state;
        let done =
            self.well_formed(allocation, task) && self.change(allocation, |state, part| state.more(part, task, &idle));
        if done {
            self.changes += 1;
            self.free.add(&held(allocation, task));
        }
        done
    }

    /// Whether parts are in order and each holds just the cards that its tasks need.
    fn well_formed(&self, allocation: &Allocation, task: &TaskShape) -> bool {
        let Some(need) = self.need(task) else { return allocation.parts.is_empty() };
        let mut next = 0;
        allocation.parts.iter().all(|part| {
            let after = part.first >= next;
            let Some(end) = part.first.checked_add(part.count) else { return false };
            next = end;
            after && part.count > 0 && need.taken_by(part)
        })
    }

    /// As [`NodePool::change`], for an allocation of one part that lies in one range; `None` for others.
    fn change_one(
        &mut self,
        allocation: &Allocation,
        next: impl Fn(&NodeState, &AllocationPart) -> Option<NodeState>,
    ) -> Option<bool> {
        let [part] = &*allocation.parts else { return None };
        let Some(place) = self.ranges.locate(part.first) else { return Some(false) };
        let run = self.ranges.get(place);
        if run.state == WITHHELD {
            return Some(false);
        }
        if run.end() < part.first + part.count {
            return None;
        }
        let old = &self.states.get(run.state).state;
        let Some(new) = next(old, part) else { return Some(false) };
        if new != *old {
            self.put(place, part.first, part.count, new);
        }
        Some(true)
    }

    /// Puts `count` nodes from `first` on, which are in the range at `place`, into another state.
    fn put(&mut self, place: Place, first: u64, count: u64, new: NodeState) {
        let (old, brief) = (self.ranges.get(place).state, Brief::of(&new));
        let id = self.states.id(new, old, count, self.ranges.alike(brief));
        if id == old {
            self.ranges.renew(place, brief);
        } else {
            self.ranges.change(place, first, count, (id, brief), &mut self.states);
        }
    }

    /// Puts all nodes of an allocation into the state that `next` says; where it says none for one of them, nothing is done.
    fn change(
        &mut self,
        allocation: &Allocation,
        next: impl Fn(&NodeState, &AllocationPart) -> Option<NodeState>,
    ) -> bool {
        if let Some(done) = self.change_one(allocation, &next) {
            return done;
        }
        let possible = allocation.parts.iter().all(|part| {
            let end = part.first + part.count;
            let mut at = part.first;
            while at < end {
                let Some(place) = self.ranges.locate(at) else { return false };
                let run = self.ranges.get(place);
                if run.state == WITHHELD || next(&self.states.get(run.state).state, part).is_none() {
                    return false;
                }
                at = run.end();
            }
            true
        });
        if !possible {
            return false;
        }
        for part in &allocation.parts {
            let end = part.first + part.count;
            let mut at = part.first;
            while at < end
                && let Some(place) = self.ranges.locate(at)
            {
                let run = self.ranges.get(place);
                let upto = run.end().min(end);
                let old = self.states.get(run.state).state;
                if let Some(new) = next(&old, part).filter(|new| *new != old) {
                    self.put(place, at, upto - at, new);
                }
                at = upto;
            }
        }
        true
    }

    /// Open nodes as ranges in the order of numbers. Costs a walk over the pool's ranges.
    pub fn ranges(&self) -> impl Iterator<Item = NodeRange> {
        self.ranges.iter().filter(|run| run.state != WITHHELD).map(|run| self.range(*run))
    }

    /// The range that an open node is in; `None` for one that is withheld or not there.
    #[must_use]
    pub fn range_of(&self, node: u64) -> Option<NodeRange> {
        let run = self.ranges.get(self.ranges.locate(node)?);
        (run.state != WITHHELD).then(|| self.range(run))
    }

    /// Numbers from 0 that nodes have, withheld ones included.
    #[must_use]
    pub fn numbers(&self) -> u64 {
        self.ranges.nodes()
    }

    /// Ranges of nodes that hold a task, in the order of numbers; what does not fit is leapt over.
    pub fn fitting(&self, need: Need) -> impl Iterator<Item = NodeRange> {
        let wanted = self.ranges.wanted(need);
        let mut from = Place { chunk: 0, index: 0 };
        std::iter::from_fn(move || {
            let place = self.ranges.next(from, &self.states, &wanted)?;
            from = Place { chunk: place.chunk, index: place.index + 1 };
            Some(self.range(self.ranges.get(place)))
        })
    }

    /// The first nodes, counts and states of ranges that hold a task, in the order of numbers, where the pool has few ranges in all; `None`
    /// where it has many. For small pools: nothing is kept for it.
    pub fn few_fitting(&self, need: Need) -> Option<impl Iterator<Item = (u64, u64, &NodeState)> + Clone> {
        let few = self.ranges.few(&self.states, need)?;
        Some(few.map(|(run, state)| (run.first, run.count, state)))
    }

    /// The states that hold a task, by what is free: accelerators, then cores, memory, cards, the least first.
    pub fn groups(&self, need: Need) -> impl DoubleEndedIterator<Item = NodeGroup<'_>> {
        self.states.ordered_from(need).filter_map(move |id| {
            let entry = self.states.get(id);
            need.held_by(&entry.state).then_some(NodeGroup {
                state: &entry.state,
                nodes: entry.nodes,
                id,
                serial: entry.serial,
            })
        })
    }

    /// First nodes and counts of the ranges of a group, in the order of numbers.
    pub fn ranges_in(&self, group: &NodeGroup<'_>) -> impl Iterator<Item = (u64, u64)> {
        self.ranges.in_state(group.id)
    }

    fn range(&self, run: ranges::Run) -> NodeRange {
        NodeRange { first: run.first, count: run.count, state: self.states.get(run.state).state }
    }
}

/// What an allocation holds in all.
fn held(allocation: &Allocation, task: &TaskShape) -> Totals {
    let mut sum = Totals::default();
    for part in &allocation.parts {
        let one = task.times(part.tasks_per_node);
        let cards: u64 = match task.accelerators_milli {
            0 => 0,
            _ => part.cards.iter().map(|card| u64::from(*card)).sum(),
        };
        sum.add(&Totals {
            cores_milli: one.cores_milli * part.count,
            memory: one.memory * u128::from(part.count),
            accelerators_milli: cards * part.count,
        });
    }
    sum
}
