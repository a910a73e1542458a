//! Record streams written by hand, for the tests of everything that listens.

use super::{Life, Observer, Record};
use crate::model::{
    Allocation, AllocationPart, CARDS_MAX, Center, CenterId, Class, ClassId, ClassKind, Constraint, ConstraintId,
    Input, Job, JobName, JobNumber, JobSlot, LaneId, Link, NodeShape, Outcome, Platform, Pool, PoolId, PowerWeights,
    Rates, Request, Side, Site, SiteId, SiteKind, TaskShape, TenantGroup, TenantId, Tenants, Totals, Truth, Work,
};
use crate::network::FlowKey;
use crate::signals::Series;
use crate::units::{BitsPerSec, Bytes, Power, SimDuration, SimTime, TransferPrice};
use std::sync::Arc;

pub(crate) const BEIJING: PoolId = PoolId(0);
pub(crate) const HORINGER: PoolId = PoolId(1);
/// All four cores of a node.
pub(crate) const FOUR: Totals = Totals { cores_milli: 4000, memory: 0, accelerators_milli: 0 };
pub(crate) const LINK: f64 = 1e10;

/// A record and its instant. What it refers to lives as long as the tests.
pub(crate) type Story = Vec<(SimTime, Record<'static>)>;

pub(crate) fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Milliseconds.
pub(crate) const fn ms(milliseconds: u64) -> SimTime {
    SimTime(milliseconds * 1_000_000)
}

pub(crate) const fn s(seconds: u64) -> SimTime {
    SimTime::from_secs(seconds)
}

/// The platform of two-centers.toml, with Beijing in the east and Horinger in the west.
pub(crate) fn platform() -> Platform {
    let site = |name: &str, center: u32, side| Site {
        name: name.to_owned(),
        kind: SiteKind::Center(CenterId(center)),
        side: Some(side),
        province: None,
        place: None,
    };
    let center = |name: &str, id: u32, side, pue, tariff, carbon| Center {
        name: name.to_owned(),
        site: SiteId(id),
        tier: None,
        side: Some(side),
        province: None,
        hub: None,
        operator: None,
        racks: None,
        racks_occupied: None,
        pue: Series::constant(pue),
        tariff: Series::constant(tariff),
        carbon: Series::constant(carbon),
        green_share_ppm: 0,
        storage: None,
        labels: Default::default(),
        pools: id..id + 1,
    };
    let node = NodeShape { cores_milli: 4000, memory: 16 << 30, cards: 0, accelerator: None };
    let pool = |center: u32, nodes: u64| Pool {
        name: "cpu".to_owned(),
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
        closed_load: Series::constant(0),
    };
    Platform {
        sites: vec![site("beijing", 0, Side::East), site("horinger", 1, Side::West)],
        centers: vec![
            center("beijing", 0, Side::East, 15_000, 800_000, 500_000),
            center("horinger", 1, Side::West, 12_000, 400_000, 700_000),
        ],
        pools: vec![pool(0, 1), pool(1, 2)],
        links: vec![Link {
            name: "beijing-horinger".to_owned(),
            between: [SiteId(0), SiteId(1)],
            latency: SimDuration(8_000_000),
            bandwidth: BitsPerSec(10_000_000_000),
            price: TransferPrice(100_000),
            background: Series::constant(0),
            kind: None,
            cables: 1,
        }],
        classes: vec![Class { name: "job".to_owned(), kind: ClassKind::Batch }],
        tenants: Tenants {
            groups: vec![TenantGroup { name: "one".to_owned(), first: TenantId(0), count: 1, weight: 1.0 }],
        },
        constraints: vec![Constraint { pools: vec![BEIJING, HORINGER] }],
        ..Platform::default()
    }
}

/// A job of four cores for an hour.
pub(crate) fn job(number: u64, submit: SimTime) -> Job {
    Job {
        name: Some(JobName::from(["a", "b", "c", "d"][number as usize % 4])),
        ordinal: number,
        slot: JobSlot(number as u32),
        request: Request {
            number: JobNumber(number),
            class: ClassId(0),
            tenant: TenantId(0),
            origin: SiteId(0),
            submit,
            tasks: 1,
            task: TaskShape { cores_milli: 4000, memory: 0, accelerators_milli: 0, accelerator: None },
            requested: Work::Time(SimDuration::HOUR),
            input: Input::None,
            output: Bytes::ZERO,
            output_to: None,
            deadline: None,
            priority: 0,
            round_trip: None,
            constraint: ConstraintId(0),
            flex: None,
        },
        truth: Truth { work: Work::Time(SimDuration::HOUR) },
    }
}

/// Nodes and bandwidth at the start.
pub(crate) fn opening() -> Story {
    let capacity = |lane| Record::LaneCapacity { lane: LaneId(lane), bandwidth: LINK, offered: LINK };
    vec![
        (s(0), Record::PoolNodes { pool: BEIJING, open: 1, closed: 0 }),
        (s(0), Record::PoolNodes { pool: HORINGER, open: 2, closed: 0 }),
        (s(0), capacity(0)),
        (s(0), capacity(1)),
    ]
}

/// The records of one job that runs on one node of a pool.
pub(crate) fn run(story: &mut Story, job: &'static Job, pool: PoolId, staged: SimTime, start: SimTime, end: SimTime) {
    let submit = job.request.submit;
    let part = AllocationPart { first: 0, count: 1, tasks_per_node: 1, cards: [0; CARDS_MAX] };
    let allocation = leak(Allocation { parts: vec![part].into() });
    let bytes = match job.request.input {
        Input::From(_, bytes) => bytes,
        _ => Bytes::ZERO,
    };
    let life = leak(Life {
        pool: Some(pool),
        brokered: Some(submit),
        staged: Some(staged),
        started: Some(start),
        ended: Some(end),
        delivered: Some(end),
        staged_bytes: bytes,
        transfer_micro_cny: bytes.0 / 10_000,
        nodes: 1,
        tasks: 1,
        attempt: 1,
        ran: end.since(start),
        ..Life::default()
    });
    story.extend([
        (submit, Record::Submitted { job }),
        (submit, Record::Brokered { job, pool }),
        (staged, Record::Queued { job, pool }),
        (start, Record::Started { job, pool, allocation, held: FOUR }),
        (end, Record::Ended { job, pool, allocation, held: FOUR, started: start }),
        (end, Record::Finished { job, life, outcome: Outcome::Completed }),
    ]);
}

/// Puts a story in order of time; what is told first of an instant stays first, but nodes are released before they are asked for.
pub(crate) fn in_order(mut story: Story) -> Story {
    let class = |record: &Record<'_>| match record {
        Record::WindowOpened | Record::PoolNodes { .. } => 0,
        Record::Ended { .. } | Record::FlowEnded { .. } => 1,
        _ => 2,
    };
    story.sort_by_key(|(at, record)| (*at, class(record)));
    story
}

/// Stack `stay` of two-centers.md.
pub(crate) fn stay() -> Story {
    let mut story = opening();
    for (number, submit, start) in [(0, 0, 0), (1, 10, 3600), (2, 20, 7200)] {
        let job = leak(job(number, s(submit)));
        run(&mut story, job, BEIJING, s(submit), s(start), s(start + 3600));
    }
    in_order(story)
}

/// Stack `west` of two-centers.md.
pub(crate) fn west() -> Story {
    let mut story = opening();
    let size = Bytes(125_000_000_000);
    run(&mut story, leak(job(0, s(0))), HORINGER, s(0), s(0), s(3600));
    let flows = [(1, s(10), ms(200_008), ms(200_008)), (2, s(20), ms(210_008), s(3600))];
    for (number, submit, staged, start) in flows {
        let mut job = job(number, submit);
        job.request.input = Input::From(SiteId(0), size);
        let job = leak(job);
        run(&mut story, job, HORINGER, staged, start, start + SimDuration::HOUR);
        let flow = FlowKey(number);
        story.push((
            submit + SimDuration(8_000_000),
            Record::FlowStarted {
                flow,
                job,
                from: SiteId(0),
                to: SiteId(1),
                lanes: leak(Arc::new([LaneId(0)])),
                bytes: size,
            },
        ));
        story.push((staged, Record::FlowEnded { flow }));
    }
    let rate = |at, rate, flows| (at, Record::LaneRate { lane: LaneId(0), rate, flows });
    story.extend([
        rate(ms(10_008), LINK, 1),
        rate(ms(20_008), LINK, 2),
        rate(ms(200_008), LINK, 1),
        rate(ms(210_008), 0.0, 0),
    ]);
    in_order(story)
}

/// Tells a story to an observer.
pub(crate) fn tell(observer: &mut dyn Observer, story: &[(SimTime, Record<'static>)]) {
    for (at, record) in story {
        observer.record(*at, record).expect("no violation");
    }
}
