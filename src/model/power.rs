//! The power of a node by what is in use of it.
//!
//! A node draws idle + (peak - idle) × u, with u = (1 - s) × accelerators in use / accelerators + s × cores in use / cores. The weight s
//! of the cores is the pool's key `power-cores`; it is 1 where a node has no accelerators. A job is charged peak × its part of u. The
//! formula is linear: parts add up exactly, they do not depend on who else is on the node, and together they never pass what the
//! node draws, for peak × u is at most idle + (peak - idle) × u.

use super::{NodeShape, Totals};

/// One in parts per million.
const PPM: u64 = 1_000_000;

/// Integer weights of what is held of a node, in units of which a node that is all in use has [`PowerWeights::per_node`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PowerWeights {
    cores_ppm: u32,
    /// Units of a thousandth of an accelerator, and of a thousandth of a core.
    accelerator: u64,
    core: u64,
    per_node: u64,
}

impl PowerWeights {
    /// The weight of the cores in parts per million where a scenario does not say and nodes have accelerators: an assumption, near the
    /// part of processors and memory in what servers with eight training cards draw beyond idle.
    pub const CORES_PPM_DEFAULT: u32 = 200_000;

    /// Of such nodes, with the weight of the cores in parts per million (at most a million). Without accelerators all is that of the cores.
    #[must_use]
    pub fn new(node: &NodeShape, cores_ppm: u32) -> Self {
        let (cores, cards) = (u64::from(node.cores_milli), u64::from(node.cards) * 1000);
        let cores_ppm = match (cores, cards) {
            (_, 0) => PPM as u32,
            (0, _) => 0,
            _ => cores_ppm.min(PPM as u32),
        };
        // u × 1e6 × cards × cores, divided by what the weights have in common.
        let share = u64::from(cores_ppm);
        let (accelerator, core) = ((PPM - share) * cores.max(1), share * cards.max(1));
        let common = gcd(accelerator, core).max(1);
        let (accelerator, core) = (accelerator / common, core / common);
        // Whole cores have a thousand in common with the cards: far below 2^64 for all nodes that a scenario can hold.
        let per_node = u128::from(accelerator) * u128::from(cards) + u128::from(core) * u128::from(cores);
        Self { cores_ppm, accelerator, core, per_node: u64::try_from(per_node).unwrap_or(u64::MAX) }
    }

    /// With the weight of the cores that is assumed where a scenario does not say.
    #[must_use]
    pub fn assumed(node: &NodeShape) -> Self {
        Self::new(node, Self::CORES_PPM_DEFAULT)
    }

    /// The weight of the cores in parts per million.
    #[must_use]
    pub const fn cores_ppm(&self) -> u32 {
        self.cores_ppm
    }

    /// Units of a node that is all in use.
    #[must_use]
    pub const fn per_node(&self) -> u64 {
        self.per_node
    }

    /// Units of a thousandth of an accelerator, and of a thousandth of a core.
    #[must_use]
    pub const fn each(&self) -> (u64, u64) {
        (self.accelerator, self.core)
    }

    /// Units of what is held, on any number of nodes.
    #[must_use]
    pub const fn units(&self, held: &Totals) -> u128 {
        self.accelerator as u128 * held.accelerators_milli as u128 + self.core as u128 * held.cores_milli as u128
    }
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn held(cores_milli: u64, accelerators_milli: u64) -> Totals {
        Totals { cores_milli, memory: 0, accelerators_milli }
    }

    fn node(cores: u32, cards: u8) -> NodeShape {
        NodeShape { cores_milli: cores * 1000, memory: u64::MAX, cards, accelerator: None }
    }

    #[test]
    fn worked_by_hand() {
        // 0.8 × 1/8 + 0.2 × 16/128 = 0.125: one card with its part of the cores is an eighth of the node.
        let weights = PowerWeights::new(&node(128, 8), 200_000);
        assert_eq!(weights.units(&held(16_000, 1000)) * 8, u128::from(weights.per_node()));
        // All cards without a core: 0.8. All cores without a card: 0.2.
        assert_eq!(weights.units(&held(0, 8000)) * 10, u128::from(weights.per_node()) * 8);
        assert_eq!(weights.units(&held(128_000, 0)) * 10, u128::from(weights.per_node()) * 2);
        // Small weights, so that sums of them stay short.
        assert_eq!((weights.each(), weights.per_node()), ((64, 1), 640_000));
        // Without cards it is the cores', whatever was said; with no weight of the cores the cards'.
        let weights = PowerWeights::new(&node(4, 0), 200_000);
        assert_eq!((weights.each(), weights.per_node(), weights.cores_ppm()), ((0, 1), 4000, 1_000_000));
        let weights = PowerWeights::new(&node(4, 2), 0);
        assert_eq!((weights.each(), weights.per_node()), ((1, 0), 2000));
    }

    proptest! {
        #[test]
        fn a_full_node_is_the_whole(cores in 1..4_000_001u32, cards in 0..17u8, ppm in 0..1_000_001u32) {
            let weights = PowerWeights::new(&node(cores, cards), ppm);
            let full = held(u64::from(cores) * 1000, u64::from(cards) * 1000);
            prop_assert!(weights.per_node() < u64::MAX);
            prop_assert_eq!(weights.units(&full), u128::from(weights.per_node()));
            let half = weights.units(&held(u64::from(cores) * 500, 0)) as f64 / weights.per_node() as f64;
            let share = if cards == 0 { 1.0 } else { f64::from(ppm) / 1e6 };
            prop_assert!((half - share / 2.0).abs() < 1e-12);
        }
    }
}
