//! Ways through the core as brokers ask for them: what they cost and which lanes they take, one cache line each.

use super::tree::NO_LANE;
use crate::model::LaneId;
use crate::units::SimDuration;
use std::sync::OnceLock;

/// Lanes that fit beside the rest in a cache line. Few ways through a nation have more.
pub(super) const LANES: usize = 9;
/// The number of lanes that do not fit.
const MANY: u8 = u8::MAX;

/// A way between two places of the core.
#[derive(Debug, Clone)]
pub(super) struct Passage {
    /// [`SimDuration::MAX`] where there is no way.
    pub(super) latency: SimDuration,
    /// The sum of the prices of its lanes.
    pub(super) price: u64,
    lanes: [LaneId; LANES],
    count: u8,
    /// The way back takes the same links.
    mirrored: bool,
}

impl Passage {
    pub(super) fn new(latency: SimDuration, price: u64, lanes: &[LaneId], mirrored: bool) -> Self {
        let mut own = [NO_LANE; LANES];
        let count = match own.get_mut(..lanes.len()) {
            Some(room) => {
                room.copy_from_slice(lanes);
                lanes.len() as u8
            }
            None => MANY,
        };
        Self { latency, price, lanes: own, count, mirrored }
    }

    /// Its lanes in order; `None` where they are to be found on the tree.
    pub(super) fn lanes(&self) -> Option<&[LaneId]> {
        self.lanes.get(..usize::from(self.count))
    }
}

/// A passage once it was asked for. Aligned, so that it is one cache line and not two.
#[derive(Debug, Clone)]
#[repr(align(64))]
struct Cell(OnceLock<Passage>);

/// Of each place that was asked for, the passages between it and those of lower numbers.
type Rows = Vec<OnceLock<Box<[Cell]>>>;

/// Passages by their places in the core. Whoever asks for the way there asks for the way back too, and as a rule one is the other: so both
/// are kept in one.
#[derive(Debug, Clone)]
pub(super) struct Passages {
    /// From the lower place to the higher one.
    upwards: Rows,
    /// Back, where that is another way.
    downwards: Rows,
}

impl Passages {
    pub(super) fn new(places: usize) -> Self {
        Self { upwards: vec![OnceLock::new(); places], downwards: vec![OnceLock::new(); places] }
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.upwards.fill(OnceLock::new());
        self.downwards.fill(OnceLock::new());
    }

    /// The passage between two places, made when first asked for, and whether its lanes are those of the way back.
    pub(super) fn get(&self, from: u32, to: u32, make: impl Fn(u32, u32) -> Passage) -> (&Passage, bool) {
        let (low, high) = (from.min(to), from.max(to));
        let upwards = cell(&self.upwards, high, low).get_or_init(|| make(low, high));
        if from == low || upwards.mirrored {
            return (upwards, from != low);
        }
        (cell(&self.downwards, high, low).get_or_init(|| make(high, low)), false)
    }
}

fn cell(rows: &Rows, high: u32, low: u32) -> &OnceLock<Passage> {
    let row = || (0..high).map(|_| Cell(OnceLock::new())).collect();
    &rows[high as usize].get_or_init(row)[low as usize].0
}

const _: () = assert!(size_of::<Cell>() == 64, "a passage is one cache line");
