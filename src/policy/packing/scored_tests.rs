//! Packings that score nodes against linear scans that score every node anew.

use super::dot_product::DotProduct;
use super::fgd::Fgd;
use super::gpu_clustering::GpuClustering;
use super::gpu_packing::GpuPacking;
use super::scored::{Rule, Scored};
use super::weighted_fit::WeightedFit;
use super::{Packing, Scale};
use crate::model::slow::SlowPool;
use crate::model::{
    AcceleratorId, Allocation, CARDS_MAX, CardOrder, ConstraintId, Fragmentation, Need, NodePool, NodeShape, NodeState,
    TaskShape, TypicalTask,
};
use proptest::prelude::*;

const SCALE: Scale = Scale { cores_milli: 12_000, accelerators_milli: 8000 };

/// Node, tasks there, cards there.
type Chosen = Option<Vec<(u64, u32, [u16; CARDS_MAX])>>;
type Held = Vec<(Allocation, TaskShape)>;

/// Fills nodes in the order of scores, then numbers.
fn scan(
    nodes: &[Option<NodeState>],
    need: &Need,
    tasks: u32,
    score: impl Fn(u64, &NodeState) -> i64,
    cards: impl Fn(&NodeState, u32) -> [u16; CARDS_MAX],
) -> Chosen {
    let open = nodes.iter().enumerate().filter_map(|(node, state)| Some((node as u64, state.as_ref()?)));
    let mut ranked: Vec<(i64, u64, &NodeState)> =
        open.filter(|(_, state)| need.fit(state) > 0).map(|(node, state)| (-score(node, state), node, state)).collect();
    ranked.sort_by_key(|(score, node, _)| (*score, *node));
    let (mut left, mut chosen) = (tasks, Vec::new());
    for (_, node, state) in ranked {
        let here = need.fit(state).min(left);
        if here > 0 {
            chosen.push((node, here, cards(state, here)));
        }
        left -= here;
    }
    chosen.sort_by_key(|part| part.0);
    (left == 0).then_some(chosen)
}

/// The points of company and cards in use, from what is held.
fn clustering(held: &Held, need: &Need, node: u64, state: &NodeState) -> i64 {
    let kind = |milli: u32| if milli < 1000 { 0 } else { milli / 1000 };
    let here = held.iter().filter(|(allocation, task)| {
        let mut parts = allocation.parts.iter();
        task.accelerators_milli > 0 && parts.any(|part| (part.first..part.first + part.count).contains(&node))
    });
    let (mut alike, mut others) = (false, false);
    for (_, task) in here {
        if kind(task.accelerators_milli) == kind(need.accelerators_milli()) { alike = true } else { others = true }
    }
    let company = match (alike, others) {
        (true, false) => 75,
        (true, true) => 50,
        (false, false) => 25,
        (false, true) => 0,
    };
    let all = i64::from(SCALE.accelerators_milli);
    company + 25 * (all - i64::from(state.accelerators_milli())) / all
}

fn spelled_out(allocation: &Allocation) -> Vec<(u64, u32, [u16; CARDS_MAX])> {
    let nodes = allocation.parts.iter();
    nodes
        .flat_map(|part| (part.first..part.first + part.count).map(|node| (node, part.tasks_per_node, part.cards)))
        .collect()
}

fn task_of(kind: u8) -> TaskShape {
    let one = |cores_milli, accelerators_milli| TaskShape {
        cores_milli,
        memory: 0,
        accelerators_milli,
        accelerator: (accelerators_milli > 0).then_some(AcceleratorId(1)),
    };
    match kind {
        0 => one(1000, 0),
        1 => one(2500, 0),
        2 => one(500, 250),
        3 => one(0, 300),
        4 => one(100, 600),
        5 => one(1000, 1000),
        6 => one(0, 2000),
        _ => one(3000, 4000),
    }
}

#[derive(Debug, Clone)]
enum Step {
    Start { packing: usize, tasks: u32, kind: u8 },
    End(usize),
    Open(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let tasks = prop_oneof![5 => Just(1u32), 2 => 2..9u32, 1 => 10..90u32];
    prop_oneof![
        7 => (0..5usize, tasks, 0..8u8).prop_map(|(packing, tasks, kind)| Step::Start { packing, tasks, kind }),
        3 => any::<usize>().prop_map(Step::End),
        1 => (0..40u64).prop_map(Step::Open),
    ]
}

/// All fast answers must be the slow ones; gives one of them.
fn compare(
    packings: &mut [Box<dyn Packing>; 5],
    rules: &[Box<dyn Rule>; 4],
    pool: &NodePool,
    slow: &SlowPool,
    held: &Held,
    (which, tasks, task): (usize, u32, &TaskShape),
) -> Option<Allocation> {
    let mut answers: Vec<Option<Allocation>> = Vec::new();
    for (number, packing) in packings.iter_mut().enumerate() {
        let answer = packing.choose(pool, tasks, task);
        let expected = pool.need(task).and_then(|need| match rules.get(number) {
            Some(rule) => {
                let cards = |state: &NodeState, tasks| rule.cards(state, &need, tasks);
                scan(&slow.nodes, &need, tasks, |_, state| rule.score(state, &need), cards)
            }
            None if need.accelerators_milli() == 0 => scan(&slow.nodes, &need, tasks, |_, _| 0, |_, _| [0; CARDS_MAX]),
            None => {
                let cards = |state: &NodeState, tasks| need.cards(state, tasks, CardOrder::Fullest);
                scan(&slow.nodes, &need, tasks, |node, state| clustering(held, &need, node, state), cards)
            }
        });
        assert_eq!(answer.as_ref().map(spelled_out), expected, "packing {number}");
        let offer = packing.offer(pool, tasks, task);
        assert_eq!(offer.is_some(), answer.is_some(), "packing {number}");
        if let (1, Some(offer), Some(answer)) = (tasks, offer, &answer) {
            assert_eq!(offer.node, answer.parts[0].first, "packing {number}");
        }
        answers.push(answer);
    }
    answers.swap_remove(which)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn the_same_as_scoring_every_node(
        count in 0..30usize, cards in 0..9u8, cores in 1..13u32, steps in prop::collection::vec(step(), 1..100),
    ) {
        let shape = NodeShape { cores_milli: cores * 1000, memory: 24, cards, accelerator: Some(AcceleratorId(1)) };
        let typical: Vec<TypicalTask> = (0..8)
            .map(|kind| TypicalTask { task: task_of(kind), constraint: ConstraintId(0), weight: 1 + u64::from(kind % 3) })
            .collect();
        let measure = Fragmentation::new(&typical, |kind| kind.task.cores_milli != 2500);
        let (weighted, dot) = (WeightedFit(SCALE), DotProduct(SCALE));
        let (packing, fgd) = (GpuPacking { cards }, Fgd { measure });
        let rules: [Box<dyn Rule>; 4] =
            [Box::new(weighted), Box::new(dot), Box::new(packing), Box::new(fgd.clone())];
        let mut packings: [Box<dyn Packing>; 5] = [
            Box::new(Scored::new(weighted)),
            Box::new(Scored::new(dot)),
            Box::new(Scored::new(packing)),
            Box::new(Scored::new(fgd)),
            Box::new(GpuClustering::new(SCALE)),
        ];
        let mut pool = NodePool::new(shape, count as u64);
        let mut slow = SlowPool::new(shape, count);
        let mut held: Held = Vec::new();
        for step in steps {
            match step {
                Step::Start { packing, tasks, kind } => {
                    let task = task_of(kind);
                    let answer = compare(&mut packings, &rules, &pool, &slow, &held, (packing, tasks, &task));
                    if let Some(answer) = answer {
                        prop_assert!(pool.allocate(&answer, &task) && slow.allocate(&answer, &task));
                        packings.iter_mut().for_each(|packing| packing.taken(&pool, &answer, &task));
                        held.push((answer, task));
                    }
                }
                Step::End(which) if !held.is_empty() => {
                    let (allocation, task) = held.swap_remove(which % held.len());
                    prop_assert!(pool.release(&allocation, &task));
                    slow.release(&allocation, &task);
                    packings.iter_mut().for_each(|packing| packing.given(&pool, &allocation, &task));
                }
                Step::End(_) => {}
                Step::Open(target) => {
                    pool.set_open(target);
                    slow.set_open(target);
                }
            }
        }
    }

    #[test]
    fn fragmentation_is_the_mean_over_typical_tasks(
        free in prop::collection::vec(0..1001u16, 0..9), cores in 0..9000u32,
        kinds in prop::collection::vec((0..8u8, 1..5u64, any::<bool>()), 1..6),
    ) {
        let mut cards = [0; CARDS_MAX];
        cards[..free.len()].copy_from_slice(&free);
        let state = NodeState { cores_milli: cores, memory: 0, cards };
        let typical: Vec<TypicalTask> = kinds
            .iter()
            .map(|(kind, weight, here)| {
                TypicalTask { task: task_of(*kind), constraint: ConstraintId(u32::from(*here)), weight: *weight }
            })
            .collect();
        let measure = Fragmentation::new(&typical, |kind| kind.constraint.0 == 1).expect("weights");
        let all: f64 = free.iter().map(|card| f64::from(*card)).sum();
        let (mut sum, mut weights) = (0.0, 0.0);
        for (kind, weight, here) in kinds {
            let task = task_of(kind);
            let each = task.accelerators_milli.min(1000);
            let number = task.accelerators_milli.div_ceil(1000) as usize;
            let enough = free.iter().filter(|card| u32::from(**card) >= each).count() >= number;
            let small: f64 = free.iter().filter(|card| u32::from(**card) < each).map(|card| f64::from(*card)).sum();
            let fits = here && number > 0 && enough && cores >= task.cores_milli;
            sum += weight as f64 * if fits { small } else { all };
            weights += weight as f64;
        }
        let found = measure.amount(&state) as f64 / measure.weight() as f64;
        prop_assert!((found - sum / weights).abs() < 1e-9, "{} {}", found, sum / weights);
    }
}
