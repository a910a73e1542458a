//! Power by cores and accelerators, and what is attributed of it.

use super::*;
use crate::model::{Allocation, AllocationPart, CARDS_MAX, Class, ClassKind, NodeShape, PowerWeights, Totals};
use crate::observe::Summary;
use crate::observe::Timeline;
use crate::observe::sample::{BEIJING, Story, job, leak, platform, s, tell};
use crate::units::SimDuration;
use proptest::prelude::*;

const fn held(cores: u64, cards_milli: u64) -> Totals {
    Totals { cores_milli: cores * 1000, memory: 0, accelerators_milli: cards_milli }
}

/// Beijing with nodes of 16 cores and 4 accelerators that take 100 W idle and 300 W at peak (PUE 1.5, 0.8 CNY/kWh).
fn with_cards(power_cores_ppm: u32) -> Platform {
    let mut platform = platform();
    let pool = &mut platform.pools[BEIJING.index()];
    pool.node = NodeShape { cores_milli: 16_000, memory: u64::MAX, cards: 4, accelerator: None };
    pool.power_weights = PowerWeights::new(&pool.node, power_cores_ppm);
    platform.classes.push(Class { name: "other".to_owned(), kind: ClassKind::Batch });
    platform
}

/// One node; each job of (class, what it holds, start, end) runs on it.
fn story(jobs: &[(u32, Totals, u64, u64)]) -> Story {
    let mut story = vec![(s(0), Record::PoolNodes { pool: BEIJING, open: 1, closed: 0 })];
    for (number, (class, held, start, end)) in jobs.iter().enumerate() {
        let mut job = job(number as u64, s(*start));
        job.request.class = ClassId(*class);
        let (job, held) = (leak(job), *held);
        let part = AllocationPart { first: 0, count: 1, tasks_per_node: 1, cards: [0; CARDS_MAX] };
        let allocation = leak(Allocation { parts: vec![part].into() });
        story.push((s(*start), Record::Queued { job, pool: BEIJING }));
        story.push((s(*start), Record::Started { job, pool: BEIJING, allocation, held }));
        story.push((s(*end), Record::Ended { job, pool: BEIJING, allocation, held, started: s(*start) }));
    }
    story.sort_by_key(|(at, _)| *at);
    story
}

fn summary(power_cores_ppm: u32, jobs: &[(u32, Totals, u64, u64)], end: u64) -> Summary {
    let mut metrics = Metrics::new(Arc::new(with_cards(power_cores_ppm)));
    tell(&mut metrics, &story(jobs));
    metrics.summary(s(end))
}

fn near(found: f64, wanted: f64) {
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

#[test]
fn cards_and_cores_both_draw_power() {
    // One card of four and 4 cores of 16: u = 0.8 × 1/4 + 0.2 × 4/16 = 0.25. The node draws 100 W + 200 W × 0.25; charged are 300 W × 0.25.
    let one = summary(200_000, &[(0, held(4, 1000), 0, 3600)], 3600);
    near(one.it_energy_kwh, 0.15);
    near(one.energy_kwh, 0.225);
    near(one.caused_energy_kwh, 0.075 * 1.5);
    near(one.caused_energy_cost_cny, 0.075 * 1.5 * 0.8);
    // The cores alone, which the headline resource does not see: u = 0.2 × 8/16 = 0.1.
    let cores = summary(200_000, &[(0, held(8, 0), 0, 3600)], 3600);
    near(cores.it_energy_kwh, 0.12);
    near(cores.caused_energy_kwh, 0.03 * 1.5);
    near(cores.utilization.expect("open nodes"), 0.0);
    near(cores.cores_utilization.expect("open nodes"), 0.5);
    near(cores.dominant_share.expect("open nodes"), 0.5);
    // Another weight: all by cards, all by cores.
    near(summary(0, &[(0, held(8, 1000), 0, 3600)], 3600).it_energy_kwh, 0.15);
    near(summary(1_000_000, &[(0, held(8, 1000), 0, 3600)], 3600).it_energy_kwh, 0.2);
    // A full node draws its peak, and all of it is attributed.
    let full = summary(137_000, &[(0, held(10, 1500), 0, 3600), (1, held(6, 2500), 0, 3600)], 3600);
    near(full.it_energy_kwh, 0.3);
    near(full.caused_energy_kwh, 0.45);
}

#[test]
fn a_neighbor_changes_nothing_in_what_is_attributed() {
    let alone = summary(200_000, &[(0, held(4, 1000), 100, 900)], 3600);
    let together = summary(200_000, &[(0, held(4, 1000), 100, 900), (1, held(12, 3000), 500, 3000)], 3600);
    assert_eq!(
        alone.classes[0].caused_energy_kwh.to_bits(),
        together.classes[0].caused_energy_kwh.to_bits(),
        "the class alone on its node"
    );
}

#[test]
fn memory_without_bound_has_no_share() {
    let demand = Totals { memory: 1 << 40, ..held(4, 1000) };
    let summary = summary(200_000, &[(0, demand, 0, 3600)], 3600);
    assert_eq!(summary.pools[0].memory_utilization, None);
    near(summary.pools[0].dominant_share.expect("open nodes"), 0.25);
}

proptest! {
    /// Whatever runs together: the classes add up to the run, the run to the formula, and no more is attributed than the node draws
    /// with everything in use. The timeline has the same energy.
    #[test]
    fn what_is_attributed_adds_up(
        ppm in 0..1_000_001u32,
        jobs in prop::collection::vec((0..2u32, 0..5u64, 0..1334u64, 0..3000u64, 1..3000u64), 0..3),
    ) {
        // At most 3 × 4 of 16 cores and 3 × 1.333 of 4 cards.
        let jobs: Vec<_> = jobs.into_iter().map(|(class, cores, cards, from, span)| (class, held(cores, cards), from, from + span)).collect();
        let summary = summary(ppm, &jobs, 6000);
        let share = f64::from(ppm) / 1e6;
        let used: f64 = jobs.iter().map(|(_, held, from, to)| {
            let (cores, cards) = (held.cores_milli as f64 / 16_000.0, held.accelerators_milli as f64 / 4000.0);
            ((1.0 - share) * cards + share * cores) * (to - from) as f64 / 3600.0
        }).sum();
        let hours = 6000.0 / 3600.0;
        let close = |found: f64, wanted: f64| (found - wanted).abs() <= 1e-9 * wanted.max(1.0);
        prop_assert!(close(summary.it_energy_kwh, 0.1 * hours + 0.2 * used));
        prop_assert!(close(summary.caused_energy_kwh, 0.3 * used * 1.5));
        let classes: f64 = summary.classes.iter().map(|class| class.caused_energy_kwh).sum();
        prop_assert!(close(classes, summary.caused_energy_kwh));
        prop_assert!(summary.caused_energy_kwh <= 0.3 * hours * 1.5 + 1e-9);
        let mut timeline = Timeline::new(Arc::new(with_cards(ppm)), SimDuration::from_secs(500));
        tell(&mut timeline, &story(&jobs));
        let drawn: f64 = timeline.rows(s(6000)).filter(|row| row.name == "beijing").filter_map(|row| row.power_mean_kw).sum();
        prop_assert!(close(drawn * 500.0 / 3600.0, summary.centers[0].energy_kwh));
    }
}
