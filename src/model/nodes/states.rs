//! The distinct states that nodes of a pool are in.

use super::brief::Brief;
use super::{Need, NodeShape, NodeState};
use crate::model::caches::bring;
use crate::model::hash_index::HashIndex;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Names a state; reused when no node is in it.
pub(super) type StateId = u32;

/// The state of an idle node.
pub(super) const IDLE: StateId = 0;
/// What stands for the state of a node that is withheld from jobs.
pub(super) const WITHHELD: StateId = 1;

/// A state and how many nodes are in it.
///
/// As large as a block of memory that a processor loads at once, and aligned to it: a change of a node's state costs two of them.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(super) struct Entry {
    pub(super) state: NodeState,
    pub(super) nodes: u64,
    /// Different for each state that ever had this id.
    pub(super) serial: u64,
}

/// States by what they have free: accelerators, cores, memory, cards.
type Order = BTreeMap<(u32, NodeState), StateId>;

/// States by id, by what is free, and in order.
#[derive(Debug, Clone)]
pub(super) struct States {
    entries: Vec<Entry>,
    unused: Vec<StateId>,
    /// The serial given last.
    serial: u64,
    /// Ids by hash of the state. Made when first asked for and kept from then on: where nodes lie in few ranges nobody asks.
    known: OnceLock<HashIndex>,
    /// Made when first asked for and kept from then on: packings that take the first node never ask.
    order: OnceLock<Order>,
}

/// A number that is spread out over states.
fn hash(state: &NodeState) -> u64 {
    // The words are multiplied by odd constants before they are joined, and the upper half of the product is what all bits went into.
    let card = |at: usize| u64::from(state.cards[at]);
    let mut sum = state.memory.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(state.cores_milli);
    for at in (0..super::CARDS_MAX).step_by(4) {
        let four = card(at) | card(at + 1) << 16 | card(at + 2) << 32 | card(at + 3) << 48;
        sum = (sum.rotate_left(29) ^ four).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    }
    sum >> 32
}

impl States {
    /// Brings them, not what they lead to, into the processor's caches.
    pub(super) fn bring(&self) {
        bring(&self.entries);
        bring(&self.known);
        bring(&self.order);
    }

    /// The two states that are always there.
    pub(super) fn new(shape: &NodeShape) -> Self {
        let idle = NodeState::idle(shape);
        let nothing = NodeState { cores_milli: 0, memory: 0, cards: [0; super::CARDS_MAX] };
        let entry = |state| Entry { state, nodes: 0, serial: 0 };
        Self {
            entries: vec![entry(idle), entry(nothing)],
            unused: Vec::new(),
            serial: 0,
            known: OnceLock::new(),
            order: OnceLock::new(),
        }
    }

    /// Ids that were ever given.
    #[cfg(test)]
    pub(super) fn len(&self) -> StateId {
        self.entries.len() as StateId
    }

    /// The entry of an id.
    pub(super) fn get(&self, id: StateId) -> &Entry {
        &self.entries[id as usize]
    }

    /// What nodes in a state have free, in one word.
    pub(super) fn brief(&self, id: StateId) -> Brief {
        if id == WITHHELD { Brief::WITHHELD } else { Brief::of(&self.get(id).state) }
    }

    /// The states of open nodes, and how many nodes are in each, in no order that means anything.
    pub(super) fn open(&self) -> impl Iterator<Item = (&NodeState, u64)> {
        let ids = (0..).zip(&self.entries);
        ids.filter(|(id, entry)| *id != WITHHELD && entry.nodes > 0).map(|(_, entry)| (&entry.state, entry.nodes))
    }

    /// The ids that are to be found: of states that nodes are in, and of the idle one.
    fn living(&self) -> impl Iterator<Item = StateId> {
        let ids = (0..).zip(&self.entries);
        ids.filter(|(id, entry)| *id == IDLE || (*id > WITHHELD && entry.nodes > 0)).map(|(id, _)| id)
    }

    fn known(&self) -> &HashIndex {
        self.known.get_or_init(|| {
            let mut known = HashIndex::default();
            self.living().for_each(|id| known.insert(id, hash(&self.get(id).state)));
            known
        })
    }

    /// The id of a state, if it has one. `alike` are the ids of all states that nodes are in and that may be it, where these are few.
    fn find(&self, state: &NodeState, alike: Option<impl Iterator<Item = StateId>>) -> Option<StateId> {
        match alike {
            Some(mut alike) if *state != self.get(IDLE).state => alike.find(|id| self.get(*id).state == *state),
            Some(_) => Some(IDLE),
            None => self.known().find(hash(state), |id| self.get(id).state == *state),
        }
    }

    /// The id of a state that `nodes` nodes get into which are in the state `from`. Where nobody has been in it, and nobody stays
    /// behind, `from` is its id from now on: these nodes are in it. `alike` as for [`States::find`].
    pub(super) fn id(
        &mut self,
        state: NodeState,
        from: StateId,
        nodes: u64,
        alike: Option<impl Iterator<Item = StateId>>,
    ) -> StateId {
        if let Some(id) = self.find(&state, alike) {
            return id;
        }
        self.serial += 1;
        let entry = Entry { state, nodes: 0, serial: self.serial };
        let id = if from > WITHHELD && self.get(from).nodes == nodes {
            self.forget(from);
            self.entries[from as usize] = Entry { nodes, ..entry };
            from
        } else if let Some(id) = self.unused.pop() {
            self.entries[id as usize] = entry;
            id
        } else {
            self.entries.push(entry);
            (self.entries.len() - 1) as StateId
        };
        if let Some(known) = self.known.get_mut() {
            known.insert(id, hash(&state));
        }
        if let Some(order) = self.order.get_mut() {
            order.insert((state.accelerators_milli(), state), id);
        }
        id
    }

    /// A state is not to be found any more.
    fn forget(&mut self, id: StateId) {
        let state = &self.entries[id as usize].state;
        if let Some(known) = self.known.get_mut() {
            known.remove(id, hash(state));
        }
        if let Some(order) = self.order.get_mut() {
            order.remove(&(state.accelerators_milli(), *state));
        }
    }

    /// Moves nodes from one state to another; a state that nobody is in is forgotten.
    pub(super) fn shift(&mut self, from: StateId, to: StateId, nodes: u64) {
        self.entries[to as usize].nodes += nodes;
        let left = &mut self.entries[from as usize];
        left.nodes -= nodes;
        if left.nodes == 0 && from > WITHHELD {
            self.forget(from);
            self.unused.push(from);
        }
    }

    /// Adds idle nodes.
    pub(super) fn append(&mut self, nodes: u64) {
        self.entries[IDLE as usize].nodes += nodes;
    }

    /// Ids of the states that open nodes are in, by accelerators, cores, memory, cards free, the least first; states
    /// that have too little of the first of these for the need are left out.
    pub(super) fn ordered_from(&self, need: Need) -> impl DoubleEndedIterator<Item = StateId> {
        let accelerators = need.accelerators_milli();
        let cores_milli = if accelerators == 0 { need.cores_milli } else { 0 };
        let least = NodeState { cores_milli, memory: 0, cards: [0; super::CARDS_MAX] };
        let order = self.order.get_or_init(|| self.in_order());
        order.range((accelerators, least)..).map(|(_, id)| *id).filter(|id| self.get(*id).nodes > 0)
    }

    fn in_order(&self) -> Order {
        self.living().map(|id| ((self.get(id).state.accelerators_milli(), self.get(id).state), id)).collect()
    }
}
