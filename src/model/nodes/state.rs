//! What one node has free.

use super::{AllocationPart, CARDS_MAX, NodeShape, TaskShape};

/// What is free on a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeState {
    /// Thousandths of cores free.
    pub cores_milli: u32,
    /// Bytes of memory free; `u64::MAX` where it has no bound.
    pub memory: u64,
    /// Thousandths free of each card; beyond the node's cards 0.
    pub cards: [u16; CARDS_MAX],
}

impl NodeState {
    /// An idle node.
    #[must_use]
    pub fn idle(shape: &NodeShape) -> Self {
        let mut cards = [0; CARDS_MAX];
        cards.iter_mut().take(usize::from(shape.cards)).for_each(|card| *card = 1000);
        Self { cores_milli: shape.cores_milli, memory: shape.memory, cards }
    }

    /// The least of both, resource by resource.
    pub(super) fn least(&self, other: &Self) -> Self {
        let mut cards = self.cards;
        cards.iter_mut().zip(&other.cards).for_each(|(card, limit)| *card = (*card).min(*limit));
        Self { cores_milli: self.cores_milli.min(other.cores_milli), memory: self.memory.min(other.memory), cards }
    }

    /// Cards that are wholly free.
    #[must_use]
    pub fn whole_cards(&self) -> u32 {
        // Counted in as few bits as a card has, several at a time.
        self.cards.iter().map(|card| u16::from(*card == 1000)).sum::<u16>().into()
    }

    /// Thousandths of accelerators free.
    #[must_use]
    pub fn accelerators_milli(&self) -> u32 {
        self.cards.iter().map(|card| u32::from(*card)).sum()
    }

    /// What is left after one job's tasks; `None` where there is not so much.
    pub(super) fn less(&self, part: &AllocationPart, task: &TaskShape) -> Option<Self> {
        let tasks = u64::from(part.tasks_per_node);
        let cores_milli = u32::try_from(u64::from(task.cores_milli) * tasks).ok()?;
        let memory = if self.memory == u64::MAX {
            u64::MAX
        } else {
            self.memory.checked_sub(task.memory.checked_mul(tasks)?)?
        };
        // All cards are gone over without a way out, several at once.
        let (mut cards, mut enough) = (self.cards, true);
        for (free, taken) in cards.iter_mut().zip(&part.cards) {
            enough &= *free >= *taken;
            *free = free.wrapping_sub(*taken);
        }
        let cores_milli = self.cores_milli.checked_sub(cores_milli)?;
        enough.then_some(Self { cores_milli, memory, cards })
    }

    /// What is free after one job's tasks are gone; `None` where that is more than `idle`.
    pub(super) fn more(&self, part: &AllocationPart, task: &TaskShape, idle: &Self) -> Option<Self> {
        let tasks = u64::from(part.tasks_per_node);
        let cores_milli = u32::try_from(u64::from(self.cores_milli) + u64::from(task.cores_milli) * tasks).ok()?;
        let memory = if idle.memory == u64::MAX {
            u64::MAX
        } else {
            self.memory.checked_add(task.memory.checked_mul(tasks)?)?
        };
        let (mut cards, mut within) = (self.cards, cores_milli <= idle.cores_milli && memory <= idle.memory);
        for ((free, given), whole) in cards.iter_mut().zip(&part.cards).zip(&idle.cards) {
            *free = free.saturating_add(*given);
            within &= *free <= *whole;
        }
        within.then_some(Self { cores_milli, memory, cards })
    }
}
