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

#[test]
fn fair_share_halves_what_was_used() {
    let tenant = |id, job| Facts { tenant: TenantId(id), ..job };
    let mut order = FairShare::new(SimDuration::from_secs(100));
    // Tenant 0 is charged 10 x 40 = 400 at 0 s, tenant 1 5 x 50 = 250 at 100 s, when half of the 400 is left.
    order.started(&tenant(0, facts(40, 10)), seconds(0));
    order.started(&tenant(1, facts(50, 5)), seconds(100));
    let usage = |order: &FairShare, id, at| (order.usage(TenantId(id), seconds(at)) * 1e6 + 0.5) as u64;
    assert_eq!([usage(&order, 0, 100), usage(&order, 1, 100)], [200_000_000, 250_000_000]);
    assert_eq!([usage(&order, 0, 200), usage(&order, 1, 200)], [100_000_000, 125_000_000]);
    // Jobs of tenants 1, 0 and 2, who has used nothing.
    let jobs = [tenant(1, facts(1, 1)), tenant(0, facts(1, 1)), tenant(2, facts(1, 1))];
    assert_eq!(sorted(&order, &jobs, 200), [2, 1, 0]);
    // Tenant 1's job ends after 10 s of its 50: 5 x 10 = 50 from 100 s on, less than 200.
    order.ended(&tenant(1, facts(50, 5)), seconds(100), seconds(110));
    assert_eq!(usage(&order, 1, 100), 50_000_000);
    assert_eq!(sorted(&order, &jobs, 200), [2, 0, 1]);
    // A weight of 8 owes tenant 0 eight times as much: 200 / 8 = 25 < 50.
    let weighty = [jobs[0], Facts { weight: 8.0, ..jobs[1] }];
    assert_eq!(sorted(&order, &weighty, 200), [1, 0]);
    assert_eq!(order.changes(), Changes::WithTenant);
}

#[test]
fn fair_share_outlives_a_thousand_half_lives() {
    let mut order = FairShare::new(SimDuration::from_secs(1));
    // 2^2000 does not fit a double; what was used 2000 half-lives ago is nothing.
    for at in [0, 500, 1000, 1500, 2000] {
        order.started(&facts(8, 1), seconds(at));
    }
    let usage = order.usage(TenantId(0), seconds(2000));
    assert!((usage - 8.0).abs() < 1e-9, "{usage}");
    assert!((order.usage(TenantId(0), seconds(2003)) - 1.0).abs() < 1e-9);
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
