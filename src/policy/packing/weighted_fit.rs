//! Weighted best-fit: the node with the least left, cores and accelerators weighed alike.
//!
//! Idea: what is left after the task, as a share of the largest node of the cluster, should be small. With `c`, `a` cores and accelerators
//! left and `C`, `A` those of the largest node, the score is the whole part of `100 (1 - c/2C - a/2A)`; the highest wins, of
//! equal ones the lowest node number. A share of a card is taken from the fullest card with enough.
//!
//! Source: the baseline of Weng et al., "Beware of Fragmentation", USENIX ATC 2023 (after Hadary et al., "Protean", OSDI 2020).
//!
//! Cost: the distinct states that nodes are in.

use super::Scale;
use super::scored::Rule;
use crate::model::{Need, NodeState};

/// The rule; see the page above.
#[derive(Debug, Clone, Copy)]
pub(super) struct WeightedFit(pub(super) Scale);

impl Rule for WeightedFit {
    fn score(&self, state: &NodeState, need: &Need) -> i64 {
        let left = |free: u32, taken: u32, most: u32| {
            if most == 0 { 0.0 } else { f64::from(free - taken) / f64::from(most) * 0.5 }
        };
        let cores = left(state.cores_milli, need.cores_milli, self.0.cores_milli);
        let cards = left(state.accelerators_milli(), need.accelerators_milli(), self.0.accelerators_milli);
        ((1.0 - (cores + cards)) * 100.0) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::super::Packing;
    use super::super::scored::Scored;
    use super::super::testing::{cores, pool, take, used};
    use super::*;
    use crate::model::TaskShape;

    #[test]
    fn cores_and_cards_count_alike() {
        // Nodes of 8 cores and 2 cards; 0 has 8 cores and 2 cards free, 1 has 3 cores, 2 has 8 cores and 1 card.
        let mut nodes = pool(3, 8, 2);
        take(&mut nodes, 1, 5);
        let card = TaskShape { accelerators_milli: 1000, ..cores(0) };
        let first = super::super::FirstFit.choose(&pool(3, 8, 2), 1, &card).expect("fits");
        let mut third = first.clone();
        third.parts[0].first = 2;
        assert!(nodes.allocate(&third, &card));
        let mut packing = Scored::new(WeightedFit(Scale { cores_milli: 8000, accelerators_milli: 2000 }));
        // One core leaves 7/16 + 2/4, 2/16 + 2/4, 7/16 + 1/4: 6, 37, 31 points. Node 1.
        assert_eq!(used(&packing.choose(&nodes, 1, &cores(1)).expect("fits")), [(1, 1, 1)]);
        // One card leaves 8/16 + 1/4, 3/16 + 1/4, 8/16: 25, 56, 50 points. Node 1 again; a core and four cards' worth of tasks need all.
        assert_eq!(used(&packing.choose(&nodes, 1, &card).expect("fits")), [(1, 1, 1)]);
        // Four cores do not fit on node 1: 4/16 + 2/4 and 4/16 + 1/4 leave 25 and 50 points. Node 2.
        assert_eq!(used(&packing.choose(&nodes, 1, &cores(4)).expect("fits")), [(2, 1, 1)]);
        // Five of one card: two on node 1 first, one on node 2, two on node 0.
        assert_eq!(used(&packing.choose(&nodes, 5, &card).expect("fits")), [(0, 2, 2), (2, 1, 1)]);
        assert_eq!(packing.choose(&nodes, 6, &card), None);
    }
}
