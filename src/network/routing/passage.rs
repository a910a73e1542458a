//! Ways through the core as brokers ask for them: what they cost and which lanes they take, one cache line each.

use super::tree::NO_LANE;
use crate::model::LaneId;
use crate::units::SimDuration;
use std::sync::OnceLock;

/// Lanes that fit beside the rest in a cache line. Few ways through a nation have more.
const LANES: usize = 10;

/// A way between two places of the core.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    /// [`SimDuration::MAX`] where there is no way.
    pub(super) latency: SimDuration,
    /// The sum of the prices of its lanes.
    pub(super) price: u64,
    /// Its lanes, then [`NO_LANE`]; that alone comes first where there are more than fit.
    lanes: [LaneId; LANES],
}

impl Passage {
    pub(super) fn new(latency: SimDuration, price: u64, lanes: &[LaneId]) -> Self {
        let mut own = [NO_LANE; LANES];
        if let Some(room) = own.get_mut(..lanes.len()) {
            room.copy_from_slice(lanes);
        }
        Self { latency, price, lanes: own }
    }

    /// Its lanes in order; `None` where they are to be found on the tree.
    pub(super) fn lanes(&self) -> Option<&[LaneId]> {
        let count = self.lanes.iter().take_while(|lane| **lane != NO_LANE).count();
        (count > 0).then_some(&self.lanes[..count])
    }
}

/// A passage once it was asked for. Aligned, so that it is one cache line and not two.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Cell(OnceLock<Passage>);

/// Passages by their places in the core; a row for each that one was asked from.
#[derive(Debug, Clone)]
pub(super) struct Passages(Vec<OnceLock<Box<[Cell]>>>);

impl Passages {
    pub(super) fn new(places: usize) -> Self {
        Self(vec![OnceLock::new(); places])
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.0.fill(OnceLock::new());
    }

    /// The passage between two places, made when first asked for.
    pub(super) fn get(&self, from: u32, to: u32, make: impl FnOnce() -> Passage) -> &Passage {
        let row = || (0..self.0.len()).map(|_| Cell(OnceLock::new())).collect();
        self.0[from as usize].get_or_init(row)[to as usize].0.get_or_init(make)
    }
}

const _: () = assert!(size_of::<Cell>() == 64, "a passage is one cache line");
