//! Interrupted and elastic jobs, by hand and at random; every run is audited.

use super::*;
use crate::observe::{Auditor, Summary};
use proptest::prelude::*;

fn run_with(world: &World, queue: &str) -> (Seen, Summary) {
    let spec: QueueSpec = toml::from_str(queue).expect(queue);
    let mut stack = world.stack(To(0));
    stack.queues = world.scenario.platform.pools.iter().map(|_| spec.build()).collect();
    let mut seen = Seen::default();
    let mut auditor = Auditor::new(world.scenario.platform.clone());
    let mut metrics = crate::observe::Metrics::new(world.scenario.platform.clone());
    let result = run(&world.scenario, stack, &mut [&mut seen, &mut auditor, &mut metrics], Options::default());
    let stats = result.unwrap_or_else(|error| panic!("{queue}: {error}"));
    auditor.finish(stats.end).expect("audited");
    (seen, metrics.summary(stats.end))
}

fn checkpoint(every: f64, cost: f64, restart: f64) -> Option<Arc<Flex>> {
    let saved = Checkpoint { every: seconds(every), cost: seconds(cost), restart: seconds(restart) };
    Some(Arc::new(Flex { checkpoint: Some(saved), elastic: None }))
}

fn elastic(kind: Elasticity, least: u32, most: u32, serial: f64) -> Option<Arc<Flex>> {
    let elastic = Elastic { kind, least, most, speedup: Speedup::Amdahl { serial } };
    Some(Arc::new(Flex { checkpoint: None, elastic: Some(elastic) }))
}

const PREEMPTIVE: &str = "preemptive = {}";
const ELASTIC: &str = "elastic = {}";

#[test]
fn an_interrupted_job_goes_on_from_its_last_checkpoint() {
    let mut world = World::new(&[4]);
    let low = &mut world.job(0.0, 100.0).request;
    (low.tasks, low.flex) = (4, checkpoint(30.0, 2.0, 5.0));
    let high = &mut world.job(50.0, 50.0).request;
    (high.tasks, high.priority) = (2, 1);
    let (seen, summary) = run_with(&world, PREEMPTIVE);
    assert_eq!((seen.started(1), seen.life(1).ended), (at(50.0), Some(at(100.0))));
    // At 50 s: 30 s computed, 2 s for the checkpoint, 18 s more that are lost. 70 s are left: from 100 s on 5 s of restart, 70 s, and two
    // checkpoints of 2 s: 179 s.
    let life = seen.life(0);
    assert_eq!((life.started, life.ended), (Some(at(0.0)), Some(at(179.0))));
    assert_eq!((life.attempt, life.preemptions, life.resizes), (2, 1, 0));
    assert_eq!((life.lost, life.overhead, life.ran), (seconds(18.0), seconds(11.0), seconds(129.0)));
    assert_eq!((summary.preemptions, summary.classes[0].preemptions), (1, 1));
    // Four cores: 18 s and 11 s of each.
    assert!((summary.lost_work_h - 72.0 / 3600.0).abs() < 1e-12, "{}", summary.lost_work_h);
    assert!((summary.overhead_work_h - 44.0 / 3600.0).abs() < 1e-12);
    // Under another queue nobody is interrupted, and the checkpoints are paid all the same: 3 of them, 106 s.
    let (seen, _) = run_with(&world, "easy = {}");
    assert_eq!((seen.life(0).ended, seen.started(1)), (Some(at(106.0)), at(106.0)));
}

#[test]
fn a_job_without_checkpoints_begins_anew() {
    let mut world = World::new(&[1]);
    world.job(0.0, 100.0);
    world.job(40.0, 10.0).request.priority = 5;
    // Of the same priority: it waits its turn, behind the interrupted one, which keeps its place.
    world.job(45.0, 10.0);
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!([1, 0, 2].map(|job| seen.life(job).ended), [Some(at(50.0)), Some(at(150.0)), Some(at(160.0))]);
    assert_eq!(seen.life(0).lost, seconds(40.0));
}

#[test]
fn who_loses_least_is_interrupted_and_nobody_in_vain() {
    // Two jobs of 2 cores run since 0 and 10 s; at 30 s one of them has to go: the younger, which loses 20 s.
    let mut world = World::new(&[4]);
    for submit in [0.0, 10.0] {
        world.job(submit, 100.0).request.tasks = 2;
    }
    let high = &mut world.job(30.0, 10.0).request;
    (high.tasks, high.priority) = (2, 1);
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1].map(|job| seen.life(job).preemptions), [0, 1]);
    // 1 core since 10 s, 4 cores since 0: for 4 cores the one is not enough, and with the other not needed.
    let mut world = World::new(&[5]);
    world.job(0.0, 100.0).request.tasks = 4;
    world.job(10.0, 100.0);
    let high = &mut world.job(30.0, 10.0).request;
    (high.tasks, high.priority) = (4, 1);
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1].map(|job| seen.life(job).preemptions), [1, 0]);
    // Where all of lower priority together are not enough, none of them is.
    let mut world = World::new(&[4]);
    for priority in [0, 1] {
        let job = &mut world.job(0.0, 100.0).request;
        (job.tasks, job.priority) = (2, priority);
    }
    let high = &mut world.job(30.0, 10.0).request;
    (high.tasks, high.priority) = (3, 1);
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1, 2].map(|job| seen.life(job).preemptions), [0, 0, 0]);
    assert_eq!(seen.started(2), at(100.0));
}

/// One pool of nodes of so many cores, under preemption.
fn machine(nodes: u64, cores: u32) -> World {
    let mut world = World::new(&[nodes]);
    let pool = &mut world.platform().pools[0];
    pool.node.cores_milli = cores * 1000;
    world
}

/// A job of one task of so many cores.
fn task(world: &mut World, submit: f64, cores: u32, priority: i32) {
    let request = &mut world.job(submit, 100.0).request;
    request.task.cores_milli = cores * 1000;
    request.priority = priority;
}

#[test]
fn what_is_lost_is_time_of_nodes_and_not_of_the_clock() {
    // 2 cores since 5 s and 6 cores since 20 s, of 8: at 30 s they lose 25 x 2 = 50 and 10 x 6 = 60 core seconds. The first needs 2 cores.
    let mut world = machine(1, 8);
    task(&mut world, 5.0, 2, 0);
    task(&mut world, 20.0, 6, 0);
    task(&mut world, 30.0, 2, 1);
    let (seen, summary) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1].map(|job| seen.life(job).preemptions), [1, 0]);
    assert_eq!(seen.started(2), at(30.0));
    assert!((summary.lost_work_h - 50.0 / 3600.0).abs() < 1e-12, "{}", summary.lost_work_h);
    // With a checkpoint each 2 s nothing of the 6 cores' job is at risk.
    world.scenario.jobs[1].request.flex = checkpoint(2.0, 0.0, 0.0);
    let (seen, summary) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1].map(|job| seen.life(job).preemptions), [0, 1]);
    assert!(summary.lost_work_h.abs() < 1e-12, "{}", summary.lost_work_h);
}

#[test]
fn memory_at_risk_counts_where_most_of_the_node_is_memory() {
    // A node of 8 cores and 80 bytes. 3 cores and 1 byte are three eighths of it, one core and 60 bytes three quarters: at 30 s they lose 25 x 3/8 = 9.4
    // and 20 x 3/4 = 15 node seconds. By cores, or by time alone, the second would be the cheaper one. The first of the queue needs 5 cores; 4 are free.
    let mut world = machine(1, 8);
    world.platform().pools[0].node.memory = 80;
    task(&mut world, 5.0, 3, 0);
    task(&mut world, 10.0, 1, 0);
    world.scenario.jobs[0].request.task.memory = 1;
    world.scenario.jobs[1].request.task.memory = 60;
    task(&mut world, 30.0, 5, 1);
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1].map(|job| seen.life(job).preemptions), [1, 0]);
}

#[test]
fn the_first_gets_a_node_and_not_a_sum() {
    // Two nodes of 4 cores, first-fit: 3 cores and 1 core on each, since 0 and 2 s on one, 1 and 3 s on the other. At 30 s they lose 90, 28 and
    // 87, 27 core seconds. 4 cores fit on a node where both of the second go; the small one of the first is looked at and spared.
    let mut world = machine(2, 4);
    for (submit, cores) in [(0.0, 3), (1.0, 3), (2.0, 1), (3.0, 1)] {
        task(&mut world, submit, cores, 0);
    }
    task(&mut world, 30.0, 4, 1);
    for backfill in ["none", "easy", "easy-sjbf"] {
        let (seen, _) = run_with(&world, &format!("preemptive = {{ backfill = \"{backfill}\" }}"));
        assert_eq!([0, 1, 2, 3].map(|job| seen.life(job).preemptions), [0, 1, 0, 1], "{backfill}");
        assert_eq!(seen.started(4), at(30.0), "{backfill}");
    }
    // Of a higher priority than the first the large one of the second node cannot be had; then both of the first go.
    world.scenario.jobs[1].request.priority = 1;
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!([0, 1, 2, 3].map(|job| seen.life(job).preemptions), [1, 0, 1, 0]);
}

#[test]
fn nobody_is_interrupted_beside_an_end() {
    // 2 of 4 cores end at 100 s sharp, when the first comes, which is handled before that end. It starts at 100 s and nobody is interrupted.
    let mut world = machine(1, 4);
    task(&mut world, 0.0, 2, 2);
    task(&mut world, 50.0, 2, 0);
    task(&mut world, 100.0, 2, 1);
    let mut stack = world.stack(To(0));
    let spec: QueueSpec = toml::from_str(PREEMPTIVE).expect("a queue");
    stack.queues = vec![spec.build()];
    let rules = Rules { same_instant: SameInstant::SubmissionsFirst, decide: Decide::PerEvent, ..Rules::default() };
    let mut seen = Seen::default();
    run(&world.scenario, stack, &mut [&mut seen], Options { rules, ..Options::default() }).expect("runs");
    assert_eq!((seen.started(2), seen.life(1).preemptions), (at(100.0), 0));
}

#[test]
fn a_job_that_cannot_be_interrupted_yet_costs_nobody_else() {
    // At 30 s a job of 2 cores starts, and then one of 4 of a higher priority comes. The lowest could go, the other has just begun.
    // So none goes; at 130 s both are over.
    let mut world = machine(1, 4);
    task(&mut world, 0.0, 2, 0);
    world.scenario.jobs[0].truth.work = Work::Time(seconds(130.0));
    task(&mut world, 30.0, 2, 1);
    task(&mut world, 30.0, 4, 2);
    let mut stack = world.stack(To(0));
    let spec: QueueSpec = toml::from_str(PREEMPTIVE).expect("a queue");
    stack.queues = vec![spec.build()];
    let mut seen = Seen::default();
    let rules = Rules { decide: Decide::PerEvent, ..Rules::default() };
    run(&world.scenario, stack, &mut [&mut seen], Options { rules, ..Options::default() }).expect("runs");
    assert_eq!((seen.started(2), seen.life(0).preemptions, seen.life(1).preemptions), (at(130.0), 0, 0));
}

#[test]
fn wall_times_are_of_computing() {
    // It asked for 50 s and would run 100 s: interrupted at 30 s with 20 s saved, it is ended after 30 s more.
    let mut world = World::new(&[1]);
    world.scenario.run.enforce_requested = true;
    let low = &mut world.job(0.0, 100.0).request;
    (low.requested, low.flex) = (Work::Time(seconds(50.0)), checkpoint(20.0, 0.0, 0.0));
    world.job(30.0, 10.0).request.priority = 1;
    let (seen, _) = run_with(&world, PREEMPTIVE);
    assert_eq!((seen.outcome(0), seen.life(0).ended), (Outcome::Killed, Some(at(70.0))));
}

#[test]
fn a_malleable_job_gives_way_and_grows_again() {
    let mut world = World::new(&[8]);
    let bending = &mut world.job(0.0, 100.0).request;
    (bending.tasks, bending.flex) = (4, elastic(Elasticity::Malleable, 1, 8, 0.0));
    world.job(20.0, 10.0).request.tasks = 6;
    let (seen, summary) = run_with(&world, ELASTIC);
    // 100 s on 4. On 8 twice as fast: 40 s of it are done at 20 s. On 2 half as fast: 45 s at 30 s. The other 55 s on 8: 27.5 s.
    assert_eq!((seen.started(1), seen.life(0).ended), (at(20.0), Some(at(57.5))));
    assert_eq!((seen.life(0).resizes, seen.life(0).tasks, summary.resizes), (2, 8, 2));
    // 8 x 20 + 2 x 10 + 8 x 27.5 core seconds.
    assert!((summary.core_h - (400.0 + 60.0) / 3600.0).abs() < 1e-12, "{}", summary.core_h);
}

#[test]
fn a_moldable_job_gets_what_is_worth_it_and_keeps_it() {
    let mut world = World::new(&[8]);
    let bending = &mut world.job(0.0, 100.0).request;
    (bending.tasks, bending.flex) = (4, elastic(Elasticity::Moldable, 1, 8, 0.2));
    world.job(20.0, 10.0).request.tasks = 4;
    let (seen, _) = run_with(&world, ELASTIC);
    // Efficiency 1 / (0.2 n + 0.8) is 0.5 at n = 6. On 6 it is (0.2 + 0.8 / 4) / (0.2 + 0.8 / 6) = 1.2 times as fast as on 4.
    assert_eq!((seen.life(0).tasks, seen.life(0).resizes), (6, 0));
    let end = seen.life(0).ended.expect("ended").as_secs_f64();
    assert!((end - 100.0 / 1.2).abs() < 1e-8, "{end}");
    assert_eq!(seen.started(1), seen.life(0).ended.expect("ended"));
    // Under other queues it is rigid.
    let (seen, _) = run_with(&world, "fcfs = {}");
    assert_eq!((seen.life(0).tasks, seen.life(0).ended, seen.started(1)), (4, Some(at(100.0)), at(20.0)));
}

#[test]
fn nobody_gives_up_tasks_where_no_node_gets_room_by_it() {
    // 6 nodes of 4 cores, 3 of each held until 100 s or later; a malleable job has the other 6. 4 cores on one node cannot come of its tasks:
    // it keeps them and ends after its 50 s.
    let mut world = machine(6, 4);
    (0..6).for_each(|_| task(&mut world, 0.0, 3, 0));
    let bending = &mut world.job(1.0, 50.0).request;
    (bending.tasks, bending.flex) = (6, elastic(Elasticity::Malleable, 1, 6, 0.0));
    task(&mut world, 10.0, 4, 0);
    let (seen, _) = run_with(&world, ELASTIC);
    assert_eq!((seen.life(6).resizes, seen.life(6).ended), (0, Some(at(51.0))));
    assert_eq!(seen.started(7), at(100.0));
    // On a node that it has to itself it gives up 2 of its 3 tasks, and 3 cores are free there.
    let mut world = machine(2, 4);
    task(&mut world, 0.0, 4, 0);
    let bending = &mut world.job(1.0, 50.0).request;
    (bending.tasks, bending.flex) = (3, elastic(Elasticity::Malleable, 1, 3, 0.0));
    task(&mut world, 10.0, 3, 0);
    let (seen, _) = run_with(&world, ELASTIC);
    assert_eq!((seen.life(1).resizes > 0, seen.started(2)), (true, at(10.0)));
}

/// Submission gap, run, tasks, priority, kind of bending and its figures.
type Drawn = (u64, u64, u32, i32, u8, u64, u64);

fn drawn() -> impl Strategy<Value = Vec<Drawn>> {
    proptest::collection::vec((0..12u64, 0..60u64, 1..=8u32, 0..3i32, 0..4u8, 1..20u64, 0..4u64), 1..40)
}

fn random_world(jobs: &[Drawn]) -> World {
    let mut world = World::new(&[8]);
    let mut submit = 0;
    for &(gap, run, tasks, priority, kind, every, cost) in jobs {
        submit += gap;
        let request = &mut world.job(submit as f64, run as f64).request;
        (request.tasks, request.priority) = (tasks, priority);
        let serial = cost as f64 * 0.3;
        request.flex = match kind {
            1 => checkpoint(every as f64, cost as f64, cost as f64 / 2.0),
            2 => elastic(Elasticity::Moldable, 1, 8, serial.min(1.0)),
            3 => elastic(Elasticity::Malleable, 1, 8, serial.min(1.0)),
            _ => None,
        };
    }
    world
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn every_job_does_its_work_and_is_through(jobs in drawn(), backfill in 0..3usize) {
        let world = random_world(&jobs);
        let preemptive = ["none", "easy", "easy-sjbf"].map(|kind| format!("preemptive = {{ backfill = \"{kind}\" }}"));
        for queue in [preemptive[backfill].as_str(), ELASTIC] {
            // The auditor holds what each computed against its work.
            let (seen, summary) = run_with(&world, queue);
            prop_assert_eq!(summary.completed, jobs.len() as u64);
            for (number, job) in jobs.iter().enumerate() {
                let life = seen.life(number as u64);
                prop_assert_eq!(life.attempt, life.preemptions + 1);
                if job.4 != 2 && job.4 != 3 {
                    prop_assert_eq!(life.ran, seconds(job.1 as f64) + life.lost + life.overhead);
                }
            }
        }
    }

    #[test]
    fn the_highest_priority_goes_by_as_if_it_were_alone(jobs in drawn()) {
        // Whoever has the highest priority is never interrupted, and starts when it would without the others.
        let all = random_world(&jobs);
        let top: Vec<Drawn> = {
            let mut submit = 0;
            let mut last = 0;
            jobs.iter().filter_map(|job| {
                submit += job.0;
                (job.3 == 2).then(|| {
                    let gap = submit - last;
                    last = submit;
                    (gap, job.1, job.2, job.3, job.4, job.5, job.6)
                })
            }).collect()
        };
        let queue = "preemptive = { backfill = \"none\" }";
        let (with, _) = run_with(&all, queue);
        let (alone, _) = run_with(&random_world(&top), queue);
        let places = jobs.iter().enumerate().filter(|(_, job)| job.3 == 2).map(|(number, _)| number as u64);
        for (place, number) in places.enumerate() {
            prop_assert_eq!(with.life(number).preemptions, 0);
            prop_assert_eq!(with.started(number), alone.started(place as u64));
        }
    }
}
