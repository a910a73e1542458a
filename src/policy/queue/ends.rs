//! Running jobs by predicted end.

use crate::model::{JobSlot, Totals};
use crate::units::SimTime;
use std::collections::VecDeque;

/// A running job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// When it is predicted to end.
    pub(super) at: SimTime,
    /// Its place among those that are predicted to end then; unique.
    pub(super) sequence: u64,
    pub(super) job: JobSlot,
    /// What it holds.
    pub(super) demand: Totals,
}

impl End {
    const fn key(&self) -> (SimTime, u64) {
        (self.at, self.sequence)
    }
}

/// The most ends in a row; a full one is halved.
const ROW_MAX: usize = 64;

/// A sorted list in short rows, none of which is empty. A change costs a search, a move within a row and one of the rows' headers: less
/// than in a tree as long as there are no millions, and a walk goes over memory in its order.
#[derive(Debug, Clone, Default)]
pub(super) struct Ends {
    rows: Vec<VecDeque<End>>,
}

impl Ends {
    /// The row that a key is in, or would be.
    fn row_of(&self, key: (SimTime, u64)) -> usize {
        let begins_by = |row: &VecDeque<End>| row.front().is_some_and(|first| first.key() <= key);
        self.rows.partition_point(begins_by).saturating_sub(1)
    }

    pub(super) fn insert(&mut self, end: End) {
        let at = self.row_of(end.key());
        let Some(row) = self.rows.get_mut(at) else {
            self.rows.push(VecDeque::from([end]));
            return;
        };
        let within = row.partition_point(|other| other.key() < end.key());
        row.insert(within, end);
        if row.len() > ROW_MAX {
            let later = row.split_off(ROW_MAX / 2);
            self.rows.insert(at + 1, later);
        }
    }

    pub(super) fn remove(&mut self, at: SimTime, sequence: u64) -> Option<End> {
        let number = self.row_of((at, sequence));
        let row = self.rows.get_mut(number)?;
        let within = row.binary_search_by_key(&(at, sequence), End::key).ok()?;
        let end = row.remove(within);
        // The last row keeps its memory.
        if row.is_empty() && self.rows.len() > 1 {
            self.rows.remove(number);
        }
        end
    }

    /// All in the order of their predicted ends.
    pub(super) fn iter(&self) -> impl Iterator<Item = &End> {
        self.rows.iter().flatten()
    }

    /// The first.
    pub(super) fn first(&self) -> Option<&End> {
        self.rows.first().and_then(VecDeque::front)
    }

    /// Whether any is predicted to end just then.
    pub(super) fn any_at(&self, at: SimTime) -> bool {
        let begin = self.row_of((at, 0));
        let after = |row: &VecDeque<End>| row.get(row.partition_point(|end| end.at < at)).map(|end| end.at);
        self.rows[begin.min(self.rows.len())..].iter().find_map(after) == Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn end(at: u64, sequence: u64) -> End {
        let demand = Totals { cores_milli: at * 1000 + sequence, ..Totals::default() };
        End { at: SimTime(at), sequence, job: JobSlot(7), demand }
    }

    proptest! {
        #[test]
        fn they_are_an_ordered_map(steps in prop::collection::vec((0u64..50, 0u8..5), 0..1000)) {
            let (mut ends, mut map) = (Ends::default(), BTreeMap::new());
            for (sequence, (at, kind)) in (0..).zip(steps) {
                match kind {
                    0..3 => {
                        ends.insert(end(at, sequence));
                        map.insert((at, sequence), end(at, sequence));
                    }
                    // One that is there, and one that is not.
                    3 => {
                        let some = map.range((at, 0)..).next().map(|(key, _)| *key);
                        if let Some((at, sequence)) = some {
                            prop_assert_eq!(ends.remove(SimTime(at), sequence), map.remove(&(at, sequence)));
                        }
                    }
                    _ => prop_assert_eq!(ends.remove(SimTime(at), sequence), None),
                }
                prop_assert_eq!(ends.first(), map.values().next());
                prop_assert_eq!(ends.any_at(SimTime(at)), map.keys().any(|key| key.0 == at));
                prop_assert_eq!(ends.rows.len() > 1, ends.rows.iter().filter(|row| !row.is_empty()).count() > 1);
            }
            prop_assert!(ends.iter().eq(map.values()));
        }
    }
}
