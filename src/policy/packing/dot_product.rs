//! Dot product: the node whose free resources match the demand least in size and direction, so that large rooms are kept.
//!
//! Idea: demand and what is free are vectors of cores and accelerators, each as a share of the largest node of the cluster. The score is the whole
//! part of `100 (1 - (demand · free) / 2)`: among nodes that hold the task the one with the smallest product wins, of equal
//! ones the lowest node number. (Tetris takes the largest product, to use up what is abundant; the published study of
//! GPU sharing turns it round, and so does this.) A share of a card is taken from the fullest card with enough.
//!
//! Source: Grandl et al., "Multi-resource packing for cluster schedulers" (Tetris), SIGCOMM 2014; as used by Weng et al., "Beware of Fragmentation",
//! USENIX ATC 2023.
//!
//! Cost: the distinct states that nodes are in.

use super::Scale;
use super::scored::Rule;
use crate::model::{Need, NodeState};

/// The rule; see the page above.
#[derive(Debug, Clone, Copy)]
pub(super) struct DotProduct(pub(super) Scale);

impl Rule for DotProduct {
    fn score(&self, state: &NodeState, need: &Need) -> i64 {
        let share = |amount: u32, most: u32| if most == 0 { 0.0 } else { f64::from(amount) / f64::from(most) };
        let (cores, cards) = (self.0.cores_milli, self.0.accelerators_milli);
        let product = share(state.cores_milli, cores) * share(need.cores_milli, cores)
            + share(state.accelerators_milli(), cards) * share(need.accelerators_milli(), cards);
        ((1.0 - product / 2.0) * 100.0) as i64
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
    fn the_smallest_product() {
        // Nodes of 10 cores and 4 cards, whole in the scale; node 1 has 2 cores free, node 2 has 9.
        let mut nodes = pool(3, 10, 4);
        take(&mut nodes, 1, 8);
        take(&mut nodes, 2, 1);
        let mut packing = Scored::new(DotProduct(Scale { cores_milli: 10_000, accelerators_milli: 4000 }));
        // Two cores (0.2, 0): products 0.2, 0.04, 0.18, so 90, 98, 91 points.
        assert_eq!(used(&packing.choose(&nodes, 1, &cores(2)).expect("fits")), [(1, 1, 1)]);
        // Three cores do not fit on node 1: 0.3 x 1 and 0.3 x 0.9: 85 and 86 points.
        assert_eq!(used(&packing.choose(&nodes, 1, &cores(3)).expect("fits")), [(2, 1, 1)]);
        // Four cards and no core: the product is 1 everywhere, the lowest number wins.
        let cards = TaskShape { accelerators_milli: 4000, ..cores(0) };
        assert_eq!(used(&packing.choose(&nodes, 1, &cards).expect("fits")), [(0, 1, 1)]);
    }
}
