//! Fragmentation gradient descent: the node and card where fragmentation grows least.
//!
//! Idea: placing a task changes how much of what is free typical tasks cannot use ([`Fragmentation`]). With `d` the amount before less the amount after,
//! in accelerators, the score is the whole part of `100 / (1 + exp(-d))`; the highest wins, of equal ones the lowest node number. A
//! share of a card is taken from the card that scores best, of equal ones the lowest; whole cards are alike.
//!
//! Typical tasks are the most frequent kinds, up to 95 percent of all: of the log in a replay, of a sample of the scenario's own classes in
//! a run. Where there are none, all scores are alike.
//!
//! Source: Weng et al., "Beware of Fragmentation: Scheduling GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC 2023.
//!
//! Cost: the distinct states that nodes are in; each new state costs a look at the typical tasks for each of its cards, once a kind of task.

use super::scored::Rule;
use crate::model::{CARDS_MAX, CardOrder, Fragmentation, Need, NodeState};

/// The rule, with the pool's measure; see the page above.
#[derive(Debug, Clone)]
pub(super) struct Fgd {
    pub(super) measure: Option<Fragmentation>,
}

impl Fgd {
    /// The score of a node that goes from one state to another.
    fn step(&self, before: u128, after: &NodeState) -> i64 {
        let Some(measure) = &self.measure else { return 50 };
        let after = measure.amount(after);
        // Lossless enough: amounts are far below 2^53.
        let gain = if before >= after { (before - after) as f64 } else { -((after - before) as f64) };
        let gain = gain / (measure.weight() as f64 * 1000.0);
        (100.0 / (1.0 + libm::exp(-gain))) as i64
    }

    fn before(&self, state: &NodeState) -> u128 {
        self.measure.as_ref().map_or(0, |measure| measure.amount(state))
    }

    /// The card that a share is best taken from, and its score.
    fn best_card(&self, state: &NodeState, need: &Need) -> Option<(i64, usize)> {
        let before = self.before(state);
        let mut best: Option<(i64, usize)> = None;
        for card in 0..CARDS_MAX {
            // Cards with as much free are alike, and the lowest comes first.
            if state.cards[card] < need.share || state.cards[..card].contains(&state.cards[card]) {
                continue;
            }
            let mut after = NodeState { cores_milli: state.cores_milli - need.cores_milli, ..*state };
            after.cards[card] -= need.share;
            let score = self.step(before, &after);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, card));
            }
        }
        best
    }
}

impl Rule for Fgd {
    fn score(&self, state: &NodeState, need: &Need) -> i64 {
        if need.share > 0 {
            return self.best_card(state, need).map_or(0, |(score, _)| score);
        }
        let mut after = NodeState { cores_milli: state.cores_milli - need.cores_milli, ..*state };
        let taken = need.cards(state, 1, CardOrder::Lowest);
        after.cards.iter_mut().zip(&taken).for_each(|(free, taken)| *free -= taken);
        self.step(self.before(state), &after)
    }

    fn cards(&self, state: &NodeState, need: &Need, tasks: u32) -> [u16; CARDS_MAX] {
        if need.share == 0 {
            return need.cards(state, tasks, CardOrder::Lowest);
        }
        let (mut state, mut taken) = (*state, [0; CARDS_MAX]);
        for _ in 0..tasks {
            let Some((_, card)) = self.best_card(&state, need) else { break };
            state.cards[card] -= need.share;
            state.cores_milli -= need.cores_milli;
            taken[card] += need.share;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::super::Packing;
    use super::super::scored::Scored;
    use super::super::testing::{cores, part, pool, used};
    use super::*;
    use crate::model::{Allocation, ConstraintId, TaskShape, TypicalTask};

    #[test]
    fn the_gradient_worked_by_hand() {
        // One node of two cards, card 0 with 0.5 free; typical: half of the tasks take 0.5, half a whole card.
        let share = |milli| TaskShape { accelerators_milli: milli, ..cores(0) };
        let kind = |milli| TypicalTask { task: share(milli), constraint: ConstraintId(0), weight: 1 };
        let measure = Fragmentation::new(&[kind(500), kind(1000)], |_| true);
        let mut nodes = pool(2, 8, 2);
        assert!(nodes.allocate(&Allocation { parts: vec![part(0, 1, 1, &[500])].into() }, &share(500)));
        let mut packing = Scored::new(Fgd { measure });
        // 0.5 on node 0, card 0: before (0.5, 1.0) a whole card sees 0.5 fragmented, 0.5 sees 0: mean 0.25. After (0, 1.0): 0. d = 0.25.
        // On its card 1: after (0.5, 0.5) a whole card sees all of 1.0, mean 0.5, d = -0.25. On idle node 1: after (0.5, 1.0) 0.25, d = -0.25.
        let chosen = packing.choose(&nodes, 1, &share(500)).expect("fits");
        assert_eq!((used(&chosen), &chosen.parts[0].cards[..2]), (vec![(0, 1, 1)], &[500, 0][..]));
        // 100 / (1 + exp(-0.25)) = 56.2.
        assert_eq!(packing.offer(&nodes, 1, &share(500)).map(|offer| (offer.score, offer.node)), Some((56, 0)));
        // 0.3: card 0 leaves (0.2, 1.0): 0.5 and a whole card see 0.2, d = 0.25 - 0.2 = 0.05, 51.2 points; card 1 leaves (0.5, 0.7):
        // 0 and 1.2, d = -0.35; an idle node leaves (0.7, 1.0): 0.35, d = -0.35.
        let chosen = packing.choose(&nodes, 1, &share(300)).expect("fits");
        assert_eq!((used(&chosen), &chosen.parts[0].cards[..2]), (vec![(0, 1, 1)], &[300, 0][..]));
        // A whole card: node 0 leaves (0.5, 0): the whole-card task sees all 0.5, mean 0.25, d = 0; node 1 leaves (1.0): 0, d = 0. The lower.
        assert_eq!(used(&packing.choose(&nodes, 1, &share(1000)).expect("fits")), [(0, 1, 1)]);
        // Three of 0.5: one on node 0's card 0 and one... node 0 holds three: card 0 first, then both halves of card 1.
        let chosen = packing.choose(&nodes, 3, &share(500)).expect("fits");
        assert_eq!((used(&chosen), &chosen.parts[0].cards[..2]), (vec![(0, 1, 3)], &[500, 1000][..]));
    }

    #[test]
    fn without_typical_tasks_the_lowest_number() {
        let mut packing = Scored::new(Fgd { measure: None });
        assert_eq!(used(&packing.choose(&pool(3, 8, 2), 1, &cores(1)).expect("fits")), [(0, 1, 1)]);
    }
}
