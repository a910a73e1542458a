//! The ends of a class's flows, the first at hand.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// So many ends are near at least, if there are so many.
const NEAR_MIN: usize = 64;
/// One of so many is.
const NEAR_SHARE: usize = 16;

/// Numbers of which the least are taken first: a priority queue that is a small heap of those that come soon, and a list of all others in no
/// order. When the heap is empty the least of the list come into it. A class can have thousands of flows, and a heap of all of them would be
/// gone through from top to bottom, far apart in memory, for each that ends. In the mean over many a flow costs a few steps in the list and
/// the logarithm of the heap's size.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    near: BinaryHeap<Reverse<u128>>,
    /// All of them greater than the bound.
    later: Vec<u128>,
    /// None that is near is greater.
    bound: u128,
}

impl Default for Ends {
    fn default() -> Self {
        Self { near: BinaryHeap::new(), later: Vec::new(), bound: u128::MAX }
    }
}

impl Ends {
    pub(super) fn push(&mut self, end: u128) {
        if end > self.bound {
            return self.later.push(end);
        }
        self.near.push(Reverse(end));
        if self.near.len() > 4 * share(self.later.len()) {
            self.later.extend(self.near.drain().map(|Reverse(end)| end));
            self.choose();
        }
    }

    /// The least.
    pub(super) fn first(&self) -> Option<u128> {
        self.near.peek().map(|Reverse(end)| *end)
    }

    /// Takes the least out.
    pub(super) fn pop(&mut self) -> Option<u128> {
        let Reverse(first) = self.near.pop()?;
        if self.near.is_empty() {
            self.choose();
        }
        Some(first)
    }

    /// Keeps those that `stays` says.
    pub(super) fn retain(&mut self, stays: impl Fn(u128) -> bool) {
        self.near.retain(|Reverse(end)| stays(*end));
        self.later.retain(|end| stays(*end));
        if self.near.is_empty() {
            self.choose();
        }
    }

    /// Takes all out, in no order.
    pub(super) fn take(&mut self) -> impl Iterator<Item = u128> + use<> {
        let Self { near, later, .. } = std::mem::take(self);
        near.into_iter().map(|Reverse(end)| end).chain(later)
    }

    pub(super) fn clear(&mut self) {
        self.near.clear();
        self.later.clear();
        self.bound = u128::MAX;
    }

    /// With none near, the least of the others come near.
    fn choose(&mut self) {
        let count = self.later.len();
        let near = share(count);
        if count <= near {
            self.bound = u128::MAX;
            return self.near.extend(self.later.drain(..).map(Reverse));
        }
        // The least at the end, so that nothing else moves.
        let (_, greatest, _) = self.later.select_nth_unstable_by(count - near, |a, b| b.cmp(a));
        self.bound = *greatest;
        self.near.extend(self.later.drain(count - near..).map(Reverse));
    }
}

/// How many of so many come near.
fn share(count: usize) -> usize {
    (count / NEAR_SHARE).max(NEAR_MIN)
}

impl FromIterator<u128> for Ends {
    fn from_iter<I: IntoIterator<Item = u128>>(ends: I) -> Self {
        let mut all = Self { later: ends.into_iter().collect(), ..Self::default() };
        all.choose();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// Like an ordered set, whatever comes and goes: few and thousands, near and far, equal upper halves.
        #[test]
        fn they_are_an_ordered_set(
            steps in prop::collection::vec((0u8..8, 1usize..600, any::<u32>()), 1..60),
            spread in prop_oneof![Just(10u32), Just(1000), Just(u32::MAX)],
        ) {
            let (mut ends, mut set) = (Ends::default(), BTreeSet::new());
            let mut state = 1u64;
            let mut draw = |salt: u32| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407 + u64::from(salt));
                (state >> 32) as u32
            };
            let mut number = 0u128;
            for (kind, count, salt) in steps {
                match kind {
                    0..4 => for _ in 0..count {
                        number += 1;
                        let end = u128::from(draw(salt) % spread) << 64 | number;
                        ends.push(end);
                        set.insert(end);
                    },
                    4 | 5 => for _ in 0..count {
                        prop_assert_eq!(ends.first(), set.first().copied());
                        prop_assert_eq!(ends.pop(), set.pop_first());
                    },
                    6 => {
                        ends.retain(|end| end % 3 != u128::from(salt % 3));
                        set.retain(|end| end % 3 != u128::from(salt % 3));
                    }
                    _ if count < 20 => {
                        ends.clear();
                        set.clear();
                    }
                    _ => {
                        ends = ends.take().map(|end| end ^ 1 << 100).collect();
                        set = set.into_iter().map(|end| end ^ 1 << 100).collect();
                    }
                }
                prop_assert_eq!(ends.first(), set.first().copied());
                prop_assert!(ends.later.iter().all(|end| *end > ends.bound));
                prop_assert!(ends.near.iter().all(|Reverse(end)| *end <= ends.bound));
            }
            let left: Vec<u128> = std::iter::from_fn(|| ends.pop()).collect();
            prop_assert!(left.into_iter().eq(set));
        }
    }
}
