//! A small stream worked by hand, and one corruption of it per invariant.

use super::nodes::PoolBook;
use super::{Auditor, INVARIANTS};
use crate::model::{
    Allocation, AllocationPart, CARDS_MAX, Center, CenterId, Class, ClassId, ClassKind, Constraint, ConstraintId,
    Input, Job, JobNumber, JobSlot, LaneId, Link, NodeShape, Outcome, Platform, Pool, PoolId, PowerWeights, Rates,
    RejectReason, Request, Site, SiteId, SiteKind, Storage, TaskShape, TenantId, Totals, Truth, Work,
};
use crate::network::FlowKey;
use crate::observe::{Life, Observer, Record, Violation};
use crate::signals::Series;
use crate::units::{BitsPerSec, Bytes, Power, SimDuration, SimTime, TransferPrice};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) type Stream = Vec<(SimTime, Record<'static>)>;

const EAST: PoolId = PoolId(0);
const WEST: PoolId = PoolId(1);
/// 8 Gbps: a byte a nanosecond.
const BYTE_A_NANOSECOND: f64 = 8e9;

fn center(name: &str, site: u32, pue: u64, pool: u32) -> Center {
    Center {
        name: name.to_owned(),
        site: SiteId(site),
        tier: None,
        side: None,
        province: None,
        hub: None,
        operator: None,
        racks: None,
        racks_occupied: None,
        pue: Series::constant(pue),
        tariff: Series::constant(0),
        carbon: Series::constant(0),
        green_share_ppm: 0,
        storage: Some(Storage { space: Bytes(5000), filled: Bytes(3000) }),
        labels: BTreeMap::new(),
        pools: pool..pool + 1,
    }
}

fn pool(center: u32, nodes: u64, cards: u8) -> Pool {
    let node = NodeShape { cores_milli: 4000, memory: 16, cards, accelerator: None };
    Pool {
        name: "pool".to_owned(),
        center: CenterId(center),
        nodes,
        nodes_max: nodes,
        node,
        speed: 1.0,
        cpu_rates: Rates::default(),
        card_rates: Rates::default(),
        power_idle: Power(100_000),
        power_peak: Power(300_000),
        power_weights: PowerWeights::assumed(&node),
        closed_share: Series::constant(0),
        closed_load: Series::constant(500_000),
    }
}

/// East: 2 nodes of 4 cores, PUE 1.5. West: 3 open and 1 closed node of 4 cores and 2 cards, PUE 1.2. One link.
pub(super) fn platform() -> Arc<Platform> {
    let site = |name: &str, id: u32| Site {
        name: name.to_owned(),
        kind: SiteKind::Center(CenterId(id)),
        side: None,
        province: None,
        place: None,
    };
    Arc::new(Platform {
        sites: vec![site("east", 0), site("west", 1)],
        centers: vec![center("east", 0, 15_000, 0), center("west", 1, 12_000, 1)],
        pools: vec![pool(0, 2, 0), pool(1, 4, 2)],
        links: vec![Link {
            name: "line".to_owned(),
            between: [SiteId(0), SiteId(1)],
            latency: SimDuration(10),
            bandwidth: BitsPerSec(8_000_000_000),
            price: TransferPrice(0),
            background: Series::constant(0),
            kind: None,
            cables: 1,
        }],
        classes: vec![Class { name: "job".to_owned(), kind: ClassKind::Batch }],
        constraints: vec![Constraint { pools: vec![EAST, WEST] }],
        ..Platform::default()
    })
}

/// A job of `tasks` tasks with 2 cores and, where `carded`, a card each.
fn job(number: u64, submit: u64, tasks: u32, carded: bool) -> Job {
    let work = Work::Time(SimDuration(2000));
    Job {
        name: None,
        ordinal: number,
        slot: JobSlot(number as u32),
        request: Request {
            number: JobNumber(number),
            class: ClassId(0),
            tenant: TenantId(0),
            origin: SiteId(0),
            submit: SimTime(submit),
            tasks,
            task: TaskShape {
                cores_milli: 2000,
                memory: 4,
                accelerators_milli: if carded { 1000 } else { 0 },
                accelerator: None,
            },
            requested: work,
            input: if carded { Input::From(SiteId(0), Bytes(1000)) } else { Input::None },
            output: if carded { Bytes(500) } else { Bytes::ZERO },
            output_to: Some(SiteId(0)),
            deadline: None,
            priority: 0,
            round_trip: None,
            constraint: ConstraintId(0),
            flex: None,
        },
        truth: Truth { work },
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

fn allocation(first: u64, count: u64, tasks_per_node: u32, card: u16) -> &'static Allocation {
    let mut cards = [0; CARDS_MAX];
    cards[0] = card;
    leak(Allocation { parts: vec![AllocationPart { first, count, tasks_per_node, cards }].into() })
}

fn finished(job: &'static Job, life: Life, outcome: Outcome) -> Record<'static> {
    Record::Finished { job, life: leak(life), outcome }
}

/// a stages 1000 bytes to the west (20 to 1020), runs on two nodes there (1020 to 3020) and sends 500 bytes back (to 3520);
/// b runs in the east from 30 to 2030; c is too large.
pub(super) fn stream() -> Stream {
    let [a, b, c] = [job(0, 10, 2, true), job(1, 30, 2, false), job(2, 1500, 99, false)].map(leak);
    let (nodes_a, nodes_b) = (allocation(0, 2, 1, 1000), allocation(0, 1, 2, 0));
    let (held_a, held_b) = (a.request.task.times(2), b.request.task.times(2));
    let (flow_in, flow_out) = (FlowKey(7), FlowKey(8));
    let lane = |lane: u32, rate: f64, flows: u32| Record::LaneRate { lane: LaneId(lane), rate, flows };
    let lanes = |lane: u32| -> &'static Arc<[LaneId]> { leak(Arc::new([LaneId(lane)])) };
    let capacity = |lane: u32| Record::LaneCapacity {
        lane: LaneId(lane),
        bandwidth: BYTE_A_NANOSECOND,
        offered: BYTE_A_NANOSECOND,
    };
    let at = |nanos: u64| Some(SimTime(nanos));
    let life_a = Life {
        pool: Some(WEST),
        brokered: at(10),
        staged: at(1020),
        started: at(1020),
        ended: at(3020),
        delivered: at(3520),
        staged_bytes: Bytes(1000),
        output_bytes: Bytes(500),
        nodes: 2,
        tasks: 2,
        attempt: 1,
        ran: SimDuration(2000),
        ..Life::default()
    };
    let life_b = Life {
        pool: Some(EAST),
        brokered: at(30),
        staged: at(30),
        started: at(30),
        ended: at(2030),
        delivered: at(2030),
        nodes: 1,
        tasks: 2,
        attempt: 1,
        ran: SimDuration(2000),
        ..Life::default()
    };
    let west = CenterId(1);
    let list = vec![
        (0, Record::PoolNodes { pool: EAST, open: 2, closed: 0 }),
        (0, Record::PoolNodes { pool: WEST, open: 3, closed: 1 }),
        (0, capacity(0)),
        (0, capacity(1)),
        (10, Record::Submitted { job: a }),
        (10, Record::Brokered { job: a, pool: WEST }),
        (10, Record::Storage { center: west, used: Bytes(1500) }),
        (
            20,
            Record::FlowStarted {
                flow: flow_in,
                job: a,
                from: SiteId(0),
                to: SiteId(1),
                lanes: lanes(0),
                bytes: Bytes(1000),
            },
        ),
        (20, lane(0, BYTE_A_NANOSECOND, 1)),
        (30, Record::Submitted { job: b }),
        (30, Record::Brokered { job: b, pool: EAST }),
        (30, Record::Queued { job: b, pool: EAST }),
        (30, Record::Started { job: b, pool: EAST, allocation: nodes_b, held: held_b }),
        (1020, Record::FlowEnded { flow: flow_in }),
        (1020, Record::Queued { job: a, pool: WEST }),
        (1020, Record::Started { job: a, pool: WEST, allocation: nodes_a, held: held_a }),
        (1020, lane(0, 0.0, 0)),
        (1500, Record::Submitted { job: c }),
        (1500, finished(c, Life::default(), Outcome::Rejected(RejectReason::TooLarge))),
        (2030, Record::Ended { job: b, pool: EAST, allocation: nodes_b, held: held_b, started: SimTime(30) }),
        (2030, finished(b, life_b, Outcome::Completed)),
        (3020, Record::Ended { job: a, pool: WEST, allocation: nodes_a, held: held_a, started: SimTime(1020) }),
        (
            3020,
            Record::FlowStarted {
                flow: flow_out,
                job: a,
                from: SiteId(1),
                to: SiteId(0),
                lanes: lanes(1),
                bytes: Bytes(500),
            },
        ),
        (3020, lane(1, BYTE_A_NANOSECOND, 1)),
        (3520, Record::FlowEnded { flow: flow_out }),
        (3520, lane(1, 0.0, 0)),
        (3520, Record::Storage { center: west, used: Bytes(0) }),
        (3520, finished(a, life_a, Outcome::Completed)),
        (3520, Record::RunEnded),
    ];
    list.into_iter().map(|(at, record)| (SimTime(at), record)).collect()
}

pub(super) fn audit(stream: &Stream) -> Result<Auditor, Violation> {
    let mut auditor = Auditor::new(platform());
    for (now, record) in stream {
        auditor.record(*now, record)?;
    }
    auditor.finish(auditor.end)?;
    Ok(auditor)
}

/// Where the first record is that `what` is true of.
fn place(stream: &Stream, what: impl Fn(&Record<'static>) -> bool) -> usize {
    stream.iter().position(|(_, record)| what(record)).expect("the stream has one")
}

fn is_start(record: &Record<'_>, number: u64) -> bool {
    matches!(record, Record::Started { job, .. } if job.request.number.0 == number)
}

fn is_finish(record: &Record<'_>, number: u64) -> bool {
    matches!(record, Record::Finished { job, .. } if job.request.number.0 == number)
}

fn is_submit(record: &Record<'_>, number: u64) -> bool {
    matches!(record, Record::Submitted { job } if job.request.number.0 == number)
}

/// Tells another life of job `number` than the one it had.
fn relive(stream: &mut Stream, number: u64, change: impl Fn(&mut Life)) {
    let at = place(stream, |r| is_finish(r, number));
    if let Record::Finished { job, life, outcome } = stream[at].1 {
        let mut other = *life;
        change(&mut other);
        stream[at].1 = finished(job, other, outcome);
    }
}

/// Puts other nodes under the run of job `number`, at its start and its end.
fn move_run(stream: &mut Stream, number: u64, to: &'static Allocation) {
    for (_, record) in stream.iter_mut() {
        match record {
            Record::Started { job, allocation, .. } | Record::Ended { job, allocation, .. }
                if job.request.number.0 == number =>
            {
                *allocation = to;
            }
            _ => {}
        }
    }
}

fn remove(stream: &mut Stream, what: impl Fn(&Record<'static>) -> bool) {
    stream.remove(place(stream, what));
}

type Corruption = (&'static str, fn(&mut Stream));

const CORRUPTIONS: &[Corruption] = &[
    ("time-order", |s| s[9].0 = SimTime(1021)),
    ("run-end", |s| s.push((SimTime(3521), s[3].1))),
    ("run-end", |s| s.truncate(s.len() - 1)),
    ("submitted-once", |s| s.insert(6, s[4])),
    ("submitted-once", |s| {
        // c comes where a still is.
        let (at, mut third) = (place(s, |r| is_submit(r, 2)), job(2, 1500, 5, false));
        third.slot = JobSlot(0);
        s[at].1 = Record::Submitted { job: leak(third) };
    }),
    ("one-outcome", |s| {
        // a is looked for where nobody is.
        let (at, mut first) = (place(s, |r| matches!(r, Record::Brokered { .. })), job(0, 10, 2, true));
        first.slot = JobSlot(7);
        s[at].1 = Record::Brokered { job: leak(first), pool: WEST };
    }),
    ("submitted-once", |s| {
        // b's records take the place of a's number: 1 is submitted before 0.
        let (a, b) = (place(s, |r| is_submit(r, 0)), place(s, |r| is_submit(r, 1)));
        let late = s[b].1;
        s.insert(a, (SimTime(30), late));
        s.remove(b + 1);
        for entry in &mut s[a + 1..b + 1] {
            entry.0 = SimTime(30);
        }
    }),
    ("job-known", |s| remove(s, |r| is_submit(r, 2))),
    ("one-outcome", |s| {
        let at = place(s, |r| is_finish(r, 1));
        s.insert(at, s[at]);
    }),
    ("one-outcome", |s| remove(s, |r| is_finish(r, 1))),
    ("life-order", |s| s.swap(10, 11)),
    ("life-order", |s| {
        let at = place(s, |r| matches!(r, Record::Brokered { .. }));
        s.insert(at, s[at]);
    }),
    ("life-order", |s| {
        let at = place(s, |r| is_start(r, 1));
        s.insert(at, s[at]);
    }),
    ("life-order", |s| {
        let at = place(s, |r| matches!(r, Record::Queued { .. }));
        if let Record::Queued { pool, .. } = &mut s[at].1 {
            *pool = WEST;
        }
    }),
    ("life-order", |s| {
        let at = place(s, |r| is_submit(r, 2));
        s[at].1 = Record::Submitted { job: leak(job(2, 1501, 99, false)) };
    }),
    ("life-told", |s| relive(s, 1, |life| life.attempt = 2)),
    ("work-conserved", |s| relive(s, 1, |life| life.lost = SimDuration(1))),
    ("staged-before-start", |s| remove(s, |r| matches!(r, Record::Queued { .. }))),
    ("staged-before-start", |s| {
        let at = place(s, |r| matches!(r, Record::FlowEnded { .. }));
        s.swap(at, at + 1);
    }),
    ("life-told", |s| relive(s, 1, |life| life.started = Some(SimTime(31)))),
    ("life-told", |s| relive(s, 0, |life| life.delivered = Some(SimTime(3019)))),
    ("outcome-fits", |s| {
        let at = place(s, |r| is_finish(r, 1));
        if let Record::Finished { outcome, .. } = &mut s[at].1 {
            *outcome = Outcome::Rejected(RejectReason::Policy);
        }
    }),
    ("outcome-fits", |s| {
        let at = place(s, |r| is_finish(r, 2));
        if let Record::Finished { outcome, .. } = &mut s[at].1 {
            *outcome = Outcome::Completed;
        }
    }),
    ("flow-known", |s| {
        let at = place(s, |r| matches!(r, Record::FlowEnded { .. }));
        s[at].1 = Record::FlowEnded { flow: FlowKey(9) };
    }),
    ("flow-known", |s| {
        let at = place(s, |r| matches!(r, Record::FlowStarted { .. }));
        s.insert(at, s[at]);
    }),
    ("flow-route", |s| {
        let at = place(s, |r| matches!(r, Record::FlowStarted { .. }));
        if let Record::FlowStarted { lanes, .. } = &mut s[at].1 {
            *lanes = leak(Arc::new([LaneId(1)]));
        }
    }),
    ("bytes-delivered", |s| {
        let at = place(s, |r| matches!(r, Record::FlowStarted { .. }));
        if let Record::FlowStarted { bytes, .. } = &mut s[at].1 {
            *bytes = Bytes(999);
        }
    }),
    ("bytes-delivered", |s| {
        // The flow back stops with a byte left.
        let at = place(s, |r| matches!(r, Record::FlowEnded { flow } if flow.0 == 8));
        s[at].1 = Record::FlowStopped { flow: FlowKey(8), left: Bytes(1) };
    }),
    ("lane-bandwidth", |s| {
        let at = place(s, |r| matches!(r, Record::LaneRate { .. }));
        if let Record::LaneRate { rate, .. } = &mut s[at].1 {
            *rate *= 1.0 + 2e-9;
        }
    }),
    ("lane-bandwidth", |s| {
        if let Record::LaneCapacity { offered, .. } = &mut s[2].1 {
            *offered *= 1.1;
        }
    }),
    ("lane-flows", |s| {
        let at = place(s, |r| matches!(r, Record::LaneRate { .. }));
        if let Record::LaneRate { flows, .. } = &mut s[at].1 {
            *flows = 2;
        }
    }),
    ("lane-bytes", |s| {
        let at = place(s, |r| matches!(r, Record::LaneRate { .. }));
        if let Record::LaneRate { rate, .. } = &mut s[at].1 {
            *rate *= 0.99;
        }
    }),
    ("pool-nodes", |s| {
        if let Record::PoolNodes { closed, .. } = &mut s[0].1 {
            *closed = 1;
        }
    }),
    ("pool-capacity", |s| {
        if let Record::PoolNodes { open, .. } = &mut s[0].1 {
            *open = 0;
        }
    }),
    ("pool-capacity", |s| {
        // A node goes while it is in use.
        let at = place(s, |r| is_submit(r, 2));
        s.insert(at, (SimTime(1500), Record::PoolNodes { pool: WEST, open: 1, closed: 3 }));
    }),
    // Both tasks of a on one node and one card: 2000 thousandths of it.
    ("node-capacity", |s| move_run(s, 0, allocation(1, 1, 2, 2000))),
    // Three tasks of two cores each on one node.
    ("node-capacity", |s| three_tasks_on_a_node(s)),
    ("allocation-shape", |s| move_run(s, 0, allocation(3, 2, 1, 1000))),
    ("allocation-shape", |s| move_run(s, 0, allocation(0, 1, 1, 1000))),
    ("allocation-shape", |s| move_run(s, 0, allocation(0, 2, 1, 500))),
    ("allocation-shape", |s| {
        let at = place(s, |r| is_start(r, 1));
        if let Record::Started { held, .. } = &mut s[at].1 {
            held.memory += 1;
        }
    }),
    ("allocation-held", |s| {
        let at = place(s, |r| matches!(r, Record::Ended { .. }));
        if let Record::Ended { allocation: nodes, .. } = &mut s[at].1 {
            *nodes = allocation(1, 1, 2, 0);
        }
    }),
    ("allocation-held", |s| {
        let at = place(s, |r| matches!(r, Record::Ended { .. }));
        if let Record::Ended { started, .. } = &mut s[at].1 {
            *started = SimTime(31);
        }
    }),
    ("storage-space", |s| {
        if let Record::Storage { used, .. } = &mut s[6].1 {
            *used = Bytes(2001);
        }
    }),
    ("waiting-integral", |s| {
        // b is told 5 ns late: it has waited for 5 ns by its own count, not by the number of those waiting.
        let (at, end) = (place(s, |r| is_submit(r, 1)), place(s, |r| is_start(r, 1)));
        for entry in &mut s[at..=end] {
            entry.0 = SimTime(35);
        }
        let end = place(s, |r| matches!(r, Record::Ended { .. }));
        if let Record::Ended { started, .. } = &mut s[end].1 {
            *started = SimTime(35);
        }
        // It ends as much later, so that it does its work.
        for entry in &mut s[end..=end + 1] {
            entry.0 = SimTime(2035);
        }
        relive(s, 1, |life| {
            (life.brokered, life.staged, life.started) = (Some(SimTime(35)), Some(SimTime(35)), Some(SimTime(35)));
            (life.ended, life.delivered) = (Some(SimTime(2035)), Some(SimTime(2035)));
        });
    }),
];

/// b asks for three tasks, which are put on one node of two tasks' cores.
fn three_tasks_on_a_node(stream: &mut Stream) {
    let (three, nodes) = (leak(job(1, 30, 3, false)), allocation(0, 1, 3, 0));
    for (_, record) in stream.iter_mut() {
        match record {
            Record::Submitted { job } | Record::Brokered { job, .. } | Record::Queued { job, .. }
                if job.request.number.0 == 1 =>
            {
                *job = three;
            }
            Record::Started { job, allocation, held, .. } | Record::Ended { job, allocation, held, .. }
                if job.request.number.0 == 1 =>
            {
                (*job, *allocation, *held) = (three, nodes, three.request.task.times(3));
            }
            _ => {}
        }
    }
}

#[test]
fn the_stream_as_it_is_breaks_nothing() {
    audit(&stream()).expect("nothing is broken");
}

#[test]
fn each_corruption_is_caught_by_its_name() {
    let mut wrong = Vec::new();
    for (index, (name, corrupt)) in CORRUPTIONS.iter().enumerate() {
        let mut stream = stream();
        corrupt(&mut stream);
        match audit(&stream) {
            Err(violation) if violation.invariant == *name => {}
            Err(violation) => wrong.push(format!("corruption {index} of {name}: {violation}")),
            Ok(_) => wrong.push(format!("corruption {index} of {name} was not seen")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let names: BTreeSet<&str> = CORRUPTIONS.iter().map(|(name, _)| *name).collect();
    let all: BTreeSet<&str> = INVARIANTS
        .into_iter()
        // Those of summaries and services have tests of their own.
        .filter(|name| !name.starts_with("summary-") && !name.starts_with("service-"))
        .collect();
    assert_eq!(names, all, "each invariant has a corruption");
}

#[test]
fn the_table_of_the_documentation_names_all_invariants() {
    let documented: Vec<&str> = include_str!("mod.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("//! | `")?.split_once('`').map(|(name, _)| name))
        .collect();
    assert_eq!(documented, INVARIANTS);
}

#[test]
fn an_instant_is_judged_when_it_is_over() {
    // The room of b is given to another job before b's end is told, within the same instant.
    let mut crowded = stream();
    let mut d = job(3, 2030, 2, false);
    d.truth.work = Work::Time(SimDuration(990));
    let d = leak(d);
    let (nodes, held) = (allocation(0, 1, 2, 0), d.request.task.times(2));
    let at = place(&crowded, |r| matches!(r, Record::Ended { .. }));
    let records = [
        Record::Submitted { job: d },
        Record::Brokered { job: d, pool: EAST },
        Record::Queued { job: d, pool: EAST },
        Record::Started { job: d, pool: EAST, allocation: nodes, held },
    ];
    crowded.splice(at..at, records.map(|record| (SimTime(2030), record)));
    let end = Record::Ended { job: d, pool: EAST, allocation: nodes, held, started: SimTime(2030) };
    let moment = Some(SimTime(2030));
    let life = Life {
        pool: Some(EAST),
        brokered: moment,
        staged: moment,
        started: moment,
        ended: Some(SimTime(3020)),
        delivered: Some(SimTime(3020)),
        attempt: 1,
        ran: SimDuration(990),
        ..Life::default()
    };
    let over = place(&crowded, |r| matches!(r, Record::Ended { job, .. } if job.request.number.0 == 0));
    crowded.splice(over..over, [end, finished(d, life, Outcome::Completed)].map(|record| (SimTime(3020), record)));
    audit(&crowded).expect("b has gone when the instant is over");
    // A nanosecond later, it has not.
    for entry in &mut crowded[at + 4..at + 6] {
        entry.0 = SimTime(2031);
    }
    relive(&mut crowded, 1, |life| (life.ended, life.delivered) = (Some(SimTime(2031)), Some(SimTime(2031))));
    assert_eq!(audit(&crowded).expect_err("two jobs on one node").invariant, "node-capacity");
}

#[test]
fn jobs_and_flows_may_be_under_way_when_the_run_ends() {
    // The run is cut at 520 ns: half of a's input is carried, b runs.
    let mut cut = stream();
    cut.truncate(13);
    let told = |number: u64| {
        let at = place(&cut, |r| is_submit(r, number));
        let Record::Submitted { job } = cut[at].1 else { unreachable!("found above") };
        job
    };
    let life_a = Life { pool: Some(WEST), brokered: Some(SimTime(10)), ..Life::default() };
    let moment = Some(SimTime(30));
    let life_b =
        Life { pool: Some(EAST), brokered: moment, staged: moment, started: moment, attempt: 1, ..Life::default() };
    let records = [
        finished(told(0), life_a, Outcome::Unfinished),
        finished(told(1), life_b, Outcome::Unfinished),
        Record::RunEnded,
    ];
    cut.extend(records.map(|record| (SimTime(520), record)));
    audit(&cut).expect("nothing is broken");
    // Rates that carried more than the flow has.
    let at = place(&cut, |r| matches!(r, Record::RunEnded));
    for entry in &mut cut[at - 2..] {
        entry.0 = SimTime(2000);
    }
    assert_eq!(audit(&cut).expect_err("1980 bytes of 1000").invariant, "lane-bytes");
}

#[test]
fn ranges_follow_what_is_held_not_how_many_nodes_there_are() {
    let platform = platform();
    let node = NodeShape { cores_milli: 4000, memory: 16, cards: 0, accelerator: None };
    let (mut book, request) = (PoolBook::default(), job(0, 0, 1, false).request);
    let held = Totals::default();
    book.take(allocation(0, 27_000_000, 1, 0), &request, &node, &held);
    assert_eq!(book.range_count(), 1);
    for round in 0..50 {
        book.take(allocation(round * 1000, 30, 1, 0), &request, &node, &held);
    }
    assert_eq!(book.range_count(), 1 + 50 * 2 - 1, "0..30 is the first range, then a gap and thirty nodes each");
    for round in 0..50 {
        book.give_back(allocation(round * 1000, 30, 1, 0), &request, &held);
    }
    assert_eq!(book.range_count(), 1);
    assert_eq!(book.busy(), 27_000_000);
    book.give_back(allocation(0, 27_000_000, 1, 0), &request, &held);
    assert_eq!(book.range_count(), 0);
    book.settle(SimTime(0), &platform.pools[0], EAST).expect("nothing held, nothing open");
}

/// Small parts are kept node by node, large ones as ranges: against a plain count for each node.
#[test]
fn small_and_large_parts_together_are_as_a_count_for_each_node() {
    let mut platform = platform();
    let pool = &mut Arc::get_mut(&mut platform).expect("nobody else has it").pools[0];
    (pool.nodes, pool.nodes_max) = (300, 300);
    let (pool, request) = (&platform.pools[0], job(0, 0, 1, false).request);
    let tasks_max = pool.node.cores_milli / request.task.cores_milli;
    let (mut book, mut counts, mut held) = (PoolBook::default(), vec![0u32; 300], Vec::new());
    let mut state = 1u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    book.set_nodes(SimTime(0), pool, 300, 0).expect("300 of 300");
    let (mut full, nothing) = (0, Totals::default());
    for _ in 0..2_000 {
        if held.len() < 12 && random(2) == 0 {
            let count = 1 + if random(2) == 0 { random(4) } else { random(60) };
            let first = random(300 - count);
            book.take(allocation(first, count, 1, 0), &request, &pool.node, &nothing);
            held.push((first, count));
        } else if !held.is_empty() {
            let (first, count) = held.swap_remove(random(held.len() as u64) as usize);
            book.give_back(allocation(first, count, 1, 0), &request, &nothing);
        }
        counts.fill(0);
        for (first, count) in &held {
            counts[*first as usize..(first + count) as usize].iter_mut().for_each(|count| *count += 1);
        }
        assert_eq!(book.busy(), counts.iter().filter(|count| **count > 0).count() as u64);
        let over = counts.iter().any(|count| *count > tasks_max);
        full += u32::from(over);
        let judged = book.clone().settle(SimTime(0), pool, EAST);
        assert_eq!(judged.err().map(|violation| violation.invariant), over.then_some("node-capacity"));
    }
    assert!(full > 100, "{full} states with more tasks on a node than fit");
    held.drain(..).for_each(|(first, count)| book.give_back(allocation(first, count, 1, 0), &request, &nothing));
    assert_eq!((book.busy(), book.range_count()), (0, 0));
}

/// Worked by hand over 0 to 3520 ns. East: idle 100 W x 2 nodes; b holds 4 of 8 cores for 2000 ns: 200 W x 2000 ns. West: idle
/// 100 W x 4 nodes; a holds one card of each of two nodes for 2000 ns: 2 x 100 W; the closed node is half busy: 100 W x 3520 ns.
#[test]
fn figures_are_worked_by_hand() {
    let auditor = audit(&stream()).expect("nothing is broken");
    let figures = auditor.figures();
    let east = (2.0 * 100.0 * 3520.0 + 200.0 * 2000.0) * 1.5;
    let west = (4.0 * 100.0 * 3520.0 + 2.0 * 100.0 * 2000.0 + 100.0 * 3520.0) * 1.2;
    let near = |is: f64, should: f64| assert!((is / should - 1.0).abs() < 1e-12, "{is} for {should}");
    near(figures.centers[0].1, east * 1e-9 / 3.6e6);
    near(figures.centers[1].1, west * 1e-9 / 3.6e6);
    near(figures.energy_kwh, (east + west) * 1e-9 / 3.6e6);
    // 4 of 8 cores and 2 of 6 cards for 2000 of 3520 ns.
    near(figures.centers[0].0.expect("cores"), 0.5 * 2000.0 / 3520.0);
    near(figures.centers[1].0.expect("cards"), 2.0 / 6.0 * 2000.0 / 3520.0);
    near(figures.utilization.expect("both"), 6.0 / 14.0 * 2000.0 / 3520.0);
    // a waits 1010 ns, b not at all, c does not start.
    near(figures.wait_mean_s.expect("two started"), 505e-9);
    assert_eq!((figures.jobs, figures.completed, figures.rejected), (3, 2, [0, 1, 0, 0, 0, 0]));
    auditor.check(&figures).expect("its own figures");
    // The metrics come to the same.
    let mut metrics = crate::observe::Metrics::new(platform());
    for (now, record) in stream() {
        metrics.record(now, &record).expect("nothing is broken");
    }
    let summary = metrics.summary(SimTime(3520));
    auditor.compare(&summary).expect("the same figures");
    let other = crate::observe::Summary { energy_kwh: summary.energy_kwh * 1.01, ..summary };
    assert_eq!(auditor.compare(&other).expect_err("more energy").invariant, "summary-energy");
}

#[test]
fn a_window_leaves_out_what_was_before_it() {
    // It opens at 2000 ns: of the jobs, none was submitted in it; of the runs, 30 and 1020 ns are left.
    let mut warm = stream();
    let at = place(&warm, |r| matches!(r, Record::Ended { .. }));
    warm.insert(at, (SimTime(2000), Record::WindowOpened));
    let mut auditor = audit(&warm).expect("nothing is broken");
    auditor.finish(SimTime(4000)).expect("a later end");
    let figures = auditor.figures();
    assert_eq!((figures.completed, figures.wait_mean_s), (0, None));
    let near = |is: f64, should: f64| assert!((is / should - 1.0).abs() < 1e-12, "{is} for {should}");
    near(figures.centers[0].0.expect("cores"), 0.5 * 30.0 / 2000.0);
    near(figures.centers[1].0.expect("cards"), 2.0 / 6.0 * 1020.0 / 2000.0);
    near(figures.centers[0].1, (2.0 * 100.0 * 2000.0 + 200.0 * 30.0) * 1.5 * 1e-9 / 3.6e6);
    assert_eq!(auditor.finish(SimTime(3000)).expect_err("before the run's end").invariant, "run-end");
}

#[test]
fn figures_that_differ_are_caught_by_their_names() {
    let auditor = audit(&stream()).expect("nothing is broken");
    let own = auditor.figures();
    let caught = |change: fn(&mut super::Figures)| {
        let mut other = own.clone();
        change(&mut other);
        auditor.check(&other).expect_err("it differs").invariant
    };
    let names = [
        caught(|f| f.completed += 1),
        caught(|f| f.rejected = [1, 0, 0, 0, 0, 0]),
        caught(|f| f.wait_mean_s = f.wait_mean_s.map(|wait| wait * (1.0 + 1e-8))),
        caught(|f| f.utilization = None),
        caught(|f| f.centers[0].0 = f.centers[1].0),
        caught(|f| f.energy_kwh *= 1.0 - 1e-8),
        caught(|f| f.centers[1].1 *= 1.0 + 1e-8),
    ];
    let mut distinct = names.to_vec();
    distinct.dedup();
    // That of services is tried where there is one.
    let all = INVARIANTS.into_iter().filter(|name| name.starts_with("summary-") && *name != "summary-services");
    assert_eq!(distinct, all.collect::<Vec<_>>());
}

#[test]
fn what_does_not_exist_is_passed_over_ahead_of_its_record() {
    let auditor = Auditor::new(platform());
    let mut job = crate::observe::sample::job(1, SimTime(0));
    job.slot = JobSlot(99);
    let (pool, allocation, held, flow) = (PoolId(99), &Allocation::default(), Totals::default(), FlowKey(u64::MAX));
    let lanes: Arc<[LaneId]> = [LaneId(999)].into();
    let (from, to, bytes) = (SiteId(0), SiteId(99), Bytes(1));
    auditor.ahead(&Record::Submitted { job: &job });
    auditor.ahead(&Record::Started { job: &job, pool, allocation, held });
    auditor.ahead(&Record::Ended { job: &job, pool, allocation, held, started: SimTime(0) });
    auditor.ahead(&Record::FlowStarted { flow, job: &job, from, to, lanes: &lanes, bytes });
    auditor.ahead(&Record::FlowEnded { flow });
}
