//! The distinct states that nodes of a pool are in.

use super::bounds::Most;
use super::{Need, NodeShape, NodeState};
use std::collections::BTreeMap;

/// Names a state; reused when no node is in it.
pub(super) type StateId = u32;

/// The state of an idle node.
pub(super) const IDLE: StateId = 0;
/// What stands for the state of a node that is withheld from jobs.
pub(super) const WITHHELD: StateId = 1;

/// A state and how many nodes are in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) state: NodeState,
    pub(super) nodes: u64,
    pub(super) most: Most,
}

/// States by id, and by what they have free: accelerators, cores, memory, cards.
#[derive(Debug, Clone)]
pub(super) struct States {
    entries: Vec<Entry>,
    order: BTreeMap<(u32, NodeState), StateId>,
    unused: Vec<StateId>,
    /// By id: different for each state that ever had it.
    serials: Vec<u64>,
    /// The serial given last.
    serial: u64,
    /// Ids found last, by [`slot`]; one counts only while nodes are in its state.
    recent: [StateId; RECENT],
}

/// How many ids found last are kept.
const RECENT: usize = 64;

/// Where the id of a state is kept when it was found last.
fn slot(state: &NodeState) -> usize {
    let memory = state.memory ^ (state.memory >> 32);
    let cards = state.cards.iter().fold(0_u32, |sum, card| sum.rotate_left(5) ^ u32::from(*card));
    let mixed = (memory as u32 ^ state.cores_milli.rotate_left(16) ^ cards).wrapping_mul(0x9e37_79b9);
    // Lossless: the upper six bits.
    (mixed >> (32 - RECENT.ilog2())) as usize
}

impl States {
    /// The two states that are always there.
    pub(super) fn new(shape: &NodeShape) -> Self {
        let idle = NodeState::idle(shape);
        let nothing = NodeState { cores_milli: 0, memory: 0, cards: [0; super::CARDS_MAX] };
        let withheld = Most { withheld: true, ..Most::default() };
        Self {
            entries: vec![
                Entry { state: idle, nodes: 0, most: most(&idle) },
                Entry { state: nothing, nodes: 0, most: withheld },
            ],
            order: BTreeMap::from([((idle.accelerators_milli(), idle), IDLE)]),
            unused: Vec::new(),
            serials: vec![0; 2],
            serial: 0,
            recent: [IDLE; RECENT],
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

    /// Tells a state from all others that ever had its id.
    pub(super) fn serial(&self, id: StateId) -> u64 {
        self.serials[id as usize]
    }

    /// The id of a state, which is made where there is none.
    pub(super) fn id(&mut self, state: NodeState) -> StateId {
        let Self { entries, order, unused, serials, serial, recent } = self;
        let recent = &mut recent[slot(&state)];
        let known = &entries[*recent as usize];
        if known.nodes > 0 && *recent != WITHHELD && known.state == state {
            return *recent;
        }
        *recent = *order.entry((state.accelerators_milli(), state)).or_insert_with(|| {
            *serial += 1;
            let entry = Entry { state, nodes: 0, most: most(&state) };
            if let Some(id) = unused.pop() {
                entries[id as usize] = entry;
                serials[id as usize] = *serial;
                return id;
            }
            entries.push(entry);
            serials.push(*serial);
            (entries.len() - 1) as StateId
        });
        *recent
    }

    /// Moves nodes from one state to another; a state that nobody is in is forgotten.
    pub(super) fn shift(&mut self, from: StateId, to: StateId, nodes: u64) {
        self.entries[to as usize].nodes += nodes;
        let left = &mut self.entries[from as usize];
        left.nodes -= nodes;
        if left.nodes == 0 && from > WITHHELD {
            let state = left.state;
            self.order.remove(&(state.accelerators_milli(), state));
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
        self.order.range((accelerators, least)..).map(|(_, id)| *id).filter(|id| self.get(*id).nodes > 0)
    }
}

/// The bounds of nodes in one state.
fn most(state: &NodeState) -> Most {
    Most {
        memory: state.memory,
        cores_milli: state.cores_milli,
        share: state.cards.iter().copied().max().unwrap_or(0),
        // Lossless: at most 16.
        whole: state.whole_cards() as u8,
        open: true,
        withheld: false,
        beside: Most::beside(state.cores_milli, state.memory),
    }
}
