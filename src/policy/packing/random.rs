//! Random: any nodes that fit, with equal chance.
//!
//! Idea: the yardstick that any other packing should beat. A node is drawn evenly from all open nodes that hold a task; it gets as many
//! of the job's tasks as fit; then another from those not yet drawn, until all tasks are placed. A share of a card is taken from a
//! card that is drawn evenly from those with enough.
//!
//! Source: folklore. Nodes are drawn by rejection (evenly among all numbers until one fits), and after too many misses from a list of
//! what fits, with the shuffle of Fisher and Yates where only the drawn places are kept; both are even.
//!
//! The stream is `policy.packing.<center>.<pool>`.
//!
//! Cost: the logarithm of the pool's ranges a draw while many nodes fit; where few do, a walk over the ranges that fit.

use super::parts::Parts;
use super::{Offer, Packing};
use crate::model::{Allocation, CARDS_MAX, CardOrder, Need, NodePool, NodeRange, NodeState, TaskShape};
use crate::rng::{Generator, below};
use std::collections::{BTreeMap, BTreeSet};

/// Draws in a row that may miss before those that fit are listed.
const MISSES_MAX: u32 = 8;

/// Any nodes that fit.
#[derive(Debug, Clone)]
pub struct Random {
    rng: Generator,
    /// The beginning of the stream: each preview draws the same from it.
    first: Generator,
}

impl Random {
    /// Draws from this stream.
    #[must_use]
    pub fn new(rng: Generator) -> Self {
        Self { first: rng.clone(), rng }
    }

    /// A node that fits and was not drawn; `None` after too many misses.
    fn hit(&mut self, nodes: &NodePool, need: &Need, drawn: &BTreeSet<u64>) -> Option<(u64, NodeRange)> {
        for _ in 0..MISSES_MAX {
            let node = below(&mut self.rng, nodes.numbers());
            let Some(range) = nodes.range_of(node) else { continue };
            if need.fit(&range.state) > 0 && !drawn.contains(&node) {
                return Some((node, range));
            }
        }
        None
    }
}

/// Thousandths of each card that tasks take of a node; shares are taken from any card with enough, task by task.
fn any_cards(rng: &mut Generator, need: &Need, state: &NodeState, tasks: u32) -> [u16; CARDS_MAX] {
    if need.share == 0 {
        return need.cards(state, tasks, CardOrder::Lowest);
    }
    let mut taken = [0; CARDS_MAX];
    for _ in 0..tasks {
        let enough = |card: &usize| state.cards[*card] - taken[*card] >= need.share;
        let count = (0..CARDS_MAX).filter(enough).count() as u64;
        if count == 0 {
            break;
        }
        // Lossless: below 16.
        let which = below(rng, count) as usize;
        if let Some(card) = (0..CARDS_MAX).filter(enough).nth(which) {
            taken[card] += need.share;
        }
    }
    taken
}

/// Nodes that fit and were not drawn, in the order of numbers, to be drawn one by one.
struct Urn {
    /// Ranges, each with how many nodes of the urn lie before it.
    ranges: Vec<(u64, NodeRange)>,
    count: u64,
    /// What lies at a place of the shuffled row, where that is not the place's own number.
    moved: BTreeMap<u64, u64>,
}

impl Urn {
    fn new(nodes: &NodePool, need: Need, drawn: &BTreeSet<u64>) -> Self {
        let mut urn = Self { ranges: Vec::new(), count: 0, moved: BTreeMap::new() };
        for range in nodes.fitting(need) {
            let end = range.first + range.count;
            let mut first = range.first;
            for taken in drawn.range(range.first..end).copied().chain([end]) {
                if taken > first {
                    urn.ranges.push((urn.count, NodeRange { first, count: taken - first, state: range.state }));
                    urn.count += taken - first;
                }
                first = taken + 1;
            }
        }
        urn
    }

    fn draw(&mut self, rng: &mut Generator) -> Option<(u64, NodeRange)> {
        let last = self.count.checked_sub(1)?;
        let place = below(rng, self.count);
        self.count = last;
        let moved_last = self.moved.remove(&last).unwrap_or(last);
        let rank = if place == last { moved_last } else { self.moved.insert(place, moved_last).unwrap_or(place) };
        let (before, range) = *self.ranges.get(self.ranges.partition_point(|range| range.0 <= rank).checked_sub(1)?)?;
        Some((range.first + (rank - before), range))
    }
}

impl Packing for Random {
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        Self::new(self.first.clone()).choose(nodes, tasks, task)
    }

    fn choose(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        nodes.fitting(need).next()?;
        let mut parts = Parts::new(need, CardOrder::Lowest);
        let mut left = tasks;
        let mut drawn = BTreeSet::new();
        let mut urn: Option<Urn> = None;
        while left > 0 {
            let hit = if urn.is_none() { self.hit(nodes, &need, &drawn) } else { None };
            let (node, range) = match hit {
                Some(hit) => hit,
                None => urn.get_or_insert_with(|| Urn::new(nodes, need, &drawn)).draw(&mut self.rng)?,
            };
            if urn.is_none() {
                drawn.insert(node);
            }
            let cards = |tasks| any_cards(&mut self.rng, &need, &range.state, tasks);
            left = parts.fill_with(node, 1, need.fit(&range.state), left, cards);
        }
        Some(parts.finish())
    }

    fn offer(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Offer> {
        let need = nodes.need(task).filter(|_| nodes.free().covers(&task.times(tasks)))?;
        let node = nodes.fitting(need).next()?.first;
        if tasks > 1 {
            let fit = nodes.groups(need).map(|group| u64::from(need.fit(group.state)).saturating_mul(group.nodes));
            if fit.fold(0, u64::saturating_add) < u64::from(tasks) {
                return None;
            }
        }
        Some(Offer { score: 0, node, nodes: nodes.groups(need).map(|group| group.nodes).sum() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cores, pool, take, used};
    use super::*;
    use crate::rng::Streams;

    fn random(name: &str) -> Random {
        Random::new(Streams::new(7, 0).stream(name))
    }

    /// How often each node is chosen for a job of one task, in 12,000 draws.
    fn frequencies(nodes: &NodePool, task: &TaskShape) -> Vec<u32> {
        let mut counts = vec![0; nodes.numbers() as usize];
        let mut random = random("frequencies");
        for _ in 0..12_000 {
            counts[random.choose(nodes, 1, task).unwrap().parts[0].first as usize] += 1;
        }
        counts
    }

    #[test]
    fn even_among_those_that_fit() {
        // Six nodes of 4 cores; two cores fit on 0, 2 and 5 only. Each has a third of 12,000 draws: 4000 with a deviation of
        // sqrt(12,000 x 1/3 x 2/3) = 51.6; five deviations are 258. Rejection finds a node in half of the draws.
        let mut nodes = pool(6, 4, 0);
        [1, 3, 4].iter().for_each(|node| take(&mut nodes, *node, 3));
        let counts = frequencies(&nodes, &cores(2));
        for (node, count) in counts.iter().enumerate() {
            let expected: i32 = if [0, 2, 5].contains(&node) { 4000 } else { 0 };
            let slack = if expected == 0 { 0 } else { 258 };
            assert!((*count as i32 - expected).abs() <= slack, "{counts:?}");
        }
    }

    #[test]
    fn even_where_few_fit() {
        // Of 300 nodes nodes 7, 8 and 200 fit: rejection misses eight times in a row in (0.99)^8 = 92 % of the draws.
        let mut nodes = pool(300, 4, 0);
        (0..300).filter(|node| ![7, 8, 200].contains(node)).for_each(|node| take(&mut nodes, node, 4));
        let counts = frequencies(&nodes, &cores(1));
        assert_eq!(counts[7] + counts[8] + counts[200], 12_000);
        assert!([7, 8, 200].iter().all(|node| counts[*node].abs_diff(4000) <= 258), "{counts:?}");
    }

    #[test]
    fn gangs_take_each_node_once() {
        // All 25 nodes are needed: 25 x 4 = 100 tasks, each node full. The order of draws does not show.
        let nodes = pool(25, 4, 0);
        assert_eq!(used(&random("gang").choose(&nodes, 100, &cores(1)).unwrap()), [(0, 25, 4)]);
        assert_eq!(random("gang").choose(&nodes, 101, &cores(1)), None);
        // Six tasks: four on the first node drawn, two on the second; the same stream draws the same.
        let first = random("gang").choose(&nodes, 6, &cores(1)).unwrap();
        assert_eq!((first.nodes(), first.tasks()), (2, 6));
        assert_eq!(random("gang").choose(&nodes, 6, &cores(1)).unwrap(), first);
    }
}
