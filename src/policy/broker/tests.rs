//! Every broker differs from every other: a world made to tell them apart, and who sends which job where, and why.

use super::fixture::{Spot, World, spot};
use crate::model::{Input, Request, Side};
use crate::policy::registry::BrokerSpec;
use crate::rng::Streams;
use crate::signals::Series;

/// Seven centers:
///
/// | center | side | leg | wait | free | speed | CNY/kWh | g/kWh |
/// |---|---|---|---|---|---|---|---|
/// | beijing | east | 1 ms | 1200 s | 0 | 1 | 0.80 | 600 |
/// | chengdu | west | 18 ms | 0 | 4 | 1 | 0.60 | 140 |
/// | guiyang | west | 20 ms | 0 | 3 | 1 | 0.36 | 500 |
/// | hefei | east | 6 ms | 0 | 5 | 2 | 0.90 | 560 |
/// | langfang | east | 2 ms | 0 | 1 | 1 | 0.78 | 600 |
/// | qingyang | west | 16 ms | 0 | 9 | 1 | 0.46 | 480 |
/// | tianjin | east | 5 ms | 0 | 8 | 1 | 0.50 | 300 |
fn world() -> World {
    let at = |name, side, leg_ms, wait_s, free, speed, fen, carbon| Spot {
        side,
        leg_ms: Some(leg_ms),
        wait_s,
        free,
        speed,
        tariff: Series::constant(fen),
        carbon,
        ..spot(name)
    };
    World::new(&[
        at("beijing", Side::East, 1, 1200, 0, 1.0, 80, 600),
        at("chengdu", Side::West, 18, 0, 4, 1.0, 60, 140),
        at("guiyang", Side::West, 20, 0, 3, 1.0, 36, 500),
        at("hefei", Side::East, 6, 0, 5, 2.0, 90, 560),
        at("langfang", Side::East, 2, 0, 1, 1.0, 78, 600),
        at("qingyang", Side::West, 16, 0, 9, 1.0, 46, 480),
        at("tianjin", Side::East, 5, 0, 8, 1.0, 50, 300),
    ])
}

/// What each broker does with three jobs of one core and one hour, asked in this order:
///
/// - `plain`: batch, of the user, without data;
/// - `data`: batch, of the user, with a dataset of 2 TB at guiyang (1600 s over a leg of 10 Gbps);
/// - `chat`: interactive, of hefei, without data.
const TABLE: [(&str, &str, [&str; 3], &str); 13] = [
    ("fixed", r#"{"center":"beijing"}"#, ["beijing", "beijing", "beijing"], "told to"),
    (
        "home-first",
        "{}",
        ["langfang", "langfang", "hefei"],
        "beijing is nearest but queues; langfang is next and has a core; hefei is at home and has five",
    ),
    ("round-robin", "{}", ["beijing", "chengdu", "guiyang"], "the first three by name"),
    ("random", "{}", ["guiyang", "beijing", "hefei"], "draws 0.307, 0.103, 0.431 of jobs 0, 1, 2, times 7: 2, 0, 3"),
    ("nearest", "{}", ["beijing", "beijing", "hefei"], "2 ms round trip to beijing, 0 ms to hefei"),
    ("least-loaded", "{}", ["qingyang", "qingyang", "qingyang"], "no wait and nine of ten cores free"),
    (
        "power-of-two-choices",
        "{}",
        ["tianjin", "qingyang", "hefei"],
        "drawn: guiyang and tianjin, beijing and qingyang, hefei and langfang; the one with more free",
    ),
    (
        "cheapest",
        "{}",
        ["guiyang", "guiyang", "guiyang"],
        "0.1 kWh x 0.36 = 0.036 CNY; hefei, twice as fast, 0.05 x 0.90 = 0.045",
    ),
    ("lowest-carbon", "{}", ["chengdu", "chengdu", "chengdu"], "0.1 kWh x 140 g = 14 g; hefei 0.05 x 560 = 28 g"),
    ("least-transfer", "{}", ["beijing", "guiyang", "hefei"], "nothing to move: nearest; the dataset is at guiyang"),
    (
        "earliest-completion",
        "{}",
        ["hefei", "hefei", "hefei"],
        "30 min; with the data 1600 s of staging + 1800 s < 3600 s at guiyang, which has them",
    ),
    (
        "edwc-doctrine",
        "{}",
        ["chengdu", "guiyang", "hefei"],
        "west: 1 h at each, first by id; 1 h at guiyang before 1 h and staging; interactive: nearest without a queue",
    ),
    (
        "weighted",
        "{}",
        ["tianjin", "tianjin", "hefei"],
        "plain: cost 14/44 + carbon 16/46 + latency 8/38 + load 1/9 = 0.99 at tianjin, next hefei 1.22; data: all but guiyang (2.45) \
         have 1 more; chat: 9/44 + 14/46 + 0 + 4/9 = 0.95 at hefei, 14/44 + 16/46 + 22/52 + 1/9 = 1.20 at tianjin",
    ),
];

fn broker(name: &str, parameters: &str) -> BrokerSpec {
    serde_json::from_str(&format!("{{\"{name}\":{parameters}}}")).expect(name)
}

#[test]
fn every_broker_differs_from_every_other() {
    let mut world = world();
    let dataset = world.dataset(2000, &["guiyang"]);
    let jobs = [
        world.job(0),
        Request { input: Input::Dataset(dataset), ..world.job(1) },
        Request { class: world.class("interactive"), origin: world.site("hefei"), ..world.job(2) },
    ];
    for (name, parameters, expected, why) in TABLE {
        let mut broker = broker(name, parameters).build(&world.platform, &Streams::new(1, 0)).unwrap();
        let chosen = jobs.each_ref().map(|job| world.ask(broker.as_mut(), job).unwrap());
        assert_eq!(chosen, expected, "{name}: {why}");
    }
    for (at, (name, _, choices, _)) in TABLE.iter().enumerate() {
        for (other, _, others, _) in &TABLE[at + 1..] {
            assert_ne!(choices, others, "{name} and {other} send every job alike");
        }
    }
}

#[test]
fn what_every_broker_chooses_is_first_in_its_reasons_and_every_pool_is_accounted_for() {
    let mut world = world();
    let dataset = world.dataset(2000, &["guiyang"]);
    let some = world.constraint(&["beijing", "guiyang", "tianjin"]);
    let (hour, class) = (crate::units::SimDuration(super::fixture::HOUR), world.class("interactive"));
    let jobs = [
        world.job(0),
        Request { input: Input::Dataset(dataset), ..world.job(1) },
        Request { class, origin: world.site("hefei"), ..world.job(2) },
        Request { constraint: some, ..world.job(3) },
        Request { round_trip: Some(crate::units::SimDuration(12 * super::fixture::MS)), ..world.job(4) },
        Request { tasks: 11, ..world.job(5) },
        Request { input: Input::From(world.site("user"), crate::units::Bytes(7)), deadline: None, ..world.job(6) },
        Request { output: crate::units::Bytes(5), output_to: Some(world.site("user")), ..world.job(7) },
    ];
    let delayed = format!("{{\"max-delay\":\"{} s\"}}", hour.0 / 2_000_000_000);
    let more = [("lowest-carbon", delayed.as_str()), ("weighted", r#"{"wait":1.0,"cost":0.5,"require":[]}"#)];
    let all = TABLE.iter().map(|(name, parameters, ..)| (*name, *parameters)).chain(more);
    for (name, parameters) in all {
        let mut broker = broker(name, parameters).build(&world.platform, &Streams::new(1, 0)).unwrap();
        let mut placed = 0;
        for job in &jobs {
            let reasons = broker.reasons(job, &world.view());
            let chosen = match broker.decide(job, &world.view()) {
                super::Decision::Place(placement) => Some(placement.pool),
                _ => None,
            };
            placed += u32::from(chosen.is_some());
            assert_eq!(reasons.scored.first().map(|scored| scored.pool), chosen, "{name}, job {:?}", job.number);
            let removed: u64 = reasons.removed.iter().map(|removed| removed.pools).sum();
            assert_eq!((reasons.pools, reasons.centers), (7, 7));
            assert_eq!(removed + reasons.scored.len() as u64, reasons.pools, "{name}, job {:?}", job.number);
            let centers: u64 = reasons.removed.iter().map(|removed| removed.centers).sum();
            assert_eq!(centers + reasons.scored_centers, reasons.centers, "{name}, job {:?}", job.number);
            assert!(reasons.scored.iter().all(|scored| scored.values.len() == reasons.terms.len()), "{name}");
        }
        assert!(placed >= 5, "{name} placed {placed} of the jobs");
    }
}

#[test]
fn the_table_holds_every_broker() {
    let names: Vec<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    assert_eq!(names, BrokerSpec::NAMES);
}
