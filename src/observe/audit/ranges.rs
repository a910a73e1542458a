//! What large parts of allocations hold, as ranges of node numbers in the same state.

use super::nodes::Use;
use std::collections::BTreeMap;

/// Nodes from the key of the map up to `end`.
#[derive(Debug, Clone, Copy)]
struct Range {
    end: u64,
    used: Use,
}

/// Ranges by first node; nodes that nobody holds are in no range, neighbors in the same state are one.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranges {
    ranges: BTreeMap<u64, Range>,
}

impl Ranges {
    /// What a node holds.
    pub(super) fn at(&self, node: u64) -> Option<&Use> {
        if self.ranges.is_empty() {
            return None;
        }
        let (_, range) = self.ranges.range(..=node).next_back()?;
        (range.end > node).then_some(&range.used)
    }

    /// The ranges that share a node with `first` to before `end`.
    pub(super) fn over(&self, first: u64, end: u64) -> impl Iterator<Item = (u64, u64, Use)> {
        let from = self.ranges.range(..=first).next_back().map_or(first, |(from, _)| *from);
        let all = self.ranges.range(from..end.max(from)).map(|(from, range)| (*from, range.end, range.used));
        all.filter(move |(_, end, _)| *end > first)
    }

    /// Adds to nodes, and tells of those that nothing was held on.
    pub(super) fn add(&mut self, first: u64, end: u64, more: &Use, mut taken: impl FnMut(u64, u64)) {
        self.split(first);
        self.split(end);
        let mut at = first;
        // Ranges that are there take more on; the gaps between them become ranges.
        while at < end {
            let next = self.ranges.range_mut(at..end).next();
            match next {
                Some((&from, range)) if from == at => {
                    range.used.add(more);
                    at = range.end;
                }
                next => {
                    let gap_end = next.map_or(end, |(from, _)| *from);
                    taken(at, gap_end);
                    self.ranges.insert(at, Range { end: gap_end, used: *more });
                    at = gap_end;
                }
            }
        }
        self.join(first);
        self.join(end);
    }

    /// Subtracts from nodes, and tells of those that nothing is held on then.
    pub(super) fn subtract(&mut self, first: u64, end: u64, less: &Use, mut freed: impl FnMut(u64, u64)) {
        self.split(first);
        self.split(end);
        let mut at = first;
        while let Some((&from, range)) = self.ranges.range_mut(at..end).next() {
            range.used.subtract(less);
            at = range.end;
            if range.used.jobs == 0 {
                freed(from, range.end);
                self.ranges.remove(&from);
            }
        }
        self.join(first);
        self.join(end);
    }

    /// Makes a range begin at `at` where one spans it.
    fn split(&mut self, at: u64) {
        let Some((&from, range)) = self.ranges.range_mut(..at).next_back() else { return };
        if from < at && range.end > at {
            let upper = *range;
            range.end = at;
            self.ranges.insert(at, upper);
        }
    }

    /// Joins the ranges before and after `at` where they are in the same state.
    fn join(&mut self, at: u64) {
        let Some(&after) = self.ranges.get(&at) else { return };
        let Some((_, before)) = self.ranges.range_mut(..at).next_back() else { return };
        if before.end == at && before.used == after.used {
            before.end = after.end;
            self.ranges.remove(&at);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.ranges.len()
    }
}
