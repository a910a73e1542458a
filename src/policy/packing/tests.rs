//! Packings against linear scans over a vector of nodes.

use super::testing::cores;
use super::{BestFit, FirstFit, Packing, Random, WorstFit, best_fit};
use crate::model::slow::SlowPool;
use crate::model::{AcceleratorId, Allocation, CARDS_MAX, NodePool, NodeShape, NodeState, TaskShape};
use crate::rng::Streams;
use proptest::prelude::*;

/// Of cards with what they have free, the one to take a share from.
type Pick = fn(&[(u16, usize)]) -> Option<(u16, usize)>;

/// A node's tasks and cards, one after the other as the packing places them.
#[derive(Debug, Clone, Default)]
struct Placed {
    tasks: u32,
    cards: [u16; CARDS_MAX],
}

/// Places one task on a node, cards picked by `pick` (of those with enough); whether it fits.
fn place(state: &NodeState, placed: &mut Placed, task: &TaskShape, pick: Pick) -> bool {
    let tasks = u64::from(placed.tasks) + 1;
    if u64::from(task.cores_milli) * tasks > u64::from(state.cores_milli) || task.memory * tasks > state.memory {
        return false;
    }
    let mut after = placed.clone();
    let free = |after: &Placed, card: usize| state.cards[card] - after.cards[card];
    let each = task.accelerators_milli;
    if each >= 1000 {
        for _ in 0..each / 1000 {
            let Some(card) = (0..CARDS_MAX).find(|card| free(&after, *card) == 1000) else { return false };
            after.cards[card] = 1000;
        }
    } else if each > 0 {
        let enough: Vec<(u16, usize)> = (0..CARDS_MAX)
            .map(|card| (free(&after, card), card))
            .filter(|(free, _)| u32::from(*free) >= each)
            .collect();
        let Some((_, card)) = pick(&enough) else { return false };
        after.cards[card] += each as u16;
    }
    after.tasks += 1;
    *placed = after;
    true
}

fn lowest(cards: &[(u16, usize)]) -> Option<(u16, usize)> {
    cards.first().copied()
}

fn fullest(cards: &[(u16, usize)]) -> Option<(u16, usize)> {
    cards.iter().copied().min()
}

fn emptiest(cards: &[(u16, usize)]) -> Option<(u16, usize)> {
    cards.iter().copied().min_by_key(|(free, card)| (std::cmp::Reverse(*free), *card))
}

/// What is free of accelerators, cores, memory after the tasks.
fn left(state: &NodeState, placed: &Placed, task: &TaskShape) -> (u32, u32, u64) {
    let cards = state.cards.iter().zip(&placed.cards).map(|(free, taken)| u32::from(free - taken)).sum();
    (cards, state.cores_milli - task.cores_milli * placed.tasks, state.memory - task.memory * u64::from(placed.tasks))
}

type Chosen = Option<Vec<(u64, u32, [u16; CARDS_MAX])>>;

fn chosen(nodes: &[Placed], left: u32) -> Chosen {
    let used = nodes.iter().enumerate().filter(|(_, placed)| placed.tasks > 0);
    (left == 0).then(|| used.map(|(node, placed)| (node as u64, placed.tasks, placed.cards)).collect())
}

/// Fills nodes in an order.
fn fill(slow: &SlowPool, order: &[usize], tasks: u32, task: &TaskShape, pick: Pick) -> Chosen {
    let mut nodes = vec![Placed::default(); slow.nodes.len()];
    let mut left = tasks;
    for node in order {
        let Some(state) = &slow.nodes[*node] else { continue };
        while left > 0 && place(state, &mut nodes[*node], task, pick) {
            left -= 1;
        }
    }
    chosen(&nodes, left)
}

fn slow_first_fit(slow: &SlowPool, tasks: u32, task: &TaskShape) -> Chosen {
    fill(slow, &(0..slow.nodes.len()).collect::<Vec<_>>(), tasks, task, lowest)
}

fn slow_best_fit(slow: &SlowPool, tasks: u32, task: &TaskShape) -> Chosen {
    let rank = |node: &usize| {
        let state = slow.nodes[*node].as_ref()?;
        let mut placed = Placed::default();
        while placed.tasks < tasks && place(state, &mut placed, task, fullest) {}
        (placed.tasks > 0).then(|| (left(state, &placed, task), *node))
    };
    let mut order: Vec<usize> = (0..slow.nodes.len()).filter(|node| rank(node).is_some()).collect();
    order.sort_by_key(rank);
    fill(slow, &order, tasks, task, fullest)
}

fn slow_worst_fit(slow: &SlowPool, tasks: u32, task: &TaskShape) -> Chosen {
    let mut nodes = vec![Placed::default(); slow.nodes.len()];
    for done in 0..tasks {
        let rank = |node: &usize| {
            let state = slow.nodes[*node].as_ref()?;
            let fits = place(state, &mut nodes[*node].clone(), task, emptiest);
            fits.then(|| (left(state, &nodes[*node], task), std::cmp::Reverse(*node)))
        };
        let best = (0..slow.nodes.len()).filter(|node| rank(node).is_some()).max_by_key(rank);
        let Some(node) = best else { return chosen(&nodes, tasks - done) };
        assert!(place(slow.nodes[node].as_ref().unwrap(), &mut nodes[node], task, emptiest));
    }
    chosen(&nodes, 0)
}

/// Node by node.
fn spelled_out(allocation: &Allocation) -> Vec<(u64, u32, [u16; CARDS_MAX])> {
    let nodes = allocation.parts.iter();
    nodes
        .flat_map(|part| (part.first..part.first + part.count).map(|node| (node, part.tasks_per_node, part.cards)))
        .collect()
}

fn task_of(kind: u8) -> TaskShape {
    let one = |cores_milli, memory, accelerators_milli| TaskShape {
        cores_milli,
        memory,
        accelerators_milli,
        accelerator: (accelerators_milli % 2000 > 0).then_some(AcceleratorId(1)),
    };
    match kind {
        0 => one(1000, 0, 0),
        1 => one(1500, 2, 0),
        2 => one(500, 9, 0),
        3 => one(0, 1, 250),
        4 => one(100, 0, 300),
        5 => one(0, 0, 600),
        6 => one(1000, 1, 1000),
        7 => one(0, 0, 2000),
        8 => one(0, 3, 0),
        _ => one(0, 0, 0),
    }
}

#[derive(Debug, Clone)]
enum Step {
    Start { packing: usize, tasks: u32, kind: u8 },
    End(usize),
    Open(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let tasks = prop_oneof![3 => 1..4u32, 1 => 1..40u32, 1 => 50..400u32];
    prop_oneof![
        6 => (0..4usize, tasks, 0..10u8).prop_map(|(packing, tasks, kind)| Step::Start { packing, tasks, kind }),
        3 => any::<usize>().prop_map(Step::End),
        1 => (0..90u64).prop_map(Step::Open),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_same_as_linear_scans(
        count in 0..80usize, cards in 0..5u8, cores in 1..10u32, mixed in any::<bool>(),
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let shape = NodeShape { cores_milli: cores * 1000, memory: 24, cards, accelerator: Some(AcceleratorId(1)) };
        let mut pool = NodePool::new(shape, count as u64);
        let mut slow = SlowPool::new(shape, count);
        let mut random = Random::new(Streams::new(5, 0).stream("twin"));
        let mut held: Vec<(Allocation, TaskShape)> = Vec::new();
        for step in steps {
            match step {
                Step::Start { packing, tasks, kind } => {
                    let task = task_of(kind);
                    let slow_answers = [slow_first_fit, slow_best_fit, slow_worst_fit];
                    let answers =
                        [FirstFit.choose(&pool, tasks, &task), BestFit.choose(&pool, tasks, &task), WorstFit.choose(&pool, tasks, &task)];
                    for (number, (answer, slow_answer)) in answers.iter().zip(slow_answers).enumerate() {
                        let expected = slow_answer(&slow, tasks, &task);
                        prop_assert_eq!(answer.as_ref().map(spelled_out), expected, "packing {}", number);
                    }
                    // Of few ranges best-fit looks at all, of many at states: any pool may have either.
                    if let Some(need) = pool.need(&task).filter(|_| pool.free().covers(&task.times(tasks))) {
                        let on_one = task.per_node(pool.shape()) >= tasks;
                        prop_assert_eq!(&best_fit::of_states(&pool, tasks, need, on_one), &answers[1]);
                    }
                    let any = random.choose(&pool, tasks, &task);
                    prop_assert_eq!(any.is_some(), answers[0].is_some());
                    let mut answers: Vec<_> = answers.into_iter().chain([any]).flatten().collect();
                    for answer in &answers {
                        prop_assert_eq!(answer.tasks(), u64::from(tasks));
                        prop_assert!(pool.clone().allocate(answer, &task), "{:?}", answer);
                    }
                    if !answers.is_empty() {
                        let answer = answers.swap_remove(if mixed { packing } else { 0 });
                        prop_assert!(pool.allocate(&answer, &task) && slow.allocate(&answer, &task));
                        if task != cores_none() {
                            held.push((answer, task));
                        }
                    }
                }
                Step::End(which) => {
                    if !held.is_empty() {
                        let (allocation, task) = held.swap_remove(which % held.len());
                        prop_assert!(pool.release(&allocation, &task));
                        slow.release(&allocation, &task);
                    }
                }
                Step::Open(target) => {
                    pool.set_open(target);
                    slow.set_open(target);
                }
            }
            prop_assert_eq!(*pool.free(), slow.free());
            prop_assert_eq!(pool.open(), slow.open());
        }
        held.iter().for_each(|(allocation, task)| assert!(pool.release(allocation, task)));
        prop_assert_eq!(*pool.free(), shape.capacity(pool.open()));
    }
}

fn cores_none() -> TaskShape {
    TaskShape { accelerator: None, ..cores(0) }
}

fn all() -> [Box<dyn Packing>; 4] {
    let random = Random::new(Streams::new(5, 0).stream("all"));
    [Box::new(FirstFit), Box::new(BestFit), Box::new(WorstFit), Box::new(random)]
}

#[test]
fn larger_than_any_node_or_the_pool() {
    let pool = super::testing::pool(10, 4, 2);
    for mut packing in all() {
        assert_eq!(packing.choose(&pool, 1, &cores(5)), None);
        assert_eq!(packing.choose(&pool, 41, &cores(1)), None);
        assert_eq!(packing.choose(&pool, u32::MAX, &cores(4)), None);
        let cards = |milli, kind| TaskShape { accelerators_milli: milli, accelerator: kind, ..cores(0) };
        assert_eq!(packing.choose(&pool, 1, &cards(3000, None)), None);
        assert_eq!(packing.choose(&pool, 1, &cards(1000, Some(AcceleratorId(9)))), None);
        assert!(packing.choose(&pool, 20, &cards(1000, None)).is_some());
        assert_eq!(packing.choose(&super::testing::pool(0, 4, 0), 1, &cores_none()), None);
    }
}

#[test]
fn nothing_asked_for_fits_on_any_open_node() {
    let mut pool = super::testing::pool(3, 4, 0);
    (0..3).for_each(|node| super::testing::take(&mut pool, node, 4));
    for mut packing in all() {
        let chosen = packing.choose(&pool, u32::MAX, &cores_none()).unwrap();
        assert_eq!((chosen.nodes(), chosen.tasks()), (1, u64::from(u32::MAX)));
        assert!(pool.allocate(&chosen, &cores_none()) && pool.release(&chosen, &cores_none()));
        assert_eq!(packing.choose(&pool, 1, &cores(1)), None);
    }
}

#[test]
fn ten_thousand_and_one_jobs_on_one_node() {
    let shape = NodeShape { cores_milli: 10_000_000, memory: u64::MAX, cards: 0, accelerator: None };
    let task = TaskShape { memory: 1 << 40, ..cores(1) };
    for mut packing in all() {
        let mut pool = NodePool::new(shape, 1);
        for _ in 0..10_000 {
            let chosen = packing.choose(&pool, 1, &task).unwrap();
            assert!(pool.allocate(&chosen, &task));
        }
        assert_eq!(packing.choose(&pool, 1, &task), None);
    }
}

#[test]
fn half_a_billion_nodes() {
    let mut pool = super::testing::pool(500_000_000, 8, 0);
    for mut packing in all() {
        for size in [1, 3, 40, 700] {
            let chosen = packing.choose(&pool, size, &cores(3)).unwrap();
            assert_eq!(chosen.tasks(), u64::from(size));
            assert!(pool.allocate(&chosen, &cores(3)));
        }
    }
    // At most each node in use and the idle ones behind it: 2 x 4 x 744 ranges and no more.
    assert!(pool.ranges().count() < 6000);
}
