//! Lanes of the fluid model, and which of them changed.

/// A class that crosses a lane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) class: u32,
    /// Which of the class's lanes this is.
    pub(super) slot: u32,
    /// How much of the lane one bit per second uses.
    pub(super) factor: f64,
}

/// One direction of a link. The fields are in the order in which a solve reads them.
#[derive(Debug, Clone, Default)]
#[repr(C)]
pub(super) struct Lane {
    /// The classes that cross it.
    pub(super) members: Vec<Member>,
    /// The solve that last touched it; the next five fields belong to that solve.
    pub(super) epoch: u64,
    /// Bits per second of classes outside this solve and of those already settled.
    pub(super) filled: f64,
    /// Bits per second that it would use more for each unit of level: classes not yet settled.
    pub(super) mass: f64,
    /// Classes of this solve that cross it.
    pub(super) solved: u32,
    /// Those of them that are not yet settled.
    pub(super) unsettled: u32,
    /// Its bottlenecked classes are, or will be, part of this solve.
    pub(super) open: bool,
    /// It is in the list of lanes to look at.
    pub(super) dirty: bool,
    /// Classes whose bottleneck it is.
    pub(super) bottlenecked: u32,
    /// Bits per second in use by its classes, as last solved.
    pub(super) used: f64,
    /// Bits per second offered to flows.
    pub(super) capacity: f64,
    /// The level of the classes that it bounds, as last mended; infinite where it bounds none. Only an order to look at lanes in.
    pub(super) level: f64,
    /// It is in the queue of lanes to mend.
    pub(super) doubted: bool,
    /// `mass` when it was last summed afresh.
    pub(super) mass_summed: f64,
    /// Flows that cross it.
    pub(super) flows: u32,
    /// Changes of `used` since it was last summed afresh.
    pub(super) drift: u32,
    /// What was last told to the driver.
    pub(super) reported: (f64, u32),
}

impl Lane {
    /// The level at which the classes not yet settled would fill it.
    pub(super) fn filling_level(&self) -> f64 {
        (self.capacity - self.filled).max(0.0) / self.mass
    }

    /// What one more flow could count on.
    pub(super) fn share(&self) -> f64 {
        self.capacity / (f64::from(self.flows) + 1.0)
    }

    /// Whether classes outside the present solve cross it.
    pub(super) fn has_outsiders(&self) -> bool {
        (self.solved as usize) < self.members.len()
    }
}

/// A set of lane numbers that is read out in order: bits, and bits over their words.
#[derive(Debug, Clone, Default)]
pub(super) struct LaneSet {
    words: Vec<u64>,
    summary: Vec<u64>,
}

impl LaneSet {
    pub(super) fn reserve(&mut self, lanes: usize) {
        let words = lanes.div_ceil(64);
        if words > self.words.len() {
            self.words.resize(words, 0);
            self.summary.resize(words.div_ceil(64), 0);
        }
    }

    pub(super) fn insert(&mut self, lane: u32) {
        let word = (lane / 64) as usize;
        self.words[word] |= 1 << (lane % 64);
        self.summary[word / 64] |= 1 << (word % 64);
    }

    /// Takes all numbers out, in order.
    pub(super) fn drain(&mut self, mut take: impl FnMut(u32)) {
        for (i, summary) in self.summary.iter_mut().enumerate() {
            while *summary != 0 {
                let at = i * 64 + summary.trailing_zeros() as usize;
                *summary &= *summary - 1;
                let word = &mut self.words[at];
                while *word != 0 {
                    take((at * 64) as u32 + word.trailing_zeros());
                    *word &= *word - 1;
                }
            }
        }
    }
}
