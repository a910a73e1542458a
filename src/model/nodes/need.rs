//! What a task needs of a node, and how many tasks a node in some state can take.

use super::{AllocationPart, CARDS_MAX, NodeShape, NodeState, TaskShape};

/// A card's whole, in thousandths.
const CARD_MILLI: u16 = 1000;

/// Which card a share of a card is taken from, where several have enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardOrder {
    /// The lowest number.
    Lowest,
    /// The one with the least free, then the lowest number.
    Fullest,
    /// The one with the most free, then the lowest number.
    Emptiest,
}

/// What a task needs of a node of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// Thousandths of a core.
    pub cores_milli: u32,
    /// Bytes of memory; 0 where the pool's memory has no bound.
    pub memory: u64,
    /// Whole cards.
    pub whole: u8,
    /// Thousandths of one card, less than 1000; 0 where whole cards or none are needed.
    pub share: u16,
}

impl Need {
    /// What `task` needs of nodes of this shape; `None` where even an idle one cannot hold it.
    #[must_use]
    pub fn new(task: &TaskShape, shape: &NodeShape) -> Option<Self> {
        let memory = if shape.memory_unbounded() { 0 } else { task.memory };
        // As [`TaskShape::per_node`] says, without its divisions: every job comes here several times.
        let cards = u32::from(shape.cards) * u32::from(CARD_MILLI);
        let held = match task.accelerators_milli {
            0 => true,
            _ if task.accelerator.is_some() && task.accelerator != shape.accelerator => false,
            milli => milli <= cards,
        };
        if !held || task.cores_milli > shape.cores_milli || memory > shape.memory {
            return None;
        }
        let (whole, share) = match task.accelerators_milli {
            // Lossless: an idle node holds the task, so that it needs no more than 16 cards.
            whole if whole >= u32::from(CARD_MILLI) => (whole.div_ceil(u32::from(CARD_MILLI)) as u8, 0),
            share => (0, share as u16),
        };
        Some(Self { cores_milli: task.cores_milli, memory, whole, share })
    }

    /// All that an idle node of this shape has.
    pub(super) const fn idle(shape: &NodeShape) -> Self {
        let memory = if shape.memory_unbounded() { 0 } else { shape.memory };
        Self { cores_milli: shape.cores_milli, memory, whole: shape.cards, share: 0 }
    }

    /// Thousandths of accelerators.
    #[must_use]
    pub const fn accelerators_milli(&self) -> u32 {
        self.whole as u32 * CARD_MILLI as u32 + self.share as u32
    }

    /// Whether a task takes nothing, so that any number fits an open node.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.cores_milli == 0 && self.memory == 0 && self.whole == 0 && self.share == 0
    }

    /// Whether a node in this state holds a task.
    pub(super) fn held_by(&self, state: &NodeState) -> bool {
        let cards = if self.whole > 0 {
            state.whole_cards() >= u32::from(self.whole)
        } else {
            self.share == 0 || state.cards.iter().any(|card| *card >= self.share)
        };
        cards && state.cores_milli >= self.cores_milli && state.memory >= self.memory
    }

    /// How many such tasks a node in this state takes.
    #[must_use]
    pub fn fit(&self, state: &NodeState) -> u32 {
        let by =
            |have: u64, need: u64| have.checked_div(need).map_or(u32::MAX, |n| u32::try_from(n).unwrap_or(u32::MAX));
        let mut fit = by(u64::from(state.cores_milli), u64::from(self.cores_milli)).min(by(state.memory, self.memory));
        if self.whole > 0 {
            fit = fit.min(state.whole_cards() / u32::from(self.whole));
        } else if self.share > 0 {
            fit = fit.min(state.cards.iter().map(|card| u32::from(card / self.share)).sum());
        }
        fit
    }

    /// Whether a part of an allocation takes just the cards that its tasks need.
    pub(super) fn taken_by(&self, part: &AllocationPart) -> bool {
        // All cards are gone over without a way out, several at once.
        if self.whole == 0 && self.share == 0 {
            return part.cards.iter().fold(0, |any, card| any | card) == 0;
        }
        let sum = part.cards.iter().map(|card| u64::from(*card)).sum::<u64>();
        sum == u64::from(self.accelerators_milli()) * u64::from(part.tasks_per_node)
            && match self.share {
                0 => part.cards.iter().all(|card| *card == 0 || *card == CARD_MILLI),
                share => part.cards.iter().all(|card| *card <= CARD_MILLI && card % share == 0),
            }
    }

    /// Thousandths of each card that `tasks` tasks take of a node in this state, where they fit.
    #[must_use]
    pub fn cards(&self, state: &NodeState, tasks: u32, order: CardOrder) -> [u16; CARDS_MAX] {
        let mut taken = [0; CARDS_MAX];
        if self.whole > 0 {
            let whole = taken.iter_mut().zip(&state.cards).filter(|(_, free)| **free == CARD_MILLI);
            let wanted = u32::from(self.whole).saturating_mul(tasks);
            whole.take(wanted as usize).for_each(|(taken, _)| *taken = CARD_MILLI);
        } else if self.share > 0 {
            match order {
                CardOrder::Emptiest => self.spread(state, tasks, &mut taken),
                CardOrder::Lowest => self.fill(state, tasks, 0..CARDS_MAX, &mut taken),
                CardOrder::Fullest => {
                    let mut numbers: [usize; CARDS_MAX] = std::array::from_fn(|card| card);
                    numbers.sort_by_key(|card| state.cards[*card]);
                    self.fill(state, tasks, numbers, &mut taken);
                }
            }
        }
        taken
    }

    /// Fills card after card.
    fn fill(
        &self,
        state: &NodeState,
        tasks: u32,
        numbers: impl IntoIterator<Item = usize>,
        taken: &mut [u16; CARDS_MAX],
    ) {
        let mut left = tasks;
        for card in numbers {
            let here = u32::from(state.cards[card] / self.share).min(left);
            // Lossless: no more than the card has free.
            taken[card] = here as u16 * self.share;
            left -= here;
        }
    }

    /// Gives task after task the card with the most free.
    fn spread(&self, state: &NodeState, tasks: u32, taken: &mut [u16; CARDS_MAX]) {
        for _ in 0..tasks {
            // Of equal ones `max_by_key` takes the last: the walk is backward, for the lowest number.
            let emptiest = (0..CARDS_MAX).rev().max_by_key(|card| state.cards[*card] - taken[*card]);
            let Some(card) = emptiest.filter(|card| state.cards[*card] - taken[*card] >= self.share) else { return };
            taken[card] += self.share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::AcceleratorId;
    use proptest::prelude::*;

    fn kind() -> impl Strategy<Value = Option<AcceleratorId>> {
        prop_oneof![Just(None), Just(Some(AcceleratorId(1))), Just(Some(AcceleratorId(2)))]
    }

    proptest! {
        #[test]
        fn there_is_a_need_where_an_idle_node_holds_a_task(
            (cores_milli, memory, cards, of) in (0..4u32, prop_oneof![4 => 0..4u64, 1 => Just(u64::MAX)], 0..=16u8, kind()),
            (wanted, bytes, accelerators_milli, accelerator) in
                (0..5u32, prop_oneof![4 => 0..5u64, 1 => Just(u64::MAX)], prop_oneof![0..18_000u32, Just(1000), Just(0)], kind()),
        ) {
            let shape = NodeShape { cores_milli, memory, cards, accelerator: of };
            let task = TaskShape { cores_milli: wanted, memory: bytes, accelerators_milli, accelerator };
            prop_assert_eq!(Need::new(&task, &shape).is_some(), task.per_node(&shape) > 0);
        }
    }
}
