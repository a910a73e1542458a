//! GPU packing: cards in use first, then free cards of nodes in use, then idle nodes.
//!
//! Idea: keep whole cards and whole nodes free. With `n` wholly free cards that the task would take, in points:
//! a node none of whose cards is in use has `33` less its cards (at least their number); a node where the task must take wholly free cards has
//! `50 - n`, at least 33; a node where it finds room on cards in use has 100 less a tenth of the percents free on the cards that it takes, at
//! least 50. Tasks without accelerators score 0 everywhere. The highest wins, of equal ones the lowest node number. A share of a card is taken from
//! the fullest card with enough.
//!
//! Source: the "MLaaS" baseline of Weng et al., "Beware of Fragmentation", USENIX ATC 2023, after Weng et al., "MLaaS in the Wild", NSDI 2022.
//!
//! Cost: the distinct states that nodes are in.

use super::scored::Rule;
use crate::model::{CARDS_MAX, CardOrder, Need, NodeState};

/// The rule, with the cards that a node of the pool has; see the page above.
#[derive(Debug, Clone, Copy)]
pub(super) struct GpuPacking {
    pub(super) cards: u8,
}

impl Rule for GpuPacking {
    fn score(&self, state: &NodeState, need: &Need) -> i64 {
        if need.accelerators_milli() == 0 {
            return 0;
        }
        let free = i64::from(state.whole_cards());
        if free == i64::from(self.cards) {
            return (33 - free).max(free);
        }
        let taken = need.cards(state, 1, CardOrder::Fullest);
        let of_free = |card: usize| taken[card] > 0 && state.cards[card] == 1000;
        let whole = (0..CARDS_MAX).filter(|card| of_free(*card)).count() as i64;
        if whole > 0 {
            return (50 - whole).max(33);
        }
        let percent = (0..CARDS_MAX).filter(|card| taken[*card] > 0).map(|card| i64::from(state.cards[card]) / 10);
        (100 - percent.sum::<i64>() / 10).max(50)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_ranks() {
        let rule = GpuPacking { cards: 4 };
        let state = |cards: [u16; 4]| {
            let mut all = [0; CARDS_MAX];
            all[..4].copy_from_slice(&cards);
            NodeState { cores_milli: 0, memory: 0, cards: all }
        };
        let need = |whole, share| Need { cores_milli: 0, memory: 0, whole, share };
        // An idle node: 33 - 4.
        assert_eq!(rule.score(&state([1000; 4]), &need(1, 0)), 29);
        // One or two free cards of a node in use: 50 - 1, 50 - 2.
        assert_eq!(rule.score(&state([1000, 1000, 1000, 600]), &need(1, 0)), 49);
        assert_eq!(rule.score(&state([1000, 1000, 1000, 600]), &need(2, 0)), 48);
        // 0.5 goes to the fullest with enough, which has 0.65 free: 100 - 65/10 rounded down.
        assert_eq!(rule.score(&state([1000, 400, 650, 700]), &need(0, 500)), 94);
        // 0.8 fits on a free card only.
        assert_eq!(rule.score(&state([1000, 400, 650, 700]), &need(0, 800)), 49);
        assert_eq!(rule.score(&state([1000; 4]), &need(0, 0)), 0);
    }
}
