//! Pools against the obvious ones, and pools of extreme sizes.

use super::slow::SlowPool;
use super::*;
use crate::model::AcceleratorId;
use proptest::prelude::*;

const NOTHING: TaskShape = TaskShape { cores_milli: 0, memory: 0, accelerators_milli: 0, accelerator: None };

fn shape(cores: u32, memory: u64, cards: u8) -> NodeShape {
    let accelerator = (cards > 0).then_some(AcceleratorId(3));
    NodeShape { cores_milli: cores * 1000, memory, cards, accelerator }
}

fn part(first: u64, count: u64, tasks_per_node: u32, used: &[u16]) -> AllocationPart {
    let mut cards = [0; CARDS_MAX];
    cards[..used.len()].copy_from_slice(used);
    AllocationPart { first, count, tasks_per_node, cards }
}

fn on(first: u64, count: u64, tasks_per_node: u32) -> Allocation {
    Allocation { parts: vec![part(first, count, tasks_per_node, &[])].into() }
}

/// Everything that must hold of a pool whatever happened to it, and equality with the obvious pool.
fn check(pool: &NodePool, slow: &SlowPool) {
    assert_eq!(*pool.free(), slow.free());
    assert_eq!(pool.open(), slow.open());
    assert_eq!(pool.numbers(), slow.nodes.len() as u64);
    let mut nodes = Vec::new();
    let mut last = None;
    for run in pool.ranges.iter() {
        assert_eq!(run.first, nodes.len() as u64, "no gaps");
        assert_ne!(last.replace(run.state), Some(run.state), "neighbors in the same state are one range");
        let state = (run.state != WITHHELD).then(|| pool.states.get(run.state).state);
        nodes.extend((0..run.count).map(|_| state));
    }
    assert_eq!(nodes, slow.nodes);
    pool.ranges.check(&pool.states);
    for kind in 0..7 {
        let (task, _) = task_of(kind, 0, 0);
        let Some(need) = pool.need(&task) else { continue };
        let found: Vec<u64> = pool.fitting(need).flat_map(|range| range.first..range.first + range.count).collect();
        let holds = |state: &NodeState| {
            let cards = match need.whole {
                0 => state.cards.iter().any(|card| *card >= need.share),
                whole => state.cards.iter().filter(|card| **card == 1000).count() >= usize::from(whole),
            };
            cards && state.cores_milli >= task.cores_milli && state.memory >= task.memory
        };
        let expected = nodes.iter().enumerate().filter(|(_, state)| state.as_ref().is_some_and(holds));
        assert_eq!(found, expected.map(|(number, _)| number as u64).collect::<Vec<_>>());
    }
    let mut states: Vec<NodeState> = slow.nodes.iter().flatten().copied().collect();
    states.sort_by_key(|state| (state.accelerators_milli(), *state));
    let grouped = pool.need(&NOTHING).into_iter().flat_map(|need| pool.groups(need)).collect::<Vec<_>>();
    let expanded: Vec<NodeState> = grouped.iter().flat_map(|group| (0..group.nodes).map(|_| *group.state)).collect();
    assert_eq!(expanded, states);
    for group in &grouped {
        let numbers: Vec<u64> = pool.ranges_in(group).flat_map(|(first, count)| first..first + count).collect();
        let expected = slow.nodes.iter().enumerate().filter(|(_, state)| **state == Some(*group.state));
        assert_eq!(numbers, expected.map(|(number, _)| number as u64).collect::<Vec<_>>());
    }
}

#[derive(Debug, Clone)]
enum Step {
    Take {
        first: u64,
        count: u64,
        tasks: u32,
        task: u8,
        card: usize,
    },
    Give(usize),
    /// Another job's place for one that is held; `None` where nothing is chosen.
    Exchange(usize, Option<(u64, u64)>),
    Open(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..300u64, prop_oneof![4 => Just(1u64), 1 => 1..40u64], 0..3u32, 0..7u8, 0..4usize)
            .prop_map(|(first, count, tasks, task, card)| Step::Take { first, count, tasks, task, card }),
        4 => any::<usize>().prop_map(Step::Give),
        3 => (any::<usize>(), prop::option::of((0..300u64, 1..6u64))).prop_map(|(which, to)| Step::Exchange(which, to)),
        1 => (0..320u64).prop_map(Step::Open),
    ]
}

/// A task and the cards that `tasks` of them use from `card` on.
fn task_of(kind: u8, tasks: u32, card: usize) -> (TaskShape, [u16; CARDS_MAX]) {
    let one = |cores_milli, memory, accelerators_milli| TaskShape {
        cores_milli,
        memory,
        accelerators_milli,
        accelerator: (accelerators_milli > 0).then_some(AcceleratorId(3)),
    };
    let task = match kind {
        0 => one(1000, 0, 0),
        1 => one(500, 3, 0),
        2 => one(0, 5, 250),
        3 => one(250, 0, 400),
        4 => one(2000, 1, 1000),
        5 => one(0, 0, 2000),
        _ => NOTHING,
    };
    let mut cards = [0; CARDS_MAX];
    let each = task.accelerators_milli;
    if each >= 1000 {
        cards.iter_mut().skip(card).take((each / 1000 * tasks) as usize).for_each(|used| *used = 1000);
    } else {
        cards[card] = (each * tasks) as u16;
    }
    (task, cards)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_same_as_a_vector_of_nodes(
        nodes in 0..300usize, cards in 0..5u8, steps in prop::collection::vec(step(), 1..250), often in any::<bool>(),
    ) {
        let shape = shape(4, 20, cards);
        let mut pool = NodePool::new(shape, nodes as u64);
        let mut slow = SlowPool::new(shape, nodes);
        let mut held: Vec<(Allocation, TaskShape)> = Vec::new();
        for step in steps {
            match step {
                Step::Take { first, count, tasks, task, card } => {
                    let (task, cards) = task_of(task, tasks, card);
                    let allocation = Allocation { parts: vec![AllocationPart { first, count, tasks_per_node: tasks, cards }].into() };
                    let before = pool.clone();
                    let taken = pool.allocate(&allocation, &task);
                    prop_assert_eq!(taken, pool.need(&task).is_some() && slow.allocate(&allocation, &task));
                    if !taken {
                        prop_assert_eq!(before.free(), pool.free());
                    } else if tasks > 0 && task != NOTHING {
                        held.push((allocation, task));
                    }
                }
                Step::Give(which) => {
                    if !held.is_empty() {
                        let (allocation, task) = held.swap_remove(which % held.len());
                        prop_assert!(pool.release(&allocation, &task));
                        slow.release(&allocation, &task);
                    }
                }
                Step::Exchange(which, to) => {
                    if !held.is_empty() {
                        let which = which % held.len();
                        let (before, task) = held[which].clone();
                        let after = to.map(|(first, count)| {
                            let part = AllocationPart { first, count, ..before.parts[0] };
                            Allocation { parts: vec![part].into() }
                        });
                        let done = pool.exchange(&before, &task, |_| after.clone());
                        prop_assert_eq!(&done, &slow.exchange(&before, &task, after));
                        if let Some(after) = done {
                            held[which].0 = after;
                        }
                    }
                }
                Step::Open(target) => {
                    pool.set_open(target);
                    slow.set_open(target);
                }
            }
            if often {
                check(&pool, &slow);
            }
        }
        check(&pool, &slow);
        for (allocation, task) in held {
            prop_assert!(pool.release(&allocation, &task));
            slow.release(&allocation, &task);
        }
        check(&pool, &slow);
        prop_assert_eq!(*pool.free(), shape.capacity(pool.open()));
    }
}

#[test]
fn half_a_billion_nodes_cost_what_is_busy() {
    let task = TaskShape { cores_milli: 1000, ..NOTHING };
    let mut pool = NodePool::new(shape(64, u64::MAX, 0), 500_000_000);
    assert_eq!(pool.ranges.len(), 1);
    // 300 nodes far apart: each is a range between two idle ones.
    for job in 0..300 {
        assert!(pool.allocate(&on(job * 1_600_001, 1, 7), &task));
    }
    assert_eq!(pool.ranges.len(), 600);
    // A gang on all idle nodes from number 480 million on is one more.
    assert!(pool.allocate(&on(480_000_000, 20_000_000, 64), &task));
    assert_eq!(pool.ranges.len(), 601);
    assert_eq!(pool.free().cores_milli, 480_000_000 * 64_000 - 300 * 7000);
    for job in 0..300 {
        assert!(pool.release(&on(job * 1_600_001, 1, 7), &task));
    }
    assert!(pool.release(&on(480_000_000, 20_000_000, 64), &task));
    assert_eq!(pool.ranges.len(), 1);
}

#[test]
fn many_small_jobs_on_one_node() {
    // 10,001 one-core jobs on a node of 10,000 cores: the last one does not fit.
    let task = TaskShape { cores_milli: 1000, memory: 4 << 30, ..NOTHING };
    let mut pool = NodePool::new(shape(10_000, u64::MAX, 0), 1);
    for _ in 0..10_000 {
        assert!(pool.allocate(&on(0, 1, 1), &task));
    }
    assert!(!pool.allocate(&on(0, 1, 1), &task));
    assert_eq!(pool.free().cores_milli, 0);
    for _ in 0..10_000 {
        assert!(pool.release(&on(0, 1, 1), &task));
    }
    assert!(!pool.release(&on(0, 1, 1), &task), "nobody holds it any more");
    assert_eq!(*pool.free(), pool.shape().capacity(1));
}

#[test]
fn memory_without_bound_never_binds() {
    let task = TaskShape { cores_milli: 1, memory: u64::MAX, ..NOTHING };
    let mut pool = NodePool::new(shape(64, u64::MAX, 0), 2);
    assert_eq!(task.per_node(pool.shape()), 64_000);
    assert!(pool.free().covers(&task.times(128_000)));
    assert!(pool.allocate(&on(0, 2, 64_000), &task));
    assert!(!pool.allocate(&on(0, 1, 1), &task));
    assert!(pool.release(&on(0, 2, 64_000), &task));
    assert_eq!(*pool.free(), pool.shape().capacity(2));
}

#[test]
fn what_is_not_there_is_refused() {
    let mut pool = NodePool::new(shape(4, 100, 2), 10);
    let before = pool.free().cores_milli;
    let core = TaskShape { cores_milli: 1000, ..NOTHING };
    let card = TaskShape { accelerators_milli: 1000, ..NOTHING };
    let other = TaskShape { accelerator: Some(AcceleratorId(4)), ..card };
    for (parts, task) in [
        (vec![part(9, 2, 1, &[])], core),                     // beyond the last node
        (vec![part(u64::MAX, 2, 1, &[])], core),              // beyond all numbers
        (vec![part(0, 1, 5, &[])], core),                     // five of four cores
        (vec![part(0, 1, u32::MAX, &[])], core),              // far more than fit 32 bits
        (vec![part(0, 2, 1, &[]), part(1, 1, 1, &[])], core), // node 1 twice
        (vec![part(3, 1, 1, &[]), part(1, 1, 1, &[])], core), // not in order
        (vec![part(0, 0, 1, &[])], core),                     // no node
        (vec![part(0, 1, 1, &[1000])], core),                 // a card that was not asked for
        (vec![part(0, 1, 1, &[])], card),                     // no card
        (vec![part(0, 1, 1, &[500, 500])], card),             // two halves are no whole
        (vec![part(0, 1, 1, &[0, 0, 1000])], card),           // there is no card 2
        (vec![part(0, 1, 1, &[1000])], other),                // of another kind
        (vec![part(0, 1, 1, &[]), part(5, 1, 5, &[])], core), // the second part does not fit: nothing is taken
    ] {
        assert!(!pool.allocate(&Allocation { parts: parts.clone().into() }, &task), "{parts:?}");
        assert_eq!(pool.free().cores_milli, before);
    }
    assert!(pool.allocate(&Allocation::default(), &core));
    assert_eq!(pool.ranges.len(), 1);
}

#[test]
fn closing_takes_idle_nodes_and_waits_for_the_rest() {
    let task = TaskShape { cores_milli: 1000, ..NOTHING };
    let mut pool = NodePool::new(shape(4, 0, 0), 6);
    assert!(pool.allocate(&on(3, 3, 1), &task));
    // Idle are 0, 1, 2; of six nodes two are to stay: four are withheld, three at once, one is owed.
    pool.set_open(2);
    assert_eq!((pool.open(), pool.free().cores_milli), (3, 9000));
    assert!(pool.range_of(0).is_none());
    // The free part of busy nodes is still there.
    assert!(pool.allocate(&on(3, 1, 3), &task));
    // Node 4 falls idle and is withheld; node 5 then stays.
    assert!(pool.release(&on(4, 1, 1), &task));
    assert_eq!((pool.open(), pool.free().cores_milli), (2, 3000));
    assert!(pool.release(&on(5, 1, 1), &task));
    assert_eq!((pool.open(), pool.free().cores_milli), (2, 4000));
    assert!(!pool.allocate(&on(4, 1, 1), &task));
    // One is owed again, and forgiven.
    pool.set_open(0);
    assert_eq!(pool.open(), 1);
    pool.set_open(1);
    assert!(pool.release(&on(3, 1, 3), &task) && pool.release(&on(3, 1, 1), &task));
    assert_eq!(pool.open(), 1);
    // 0, 1, 2, 4, 5 are withheld: the lowest open first, then new ones come.
    pool.set_open(3);
    assert_eq!(pool.ranges().map(|range| (range.first, range.count)).collect::<Vec<_>>(), [(0, 2), (3, 1)]);
    pool.set_open(8);
    assert_eq!(pool.ranges().map(|range| (range.first, range.count)).collect::<Vec<_>>(), [(0, 8)]);
    pool.set_open(0);
    assert_eq!((pool.open(), pool.free()), (0, &Totals::default()));
}

#[test]
fn an_exchange_withholds_only_what_is_idle_afterwards() {
    let task = TaskShape { cores_milli: 1000, ..NOTHING };
    let mut pool = NodePool::new(shape(4, 0, 0), 2);
    assert!(pool.allocate(&on(0, 2, 2), &task));
    pool.set_open(1);
    assert_eq!(pool.open(), 2, "one is owed");
    // Nothing is chosen, or what is chosen is not there: as before.
    assert_eq!(pool.exchange(&on(0, 2, 2), &task, |_| None), None);
    assert_eq!(pool.exchange(&on(0, 2, 2), &task, |_| Some(on(0, 3, 2))), None);
    assert_eq!((pool.open(), pool.free().cores_milli), (2, 4000));
    // What is not held cannot be exchanged.
    assert_eq!(pool.exchange(&on(0, 2, 4), &task, |_| Some(on(0, 1, 1))), None);
    // All of both nodes can be chosen; the one that is left idle goes.
    let chosen = pool.exchange(&on(0, 2, 2), &task, |pool| {
        assert_eq!(pool.free().cores_milli, 8000);
        Some(on(0, 1, 4))
    });
    assert_eq!(chosen, Some(on(0, 1, 4)));
    assert_eq!((pool.open(), pool.free().cores_milli), (1, 0));
    assert!(pool.release(&on(0, 1, 4), &task));
    assert_eq!((pool.open(), pool.free().cores_milli), (1, 4000));
}
