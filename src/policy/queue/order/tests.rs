//! Each order, worked by hand. `facts(estimate, size)` has been submitted and queued at 0; times are seconds.

use super::*;

fn seconds(at: u64) -> SimTime {
    SimTime::from_secs(at)
}

fn facts(estimate: u64, size: u64) -> Facts {
    Facts {
        submit: SimTime::ZERO,
        queued_at: SimTime::ZERO,
        estimate: SimDuration::from_secs(estimate),
        headline: size * 1000,
        share: size << 32,
        deadline: None,
        priority: 0,
        tenant: TenantId(0),
        weight: 1.0,
    }
}

/// Indices of the jobs from the first to the last, as a queue has them at `now`.
fn sorted(order: &dyn Order, jobs: &[Facts], now: u64) -> Vec<usize> {
    let mut all: Vec<usize> = (0..jobs.len()).collect();
    all.sort_by_key(|index| (order.rank(&jobs[*index], seconds(now)), jobs[*index].queued_at, *index));
    all
}

#[test]
fn fcfs_goes_by_queueing_then_number() {
    let queued = |at| Facts { queued_at: seconds(at), ..facts(10, 1) };
    assert_eq!(sorted(&Fcfs, &[queued(5), queued(3), queued(3)], 9), [1, 2, 0]);
}

#[test]
fn lengths_and_sizes_sort_up_and_down() {
    // Estimates 30, 10, 20, 10 and sizes 2, 4, 1, 2: equals keep their order.
    let jobs = [facts(30, 2), facts(10, 4), facts(20, 1), facts(10, 2)];
    assert_eq!(sorted(&Sjf, &jobs, 0), [1, 3, 2, 0]);
    assert_eq!(sorted(&Ljf, &jobs, 0), [0, 2, 1, 3]);
    assert_eq!(sorted(&SmallestFirst, &jobs, 0), [2, 0, 3, 1]);
    assert_eq!(sorted(&LargestFirst, &jobs, 0), [1, 0, 3, 2]);
}

#[test]
fn priorities_sort_downwards_over_their_whole_range() {
    let jobs = [0, 5, -3, i32::MIN, i32::MAX].map(|priority| Facts { priority, ..facts(1, 1) });
    assert_eq!(sorted(&Priority, &jobs, 0), [4, 1, 0, 2, 3]);
}

#[test]
fn deadlines_sort_upwards_and_none_is_last() {
    let jobs = [None, Some(100), Some(50)].map(|at| Facts { deadline: at.map(seconds), ..facts(1, 1) });
    assert_eq!(sorted(&Deadline, &jobs, 0), [2, 1, 0]);
    // The latest deadline that can be written is still before none.
    let last = Facts { deadline: Some(SimTime::MAX), ..facts(1, 1) };
    assert_eq!(sorted(&Deadline, &[facts(1, 1), last], 0), [1, 0]);
}

#[test]
fn wfp3_cubes_the_wait_over_the_estimate() {
    // At 100 s: (100/100)^3 x 1 = 1; (50/25)^3 x 1 = 8; (100/200)^3 x 16 = 2.
    let jobs = [facts(100, 1), Facts { queued_at: seconds(50), ..facts(25, 1) }, facts(200, 16)];
    assert_eq!(sorted(&Wfp3, &jobs, 100), [1, 2, 0]);
    // At 300 s: 27; (250/25)^3 = 1000; 1.5^3 x 16 = 54. At 0 s all are 0: by queueing.
    assert_eq!(sorted(&Wfp3, &jobs, 300), [1, 2, 0]);
    assert_eq!(sorted(&Wfp3, &jobs, 0), [0, 2, 1]);
    assert_eq!(Wfp3.changes(), Changes::WithTime);
}

#[test]
fn unicef_divides_the_wait_by_the_logarithm_of_the_size() {
    // At 100 s: 100 / (log2(4) x 50) = 1; 50 / (log2(2) x 10) = 5; 10 / (log2(16) x 1) = 2.5; size 1: without bound.
    let queued = |at, job| Facts { queued_at: seconds(at), ..job };
    let jobs = [facts(50, 4), queued(50, facts(10, 2)), queued(90, facts(1, 16)), queued(99, facts(1000, 1))];
    assert_eq!(sorted(&Unicef, &jobs, 100), [3, 1, 2, 0]);
    // Who has not waited comes last, even a job of size 1.
    assert_eq!(sorted(&Unicef, &[queued(100, facts(1, 1)), facts(50, 4)], 100), [1, 0]);
}

#[test]
fn regression_scores_are_those_of_the_table() {
    let job = |run, size, submit| Facts { submit: seconds(submit), ..facts(run, size) };
    let check = |order: Regression, jobs: [Facts; 3], scores: [f64; 3], expected: [usize; 3]| {
        for (job, score) in jobs.iter().zip(scores) {
            assert!((order.score(job) - score).abs() < 1e-6 * score, "{order:?}: {} is not {score}", order.score(job));
        }
        assert_eq!(sorted(&order, &jobs, 0), expected, "{order:?}");
    };
    // 2 x 10 + 870; 4 x 1 + 870 x 2; 3 x 50 + 870.
    let jobs = [job(100, 10, 10), job(10_000, 1, 100), job(1000, 50, 10)];
    check(Regression::F1, jobs, [890.0, 1744.0, 1020.0], [0, 2, 1]);
    // 100 x 1 + 25,600; 10 x 100 + 25,600; 2 x 1 + 25,600 x 2.
    let jobs = [job(10_000, 1, 10), job(100, 100, 10), job(4, 1, 100)];
    check(Regression::F2, jobs, [25_700.0, 26_600.0, 51_202.0], [0, 1, 2]);
    // 1000 x 100 + 6,860,000; 1e6 x 10 + 0; 10 x 1 + 6,860,000 x 2.
    let jobs = [job(1000, 100, 10), job(1_000_000, 10, 1), job(10, 1, 100)];
    check(Regression::F3, jobs, [6_960_000.0, 10_000_000.0, 13_720_010.0], [0, 1, 2]);
    // 1000 x 10 + 530,000; 300,000 x 2 + 0; 10 x 1 + 530,000 x 2.
    let jobs = [job(1000, 100, 10), job(300_000, 4, 1), job(10, 1, 100)];
    check(Regression::F4, jobs, [540_000.0, 600_000.0, 1_060_010.0], [0, 1, 2]);
    // Nothing below 1 goes into a logarithm: run 0 s and submission at 0 s score 0.
    assert!(Regression::F1.score(&job(0, 5, 0)).abs() < 1e-12);
}

/// Usage in nodes x seconds, to the nearest millionth.
fn usage(order: &FairShare, tenant: u32, at: u64) -> f64 {
    (order.usage(TenantId(tenant), seconds(at)) * 1e6).round() / 1e6
}

/// What a node uses over so many seconds, decayed with a half-life of 100 s: 100 / ln 2 x (1 - 2^(-seconds / 100)).
fn decayed(over: f64) -> f64 {
    100.0 / std::f64::consts::LN_2 * (1.0 - (-over / 100.0).exp2())
}

fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 2e-6 * expected.max(1.0), "{value} is not {expected}");
}

#[test]
fn fair_share_accrues_and_decays() {
    let tenant = |id, job| Facts { tenant: TenantId(id), ..job };
    let mut order = FairShare::new(SimDuration::from_secs(100));
    // Tenant 0 runs on 10 nodes from 0 s on and asked for 40 s, all of which are left.
    let first = tenant(0, facts(40, 10));
    order.started(&first, seconds(0));
    close(usage(&order, 0, 0), 400.0);
    // After 30 s it has used 10 x 100 / ln 2 x (1 - 2^-0.3) = 270.80, and 10 s are left of its estimate.
    close(usage(&order, 0, 30), 10.0 * decayed(30.0) + 100.0);
    // It overruns: at 100 s it has used 10 x 100 / ln 2 x 1/2 = 721.35, and nothing is left.
    order.advance(seconds(100));
    close(usage(&order, 0, 100), 721.347_520);
    order.ended(&first, seconds(0), seconds(100));
    close(usage(&order, 0, 100), 721.347_520);
    // A half-life later half of it counts, after three an eighth.
    close(usage(&order, 0, 200), 360.673_760);
    close(usage(&order, 0, 400), 90.168_440);
    // Tenant 1 holds 5 nodes for 50 s from 200 s on: more than tenant 2, who used nothing, and less than tenant 0.
    order.started(&tenant(1, facts(50, 5)), seconds(200));
    let jobs = [tenant(1, facts(1, 1)), tenant(0, facts(1, 1)), tenant(2, facts(1, 1))];
    assert_eq!(sorted(&order, &jobs, 200), [2, 0, 1]);
    // A weight of 8 owes tenant 0 eight times as much: 360.7 / 8 = 45.1 < 250.
    let weighty = [jobs[0], Facts { weight: 8.0, ..jobs[1] }];
    assert_eq!(sorted(&order, &weighty, 200), [1, 0]);
    // It ends after 10 s, and what was left of its estimate is forgotten.
    order.ended(&tenant(1, facts(50, 5)), seconds(200), seconds(210));
    close(usage(&order, 1, 210), 5.0 * decayed(10.0));
    assert_eq!(order.changes(), Changes::WithTenant);
}

#[test]
fn a_long_job_is_used_while_it_runs_and_others_catch_up_with_it() {
    // Half-life 100 s. Tenant 0 has held a node for 1000 s and asked for no longer: 144.1 node-seconds. Tenant 1 held four nodes for 50 s up to
    // 950 s: 4 x 42.26 decayed by 2^-0.5 at 1000 s are 119.5.
    let tenant = |id, job| Facts { tenant: TenantId(id), ..job };
    let mut order = FairShare::new(SimDuration::from_secs(100));
    let (long, past) = (tenant(0, facts(1000, 1)), tenant(1, facts(50, 4)));
    order.started(&long, seconds(0));
    order.started(&past, seconds(900));
    order.ended(&past, seconds(900), seconds(950));
    order.advance(seconds(1000));
    close(usage(&order, 0, 1000), decayed(1000.0));
    close(usage(&order, 1, 1000), 4.0 * decayed(50.0) * (-0.5f64).exp2());
    assert_eq!(sorted(&order, &[long, past], 1000), [1, 0]);
    // At 955 s it was the other way round, with 45 s left of the long job: 143.9 + 45 > 163.3, and at 700 s nothing was used by the other.
    close(usage(&order, 1, 955), 4.0 * decayed(50.0) * (-0.05f64).exp2());
    assert!(order.accrues(TenantId(0)) && !order.accrues(TenantId(1)));
    assert_eq!(order.accruing(), 1);
}

#[test]
fn fair_share_outlives_a_thousand_half_lives() {
    let mut order = FairShare::new(SimDuration::from_secs(1));
    // 2^2000 does not fit a double; what was used 2000 half-lives ago is nothing.
    let second = facts(1, 1);
    for at in [0, 500, 1000, 1500, 2000] {
        order.started(&second, seconds(at));
        order.ended(&second, seconds(at), seconds(at + 1));
    }
    let full = 0.5 / std::f64::consts::LN_2;
    close(order.usage(TenantId(0), seconds(2001)), full);
    close(order.usage(TenantId(0), seconds(2004)), full / 8.0);
    // One that runs all the while is used up to its mean life, 1 / ln 2, and never beyond.
    order.started(&second, seconds(2100));
    order.advance(seconds(5000));
    close(order.usage(TenantId(0), seconds(5000)), 1.0 / std::f64::consts::LN_2);
    assert_eq!(sorted(&order, &[second, Facts { tenant: TenantId(1), ..second }], 5000), [1, 0]);
}

#[test]
fn multi_queue_sorts_by_priority_then_within() {
    let job = |priority, estimate| Facts { priority, ..facts(estimate, 1) };
    let jobs = [job(1, 50), job(1, 20), job(2, 100), job(-1, 1)];
    assert_eq!(sorted(&MultiQueue { within: Box::new(Sjf) }, &jobs, 0), [2, 1, 0, 3]);
    assert_eq!(sorted(&MultiQueue { within: Box::new(Fcfs) }, &jobs, 0), [2, 0, 1, 3]);
    // Deadline ranks use both parts of a rank: without a deadline last, but only within its priority.
    let dated = [job(1, 1), Facts { deadline: Some(seconds(9)), ..job(1, 1) }, job(2, 1)];
    assert_eq!(sorted(&MultiQueue { within: Box::new(Deadline) }, &dated, 0), [2, 1, 0]);
    assert_eq!(MultiQueue { within: Box::new(Wfp3) }.changes(), Changes::WithTime);
}

#[test]
fn ranks_sort_as_numbers_do() {
    let numbers = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, 1e-300, 3.0, f64::INFINITY];
    assert!(numbers.map(Rank::ascending).is_sorted());
}

/// A job of the slow twin of fair-share: share of a node, start, estimate, end; seconds.
#[derive(Debug, Clone, Copy)]
struct Span {
    tenant: u32,
    share: f64,
    start: f64,
    estimate: f64,
    end: f64,
}

/// Usage job by job: what each has used up to `at`, decayed, and what is left of the estimates of those that run.
fn usage_by_jobs(spans: &[Span], tenant: u32, at: f64, half_life: f64) -> f64 {
    let one = |span: &Span| {
        let until = span.end.min(at);
        let decay = |since: f64| (-(at - since) / half_life).exp2();
        let used = half_life / std::f64::consts::LN_2 * (decay(until) - decay(span.start));
        let left = if span.end > at { (span.start + span.estimate - at).max(0.0) } else { 0.0 };
        span.share * (used + left)
    };
    spans.iter().filter(|span| span.tenant == tenant && span.start <= at).map(one).sum()
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    #[test]
    fn fair_share_is_the_sum_over_jobs(
        drawn in proptest::collection::vec((0..4u32, 1..9u64, 0..3000u64, 1..500u64, 1..900u64), 1..40),
        half_life in proptest::sample::select(vec![3_u64, 100, 100_000]),
    ) {
        let mut spans = Vec::new();
        let mut events: Vec<(u64, bool, usize)> = Vec::new();
        for (index, (tenant, quarters, start, estimate, run)) in drawn.iter().enumerate() {
            let end = (start + run) as f64;
            let share = *quarters as f64 / 4.0;
            spans.push(Span { tenant: *tenant, share, start: *start as f64, estimate: *estimate as f64, end });
            events.extend([(*start, true, index), (start + run, false, index)]);
        }
        events.sort_unstable();
        let mut order = FairShare::new(SimDuration::from_secs(half_life));
        for (position, (at, starts, index)) in events.iter().copied().enumerate() {
            let (tenant, quarters, start, estimate, _) = drawn[index];
            let job = Facts { tenant: TenantId(tenant), share: quarters << 30, ..facts(estimate, 1) };
            if starts {
                order.started(&job, seconds(at));
            } else {
                order.ended(&job, seconds(start), seconds(at));
            }
            order.advance(seconds(at));
            if events.get(position + 1).is_some_and(|next| next.0 == at) {
                continue;
            }
            for tenant in 0..4 {
                let expected = usage_by_jobs(&spans, tenant, at as f64, half_life as f64);
                let found = order.usage(TenantId(tenant), seconds(at));
                proptest::prop_assert!((found - expected).abs() <= 1e-6 * expected.max(1.0), "{found} is not {expected} at {at} s");
            }
        }
    }
}
