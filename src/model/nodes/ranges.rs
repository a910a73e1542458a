//! Ranges of node numbers in the same state, in chunks.

use super::bounds::{Bounds, Most};
use super::brief::Brief;
use super::by_state::ByState;
use super::states::{IDLE, StateId, States, WITHHELD};
use super::{Need, NodeState};
use crate::model::caches::bring;
use std::sync::OnceLock;

/// The most ranges in a chunk, however short a time: a change makes one of them three at most. One with more than all but two is halved;
/// neighbors that fill half of one together become one.
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

/// Some neighboring ranges, and beside each what its nodes have free. Never empty, but where the pool is.
#[derive(Debug, Clone, Default)]
struct Chunk {
    /// The first node's number.
    first: u64,
    briefs: Vec<Brief>,
    runs: Vec<Run>,
}

impl Chunk {
    /// The bounds of all of its nodes.
    fn most(&self) -> Most {
        self.briefs.iter().fold(Most::NONE, |most, brief| most.join(&Most::of(*brief)))
    }

    /// Brings the first node's number in order.
    fn settle(&mut self) {
        self.first = self.runs.first().map_or(0, |run| run.first);
    }

    fn push(&mut self, run: Run, brief: Brief) {
        self.runs.push(run);
        self.briefs.push(brief);
    }

    fn remove(&mut self, index: usize) {
        self.runs.remove(index);
        self.briefs.remove(index);
    }

    fn append(&mut self, other: &mut Self) {
        self.runs.append(&mut other.runs);
        self.briefs.append(&mut other.briefs);
    }

    /// What lies from a place on.
    fn split_off(&mut self, at: usize) -> Self {
        let mut rest = Self::default();
        rest.runs.reserve_exact(CHUNK_MAX);
        rest.briefs.reserve_exact(CHUNK_MAX);
        rest.runs.extend(self.runs.drain(at..));
        rest.briefs.extend(self.briefs.drain(at..));
        rest
    }

    /// Puts those of `new` that are not empty, of which there is at least one, in the place of the ranges `from..to`, which are one to
    /// three.
    fn replace(&mut self, from: usize, to: usize, new: [(Run, Brief); 3]) {
        let mut at = from;
        for (run, brief) in new.into_iter().filter(|(run, _)| run.count > 0) {
            if at < to {
                (self.runs[at], self.briefs[at]) = (run, brief);
            } else {
                self.runs.insert(at, run);
                self.briefs.insert(at, brief);
            }
            at += 1;
        }
        if at < to {
            self.runs.drain(at..to);
            self.briefs.drain(at..to);
        }
    }
}

/// What is looked for: all that a task needs, and two shorter ways to say it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    need: Need,
    brief: Brief,
    least: Most,
}

/// All nodes of a pool by number.
#[derive(Debug, Clone)]
pub(super) struct Ranges {
    chunks: Vec<Chunk>,
    /// Of the chunks, where there are several.
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

    /// Brings them, not what they lead to, into the processor's caches.
    pub(super) fn bring(&self) {
        bring(&self.chunks);
        bring(&self.by_state);
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
            assert_eq!(chunk.first, chunk.runs[0].first);
            assert!(chunk.briefs.iter().copied().eq(chunk.runs.iter().map(|run| states.brief(run.state))));
            assert!(self.chunks.len() == 1 || *self.bounds.group(number) == chunk.most());
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

    /// What is looked for by one who has a task to place.
    pub(super) fn wanted(&self, need: Need) -> Wanted {
        let least = if self.chunks.len() > 1 { Most::least(&need) } else { Most::NONE };
        Wanted { need, brief: Brief::of_need(&need), least }
    }

    /// The first chunk from `from` on that may have what is looked for.
    fn next_chunk(&self, from: usize, least: &Most) -> Option<usize> {
        if self.chunks.len() > 1 { self.bounds.next(from, least) } else { (from < self.chunks.len()).then_some(from) }
    }

    /// The last chunk before `end` that may have what is looked for.
    fn previous_chunk(&self, end: usize, least: &Most) -> Option<usize> {
        if self.chunks.len() > 1 { self.bounds.previous(end, least) } else { end.checked_sub(1) }
    }

    /// The first range from `place` on whose nodes hold a task.
    pub(super) fn next(&self, place: Place, states: &States, wanted: &Wanted) -> Option<Place> {
        let Place { mut chunk, mut index } = place;
        loop {
            if index == 0 {
                chunk = self.next_chunk(chunk, &wanted.least)?;
            }
            let Chunk { briefs, runs, .. } = self.chunks.get(chunk)?;
            while let Some(brief) = briefs.get(index) {
                if brief.holds(wanted.brief) && wanted.need.held_by(&states.get(runs[index].state).state) {
                    return Some(Place { chunk, index });
                }
                index += 1;
            }
            (chunk, index) = (chunk + 1, 0);
        }
    }

    /// The first range of withheld nodes.
    pub(super) fn first_withheld(&self) -> Option<Place> {
        let chunk = self.next_chunk(0, &Most::WITHHELD)?;
        let index = self.chunks[chunk].runs.iter().position(|run| run.state == WITHHELD)?;
        Some(Place { chunk, index })
    }

    /// The last range of idle nodes, which have no less than `idle`.
    pub(super) fn last_idle(&self, idle: &Need) -> Option<Place> {
        let least = Most::least(idle);
        let mut chunk = self.chunks.len();
        loop {
            // Bounds of a chunk may come from several ranges, none of which is idle.
            chunk = self.previous_chunk(chunk, &least)?;
            if let Some(index) = self.chunks[chunk].runs.iter().rposition(|run| run.state == IDLE) {
                return Some(Place { chunk, index });
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
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::default());
        }
        let last = self.chunks.len() - 1;
        match self.chunks[last].runs.last_mut().filter(|run| run.state == IDLE) {
            Some(run) => {
                run.count += count;
                added = *run;
            }
            None => self.chunks[last].push(added, states.brief(IDLE)),
        }
        if let Some(all) = self.by_state.get_mut() {
            all.insert(&added);
        }
        self.tidy(last, true, None);
    }

    /// The states of ranges whose nodes have this free, and maybe others, where there are few ranges in all.
    pub(super) fn alike(&self, brief: Brief) -> Option<impl Iterator<Item = StateId>> {
        let [Chunk { briefs, runs, .. }] = self.chunks.as_slice() else { return None };
        let alike = briefs.iter().zip(runs).filter(move |(other, _)| **other == brief);
        Some(alike.map(|(_, run)| run.state))
    }

    /// All ranges, where there are few whose nodes hold a task: as [`Ranges::next`] finds them.
    pub(super) fn few<'a>(
        &'a self,
        states: &'a States,
        need: Need,
    ) -> Option<impl Iterator<Item = (Run, &'a NodeState)> + Clone> {
        let [Chunk { briefs, runs, .. }] = self.chunks.as_slice() else { return None };
        let wanted = Brief::of_need(&need);
        let may = briefs.iter().zip(runs).filter(move |(brief, _)| brief.holds(wanted));
        let states = may.map(|(_, run)| (*run, &states.get(run.state).state));
        Some(states.filter(move |(_, state)| need.held_by(state)))
    }

    /// Puts `count` nodes from `first` on, which are in the range at `place`, into another state, whose brief is `come`.
    pub(super) fn change(
        &mut self,
        place: Place,
        first: u64,
        count: u64,
        (state, come): (StateId, Brief),
        states: &mut States,
    ) {
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
            states.shift(old.state, state, count);
            self.renew(place, come);
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
                    self.chunks[chunk - 1].briefs.pop();
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
                    self.chunks[chunk + 1].remove(0);
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
        let gone = self.chunks[chunk].briefs[index];
        self.chunks[chunk].replace(from, to, [(left, gone), (middle, come), (right, gone)]);
        states.shift(old.state, state, count);
        // The bounds of a chunk where the old state stays need no look at its other ranges.
        let gone = if rest { None } else { Some(gone) };
        self.tidy(chunk, moved, Some((gone, come)));
    }

    /// The nodes of the range at a place have this free from now on.
    pub(super) fn renew(&mut self, place: Place, come: Brief) {
        let gone = std::mem::replace(&mut self.chunks[place.chunk].briefs[place.index], come);
        self.follow(place.chunk, Some((Some(gone), come)));
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
    fn follow(&mut self, chunk: usize, exchanged: Option<(Option<Brief>, Brief)>) {
        let changed = &mut self.chunks[chunk];
        changed.settle();
        if self.bounds.groups() == 0 {
            return;
        }
        let before = self.bounds.group(chunk);
        let exchanged = exchanged.map(|(gone, come)| (gone.map_or(Most::NONE, Most::of), Most::of(come)));
        let most = match exchanged {
            Some((gone, come)) if before.keeps(&gone, &come) => before.join(&come),
            _ => changed.most(),
        };
        if most != *before {
            self.bounds.set(chunk, most);
        }
    }

    /// Brings sizes and bounds of a changed chunk (and of those beside it, where ranges `moved` between them) in order.
    ///
    /// `exchanged` is what was taken away and what came, where no more than that changed.
    fn tidy(&mut self, chunk: usize, moved: bool, exchanged: Option<(Option<Brief>, Brief)>) {
        let length = self.chunks[chunk].runs.len();
        let beside = |other: Option<&Chunk>| other.is_some_and(|other| length + other.runs.len() <= CHUNK_MAX / 2);
        if length > CHUNK_MAX - 2 {
            let half = self.chunks[chunk].split_off(length / 2);
            self.chunks.insert(chunk + 1, half);
        } else if beside(self.chunks.get(chunk + 1)) {
            let mut next = self.chunks.remove(chunk + 1);
            self.chunks[chunk].append(&mut next);
        } else if chunk > 0 && beside(self.chunks.get(chunk - 1)) {
            let mut own = self.chunks.remove(chunk);
            self.chunks[chunk - 1].append(&mut own);
        } else if !moved {
            self.follow(chunk, exchanged);
            return;
        }
        let (from, to) = (chunk.saturating_sub(2), (chunk + 3).min(self.chunks.len()));
        self.chunks[from..to].iter_mut().for_each(Chunk::settle);
        for empty in (from..to).rev() {
            if self.chunks[empty].runs.is_empty() {
                self.chunks.remove(empty);
            }
        }
        if self.chunks.len() <= 1 {
            self.bounds = Bounds::EMPTY;
            return;
        }
        if self.chunks.len() != self.bounds.groups() {
            self.bounds.rebuild(self.chunks.iter().map(Chunk::most));
            return;
        }
        for changed in from..to.min(self.chunks.len()) {
            self.bounds.set(changed, self.chunks[changed].most());
        }
    }
}
