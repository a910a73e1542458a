//! Packings that score a node by its state alone: the highest score wins, of equal ones the lowest node number.
//!
//! A score is worked out once for each kind of task and each state that a node of the pool gets into, and kept: a decision walks over the
//! distinct states, not the nodes, and reads a number for each. A job of several tasks fills node after node in the order of the scores that one
//! of its tasks gets, worked out once for the whole job.

use super::parts::Parts;
use super::{Offer, Packing, merge::merged};
use crate::model::{Allocation, CARDS_MAX, CardOrder, Need, NodeGroup, NodePool, NodeState, StateKey, TaskShape};
use std::collections::BTreeMap;

/// A rule that scores nodes.
pub(super) trait Rule: Send {
    /// The score of one task on a node in this state, which holds it; the higher the better.
    fn score(&self, state: &NodeState, need: &Need) -> i64;

    /// Thousandths of each card that `tasks` tasks take there.
    fn cards(&self, state: &NodeState, need: &Need, tasks: u32) -> [u16; CARDS_MAX] {
        need.cards(state, tasks, CardOrder::Fullest)
    }
}

/// Kinds of tasks whose scores are kept; beyond that all are forgotten and worked out again.
const KINDS_MAX: usize = 1024;

/// Scores of one kind of task by slot of state, each with the state's serial; `u64::MAX` where there is none.
type Known = Vec<(u64, i64)>;

/// The packing of a rule.
#[derive(Debug, Clone)]
pub(super) struct Scored<R> {
    rule: R,
    known: BTreeMap<Need, Known>,
}

/// The score of a state, from what is known if it is there.
fn score<R: Rule>(rule: &R, known: &mut Known, key: StateKey, state: &NodeState, need: &Need) -> i64 {
    if known.len() <= key.slot {
        known.resize(key.slot + 1, (u64::MAX, 0));
    }
    let kept = &mut known[key.slot];
    if kept.0 != key.serial {
        *kept = (key.serial, rule.score(state, need));
    }
    kept.1
}

impl<R: Rule> Scored<R> {
    /// Nothing is known yet.
    pub(super) const fn new(rule: R) -> Self {
        Self { rule, known: BTreeMap::new() }
    }

    /// What is known of a kind of task, and the rule.
    fn knowledge(&mut self, need: Need) -> (&R, &mut Known) {
        if self.known.len() >= KINDS_MAX && !self.known.contains_key(&need) {
            self.known.clear();
        }
        (&self.rule, self.known.entry(need).or_default())
    }
}

/// The best node for one task: its score, its number, its state.
fn best<'a, R: Rule>(
    rule: &R,
    known: &mut Known,
    nodes: &'a NodePool,
    need: Need,
) -> Option<(i64, u64, &'a NodeState)> {
    let mut best: Option<(i64, u64, &NodeState)> = None;
    for group in nodes.groups(need) {
        let score = score(rule, known, group.key(), group.state, &need);
        if best.is_some_and(|(most, ..)| score < most) {
            continue;
        }
        let Some((first, _)) = nodes.ranges_in(&group).next() else { continue };
        if best.is_none_or(|(most, number, _)| score > most || first < number) {
            best = Some((score, first, group.state));
        }
    }
    best
}

/// Fills node after node.
fn gang<R: Rule>(rule: &R, known: &mut Known, nodes: &NodePool, need: Need, tasks: u32) -> Option<Allocation> {
    let mut groups: Vec<(i64, NodeGroup<'_>)> =
        nodes.groups(need).map(|group| (score(rule, known, group.key(), group.state, &need), group)).collect();
    groups.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let mut parts = Parts::new(need, CardOrder::Fullest);
    let mut left = tasks;
    for alike in groups.chunk_by(|a, b| a.0 == b.0) {
        let ranges = alike.iter().map(|(_, group)| nodes.ranges_in(group));
        for (which, first, count) in merged(ranges) {
            if left == 0 {
                return Some(parts.finish());
            }
            let state = alike[which].1.state;
            let cards = |tasks| rule.cards(state, &need, tasks);
            left = parts.fill_with(first, count, need.fit(state), left, cards);
        }
    }
    (left == 0).then(|| parts.finish())
}

/// Nodes for all tasks, with what is known of the states of these nodes.
fn chosen<R: Rule>(rule: &R, known: &mut Known, nodes: &NodePool, need: Need, tasks: u32) -> Option<Allocation> {
    if tasks != 1 {
        return gang(rule, known, nodes, need, tasks);
    }
    let (_, first, state) = best(rule, known, nodes, need)?;
    let mut parts = Parts::new(need, CardOrder::Fullest);
    parts.fill_with(first, 1, 1, 1, |tasks| rule.cards(state, &need, tasks));
    Some(parts.finish())
}

impl<R: Rule + Clone> Packing for Scored<R> {
    fn preview(&self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        // Names of states are those of one pool only: nothing that is kept is asked, and nothing is kept.
        chosen(&self.rule, &mut Known::new(), nodes, nodes.need(task)?, tasks)
    }

    fn choose(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Allocation> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        let (rule, known) = self.knowledge(need);
        chosen(rule, known, nodes, need, tasks)
    }

    fn offer(&mut self, nodes: &NodePool, tasks: u32, task: &TaskShape) -> Option<Offer> {
        if !nodes.free().covers(&task.times(tasks)) {
            return None;
        }
        let need = nodes.need(task)?;
        let (rule, known) = self.knowledge(need);
        if tasks > 1 {
            gang(rule, known, nodes, need, tasks)?;
        }
        best(rule, known, nodes, need).map(|(score, node, _)| Offer { score, node, nodes: 1 })
    }
}
