//! Lanes for spans that overlap in time: on one thread of a trace, slices must be nested.

use crate::units::SimTime;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Gives each span, in order of their starts, the first lane that is free; a lane is free again from the end of its span on.
/// As many lanes are used as spans overlap at most.
pub(super) fn lanes(spans: impl IntoIterator<Item = (SimTime, SimTime)>) -> Vec<usize> {
    let mut free: BTreeSet<usize> = BTreeSet::new();
    let mut taken: BinaryHeap<Reverse<(SimTime, usize)>> = BinaryHeap::new();
    let mut used = 0;
    let mut given = Vec::new();
    for (start, end) in spans {
        while let Some(Reverse((until, lane))) = taken.peek().copied()
            && until <= start
        {
            taken.pop();
            free.insert(lane);
        }
        let lane = free.pop_first().unwrap_or_else(|| {
            used += 1;
            used - 1
        });
        taken.push(Reverse((end.max(start), lane)));
        given.push(lane);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_free_lane_is_taken() {
        let spans = [(0, 10), (0, 3), (3, 5), (4, 6), (5, 5), (10, 11)].map(|(a, b)| (SimTime(a), SimTime(b)));
        assert_eq!(lanes(spans), [0, 1, 1, 2, 1, 0]);
    }

    proptest! {
        #[test]
        fn spans_of_a_lane_do_not_overlap_and_no_lane_is_wasted(mut spans in prop::collection::vec((0u64..100, 0u64..40), 0..60)) {
            spans.sort_unstable();
            let spans: Vec<_> = spans.into_iter().map(|(start, length)| (start, start + length)).collect();
            let given = lanes(spans.iter().map(|(start, end)| (SimTime(*start), SimTime(*end))));
            for (at, (span, lane)) in spans.iter().zip(&given).enumerate() {
                for (other, theirs) in spans.iter().zip(&given).skip(at + 1) {
                    prop_assert!(lane != theirs || other.0 >= span.1);
                }
            }
            let depth = (0..140).map(|at| spans.iter().filter(|(start, end)| (*start..*end).contains(&at)).count()).max();
            let empty = spans.iter().any(|(start, end)| start == end);
            let used = given.iter().max().map_or(0, |most| most + 1);
            prop_assert!(Some(used) == depth || empty && used <= depth.unwrap_or(0) + 1, "{used} lanes for {depth:?}");
        }
    }
}
