//! What a center publishes of what its nodes hold: eight predicted instants, and for each shape of task in use how many fit at each of
//! them.

use super::ends::Ends;
use crate::model::{CARDS_MAX, Need, NodePool, NodeState, NodesAhead, TaskShape};
use crate::sim::slab::Slab;
use crate::units::{SimDuration, SimTime};

/// Predicted instants in a curve.
pub(super) const POINTS: usize = 8;

/// What one pool publishes. An instant and a size are 16 bytes, a shape with its counts 96: at most 3.2 kB.
#[derive(Debug, Clone, Default)]
pub(in crate::sim) struct Curve {
    /// Where there are at most eight predicted ends, all of them; else those at which one eighth, two eighths and so on of all that runs
    /// has ended, by size. With the size of what ends since the one before.
    points: Vec<(SimTime, u64)>,
    /// Of each shape how many tasks fit, first when it was published, then from each point on.
    shapes: Vec<(Need, [u64; POINTS + 1])>,
    /// Of how many shapes that jobs ask for, those that no node of the pool holds included.
    of: usize,
}

impl Curve {
    /// Of a pool as it is at `now`, for these shapes and for whole nodes.
    pub(super) fn new(shapes: &[TaskShape], nodes: &NodePool, ends: &Ends, jobs: &Slab, now: SimTime) -> Self {
        let mut needs: Vec<Need> = shapes.iter().filter_map(|task| nodes.need(task)).collect();
        needs.push(nodes.whole_node());
        needs.sort_unstable();
        needs.dedup();
        let (points, of) = (points(ends, now), shapes.len());
        let mut shapes: Vec<(Need, [u64; POINTS + 1])> =
            needs.into_iter().map(|need| (need, [nodes.tasks_that_fit(&need); POINTS + 1])).collect();
        let mut ahead = NodesAhead::default();
        ahead.reset(nodes);
        let mut at = 0;
        for ((end, slot), _) in ends.after(None) {
            while at + 1 < points.len() && points[at].0 < end.max(now + SimDuration(1)) {
                at += 1;
                shapes.iter_mut().for_each(|(_, counts)| counts[at + 1] = counts[at]);
            }
            let Some((allocation, task)) = jobs.held(slot) else { continue };
            ahead.release(nodes, allocation, task, |change| {
                shapes.iter_mut().for_each(|(need, counts)| counts[at + 1] = change.apply(need, counts[at + 1]));
            });
        }
        Self { points, shapes, of }
    }

    /// Whether the same would be published now: it has all of these shapes, and nothing of it is late.
    pub(super) fn holds_for(&self, shapes: &[TaskShape], now: SimTime) -> bool {
        self.of == shapes.len() && self.points.first().is_none_or(|point| point.0 > now)
    }

    /// Tasks that fit at each point, first when it was published. A shape that is not in use gets what shapes in use that are larger in
    /// everything have room for, a whole node among them.
    fn counts(&self, need: &Need) -> [u64; POINTS + 1] {
        if let Ok(at) = self.shapes.binary_search_by_key(need, |shape| shape.0) {
            return self.shapes[at].1;
        }
        let mut most = [0; POINTS + 1];
        for (larger, counts) in &self.shapes {
            let each = u64::from(need.fit(&taken_by(larger)));
            for (most, count) in most.iter_mut().zip(counts) {
                *most = (*most).max(each.saturating_mul(*count));
            }
        }
        most
    }

    /// As [`Outlook::fits`](crate::policy::view::Outlook::fits): what was predicted to end by now has ended.
    pub(super) fn fits(&self, need: &Need, now: SimTime) -> u64 {
        self.counts(need)[self.points.partition_point(|point| point.0 <= now)]
    }

    /// As [`Outlook::holds_at`](crate::policy::view::Outlook::holds_at).
    pub(super) fn holds_at(&self, need: &Need, tasks: u64, now: SimTime, until: SimTime) -> Option<SimTime> {
        let counts = self.counts(need);
        let later = self.points.iter().zip(&counts[1..]).filter(|(point, _)| point.0 > now);
        later.take_while(|(point, _)| point.0 < until).find(|(_, count)| **count >= tasks).map(|(point, _)| point.0)
    }

    pub(super) fn last_end(&self) -> Option<SimTime> {
        self.points.last().map(|point| point.0)
    }

    /// Size times what is left, as if all between two points ended at the later one.
    pub(super) fn work(&self, now: SimTime) -> u128 {
        self.points.iter().map(|(at, size)| u128::from(*size) * u128::from(at.since(now).0)).sum()
    }
}

/// The points of a curve; what is late ends in the next instant.
fn points(ends: &Ends, now: SimTime) -> Vec<(SimTime, u64)> {
    let mut all: Vec<(SimTime, u64)> = Vec::new();
    for ((end, _), running) in ends.after(None) {
        let end = end.max(now + SimDuration(1));
        match all.last_mut() {
            Some(last) if last.0 == end => last.1 = last.1.saturating_add(running.size),
            _ => all.push((end, running.size)),
        }
    }
    if all.len() <= POINTS {
        return all;
    }
    let total: u128 = all.iter().map(|(_, size)| u128::from(*size)).sum();
    let mut points: Vec<(SimTime, u64)> = Vec::with_capacity(POINTS);
    let (mut ended, mut since, mut next) = (0_u128, 0_u64, 1);
    for (end, size) in all {
        (ended, since) = (ended + u128::from(size), since.saturating_add(size));
        let eighths = (ended * POINTS as u128).checked_div(total).unwrap_or(POINTS as u128);
        if eighths >= next {
            points.push((end, since));
            (since, next) = (0, eighths + 1);
        }
    }
    points
}

/// A node that has just what a task needs.
fn taken_by(need: &Need) -> NodeState {
    let mut cards = [0; CARDS_MAX];
    cards.iter_mut().take(usize::from(need.whole)).for_each(|card| *card = 1000);
    if need.whole == 0 {
        cards[0] = need.share;
    }
    NodeState { cores_milli: need.cores_milli, memory: need.memory, cards }
}
