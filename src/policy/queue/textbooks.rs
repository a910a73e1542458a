//! Textbooks of EASY and conservative backfilling on nodes that jobs share: what the disciplines are held against.
//!
//! Nothing here is shared with the disciplines. Nodes are a list, cards are a list, the future is looked at instant by instant, nothing is
//! kept from one pass to the next but reservations, and the packing is first-fit, task by task. Time goes in half seconds: events lie on
//! whole ones, and the half second behind one stands for the next instant, at which a job that outlives its prediction is expected to end.

use super::bench_desk::{Case, Machine, Task};

/// Half seconds since the start.
type Tick = u64;

/// What a node has free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    cores: u32,
    memory: u64,
    cards: Vec<u32>,
}

/// What one task has: its node, and thousandths of each card there.
type Share = (usize, Vec<u32>);

/// What a job has, task by task.
pub(super) type Held = Vec<Share>;

impl Node {
    fn idle(machine: &Machine) -> Self {
        Self { cores: machine.cores, memory: machine.memory, cards: vec![1000; machine.cards.into()] }
    }

    /// The cards that a task gets: the lowest that are whole, or the lowest with enough for its share.
    fn cards_for(&self, task: &Task) -> Option<Vec<u32>> {
        let mut taken = vec![0; self.cards.len()];
        let (wanted, each) = if task.cards_milli < 1000 {
            (task.cards_milli.min(1), task.cards_milli)
        } else {
            (task.cards_milli / 1000, 1000)
        };
        let enough: Vec<usize> = (0..self.cards.len()).filter(|card| self.cards[*card] >= each).collect();
        for card in enough.get(..wanted as usize)? {
            taken[*card] = each;
        }
        Some(taken)
    }

    fn take(&mut self, task: &Task) -> Option<Vec<u32>> {
        let cards = self.cards_for(task)?;
        if self.cores < task.cores || self.memory < task.memory {
            return None;
        }
        self.subtract(task, &cards);
        Some(cards)
    }

    fn subtract(&mut self, task: &Task, cards: &[u32]) {
        self.cores = self.cores.checked_sub(task.cores).unwrap();
        if self.memory < u64::MAX {
            self.memory = self.memory.checked_sub(task.memory).unwrap();
        }
        self.cards.iter_mut().zip(cards).for_each(|(free, taken)| *free = free.checked_sub(*taken).unwrap());
    }

    /// What is free both here and there.
    fn least(&mut self, other: &Self) {
        self.cores = self.cores.min(other.cores);
        self.memory = self.memory.min(other.memory);
        self.cards.iter_mut().zip(&other.cards).for_each(|(card, other)| *card = (*card).min(*other));
    }
}

/// First-fit: the lowest nodes, as many tasks on each as fit.
pub(super) fn first_fit(nodes: &[Node], case: &Case) -> Option<Held> {
    let mut nodes = nodes.to_vec();
    let mut held = Held::new();
    for (number, node) in nodes.iter_mut().enumerate() {
        while held.len() < case.size as usize
            && let Some(cards) = node.take(&case.task)
        {
            held.push((number, cards));
        }
    }
    (held.len() == case.size as usize).then_some(held)
}

/// Nodes less what these jobs hold.
pub(super) fn less<'a>(machine: &Machine, holders: impl IntoIterator<Item = (&'a Case, &'a Held)>) -> Vec<Node> {
    let mut nodes: Vec<Node> = (0..machine.nodes).map(|_| Node::idle(machine)).collect();
    for (case, held) in holders {
        held.iter().for_each(|(node, cards)| nodes[*node].subtract(&case.task, cards));
    }
    nodes
}

/// A start in seconds, and for each node how many tasks it got.
pub(super) type Start = (u64, Vec<u32>);

/// A machine, its jobs in the order of the queue, and what has happened so far.
struct World<'a> {
    machine: Machine,
    cases: &'a [Case],
    now: Tick,
    starts: Vec<Option<(Tick, Held)>>,
    queued: Vec<usize>,
}

/// What happened at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Happened {
    arrived: bool,
    ended: bool,
    ended_early: bool,
    ended_late: bool,
}

impl<'a> World<'a> {
    fn new(machine: Machine, cases: &'a [Case]) -> Self {
        Self { machine, cases, now: 0, starts: vec![None; cases.len()], queued: Vec::new() }
    }

    /// Goes on to the next whole second.
    fn next_second(&mut self) -> Happened {
        let mut happened = Happened::default();
        for (case, start) in self.cases.iter().zip(&self.starts) {
            let Some((at, _)) = start.as_ref().filter(|(at, _)| at + 2 * case.run == self.now) else { continue };
            happened.ended = true;
            happened.ended_early |= at + 2 * case.requested > self.now;
            happened.ended_late |= at + 2 * case.requested < self.now;
        }
        let arrived = (0..self.cases.len()).filter(|job| 2 * self.cases[*job].submit == self.now);
        let before = self.queued.len();
        self.queued.extend(arrived);
        happened.arrived = self.queued.len() > before;
        happened
    }

    /// Who runs.
    fn running(&self) -> impl Iterator<Item = (usize, Tick, &Held)> {
        let all = self.starts.iter().enumerate().filter_map(|(job, start)| Some((job, start.as_ref()?)));
        let still = all.filter(|(job, (at, _))| at + 2 * self.cases[*job].run > self.now);
        still.map(|(job, (at, held))| (job, self.expected(at + 2 * self.cases[job].requested), held))
    }

    /// When a running job is expected to end that is predicted to end then: not now, and not in the past.
    fn expected(&self, predicted: Tick) -> Tick {
        predicted.max(self.now + 1)
    }

    fn outlived(&self) -> bool {
        let predicted = |(job, start): (usize, &Option<(Tick, Held)>)| {
            let (at, case) = (start.as_ref().map(|(at, _)| *at), &self.cases[job]);
            at.is_some_and(|at| at + 2 * case.run > self.now && at + 2 * case.requested <= self.now)
        };
        self.starts.iter().enumerate().any(predicted)
    }

    /// The nodes at an instant, if running jobs end as predicted and nothing starts.
    fn nodes_at(&self, at: Tick) -> Vec<Node> {
        let holders = self.running().filter(|(_, end, _)| *end > at || at == self.now);
        less(&self.machine, holders.map(|(job, _, held)| (&self.cases[job], held)))
    }

    fn start(&mut self, job: usize, held: Held) {
        self.starts[job] = Some((self.now, held));
        self.queued.retain(|other| *other != job);
    }

    fn done(&self) -> bool {
        self.starts.iter().all(Option::is_some)
    }

    fn result(self) -> Vec<Start> {
        let nodes = self.machine.nodes as usize;
        let start = |start: Option<(Tick, Held)>| {
            let (at, held) = start.unwrap();
            let mut tasks = vec![0; nodes];
            held.iter().for_each(|(node, _)| tasks[*node] += 1);
            assert_eq!(at % 2, 0, "a start beside the clock");
            (at / 2, tasks)
        };
        self.starts.into_iter().map(start).collect()
    }
}

/// EASY by nodes. Heads start while they fit. The next has a reservation at the least of now and the expected ends at which it fits. Who comes
/// later starts where first-fit puts it, or where it does beside the nodes that the head would have at its instant, if the head still fits then.
pub(super) fn easy(machine: Machine, cases: &[Case], shortest: bool) -> Vec<Start> {
    let mut world = World::new(machine, cases);
    while !world.done() {
        let happened = world.next_second();
        if happened.ended || happened.arrived {
            easy_pass(&mut world, shortest);
        }
        world.now += 2;
    }
    world.result()
}

fn easy_pass(world: &mut World<'_>, shortest: bool) {
    let cases = world.cases;
    let head = loop {
        let Some(head) = world.queued.first().copied() else { return };
        let Some(held) = first_fit(&world.nodes_at(world.now), &cases[head]) else { break head };
        world.start(head, held);
    };
    let mut ends: Vec<Tick> = world.running().map(|(_, end, _)| end).collect();
    ends.sort_unstable();
    let reserved = ends.into_iter().find(|at| first_fit(&world.nodes_at(*at), &cases[head]).is_some()).unwrap();
    let mut others: Vec<usize> = world.queued[1..].to_vec();
    if shortest {
        others.sort_by_key(|job| cases[*job].requested);
    }
    for job in others {
        let now = world.nodes_at(world.now);
        let Some(held) = first_fit(&now, &cases[job]) else { continue };
        let then = world.nodes_at(reserved);
        let fits_beside = |held: &Held| {
            let mut left = then.clone();
            let fits = |(node, cards): &Share| {
                let node = &mut left[*node];
                let enough = node.cores >= cases[job].task.cores && node.memory >= cases[job].task.memory;
                let enough = enough && node.cards.iter().zip(cards).all(|(free, taken)| free >= taken);
                if enough {
                    node.subtract(&cases[job].task, cards);
                }
                enough
            };
            held.iter().all(fits) && first_fit(&left, &cases[head]).is_some()
        };
        if world.now + 2 * cases[job].requested <= reserved || fits_beside(&held) {
            world.start(job, held);
            continue;
        }
        let own = first_fit(&then, &cases[head]).unwrap();
        let mut beside = now;
        for (node, _) in own {
            beside[node] = Node { cores: 0, memory: 0, cards: vec![0; beside[node].cards.len()] };
        }
        // What takes nothing fits a node without anything, but not one that is not there: tests have no such tasks.
        if let Some(held) = first_fit(&beside, &cases[job]).filter(fits_beside) {
            world.start(job, held);
        }
    }
}

/// Whether a plan of starts gives each job nodes, if it is played forward: each instant first ends, then starts in the order of the queue.
fn feasible(world: &World<'_>, plan: &[(usize, Tick)]) -> bool {
    let mut running: Vec<(usize, Tick, Held)> =
        world.running().map(|(job, end, held)| (job, end, held.clone())).collect();
    let mut left = plan.to_vec();
    left.sort_by_key(|(job, at)| (*at, *job));
    for (job, at) in left {
        running.retain(|(_, end, _)| *end > at);
        let nodes = less(&world.machine, running.iter().map(|(job, _, held)| (&world.cases[*job], held)));
        let Some(held) = first_fit(&nodes, &world.cases[job]) else { return false };
        running.push((job, at + 2 * world.cases[job].requested, held));
    }
    true
}

/// The least of now and the expected ends of running and planned jobs, before `limit`, at which a job joins the plan.
fn least_instant(world: &World<'_>, plan: &[(usize, Tick)], job: usize, limit: Tick) -> Option<Tick> {
    let planned = plan.iter().map(|(other, at)| at + 2 * world.cases[*other].requested);
    let ends = world.running().map(|(_, end, _)| end).chain(planned);
    let mut instants: Vec<Tick> = ends.chain([world.now]).filter(|at| *at < limit).collect();
    instants.sort_unstable();
    instants.into_iter().find(|at| {
        let mut all = plan.to_vec();
        all.push((job, *at));
        feasible(world, &all)
    })
}

/// Conservative backfilling with reservations of instants. Whoever joins gets the least that keeps the plan of those before feasible. While a job
/// outlives its request, when it ends, and where an early end breaks the plan, all join anew in order; after other ends each in order is
/// taken out and put in again where that is earlier.
pub(super) fn conservative(machine: Machine, cases: &[Case]) -> Vec<Start> {
    let mut world = World::new(machine, cases);
    let mut plan: Vec<(usize, Tick)> = Vec::new();
    let mut moved = false;
    while !world.done() {
        let happened = world.next_second();
        let due = plan.iter().any(|(_, at)| *at == world.now);
        if happened.ended || happened.arrived || due {
            plan.retain(|(job, _)| world.queued.contains(job));
            let anew = happened.ended_late || world.outlived();
            let improve = happened.ended_early || (happened.ended && moved);
            let anew = anew || (improve && !feasible(&world, &plan));
            if anew {
                plan.clear();
            }
            moved &= !anew && !improve;
            for job in world.queued.clone() {
                let before = plan.iter().find(|(other, _)| *other == job).map(|(_, at)| *at);
                if before.is_some() && !improve {
                    continue;
                }
                plan.retain(|(other, _)| *other != job);
                let earlier = least_instant(&world, &plan, job, before.unwrap_or(Tick::MAX));
                moved |= improve && !anew && earlier.is_some();
                plan.push((job, earlier.or(before).unwrap()));
            }
            let mut due: Vec<(usize, Tick)> = plan.iter().copied().filter(|(_, at)| *at <= world.now).collect();
            due.sort_by_key(|(job, at)| (*at, *job));
            for (job, _) in due {
                let held = first_fit(&world.nodes_at(world.now), &cases[job]).unwrap();
                world.start(job, held);
                plan.retain(|(other, _)| *other != job);
            }
        }
        world.now += 2;
    }
    world.result()
}

/// A reservation of nodes.
type Named = (usize, Tick, Held);

/// What stays free from an instant on for a job's request: first-fit on it.
fn stays_free(world: &World<'_>, plan: &[Named], job: usize, at: Tick) -> Option<Held> {
    let mut least: Option<Vec<Node>> = None;
    for tick in at..at + 2 * world.cases[job].requested {
        let running = world.running().filter(|(_, end, _)| *end > tick).map(|(job, _, held)| (job, held));
        let held_then = |(job, from, _): &&Named| (*from..*from + 2 * world.cases[*job].requested).contains(&tick);
        let planned = plan.iter().filter(held_then).map(|(job, _, held)| (*job, held));
        let nodes = less(&world.machine, running.chain(planned).map(|(job, held)| (&world.cases[job], held)));
        match &mut least {
            None => least = Some(nodes),
            Some(least) => least.iter_mut().zip(&nodes).for_each(|(least, node)| least.least(node)),
        }
    }
    first_fit(&least?, &world.cases[job])
}

/// Conservative backfilling with reservations of nodes: the earliest instant from which nodes stay free for the whole request, by first-fit on what
/// stays free. After an end each in order is taken out and put in again; while a job outlives its request, and when it ends, all join anew.
pub(super) fn named_conservative(machine: Machine, cases: &[Case]) -> Vec<Start> {
    let mut world = World::new(machine, cases);
    let mut plan: Vec<Named> = Vec::new();
    while !world.done() {
        let happened = world.next_second();
        let due = plan.iter().any(|(_, at, _)| *at == world.now);
        if happened.ended || happened.arrived || due {
            if happened.ended_late || world.outlived() {
                plan.clear();
            }
            for job in world.queued.clone() {
                if !happened.ended && plan.iter().any(|(other, ..)| *other == job) {
                    continue;
                }
                plan.retain(|(other, ..)| *other != job);
                let reserved = (world.now..).find_map(|at| Some((at, stays_free(&world, &plan, job, at)?)));
                plan.extend(reserved.map(|(at, held)| (job, at, held)));
            }
            for (job, at, held) in std::mem::take(&mut plan) {
                if at <= world.now {
                    world.start(job, held);
                } else {
                    plan.push((job, at, held));
                }
            }
        }
        world.now += 2;
    }
    world.result()
}
