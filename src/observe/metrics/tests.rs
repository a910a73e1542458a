use super::*;
use crate::model::{
    CenterId, Class, ClassKind, LaneId, Outcome, RejectReason, SiteId, Storage, TenantGroup, Tier, Work,
};
use crate::network::FlowKey;
use crate::observe::Summary;
use crate::observe::sample::{
    BEIJING, FOUR, HORINGER, Story, in_order, job, leak, ms, opening, platform, run, s, stay, tell, west,
};
use crate::signals::Series;
use crate::units::{Bytes, SimDuration};

fn told(platform: Platform, story: &Story) -> Metrics {
    let mut metrics = Metrics::new(Arc::new(platform));
    tell(&mut metrics, story);
    metrics
}

fn near(found: Option<f64>, wanted: f64) {
    let found = found.expect("a value");
    assert!((found - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{found} is not {wanted}");
}

/// The bytes of a JSON number tell whether a figure is the very one.
fn exactly(found: impl serde::Serialize, wanted: &str) {
    assert_eq!(serde_json::to_string(&found).expect("a number"), wanted);
}

#[test]
fn two_centers_under_stay() {
    // All figures are worked out in two-centers.md.
    let summary = told(platform(), &stay()).summary(s(10_800));
    exactly(summary.energy_kwh, "2.07");
    exactly(summary.energy_cost_cny, "1.368");
    exactly(summary.transfer_cost_cny, "0.0");
    exactly(summary.cost_cny, "1.368");
    exactly(summary.carbon_kg, "1.179");
    exactly(summary.carbon_market_kg, "1.179");
    near(summary.utilization, 1.0 / 3.0);
    near(summary.load, 1.0 / 3.0);
    let [beijing, horinger] = &summary.centers[..] else { panic!("two centers") };
    exactly(beijing.energy_kwh, "1.35");
    exactly(beijing.it_energy_kwh, "0.9");
    exactly(beijing.energy_cost_cny, "1.08");
    exactly(beijing.carbon_kg, "0.675");
    exactly(beijing.pue_mean, "1.5");
    exactly(beijing.utilization, "1.0");
    exactly(horinger.energy_kwh, "0.72");
    exactly(horinger.energy_cost_cny, "0.288");
    exactly(horinger.carbon_kg, "0.504");
    exactly(horinger.utilization, "0.0");
    // Waits 0, 3590, 7180 s: mean 3590; the median of three is the second, the rest the third.
    exactly(
        (summary.wait_mean_s, summary.wait_median_s, summary.wait_p95_s, summary.wait_max_s),
        "[3590.0,3590.0,7180.0,7180.0]",
    );
    exactly(summary.staging_max_s, "0.0");
    // Slowdowns over an hour's run: 1, 7190 / 3600, 10780 / 3600 = 1, 1.997222, 2.994444 (in billionths, rounded).
    near(summary.bounded_slowdown_mean, (1_000_000_000.0 + 1_997_222_222.0 + 2_994_444_444.0) / 3e9);
    // Two wait from 20 s to 3600 s, one from 10 s and to 7200 s: 10 + 2 × 3580 + 3600 job-seconds.
    near(summary.waiting_mean, (10.0 + 7160.0 + 3600.0) / 10_800.0);
    assert_eq!((summary.waiting_peak, summary.running_peak, summary.jobs, summary.completed), (2, 1, 3, 3));
    near(summary.makespan_s, 10_800.0);
    near(summary.throughput_jobs_per_h, 1.0);
    exactly((summary.east_share, summary.west_share), "[1.0,0.0]");
    exactly(summary.wan_bytes, "0.0");
    exactly(summary.link_utilization, "0.0");
    // Attributed to the jobs: all four cores at 300 W for three hours x 1.5 = 1.35 kWh, the whole of busy Beijing.
    let [class] = &summary.classes[..] else { panic!("one class") };
    exactly(class.caused_energy_kwh, "1.35");
    exactly((summary.caused_energy_kwh, summary.caused_energy_cost_cny, summary.caused_carbon_kg), "[1.35,1.08,0.675]");
    exactly(class.caused_energy_cost_cny, "1.08");
    exactly(class.caused_carbon_kg, "0.675");
    near(class.utilization, 1.0 / 3.0);
}

#[test]
fn two_centers_under_west() {
    let metrics = told(platform(), &west());
    let summary = metrics.summary(ms(7_200_000));
    exactly(summary.energy_kwh, "1.5");
    exactly(summary.energy_cost_cny, "0.72");
    exactly(summary.transfer_cost_cny, "25.0");
    exactly(summary.cost_cny, "25.72");
    exactly(summary.carbon_kg, "0.99");
    exactly(summary.utilization, "0.5");
    let [beijing, horinger] = &summary.centers[..] else { panic!("two centers") };
    exactly((beijing.energy_kwh, beijing.energy_cost_cny, beijing.carbon_kg), "[0.3,0.24,0.15]");
    exactly((horinger.energy_kwh, horinger.energy_cost_cny, horinger.carbon_kg), "[1.2,0.48,0.84]");
    exactly((beijing.utilization, horinger.utilization), "[0.0,0.75]");
    let [forth, back] = &summary.links[..] else { panic!("two directions") };
    assert_eq!((forth.from.as_str(), forth.to.as_str()), ("beijing", "horinger"));
    assert_eq!((back.from.as_str(), back.to.as_str()), ("horinger", "beijing"));
    // 2000 Gb in 7200 s of 10 Gbps.
    assert_eq!(forth.utilization.map(f64::to_bits), Some((1.0f64 / 36.0).to_bits()));
    exactly((forth.bytes, forth.carried_bytes, forth.transfer_cost_cny), "[250000000000.0,250000000000.0,25.0]");
    exactly((forth.rate_peak_bps, forth.flows, forth.flows_peak), "[10000000000.0,2,2]");
    exactly((back.utilization, back.bytes, back.rate_peak_bps), "[0.0,0.0,0.0]");
    assert_eq!(summary.link_utilization.map(f64::to_bits), Some((1.0f64 / 72.0).to_bits()));
    exactly(summary.wan_bytes, "250000000000.0");
    assert_eq!(
        summary.traffic.iter().map(|t| (&*t.from, &*t.to, t.bytes as u64)).collect::<Vec<_>>(),
        [("east", "west", 250_000_000_000)]
    );
    // Waits 0, 190.008, 3580 s. Staging 0, 190.008, 190.008. In the queue 0, 0, 3389.992.
    near(summary.wait_mean_s, (190.008 + 3580.0) / 3.0);
    exactly((summary.wait_median_s, summary.wait_max_s), "[190.008,3580.0]");
    near(summary.staging_mean_s, 2.0 * 190.008 / 3.0);
    near(summary.queue_wait_mean_s, 3389.992 / 3.0);
    near(summary.waiting_mean, 3389.992 / 7200.0);
    exactly(summary.west_share, "1.0");
    assert_eq!(summary.tenants, 1);
    exactly((&summary.top_tenants[0].tenant, summary.top_tenants[0].transfer_cost_cny), "[\"one\",25.0]");
    // 3 h of four cores.
    exactly((summary.core_h, summary.top_tenants[0].used_h, summary.top_tenants[0].used_share), "[12.0,12.0,1.0]");
    // It reads back from its own text to the last bit.
    let text = serde_json::to_string(&summary).expect("json");
    assert_eq!(serde_json::from_str::<Summary>(&text).expect("back"), summary);
    assert_eq!(metrics.summary(s(7200)), summary, "a summary changes nothing");
}

#[test]
fn idle_power_goes_on_to_the_end_of_a_common_window() {
    // `west` ends at 7200 s; until 10800 s three idle nodes draw 100 W more: 0.1 kWh x 1.5 and 0.2 kWh x 1.2.
    let summary = told(platform(), &west()).summary(s(10_800));
    near(Some(summary.energy_kwh), 1.5 + 0.15 + 0.24);
    near(summary.utilization, 10_800.0 / 32_400.0);
    near(summary.links[0].utilization, 1.0 / 54.0);
}

#[test]
fn a_window_starts_the_integrals_anew_and_counts_what_is_submitted_in_it() {
    // `stay` with a window from 5400 s, in the middle of b, and one more job rejected at 6000 s.
    let mut story = stay();
    story.push((s(5400), Record::WindowOpened));
    let late = leak(job(3, s(6000)));
    let life = leak(Life::default());
    let outcome = Outcome::Rejected(RejectReason::TooLarge);
    story.push((s(6000), Record::Submitted { job: late }));
    story.push((s(6000), Record::Finished { job: late, life, outcome }));
    let summary = told(platform(), &in_order(story)).summary(s(10_800));
    // 5400 s: Beijing 300 W x 1.5 = 0.675 kWh, Horinger 200 W x 1.2 = 0.36 kWh.
    near(Some(summary.energy_kwh), 1.035);
    near(summary.utilization, 1.0 / 3.0);
    near(Some(summary.classes[0].caused_energy_kwh), 0.675);
    // Only c waits, from 5400 s to 7200 s.
    near(summary.waiting_mean, 1800.0 / 5400.0);
    assert_eq!((summary.waiting_peak, summary.running_peak), (1, 1));
    assert_eq!((summary.jobs, summary.completed, summary.rejected), (1, 0, 1), "a, b, c were submitted before");
    assert_eq!(summary.rejected_by_reason.get("too-large"), Some(&1));
    assert_eq!((summary.wait_mean_s, summary.makespan_s, summary.fairness_slowdown), (None, None, None));
    exactly((summary.window_start_s, summary.window_end_s), "[5400.0,10800.0]");
}

#[test]
fn tariff_and_carbon_follow_the_clock() {
    // Beijing at 0.3 CNY/kWh in even hours and 0.9 in odd ones; carbon 200 g/kWh until 1 h, 600 g/kWh from there; a fifth is green.
    let mut platform = platform();
    let hour = SimDuration::HOUR;
    let beijing = &mut platform.centers[0];
    beijing.tariff =
        Series::steps(&[(SimDuration(0), 300_000), (hour, 900_000)], Some(SimDuration(2 * hour.0))).unwrap();
    beijing.carbon = Series::steps(&[(SimDuration(0), 200_000), (hour, 600_000)], None).unwrap();
    beijing.green_share_ppm = 200_000;
    let summary = told(platform, &stay()).summary(s(10_800));
    let beijing = &summary.centers[0];
    // 0.45 kWh in each of three hours: 0.45 x (0.3 + 0.9 + 0.3) CNY; 0.45 x (200 + 600 + 600) g.
    exactly(beijing.energy_cost_cny, "0.675");
    exactly(beijing.carbon_kg, "0.63");
    exactly(beijing.carbon_market_kg, "0.504");
    // b ran wholly in the dear hour.
    near(Some(summary.classes[0].caused_energy_cost_cny), 0.675);
    exactly(summary.sides[0].energy_cost_cny, "0.675");
}

#[test]
fn closed_nodes_count_in_load_and_energy_only() {
    // Horinger keeps one of its two nodes for itself, a quarter busy until 1800 s and three quarters from then on, for an hour; PUE 1.2.
    let mut platform = platform();
    platform.pools[1].closed_load =
        Series::steps(&[(SimDuration(0), 250_000), (SimDuration::from_secs(1800), 750_000)], None).unwrap();
    let mut story = opening();
    story.push((s(0), Record::PoolNodes { pool: HORINGER, open: 1, closed: 1 }));
    run(&mut story, leak(job(0, s(0))), HORINGER, s(0), s(0), s(1800));
    let summary = told(platform, &in_order(story)).summary(s(3600));
    let pool = &summary.pools[1];
    exactly((pool.utilization, pool.open_nodes_mean, pool.closed_nodes_mean), "[0.5,1.0,1.0]");
    // (0.5 + 0.5) busy nodes of 2.
    exactly(pool.load, "0.5");
    // 200 W idle + 200 W x (0.5 + 0.5) = 400 W for an hour, x 1.2.
    exactly((pool.it_energy_kwh, pool.energy_kwh, pool.power_mean_kw), "[0.4,0.48,0.48]");
    exactly(pool.energy_cost_cny, "0.192");
}

#[test]
fn background_counts_as_busy_and_a_change_of_bandwidth_in_capacity() {
    // 10 Gbps with 30 % background for 100 s, then 20 Gbps without for 100 s; flows at 5 Gbps throughout.
    let story = vec![
        (s(0), Record::LaneCapacity { lane: LaneId(0), bandwidth: 1e10, offered: 7e9 }),
        (s(0), Record::LaneRate { lane: LaneId(0), rate: 5e9, flows: 3 }),
        (s(100), Record::LaneRate { lane: LaneId(0), rate: 9e9, flows: 9 }),
        (s(100), Record::LaneRate { lane: LaneId(0), rate: 5e9, flows: 3 }),
        (s(100), Record::LaneCapacity { lane: LaneId(0), bandwidth: 2e10, offered: 2e10 }),
    ];
    let summary = told(platform(), &story).summary(s(200));
    let lane = &summary.links[0];
    // 1000 Gb of 3000 Gb; with background 1300.
    near(lane.utilization, 1.0 / 3.0);
    near(lane.busy, 13.0 / 30.0);
    exactly((lane.bandwidth_mean_bps, lane.rate_mean_bps), "[15000000000.0,5000000000.0]");
    exactly((lane.rate_peak_bps, lane.flows_peak), "[5000000000.0,3]");
    // No flow ended yet: carried, but not delivered nor paid for.
    exactly((lane.carried_bytes, lane.bytes, lane.transfer_cost_cny), "[125000000000.0,0.0,0.0]");
    assert_eq!(summary.links[1].utilization, None, "no capacity is no data");
}

#[test]
fn a_stopped_flow_pays_for_what_it_carried() {
    let bytes = Bytes(10_000_000_000);
    let job: &Job = Box::leak(Box::new(job(1, s(0))));
    let flow = |key| Record::FlowStarted {
        flow: FlowKey(key),
        job,
        from: SiteId(0),
        to: SiteId(1),
        lanes: leak(std::sync::Arc::new([LaneId(0)])),
        bytes,
    };
    let story = vec![
        (s(0), flow(1)),
        (s(0), flow(2)),
        (s(4), Record::FlowStopped { flow: FlowKey(1), left: Bytes(6_000_000_000) }),
        (s(8), Record::FlowEnded { flow: FlowKey(2) }),
        (s(9), Record::FlowEnded { flow: FlowKey(2) }),
    ];
    let summary = told(platform(), &story).summary(s(10));
    // 4 GB and 10 GB at 0.10 CNY/GB; the second end of a flow is no flow's.
    exactly((summary.wan_bytes, summary.transfer_cost_cny, summary.flows), "[14000000000.0,1.4,2]");
}

#[test]
fn deadlines_round_trips_and_reasons() {
    let finished = |number: u64, deadline: Option<u64>, ended: Option<u64>, missed: Option<bool>, outcome| {
        let mut job = job(number, s(0));
        job.request.deadline = deadline.map(s);
        let started = ended.map(|_| s(0));
        let life = Life { started, ended: ended.map(s), round_trip_missed: missed, ..Life::default() };
        (s(100), Record::Finished { job: leak(job), life: leak(life), outcome })
    };
    let rejected = Outcome::Rejected(RejectReason::RoundTrip);
    let story = vec![
        finished(0, Some(50), Some(50), Some(false), Outcome::Completed), // met
        finished(1, Some(50), Some(51), Some(true), Outcome::Completed),  // missed
        finished(2, None, Some(51), None, Outcome::Completed),            // no deadline
        finished(3, Some(50), None, None, rejected),                      // missed
        finished(4, Some(100), None, None, Outcome::Unfinished),          // missed
        finished(5, Some(101), None, None, Outcome::Unfinished),          // not known
        finished(6, Some(50), Some(40), None, Outcome::Killed),           // missed: never completed
        finished(7, Some(50), Some(40), None, Outcome::Unfinished),       // missed: not delivered by now
    ];
    let summary = told(platform(), &story).summary(s(100));
    assert_eq!((summary.deadline_jobs, summary.deadline_missed), (6, 5));
    near(summary.deadline_missed_share, 5.0 / 6.0);
    assert_eq!((summary.round_trip_jobs, summary.round_trip_missed), (2, 1));
    assert_eq!(
        (summary.jobs, summary.completed, summary.rejected, summary.killed, summary.unfinished),
        (8, 3, 1, 1, 3)
    );
    assert_eq!(summary.rejected_by_reason.keys().collect::<Vec<_>>(), ["round-trip"]);
}

#[test]
fn tenants_classes_and_fairness() {
    let mut platform = platform();
    platform.classes.push(Class { name: "other".to_owned(), kind: ClassKind::Training });
    platform.tenants.groups = vec![
        TenantGroup { name: "big".to_owned(), first: TenantId(0), count: 1, weight: 2.0 },
        TenantGroup { name: "small".to_owned(), first: TenantId(1), count: 2, weight: 1.0 },
    ];
    let mut story = opening();
    let of = |number, tenant, class, submit| {
        let mut job = job(number, submit);
        job.request.tenant = TenantId(tenant);
        job.request.class = ClassId(class);
        leak(job)
    };
    // Big runs at once for an hour in Beijing; small-0 half an hour in Horinger after as long a wait.
    run(&mut story, of(0, 0, 0, s(0)), BEIJING, s(0), s(0), s(3600));
    run(&mut story, of(1, 1, 1, s(0)), HORINGER, s(0), s(1800), s(3600));
    let metrics = told(platform, &in_order(story));
    let summary = metrics.summary(s(3600));
    // Open: three nodes for an hour; used by classes 1 and 0.5 node-hours.
    near(summary.classes[0].utilization, 1.0 / 3.0);
    near(summary.classes[1].utilization, 1.0 / 6.0);
    near(summary.utilization, 0.5);
    // Use over weight: 4 core-hours / 2 and 2 / 1, alike. Slowdowns 1 and 3600 s over the reference hour, 1: alike too.
    near(summary.fairness_usage, 1.0);
    near(summary.fairness_slowdown, 1.0);
    assert_eq!(summary.tenants, 2);
    let names = |list: &[crate::observe::TenantSummary]| list.iter().map(|t| t.tenant.clone()).collect::<Vec<_>>();
    assert_eq!(names(&summary.top_tenants), ["big", "small-000000"]);
    let all = metrics.tenants(s(3600));
    assert_eq!(names(&all), ["big", "small-000000", "small-000001"]);
    // 300 W for half an hour x 1.2.
    exactly((all[1].caused_energy_kwh, all[1].wait_mean_s, all[1].jobs), "[0.18,1800.0,1]");
    exactly((all[2].jobs, all[2].bounded_slowdown_mean, all[2].used_share), "[0,null,0.0]");
}

#[test]
fn a_running_job_counts_up_to_the_end_of_the_window() {
    let mut story = opening();
    let a = leak(job(0, s(0)));
    run(&mut story, a, BEIJING, s(0), s(0), s(3600));
    let metrics = told(platform(), &in_order(story).into_iter().filter(|(at, _)| *at < s(3600)).collect());
    let summary = metrics.summary(s(1800));
    // 300 W x 1.5 for half an hour.
    exactly((summary.classes[0].caused_energy_kwh, summary.top_tenants[0].used_h), "[0.225,2.0]");
    exactly(summary.caused_energy_kwh, "0.225");
    assert_eq!(summary.jobs, 0, "its story has not ended");
}

#[test]
fn storage_has_a_mean_and_a_peak() {
    let mut platform = platform();
    platform.centers[1].storage = Some(Storage { space: Bytes(1000), filled: Bytes(300) });
    platform.centers[1].tier = Some(Tier::NationalHub);
    platform.centers[1].operator = Some("north".to_owned());
    let used = |at, used| (s(at), Record::Storage { center: CenterId(1), used: Bytes(used) });
    let summary = told(platform, &vec![used(0, 100), used(50, 900), used(50, 400)]).summary(s(100));
    // 100 for half of the time, 400 for the other; 900 only in passing.
    let center = &summary.centers[1];
    exactly((center.storage_mean_bytes, center.storage_peak_bytes, center.storage_space_bytes), "[250.0,400.0,700.0]");
    exactly(summary.centers[0].storage_space_bytes, "null");
    assert_eq!(summary.tiers.iter().map(|g| (&*g.name, g.centers)).collect::<Vec<_>>(), [("national-hub", 1)]);
    assert_eq!(summary.operators.iter().map(|g| (&*g.name, g.centers)).collect::<Vec<_>>(), [("north", 1)]);
    assert_eq!(summary.sides.iter().map(|g| &*g.name).collect::<Vec<_>>(), ["east", "west"]);
}

#[test]
fn work_in_operations_is_slowed_against_its_real_run() {
    let mut operations = job(0, s(0));
    operations.truth.work = Work::Flop { amount: 1e15, precision: crate::model::Precision::Fp64 };
    let life = Life { started: Some(s(60)), ended: Some(s(90)), ..Life::default() };
    // (90 - 0) / 30; a run of 5 s counts as 10: 65 / 10.
    assert_eq!(JobTimes::of(&operations, &life, Outcome::Completed).slowdown_ppb, Some(3_000_000_000));
    let short = Life { ended: Some(s(65)), ..life };
    assert_eq!(JobTimes::of(&operations, &short, Outcome::Completed).slowdown_ppb, Some(6_500_000_000));
    assert_eq!(JobTimes::of(&operations, &short, Outcome::Killed).slowdown_ppb, None);
}

#[test]
fn a_corrupted_stream_gives_numbers_and_no_panic() {
    let mut story = west();
    story.push((s(9), Record::WindowOpened));
    story.push((s(9), Record::PoolNodes { pool: PoolId(77), open: u64::MAX, closed: u64::MAX }));
    story.push((s(9), Record::PoolNodes { pool: BEIJING, open: u64::MAX, closed: u64::MAX }));
    story.push((SimTime::MAX, Record::LaneRate { lane: LaneId(9), rate: f64::NAN, flows: 1 }));
    story.push((s(8), Record::LaneRate { lane: LaneId(1), rate: f64::INFINITY, flows: u32::MAX }));
    story.push((s(7), Record::FlowEnded { flow: FlowKey(99) }));
    let stranger = leak({
        let mut stranger = job(7, SimTime::MAX);
        stranger.request.class = ClassId(9);
        stranger.request.tenant = TenantId(9);
        stranger.request.origin = SiteId(9);
        stranger
    });
    run(&mut story, stranger, PoolId(8), s(5), s(4), s(3));
    let huge = crate::model::Totals { cores_milli: u64::MAX, memory: u128::MAX, accelerators_milli: u64::MAX };
    story.push((
        s(6),
        Record::Started { job: stranger, pool: BEIJING, allocation: leak(Default::default()), held: huge },
    ));
    story.push((
        s(6),
        Record::Started { job: stranger, pool: BEIJING, allocation: leak(Default::default()), held: FOUR },
    ));
    let mut seed = 1u64;
    for _ in 0..200 {
        // A linear congruential shuffle of records and, apart from them, of instants.
        let mut random = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) as usize % below
        };
        for at in (1..story.len()).rev() {
            story.swap(at, random(at + 1));
            let (other, mine) = (story[random(at + 1)].0, story[at].0);
            if random(4) == 0 {
                story[at].0 = other.max(mine);
            }
        }
        let platform = Arc::new(platform());
        let mut metrics = Metrics::new(Arc::clone(&platform));
        // Wide intervals: instants reach up to the end of time.
        let mut timeline = crate::observe::Timeline::new(platform, SimDuration(u64::MAX / 50));
        for (at, record) in &story {
            metrics.record(*at, record).expect("metrics name no violation");
            timeline.record(*at, record).expect("metrics name no violation");
        }
        let summary = metrics.summary(s(100));
        assert!(serde_json::to_string(&summary).is_ok());
        assert!(timeline.rows(s(1)).next().is_some());
        assert_eq!(metrics.tenants(SimTime::ZERO).len(), 1);
    }
}
