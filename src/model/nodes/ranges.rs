//! Ranges of node numbers in the same state, in chunks.

use super::bounds::{Bounds, Most};
use super::by_state::ByState;
use super::states::{IDLE, StateId, States};
use std::sync::OnceLock;

/// The most ranges in a chunk. A full one is halved; neighbors that fill half of one together become one.
const CHUNK_MAX: usize = 32;

/// Neighboring nodes in the same state; the ranges beside it are in others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) state: StateId,
}

impl Run {
    pub(super) const fn end(&self) -> u64 {
        self.first + self.count
    }
}

/// Some neighboring ranges. Never empty, but where the pool is.
#[derive(Debug, Clone)]
struct Chunk {
    /// The first node's number.
    first: u64,
    runs: Vec<Run>,
    most: Most,
}

impl Chunk {
    fn new(runs: Vec<Run>, states: &States) -> Self {
        let mut chunk = Self { first: 0, runs, most: Most::default() };
        chunk.refresh(states);
        chunk
    }

    fn refresh(&mut self, states: &States) {
        self.first = self.runs.first().map_or(0, |run| run.first);
        self.most = self.runs.iter().fold(Most::default(), |most, run| most.join(&states.get(run.state).most));
    }
}

/// All nodes of a pool by number.
#[derive(Debug, Clone)]
pub(super) struct Ranges {
    chunks: Vec<Chunk>,
    bounds: Bounds,
    /// Counts by state and first node, made when first asked for and kept from then on.
    by_state: OnceLock<ByState>,
}

/// Where a range is: its chunk, and its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) chunk: usize,
    pub(super) index: usize,
}

impl Ranges {
    /// No nodes.
    pub(super) const fn new() -> Self {
        Self { chunks: Vec::new(), bounds: Bounds::EMPTY, by_state: OnceLock::new() }
    }

    /// Numbers in use, withheld ones included.
    pub(super) fn nodes(&self) -> u64 {
        self.chunks.last().and_then(|chunk| chunk.runs.last()).map_or(0, Run::end)
    }

    /// Ranges in all.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.runs.len()).sum()
    }

    /// What is kept beside the ranges must be what would be made of them now.
    #[cfg(test)]
    pub(super) fn check(&self, states: &States) {
        for (number, chunk) in self.chunks.iter().enumerate() {
            let fresh = Chunk::new(chunk.runs.clone(), states);
            assert_eq!((chunk.first, chunk.most), (fresh.first, fresh.most));
            assert_eq!(self.bounds.group(number), chunk.most);
        }
        for state in 0..states.len() {
            let found = self.iter().filter(|run| run.state == state).map(|run| (run.first, run.count));
            assert_eq!(self.in_state(state).collect::<Vec<_>>(), found.collect::<Vec<_>>());
        }
    }

    /// All ranges in the order of numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Run> {
        self.chunks.iter().flat_map(|chunk| &chunk.runs)
    }

    /// The range that a node is in.
    pub(super) fn locate(&self, node: u64) -> Option<Place> {
        let chunk = self.chunks.partition_point(|chunk| chunk.first <= node).checked_sub(1)?;
        let runs = &self.chunks[chunk].runs;
        let index = runs.partition_point(|run| run.first <= node).checked_sub(1)?;
        (node < runs[index].end()).then_some(Place { chunk, index })
    }

    /// The range at a place that was just found.
    pub(super) fn get(&self, place: Place) -> Run {
        self.chunks[place.chunk].runs[place.index]
    }

    /// The first range from `place` on for whose bounds `wanted` holds. It must hold for a join wherever it does for a part.
    pub(super) fn next(&self, place: Place, states: &States, wanted: impl Fn(&Most) -> bool) -> Option<Place> {
        let Place { mut chunk, mut index } = place;
        loop {
            if let Some(current) = self.chunks.get(chunk)
                && let Some(at) =
                    current.runs.get(index..).unwrap_or(&[]).iter().position(|run| wanted(&states.get(run.state).most))
            {
                return Some(Place { chunk, index: index + at });
            }
            chunk = self.bounds.next(chunk + 1, &wanted)?;
            index = 0;
        }
    }

    /// The last range for whose bounds `wanted` holds. It must hold for a join wherever it does for a part.
    pub(super) fn last(&self, states: &States, wanted: impl Fn(&Most) -> bool) -> Option<Run> {
        let mut end = self.chunks.len();
        loop {
            // Bounds of a chunk may come from several ranges, none of which is wanted.
            end = self.bounds.previous(end, &wanted)?;
            let found = self.chunks[end].runs.iter().rev().find(|run| wanted(&states.get(run.state).most));
            if found.is_some() {
                return found.copied();
            }
        }
    }

    /// First nodes and counts of the ranges in a state, in the order of numbers.
    pub(super) fn in_state(&self, state: StateId) -> impl Iterator<Item = (u64, u64)> {
        self.by_state.get_or_init(|| ByState::of(self.iter())).ranges(state)
    }

    /// Adds idle nodes behind the last.
    pub(super) fn append(&mut self, count: u64, states: &mut States) {
        if count == 0 {
            return;
        }
        states.append(count);
        let mut added = Run { first: self.nodes(), count, state: IDLE };
        if let Some(last) = self.chunks.last_mut() {
            if let Some(run) = last.runs.pop_if(|run| run.state == IDLE) {
                added = Run { first: run.first, count: run.count + count, state: IDLE };
            }
            last.runs.push(added);
        } else {
            self.chunks.push(Chunk::new(vec![added], states));
        }
        if let Some(all) = self.by_state.get_mut() {
            all.insert(&added);
        }
        self.tidy(self.chunks.len() - 1, true, None, states);
    }

    /// Puts `count` nodes from `first` on, which are in the range at `place`, into another state.
    pub(super) fn change(&mut self, place: Place, first: u64, count: u64, state: StateId, states: &mut States) {
        let old = self.get(place);
        if old.state == state || count == 0 {
            return;
        }
        let Place { chunk, index } = place;
        let mut middle = Run { first, count, state };
        let other = |run: Option<Run>| run.is_none_or(|run| run.state != state);
        if count == old.count && other(self.before(place)) && other(self.after(place)) {
            // A whole range that is joined with none: nothing moves.
            if let Some(all) = self.by_state.get_mut() {
                all.replace(&[Some(old), None, None], [Run { count: 0, ..old }, middle, Run { count: 0, ..old }]);
            }
            self.chunks[chunk].runs[index].state = state;
            let exchanged = (states.get(old.state).most, states.get(state).most);
            states.shift(old.state, state, count);
            self.follow(chunk, Some(exchanged), states);
            return;
        }
        let mut moved = false;
        let (mut from, mut to) = (index, index + 1);
        let mut gone: [Option<Run>; 3] = [Some(old), None, None];
        if first == old.first {
            let before = self.before(place).filter(|run| run.state == state);
            if let Some(run) = before {
                middle = Run { first: run.first, count: run.count + middle.count, state };
                gone[1] = Some(run);
                if index > 0 {
                    from -= 1;
                } else {
                    self.chunks[chunk - 1].runs.pop();
                    moved = true;
                }
            }
        }
        if middle.end() == old.end() {
            let after = self.after(place).filter(|run| run.state == state);
            if let Some(run) = after {
                middle.count += run.count;
                gone[2] = Some(run);
                if to < self.chunks[chunk].runs.len() {
                    to += 1;
                } else {
                    self.chunks[chunk + 1].runs.remove(0);
                    moved = true;
                }
            }
        }
        let left = Run { first: old.first, count: first - old.first, state: old.state };
        let end = first + count;
        let right = Run { first: end, count: old.end() - end, state: old.state };
        if let Some(all) = self.by_state.get_mut() {
            all.replace(&gone, [left, middle, right]);
        }
        let rest = left.count + right.count > 0;
        replace(&mut self.chunks[chunk].runs, from, to, [left, middle, right]);
        states.shift(old.state, state, count);
        // The bounds of a chunk where the old state stays need no look at its other ranges.
        let gone = if rest { Most::default() } else { states.get(old.state).most };
        self.tidy(chunk, moved, Some((gone, states.get(state).most)), states);
    }

    fn before(&self, place: Place) -> Option<Run> {
        match place.index.checked_sub(1) {
            Some(index) => Some(self.chunks[place.chunk].runs[index]),
            None => self.chunks[place.chunk.checked_sub(1)?].runs.last().copied(),
        }
    }

    fn after(&self, place: Place) -> Option<Run> {
        let here = self.chunks[place.chunk].runs.get(place.index + 1);
        here.or_else(|| self.chunks.get(place.chunk + 1)?.runs.first()).copied()
    }

    /// Brings the bounds of a chunk in order whose ranges changed and lie in it as before; `exchanged` as for [`Ranges::tidy`].
    fn follow(&mut self, chunk: usize, exchanged: Option<(Most, Most)>, states: &States) {
        let changed = &mut self.chunks[chunk];
        let before = changed.most;
        match (exchanged, changed.runs.as_slice()) {
            (Some((_, come)), [only]) => (changed.first, changed.most) = (only.first, come),
            (Some((gone, come)), [first, ..]) if changed.most.keeps(&gone, &come) => {
                (changed.first, changed.most) = (first.first, changed.most.join(&come));
            }
            _ => changed.refresh(states),
        }
        let most = changed.most;
        if most != before {
            self.bounds.set(chunk, most);
        }
    }

    /// Brings sizes and bounds of a changed chunk (and of those beside it, where ranges `moved` between them) in order.
    ///
    /// `exchanged` is what was taken away and what came, where no more than that changed.
    fn tidy(&mut self, chunk: usize, moved: bool, exchanged: Option<(Most, Most)>, states: &States) {
        let length = self.chunks[chunk].runs.len();
        let beside = |other: Option<&Chunk>| other.is_some_and(|other| length + other.runs.len() <= CHUNK_MAX / 2);
        if length > CHUNK_MAX {
            let half = self.chunks[chunk].runs.split_off(length / 2);
            self.chunks.insert(chunk + 1, Chunk::new(half, states));
        } else if beside(self.chunks.get(chunk + 1)) {
            let mut next = self.chunks.remove(chunk + 1);
            self.chunks[chunk].runs.append(&mut next.runs);
        } else if chunk > 0 && beside(self.chunks.get(chunk - 1)) {
            let mut own = self.chunks.remove(chunk);
            self.chunks[chunk - 1].runs.append(&mut own.runs);
        } else if !moved {
            self.follow(chunk, exchanged, states);
            return;
        }
        let (from, to) = (chunk.saturating_sub(2), (chunk + 3).min(self.chunks.len()));
        self.chunks[from..to].iter_mut().for_each(|chunk| chunk.refresh(states));
        for empty in (from..to).rev() {
            if self.chunks[empty].runs.is_empty() {
                self.chunks.remove(empty);
            }
        }
        if self.chunks.len() != self.bounds.groups() {
            self.bounds.rebuild(self.chunks.iter().map(|chunk| chunk.most));
            return;
        }
        for changed in from..to.min(self.chunks.len()) {
            self.bounds.set(changed, self.chunks[changed].most);
        }
    }
}

/// Puts those of `new` that are not empty, of which there is at least one, in the place of the ranges `from..to`, which are one to three.
fn replace(runs: &mut Vec<Run>, from: usize, to: usize, new: [Run; 3]) {
    let mut at = from;
    for run in new.into_iter().filter(|run| run.count > 0) {
        if at < to {
            runs[at] = run;
        } else {
            runs.insert(at, run);
        }
        at += 1;
    }
    if at < to {
        runs.drain(at..to);
    }
}
