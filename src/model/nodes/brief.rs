//! What a node has free, in one word: enough to tell most nodes that hold a task from those that do not.

use super::{CARDS_MAX, Need, NodeState};

/// What is free on a node, or needed of one: from the lowest bit cores and memory as [`code`]s, the emptiest card's thousandths, and the
/// whole cards plus one. Above each there is a bit that is never set; of a node that is withheld all is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Brief(u64);

const MEMORY: u32 = 23;
const SHARE: u32 = MEMORY + 24;
const WHOLE: u32 = SHARE + 11;
/// The bits between.
const GUARDS: u64 = 1 << (MEMORY - 1) | 1 << (SHARE - 1) | 1 << (WHOLE - 1) | 1 << 63;

/// A number for an amount, the greater the more, equal only for amounts whose seventeen upper digits (binary) are: how many digits there are,
/// then those behind the first. At most 22 digits for an amount of 32, and 23 for one of 64.
const fn code(amount: u64) -> u64 {
    let zeros = amount.leading_zeros();
    // Nothing is shifted all the way out: of 0, which has 64 zeros, nothing is left anyhow.
    let digits = amount.wrapping_shl(zeros) << 1 >> 48;
    (((u64::BITS - zeros) as u64) << 16) + digits
}

/// The ten upper digits of a [`code`] alone.
const fn short(code: u64) -> i16 {
    let short = code >> 7;
    // Lossless.
    if short > i16::MAX as u64 { i16::MAX } else { short as i16 }
}

/// Cores, in thousandths, as [`Brief::cores`] has them. Exact where the number has no more than ten digits before its zeros (binary).
pub(super) const fn short_cores(milli: u32) -> i16 {
    short(code(milli as u64))
}

impl Brief {
    /// Of what stands for nodes that are withheld.
    pub(super) const WITHHELD: Self = Self(0);

    fn new(cores_milli: u32, memory: u64, share: u16, whole: u32) -> Self {
        Self(
            code(u64::from(cores_milli))
                | code(memory) << MEMORY
                | u64::from(share) << SHARE
                | u64::from(whole + 1) << WHOLE,
        )
    }

    /// Of a node.
    pub(super) fn of(state: &NodeState) -> Self {
        if state.cards == [0; CARDS_MAX] {
            return Self::new(state.cores_milli, state.memory, 0, 0);
        }
        // Signed, as a processor finds the larger of several at a time: no card has more than its thousand.
        let share = state.cards.iter().fold(0, |most: i16, card| most.max(*card as i16));
        Self::new(state.cores_milli, state.memory, share as u16, state.whole_cards())
    }

    /// Of what a task needs.
    pub(super) fn of_need(need: &Need) -> Self {
        Self::new(need.cores_milli, need.memory, need.share, u32::from(need.whole))
    }

    /// Whether a node of which this is the brief may hold a task with that brief.
    pub(super) const fn holds(self, need: Self) -> bool {
        // Each difference takes the bit above it where it would be less than nothing.
        ((self.0 | GUARDS) - need.0) & GUARDS == GUARDS
    }

    /// Cores, coarser.
    pub(super) const fn cores(self) -> i16 {
        short(self.0 & ((1 << (MEMORY - 1)) - 1))
    }

    /// Memory, coarser.
    pub(super) const fn memory(self) -> i16 {
        short(self.0 >> MEMORY & ((1 << (SHARE - MEMORY - 1)) - 1))
    }

    /// Thousandths free of the emptiest card.
    pub(super) const fn share(self) -> i16 {
        (self.0 >> SHARE & ((1 << (WHOLE - SHARE - 1)) - 1)) as i16
    }

    /// Whole cards plus one; 0 where the node is withheld.
    pub(super) const fn whole(self) -> i16 {
        (self.0 >> WHOLE) as i16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_are_in_the_order_of_amounts() {
        let amounts = (0..3000).chain((0..200).map(|step| 3000 + step * step * step * 1_000_003)).chain([u64::MAX]);
        let codes: Vec<u64> = amounts.map(code).collect();
        assert!(codes.is_sorted());
        // Different up to seventeen digits, and beyond where these are.
        assert!((0..1 << 17).all(|amount| code(amount) < code(amount + 1)));
        assert_eq!(code((1 << 18) + 1), code(1 << 18));
        assert!(code(u64::from(u32::MAX)) < 1 << 22 && code(u64::MAX) < 1 << 23);
        assert_eq!((short(0), short(code(u64::MAX))), (0, i16::MAX));
    }

    fn amount() -> impl Strategy<Value = u64> {
        prop_oneof![0..5u64, any::<u64>(), (0..64u32).prop_map(|digits| 1 << digits)]
    }

    proptest! {
        #[test]
        fn a_node_that_holds_a_task_is_never_missed(
            (cores, memory, cards) in (any::<u32>(), amount(), prop::array::uniform16(prop_oneof![0..=1000u16, Just(1000), Just(0)])),
            (less, bytes, whole, share) in (prop_oneof![any::<u32>(), 0..3u32], amount(), 0..17u8, 0..1000u16),
        ) {
            let state = NodeState { cores_milli: cores, memory, cards };
            let share = if whole > 0 { 0 } else { share };
            for cores_milli in [less, cores.saturating_sub(less), cores.saturating_add(less)] {
                let need = Need { cores_milli, memory: bytes, whole, share };
                let (have, wanted) = (Brief::of(&state), Brief::of_need(&need));
                let fields = [
                    code(cores.into()) >= code(cores_milli.into()),
                    code(memory) >= code(bytes),
                    cards.iter().any(|card| *card >= share),
                    state.whole_cards() >= whole.into(),
                ];
                prop_assert_eq!(have.holds(wanted), fields == [true; 4]);
                prop_assert!(have.holds(wanted) || !need.held_by(&state));
                prop_assert!(!Brief::WITHHELD.holds(wanted));
                prop_assert_eq!(have.cores(), short_cores(cores));
                prop_assert_eq!((have.memory(), have.whole()), (short(code(memory)), state.whole_cards() as i16 + 1));
                prop_assert_eq!(have.share(), cards[..CARDS_MAX].iter().copied().max().unwrap_or(0) as i16);
            }
        }
    }
}
