//! Runs worked by hand: two or three centers, links of 10 Gbps and 8 ms, jobs of one core.

use super::*;
use crate::model::*;
use crate::observe::{Life, Record, Violation};
use crate::policy::broker::{Broker, Decision, Placement};
use crate::policy::packing::{PackingSpec, PoolProfile};
use crate::policy::queue::QueueSpec;
use crate::policy::view::View;
use crate::rng::Streams;
use crate::scenario::{Change, Information, PlannedChange, RunPlan};
use crate::signals::{Calendar, Series};
use crate::units::{BitsPerSec, Bytes, Power, SimDuration, SimTime, TransferPrice};
use std::collections::BTreeMap;
use std::sync::Arc;

mod flex;

const GB: u128 = 1_000_000_000;

fn seconds(s: f64) -> SimDuration {
    SimDuration::from_secs_f64(s)
}

fn at(s: f64) -> SimTime {
    SimTime(seconds(s).0)
}

/// Centers in a row, each with one pool of so many one-core nodes, joined by links 0-1, 1-2, ...
struct World {
    scenario: Scenario,
}

impl World {
    fn new(nodes: &[u64]) -> Self {
        let zero = || Series::constant(0);
        let mut platform = Platform {
            constraints: vec![Constraint { pools: (0..nodes.len()).map(PoolId::from_index).collect() }],
            classes: vec![Class { name: "job".into(), kind: ClassKind::Batch }],
            ..Platform::default()
        };
        platform.tenants.groups.push(TenantGroup { name: "default".into(), first: TenantId(0), count: 1, weight: 1.0 });
        for (number, count) in nodes.iter().enumerate() {
            let id = CenterId::from_index(number);
            let name = format!("c{number}");
            platform.sites.push(Site {
                name: name.clone(),
                kind: SiteKind::Center(id),
                side: None,
                province: None,
                place: None,
            });
            platform.centers.push(Center {
                name,
                site: SiteId::from_index(number),
                tier: None,
                side: None,
                province: None,
                hub: None,
                operator: None,
                racks: None,
                racks_occupied: None,
                pue: Series::constant(10_000),
                tariff: zero(),
                carbon: zero(),
                green_share_ppm: 0,
                storage: None,
                labels: BTreeMap::new(),
                pools: number as u32..number as u32 + 1,
            });
            let node = NodeShape { cores_milli: 1000, memory: u64::MAX, cards: 0, accelerator: None };
            platform.pools.push(Pool {
                name: "cpu".into(),
                center: id,
                nodes: *count,
                nodes_max: 1000,
                node,
                speed: 1.0,
                cpu_rates: Rates::default(),
                card_rates: Rates::default(),
                power_idle: Power(0),
                power_peak: Power(0),
                power_weights: PowerWeights::assumed(&node),
                closed_share: zero(),
                closed_load: zero(),
            });
            if number > 0 {
                platform.links.push(Link {
                    name: format!("l{number}"),
                    between: [SiteId::from_index(number - 1), SiteId::from_index(number)],
                    latency: seconds(0.008),
                    bandwidth: BitsPerSec(10_000_000_000),
                    price: TransferPrice(100_000),
                    background: zero(),
                    kind: None,
                    cables: 1,
                });
            }
        }
        let run = RunPlan {
            start: None,
            calendar: Calendar::default(),
            until: None,
            warm_up: SimDuration::ZERO,
            drain: true,
            seed: 1,
            decide_every: None,
            enforce_requested: false,
        };
        let scenario = Scenario {
            name: "test".into(),
            description: String::new(),
            platform: Arc::new(platform),
            run,
            jobs: Vec::new(),
            classes: Vec::new(),
            logs: Vec::new(),
            changes: Vec::new(),
            information: Information::default(),
            stacks: BTreeMap::new(),
            policy: None,
            variants: Default::default(),
            expectations: Vec::new(),
            anchors: Vec::new(),
            provenance: BTreeMap::new(),
            effective: String::new(),
            warnings: Vec::new(),
        };
        Self { scenario }
    }

    fn platform(&mut self) -> &mut Platform {
        Arc::make_mut(&mut self.scenario.platform)
    }

    /// One-core job that runs so long, submitted at the site 0.
    fn job(&mut self, submit: f64, run: f64) -> &mut Job {
        let number = self.scenario.jobs.len();
        let work = Work::Time(seconds(run));
        self.scenario.jobs.push(Job {
            name: Some(JobName::from(format!("j{number}"))),
            ordinal: number as u64,
            slot: JobSlot(0),
            request: Request {
                number: JobNumber(number as u64),
                class: ClassId(0),
                tenant: TenantId(0),
                origin: SiteId(0),
                submit: at(submit),
                tasks: 1,
                task: TaskShape { cores_milli: 1000, memory: 0, accelerators_milli: 0, accelerator: None },
                requested: work,
                input: Input::None,
                output: Bytes::ZERO,
                output_to: Some(SiteId(0)),
                deadline: None,
                priority: 0,
                round_trip: None,
                constraint: ConstraintId(0),
                flex: None,
            },
            truth: Truth { work },
        });
        &mut self.scenario.jobs[number]
    }

    fn change(&mut self, when: f64, change: Change) {
        self.scenario.changes.push(PlannedChange { at: at(when), change });
    }

    fn stack(&self, broker: impl Broker + 'static) -> Stack {
        let streams = Streams::new(1, 0);
        let pools = self.scenario.platform.pools.len();
        Stack {
            broker: Box::new(broker),
            queues: (0..pools).map(|_| QueueSpec::default().build()).collect(),
            packings: (0..pools).map(|_| PackingSpec::default().build(&streams, "", &PoolProfile::default())).collect(),
            clairvoyant: false,
        }
    }

    fn try_run(&self, broker: impl Broker + 'static) -> Result<Seen, RunError> {
        let mut seen = Seen::default();
        seen.stats = run(&self.scenario, self.stack(broker), &mut [&mut seen], Options::default())?;
        Ok(seen)
    }

    fn run(&self, broker: impl Broker + 'static) -> Seen {
        self.try_run(broker).expect("runs")
    }
}

/// What came of the jobs, and some of the records.
#[derive(Default)]
struct Seen {
    jobs: BTreeMap<u64, (Life, Outcome)>,
    storage: Vec<(SimTime, u128)>,
    nodes: Vec<(SimTime, u64, u64)>,
    flows: Vec<(SimTime, Vec<u32>, u128)>,
    end: SimTime,
    stats: RunStats,
}

impl Seen {
    fn life(&self, job: u64) -> &Life {
        &self.jobs[&job].0
    }
    fn outcome(&self, job: u64) -> Outcome {
        self.jobs[&job].1
    }
    fn started(&self, job: u64) -> SimTime {
        self.life(job).started.expect("started")
    }
}

impl Observer for Seen {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        match *record {
            Record::Finished { job, life, outcome } => {
                let before = self.jobs.insert(job.request.number.0, (*life, outcome));
                assert!(before.is_none(), "two outcomes");
            }
            Record::Storage { used, .. } => self.storage.push((now, used.0)),
            Record::PoolNodes { open, closed, .. } => self.nodes.push((now, open, closed)),
            Record::FlowStarted { lanes, bytes, .. } => {
                self.flows.push((now, lanes.iter().map(|lane| lane.0).collect(), bytes.0));
            }
            Record::RunEnded => self.end = now,
            _ => {}
        }
        Ok(())
    }
}

/// Everything to one pool.
#[derive(Clone)]
struct To(u32);

impl Broker for To {
    fn decide(&mut self, _request: &Request, _view: &View<'_>) -> Decision {
        Decision::Place(Placement::at(PoolId(self.0)))
    }
}

/// Whatever a closure says.
#[derive(Clone)]
struct Says<F>(F);

impl<F: FnMut(&Request, &View<'_>) -> Decision + Clone + Send> Broker for Says<F> {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        (self.0)(request, view)
    }
}

#[test]
fn the_latency_comes_first_then_the_lanes_are_shared() {
    let mut world = World::new(&[1, 2]);
    // 125 GB are 1000 Gb: 100 s alone. b flows from 10.008, alone for 10 s (100 Gb); both from 20.008 at 5 Gbps: b's 900 Gb
    // take 180 s; c then has 100 Gb left, 10 s.
    for (submit, input) in [(0.0, 0), (10.0, 125), (20.0, 125)] {
        world.job(submit, 3600.0).request.input = Input::From(SiteId(0), Bytes(input * GB));
    }
    let seen = world.run(To(1));
    assert_eq!(seen.life(1).staged, Some(at(200.008)));
    assert_eq!(seen.life(2).staged, Some(at(210.008)));
    assert_eq!([0, 1, 2].map(|job| seen.started(job)), [0.0, 200.008, 3600.0].map(at));
    assert_eq!(seen.end, at(7200.0));
    // From 10.008 to 200.008 and from 20.008 to 210.008.
    assert_eq!((seen.stats.flows, seen.stats.flows_peak, seen.stats.flow_seconds), (2, 2, 380));
    // 125 GB at 0.1 CNY/GB.
    assert_eq!(seen.life(1).transfer_micro_cny, 12_500_000);
    // At home nothing moves.
    let seen = world.run(To(0));
    assert_eq!([0, 1, 2].map(|job| seen.started(job)), [0.0, 3600.0, 7200.0].map(at));
    assert!(seen.flows.is_empty());
}

#[test]
fn outputs_are_delivered_and_storage_is_freed() {
    let mut world = World::new(&[1, 1]);
    let job = world.job(0.0, 100.0);
    job.request.input = Input::From(SiteId(0), Bytes(125 * GB));
    job.request.output = Bytes(25 * GB);
    let staying = world.job(1000.0, 1.0);
    (staying.request.output, staying.request.output_to) = (Bytes(3 * GB), None);
    let seen = world.run(To(1));
    // 0.008 + 100 s in, 100 s of run, 0.008 + 20 s out.
    assert_eq!(seen.life(0).ended, Some(at(200.008)));
    assert_eq!(seen.life(0).delivered, Some(at(220.016)));
    assert_eq!(seen.life(1).delivered, Some(at(1001.0)));
    let storage: Vec<_> = seen.storage.iter().map(|(t, used)| (*t, used / GB)).collect();
    assert_eq!(storage, [(0.0, 150), (200.008, 25), (220.016, 0), (1000.0, 3)].map(|(t, used)| (at(t), used)));
}

#[test]
fn a_full_store_turns_jobs_away() {
    let mut world = World::new(&[1, 1]);
    world.platform().centers[1].storage = Some(Storage { space: Bytes(200 * GB), filled: Bytes(50 * GB) });
    for submit in [0.0, 1.0, 5000.0] {
        world.job(submit, 10.0).request.input = Input::From(SiteId(0), Bytes(100 * GB));
    }
    let seen = world.run(To(1));
    let outcomes = [0, 1, 2].map(|job| seen.outcome(job));
    assert_eq!(outcomes[1], Outcome::Rejected(RejectReason::StorageFull));
    assert_eq!([outcomes[0], outcomes[2]], [Outcome::Completed; 2]);
}

fn dataset(world: &mut World, cache: CacheMode) {
    world.platform().datasets.push(Dataset { name: "d".into(), size: Bytes(125 * GB), at: vec![SiteId(0)], cache });
}

#[test]
fn jobs_join_a_shared_copy_under_way() {
    let mut world = World::new(&[1, 9]);
    dataset(&mut world, CacheMode::Shared);
    for submit in [0.0, 50.0, 500.0] {
        world.job(submit, 10.0).request.input = Input::Dataset(DatasetId(0));
    }
    let seen = world.run(To(1));
    assert_eq!([0, 1, 2].map(|job| seen.started(job)), [100.008, 100.008, 500.0].map(at));
    assert_eq!(seen.flows.len(), 1);
    assert_eq!([0, 1, 2].map(|job| seen.life(job).staged_bytes.0), [125 * GB, 0, 0]);
    // The replica at the origin from the start, the copy for good.
    assert_eq!(seen.storage.iter().map(|s| s.1 / GB).collect::<Vec<_>>(), [125, 125]);
}

#[test]
fn private_copies_share_the_link_and_are_freed() {
    let mut world = World::new(&[1, 9]);
    dataset(&mut world, CacheMode::Private);
    for _ in 0..2 {
        world.job(0.0, 10.0).request.input = Input::Dataset(DatasetId(0));
    }
    let seen = world.run(To(1));
    assert_eq!([0, 1].map(|job| seen.started(job)), [200.008; 2].map(at));
    assert_eq!(seen.storage.last().map(|s| s.1), Some(0));
}

#[test]
fn a_cut_link_is_gone_round_and_the_rest_is_carried() {
    // 0 - 1 - 2 and a direct slow link 0 - 2.
    let mut world = World::new(&[1, 1, 1]);
    let direct = Link {
        between: [SiteId(0), SiteId(2)],
        latency: seconds(1.0),
        bandwidth: BitsPerSec(5_000_000_000),
        ..world.platform().links[0].clone()
    };
    world.platform().links.push(direct);
    world.job(0.0, 1.0).request.input = Input::From(SiteId(0), Bytes(125 * GB));
    world.change(50.016, Change::LinkDown(LinkId(1), true));
    let seen = world.run(To(2));
    // 500 Gb by 50.016; then 1 s of latency and 100 s at 5 Gbps.
    assert_eq!(seen.life(0).staged, Some(at(151.016)));
    let carried: Vec<_> = seen.flows.iter().map(|(_, lanes, bytes)| (lanes.clone(), bytes / GB)).collect();
    assert_eq!(carried, [(vec![0, 2], 125), (vec![4], 62)]);
    // 50 s and 100 s; none during the second of latency.
    assert_eq!(seen.stats.flow_seconds, 150);
    // 62.5 GB at 0.2 CNY/GB, 62.5 at 0.1.
    assert_eq!(seen.life(0).transfer_micro_cny, 12_500_000 + 6_250_000);
}

#[test]
fn without_a_way_data_wait_for_the_link() {
    let mut world = World::new(&[1, 1]);
    world.job(0.0, 1.0).request.input = Input::From(SiteId(0), Bytes(125 * GB));
    world.job(60.0, 1.0).request.input = Input::From(SiteId(0), Bytes(0));
    world.change(50.008, Change::LinkDown(LinkId(0), true));
    world.change(1000.0, Change::LinkDown(LinkId(0), false));
    let seen = world.run(To(1));
    assert_eq!(seen.life(0).staged, Some(at(1050.008)));
    assert_eq!(seen.started(1), at(60.0), "no data, no way needed");
    // A link that never comes back: the run ends and says so.
    world.scenario.changes.pop();
    let seen = world.run(To(1));
    assert_eq!(seen.outcome(0), Outcome::Unfinished);
    assert_eq!(seen.outcome(1), Outcome::Completed);
}

#[test]
fn closed_nodes_are_withheld_as_they_fall_free() {
    let mut world = World::new(&[4]);
    // All open for an hour, then half of them closed, every day.
    let steps = [(SimDuration::ZERO, 0), (SimDuration::HOUR, 500_000)];
    world.platform().pools[0].closed_share = Series::steps(&steps, Some(SimDuration::DAY)).expect("steps");
    for submit in [0.0, 1.0, 2.0, 3.0, 4.0] {
        world.job(submit, 5400.0);
    }
    let seen = world.run(To(0));
    // Four start at once; at 5400 s and 5401 s nodes fall free and are withheld: two are enough, so the fifth starts at 5402 s.
    assert_eq!(seen.started(4), at(5402.0));
    assert_eq!(seen.nodes, [(at(0.0), 4, 0), (at(5400.0), 3, 1), (at(5401.0), 2, 2)]);
}

#[test]
fn nodes_come_and_go_on_a_date() {
    let mut world = World::new(&[1]);
    for _ in 0..3 {
        world.job(0.0, 100.0);
    }
    world.change(10.0, Change::Nodes(PoolId(0), 1));
    world.change(50.0, Change::Nodes(PoolId(0), -1));
    let seen = world.run(To(0));
    // The second node comes at 10 s; both are busy at 50 s; the first that falls free (at 100 s) goes.
    assert_eq!([0, 1, 2].map(|job| seen.started(job)), [0.0, 10.0, 110.0].map(at));
}

#[test]
fn a_periodic_broker_decides_at_its_multiples() {
    let mut world = World::new(&[9]);
    world.scenario.run.decide_every = Some(seconds(30.0));
    for submit in [0.0, 1.0, 29.0, 30.0, 31.0] {
        world.job(submit, 1.0);
    }
    let seen = world.run(To(0));
    assert_eq!([0, 1, 2, 3, 4].map(|job| seen.started(job)), [0.0, 30.0, 30.0, 30.0, 60.0].map(at));
}

#[test]
fn old_information_misleads() {
    // Two centers of one node; the broker takes the one with more free cores. Job 0 goes to 0 at 0 s. At 10 s the broker
    // that sees everything goes to 1; one whose centers publish every 100 s would see both free, but for its own placement.
    let least = || {
        Says(|_: &Request, view: &View<'_>| {
            let coming = |pool: &PoolId| {
                let summary = view.summary(*pool);
                (summary.queued_jobs + summary.coming_jobs, u64::MAX - summary.free)
            };
            let pools = [PoolId(0), PoolId(1)];
            Decision::Place(Placement::at(pools.into_iter().min_by_key(coming).unwrap_or(PoolId(0))))
        })
    };
    let mut world = World::new(&[1, 1]);
    for (submit, run) in [(0.0, 150.0), (1.0, 10.0), (110.0, 10.0)] {
        world.job(submit, run);
    }
    let pools = |world: &World| {
        let seen = world.run(least());
        [0, 1, 2].map(|job| seen.life(job).pool.expect("pool").0)
    };
    assert_eq!(pools(&world), [0, 1, 1]);
    world.scenario.information.refresh = Some(seconds(100.0));
    // Published at 100 s: pool 0 busy, pool 1 free.
    assert_eq!(pools(&world), [0, 1, 1]);
    world.scenario.information.delay = seconds(60.0);
    // At 110 s the broker still sees the start, with one job of its own coming to each.
    assert_eq!(pools(&world), [0, 1, 0]);
}

#[test]
fn jobs_that_exceed_their_request_are_ended_where_that_is_the_rule() {
    let mut world = World::new(&[1]);
    world.job(0.0, 100.0).request.requested = Work::Time(seconds(60.0));
    world.job(0.0, 10.0);
    assert_eq!(world.run(To(0)).started(1), at(100.0));
    world.scenario.run.enforce_requested = true;
    let seen = world.run(To(0));
    assert_eq!((seen.outcome(0), seen.started(1)), (Outcome::Killed, at(60.0)));
}

#[test]
fn without_draining_the_rest_is_unfinished() {
    let mut world = World::new(&[1]);
    for submit in [0.0, 1.0, 100.0] {
        world.job(submit, 50.0);
    }
    world.scenario.run.until = Some(at(100.0));
    world.scenario.run.drain = false;
    let seen = world.run(To(0));
    assert_eq!(seen.jobs.len(), 2, "nothing is submitted at the end or later");
    // Occupancy is half-open: the second ends at 100 s, just inside.
    assert_eq!([0, 1].map(|job| seen.outcome(job)), [Outcome::Completed; 2]);
    assert_eq!(seen.end, at(100.0));
    world.scenario.run.until = Some(at(99.0));
    let seen = world.run(To(0));
    assert_eq!(seen.outcome(1), Outcome::Unfinished);
    // A run that drains, and one whose jobs are done before its end.
    world.scenario.run.drain = true;
    assert_eq!(world.run(To(0)).end, at(100.0));
    world.scenario.run.until = Some(at(1000.0));
    assert_eq!(world.run(To(0)).end, at(1000.0));
}

#[test]
fn everything_of_an_instant_is_decided_at_once() {
    // A node falls free at 10 s, just when a job comes and another joins: one look at the queue.
    let mut world = World::new(&[1]);
    for submit in [0.0, 5.0, 10.0] {
        world.job(submit, 10.0);
    }
    let seen = world.run(To(0));
    assert_eq!([0, 1, 2].map(|job| seen.started(job)), [0.0, 10.0, 20.0].map(at));
    // Zero run time, a thousand of them: all at one instant.
    let mut world = World::new(&[1]);
    for _ in 0..1500 {
        world.job(0.0, 0.0);
    }
    let seen = world.run(To(0));
    assert!((0..1500).all(|job| seen.life(job).ended == Some(SimTime::ZERO)));
}

#[test]
fn waiting_and_rejecting_brokers() {
    let mut world = World::new(&[1]);
    world.job(0.0, 1.0);
    let wait =
        Says(
            |_: &Request, view: &View<'_>| {
                if view.now < at(100.0) { Decision::Wait(at(100.0)) } else { Decision::Place(Placement::at(PoolId(0))) }
            },
        );
    assert_eq!(world.run(wait).started(0), at(100.0));
    let later = Says(|_: &Request, _: &View<'_>| {
        Decision::Place(Placement { not_before: Some(at(7.0)), ..Placement::at(PoolId(0)) })
    });
    let seen = world.run(later);
    assert_eq!((seen.life(0).brokered, seen.life(0).staged), (Some(SimTime::ZERO), Some(at(7.0))));
    let seen = world.run(Says(|_: &Request, _: &View<'_>| Decision::Reject(RejectReason::Policy)));
    assert_eq!(seen.outcome(0), Outcome::Rejected(RejectReason::Policy));
}

#[test]
fn what_cannot_be_ends_the_run_with_its_name() {
    let mut world = World::new(&[1, 1]);
    world.platform().constraints[0].pools = vec![PoolId(0)];
    world.job(0.0, 1.0);
    let wrong = |result: Result<Seen, RunError>| match result {
        Err(RunError::IllegalAction { job, what, .. }) => format!("{job}: {what}"),
        Err(other) => other.to_string(),
        Ok(_) => "ran".to_owned(),
    };
    assert!(wrong(world.try_run(To(1))).contains("j0: a pool that its regions"), "excluded");
    assert!(wrong(world.try_run(To(7))).contains("does not exist"));
    let now = Says(|_: &Request, view: &View<'_>| Decision::Wait(view.now));
    assert!(wrong(world.try_run(now)).contains("not in the future"));
}

#[test]
fn jobs_that_no_pool_can_run_never_reach_the_broker() {
    let mut world = World::new(&[1]);
    world.platform().constraints.push(Constraint { pools: vec![] });
    world.job(0.0, 1.0).request.constraint = ConstraintId(1);
    world.job(0.0, 1.0).request.task.cores_milli = 1001;
    world.job(0.0, 1.0).request.tasks = 1001;
    world.job(0.0, 1.0).request.requested = Work::Flop { amount: 1.0, precision: Precision::Fp32 };
    let seen = world.run(Says(|_: &Request, _: &View<'_>| unreachable!("the broker is not asked")));
    let reasons = [0, 1, 2, 3].map(|job| seen.outcome(job));
    let rejected = Outcome::Rejected;
    assert_eq!(
        reasons,
        [
            rejected(RejectReason::NoEligibleCenter),
            rejected(RejectReason::TooLarge),
            rejected(RejectReason::TooLarge),
            rejected(RejectReason::NoEligibleCenter)
        ]
    );
}

#[test]
fn an_interrupted_run_says_when() {
    let mut world = World::new(&[1]);
    for _ in 0..5000 {
        world.job(0.0, 1.0);
    }
    let flag = std::sync::atomic::AtomicBool::new(true);
    let options = Options { interrupt: Some(&flag), ..Options::default() };
    let result = run(&world.scenario, world.stack(To(0)), &mut [], options);
    assert!(matches!(result, Err(RunError::Interrupted { .. })), "{result:?}");
}

#[test]
fn what_only_closed_nodes_could_hold_is_too_large() {
    let mut world = World::new(&[4]);
    let pool = &mut world.platform().pools[0];
    (pool.nodes_max, pool.closed_share) = (4, Series::constant(500_000));
    world.job(0.0, 1.0).request.tasks = 3;
    world.job(0.0, 1.0).request.tasks = 2;
    let seen = world.run(To(0));
    assert_eq!(seen.outcome(0), Outcome::Rejected(RejectReason::TooLarge));
    assert_eq!(seen.outcome(1), Outcome::Completed);
}

#[test]
fn a_run_that_ends_within_its_warm_up_has_no_window() {
    struct Opened(Option<SimTime>);
    impl Observer for Opened {
        fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
            if matches!(record, Record::WindowOpened) {
                assert!(self.0.replace(now).is_none(), "opened twice");
            }
            Ok(())
        }
    }
    let mut world = World::new(&[1]);
    world.job(0.0, 3.0);
    let opened = |world: &World| {
        let mut opened = Opened(None);
        run(&world.scenario, world.stack(To(0)), &mut [&mut opened], Options::default()).expect("runs");
        opened.0
    };
    assert_eq!(opened(&world), None, "no warm-up");
    world.scenario.run.warm_up = seconds(2.0);
    assert_eq!(opened(&world), Some(at(2.0)));
    world.scenario.run.warm_up = seconds(3600.0);
    assert_eq!(opened(&world), Some(at(3.0)));
}
