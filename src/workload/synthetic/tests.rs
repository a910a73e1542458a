use super::*;
use crate::model::*;
use crate::rng::Streams;
use crate::signals::Calendar;
use crate::units::{Bytes, SimDuration, SimTime};
use crate::workload::*;

const HOUR: u64 = SimDuration::HOUR.0;

fn flat() -> Box<[f64; 168]> {
    Box::new([1.0; 168])
}

fn exponential(mean: f64) -> Bounded {
    Bounded { distribution: Distribution::Exponential { mean }, min: None, max: None }
}

fn plan(name: &str, class: u32, arrivals: Arrivals) -> ClassPlan {
    ClassPlan {
        class: ClassId(class),
        name: name.to_owned(),
        tenants: (TenantId(0), 1, 0.0),
        arrivals,
        from: SimTime::ZERO,
        until: None,
        count: Some(1000),
        origin: vec![Weighted { value: SiteId(3), weight: 1.0 }, Weighted { value: SiteId(5), weight: 3.0 }],
        tasks: Bounded::constant(1.0),
        cores_milli: Bounded::constant(1000.0),
        memory: Bounded::constant(0.0),
        accelerators_milli: Bounded::constant(0.0),
        accelerator: None,
        work: WorkPlan::Time(exponential(3600e9)),
        requested: RequestedPlan::Exact,
        input: InputPlan::None,
        output: Bounded::constant(0.0),
        output_to: OutputPlan::Origin,
        deadline: None,
        priority: 0,
        round_trip: None,
        constraint: ConstraintId(0),
        flex: None,
    }
}

fn poisson(name: &str, class: u32, rate: f64) -> ClassPlan {
    plan(name, class, Arrivals::Poisson { rate, profile: flat(), weekly_growth: 1.0 })
}

fn all(mut jobs: impl JobSource) -> Vec<Job> {
    std::iter::from_fn(|| jobs.next_job().expect("no error")).collect()
}

fn generated(plan: &ClassPlan) -> Vec<Job> {
    all(Generator::new(plan, Calendar::default(), None, &Streams::new(42, 0)))
}

fn secs(job: &Job) -> f64 {
    job.request.submit.as_secs_f64()
}

fn run_ns(job: &Job) -> u64 {
    match job.truth.work {
        Work::Time(time) => time.0,
        Work::Flop { .. } => panic!("a time was planned"),
    }
}

#[test]
fn interarrivals_are_exponential() {
    let jobs = generated(&ClassPlan { count: Some(100_000), ..poisson("a", 0, 0.5) });
    assert_eq!(jobs.len(), 100_000);
    let gaps: Vec<f64> = jobs.windows(2).map(|w| secs(&w[1]) - secs(&w[0])).collect();
    let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let second = gaps.iter().map(|g| g * g).sum::<f64>() / gaps.len() as f64;
    // Mean 2 s with a standard error of 2 / sqrt(1e5) = 0.0063; the second moment of an exponential is 2 mean² = 8.
    assert!((mean - 2.0).abs() < 0.025, "{mean}");
    assert!((second - 8.0).abs() < 0.3, "{second}");
    let work = jobs.iter().map(|j| run_ns(j) as f64).sum::<f64>() / 1e5;
    // Mean 3600 s, standard error 11.4 s.
    assert!((work / 1e9 - 3600.0).abs() < 45.0, "{work}");
}

#[test]
fn hours_of_the_week_follow_the_profile() {
    let mut profile = flat();
    for (hour, factor) in profile.iter_mut().enumerate() {
        // Nothing at night, twice in the day: mean (12 × 0 + 12 × 2) / 24 = 1; Sundays are silent, Saturdays doubled.
        *factor = f64::from(u8::from((8..20).contains(&(hour % 24)))) * 2.0;
        match hour / 24 {
            5 => *factor *= 2.0,
            6 => *factor = 0.0,
            _ => {}
        }
    }
    let arrivals = Arrivals::Poisson { rate: 0.1, profile: profile.clone(), weekly_growth: 1.0 };
    // The run starts on a Wednesday at 13:30.
    let calendar = Calendar { time_of_day: SimDuration(27 * HOUR / 2), weekday: 2 };
    let end = SimTime(20 * 7 * 24 * HOUR);
    let class = ClassPlan { count: None, ..plan("office", 0, arrivals) };
    let jobs = all(Generator::new(&class, calendar, Some(end), &Streams::new(7, 0)));
    let mut hours = [0u32; 168];
    for job in &jobs {
        let since_monday = job.request.submit.0 + (2 * 24 + 13) * HOUR + HOUR / 2;
        hours[(since_monday / HOUR % 168) as usize] += 1;
    }
    // An hour of factor f expects 0.1 × 3600 × 20 weeks × f = 7200 f. Chi-square over the hours that are not silent:
    // 6 days × 12 h = 72 cells, whose mean is 72 and deviation sqrt(144) = 12; 120 is four of them.
    let mut chi_square = 0.0;
    for (count, factor) in hours.iter().zip(profile.iter()) {
        let expected = 7200.0 * factor;
        if expected > 0.0 {
            chi_square += (f64::from(*count) - expected).powi(2) / expected;
        } else {
            assert_eq!(*count, 0);
        }
    }
    assert!(chi_square < 120.0, "{chi_square}");
}

#[test]
fn inversion_agrees_with_an_integral_done_the_slow_way() {
    // The instants of a flat process, sent through the inverse of the profile's integral, are those of the profiled one:
    // with factor 2 in the first half of each hour-pair and 0 in the second, expected counts map t -> place.
    let mut profile = flat();
    for (hour, factor) in profile.iter_mut().enumerate() {
        *factor = if hour % 2 == 0 { 2.0 } else { 0.0 };
    }
    let uneven = generated(&plan("a", 0, Arrivals::Poisson { rate: 0.001, profile, weekly_growth: 1.0 }));
    let even = generated(&poisson("a", 0, 0.001));
    for (uneven, even) in uneven.iter().zip(&even) {
        let flat_time = even.request.submit.0;
        // Every two hours of the flat process happen in the first of two hours, twice as fast.
        let expected = flat_time / (2 * HOUR) * (2 * HOUR) + flat_time % (2 * HOUR) / 2;
        assert!(uneven.request.submit.0.abs_diff(expected) < 1000, "{} {expected}", uneven.request.submit.0);
    }
}

#[test]
fn adding_a_class_moves_no_draw() {
    let (a, b) = (poisson("a", 0, 0.01), poisson("b", 1, 0.02));
    let streams = Streams::new(1, 0);
    let alone = all(source(std::slice::from_ref(&a), &[], &[], Calendar::default(), None, &streams).expect("no log"));
    let both = all(source(&[a, b], &[], &[], Calendar::default(), None, &streams).expect("no log"));
    assert_eq!(both.len(), 2000);
    let strip = |jobs: &[Job]| -> Vec<Job> {
        let mut jobs: Vec<Job> = jobs.iter().filter(|j| j.request.class == ClassId(0)).cloned().collect();
        jobs.iter_mut().for_each(|j| j.request.number = JobNumber(0));
        jobs
    };
    assert_eq!(strip(&alone), strip(&both));
    assert!(both.windows(2).all(|w| w[0].request.submit <= w[1].request.submit));
    assert!(both.iter().enumerate().all(|(at, j)| j.request.number == JobNumber(at as u64)));
}

#[test]
fn changing_one_quantity_moves_no_other() {
    let base = generated(&poisson("a", 0, 0.01));
    let tasks = Distribution::Choice(vec![Weighted { value: 4.0, weight: 1.0 }, Weighted { value: 8.0, weight: 1.0 }]);
    let other =
        generated(&ClassPlan { tasks: Bounded { distribution: tasks, min: None, max: None }, ..poisson("a", 0, 0.01) });
    for (base, mut other) in base.into_iter().zip(other) {
        assert!([4, 8].contains(&other.request.tasks));
        other.request.tasks = 1;
        assert_eq!(base, other);
    }
}

#[test]
fn the_same_seed_gives_the_same_jobs_and_a_replication_changes_all() {
    let plan = poisson("a", 0, 0.01);
    let of =
        |seed, replication| all(Generator::new(&plan, Calendar::default(), None, &Streams::new(seed, replication)));
    assert_eq!(of(42, 0), of(42, 0));
    for other in [of(42, 1), of(43, 0)] {
        let base = of(42, 0);
        assert!(base.iter().zip(&other).all(|(a, b)| a.request.submit != b.request.submit));
        assert!(base.iter().zip(&other).all(|(a, b)| a.truth != b.truth));
    }
}

#[test]
fn tenants_follow_zipf() {
    let plan = ClassPlan { tenants: (TenantId(10), 4400, 1.1), count: Some(100_000), ..poisson("a", 0, 1.0) };
    let mut counts = vec![0u32; 4400];
    for job in generated(&plan) {
        counts[job.request.tenant.index() - 10] += 1;
    }
    let total: f64 = (1..=4400).map(|k| f64::from(k).powf(-1.1)).sum();
    for (rank, count) in counts.iter().enumerate().take(20) {
        let share = ((rank + 1) as f64).powf(-1.1) / total;
        let deviation = (1e5 * share * (1.0 - share)).sqrt();
        assert!((f64::from(*count) - 1e5 * share).abs() < 4.0 * deviation, "rank {rank}: {count}, share {share}");
    }
}

#[test]
fn origins_follow_their_weights() {
    let plan = ClassPlan { count: Some(40_000), ..poisson("a", 0, 1.0) };
    let first = generated(&plan).iter().filter(|j| j.request.origin == SiteId(3)).count();
    // A quarter of 40,000; deviation sqrt(40000 × 3/16) = 87.
    assert!(first.abs_diff(10_000) < 350, "{first}");
}

#[test]
fn values_outside_the_bounds_are_drawn_again_then_clamped() {
    let bounded = |min, max| Bounded { distribution: Distribution::Exponential { mean: 1e9 }, min, max };
    let work = |b| ClassPlan { work: WorkPlan::Time(b), ..poisson("a", 0, 1.0) };
    let jobs = generated(&work(bounded(Some(1e8), Some(2e9))));
    assert!(jobs.iter().all(|j| (100_000_000..=2_000_000_000).contains(&run_ns(j))));
    // Drawn again, not clamped: hardly any lies on a bound.
    assert!(jobs.iter().filter(|j| [100_000_000, 2_000_000_000].contains(&run_ns(j))).count() < 3);
    // Bounds that the distribution never meets: clamped after 100 tries.
    assert!(generated(&work(bounded(Some(1e12), None))).iter().all(|j| run_ns(j) == 1_000_000_000_000));
    assert!(generated(&work(Bounded::constant(-5.0))).iter().all(|j| run_ns(j) == 0));
    assert!(generated(&work(Bounded::constant(f64::NAN))).iter().all(|j| run_ns(j) == 0));
}

#[test]
fn empirical_distributions_are_linear_between_their_points() {
    let points = vec![(0.0, 0.0), (0.5, 10e9), (1.0, 30e9)];
    let work = WorkPlan::Time(Bounded { distribution: Distribution::Empirical(points), min: None, max: None });
    let jobs = generated(&ClassPlan { work, count: Some(40_000), ..poisson("a", 0, 1.0) });
    let mean = jobs.iter().map(|j| run_ns(j) as f64 / 1e9).sum::<f64>() / 40_000.0;
    // Half uniform on [0, 10], half on [10, 30]: mean (5 + 20) / 2 = 12.5.
    assert!((mean - 12.5).abs() < 0.2, "{mean}");
    let low = jobs.iter().filter(|j| run_ns(j) < 10_000_000_000).count();
    assert!(low.abs_diff(20_000) < 400, "{low}");
}

#[test]
fn bursts_come_in_order_even_where_they_overlap() {
    let arrivals = Arrivals::Bursts {
        rate: 1.0 / 60.0,
        profile: flat(),
        size: Bounded::constant(20.0),
        spacing: Bounded::constant(30e9),
    };
    let jobs = generated(&ClassPlan { count: Some(20_000), ..plan("burst", 0, arrivals) });
    assert!(jobs.windows(2).all(|w| w[0].request.submit <= w[1].request.submit));
    assert!(jobs.iter().enumerate().all(|(at, j)| j.ordinal == at as u64));
    // A burst a minute of 20 jobs: 20,000 jobs in about 1000 minutes (deviation sqrt(1000) of them).
    let minutes = secs(&jobs[19_999]) / 60.0;
    assert!((minutes - 1000.0).abs() < 130.0, "{minutes}");
    // Each instant but the first of a burst is 30 s after another.
    let times: std::collections::BTreeSet<u64> = jobs.iter().map(|j| j.request.submit.0).collect();
    let follow = times.iter().filter(|t| times.contains(&t.wrapping_sub(30_000_000_000))).count();
    assert!(follow.abs_diff(19_000) < 200, "{follow}");
}

#[test]
fn renewal_bounds_and_windows_are_kept() {
    let hourly = Arrivals::Renewal { interval: Bounded::constant(3600e9) };
    let window =
        ClassPlan { from: SimTime(2 * HOUR), until: Some(SimTime(6 * HOUR)), count: None, ..plan("a", 0, hourly) };
    let hours: Vec<u64> = generated(&window).iter().map(|j| j.request.submit.0 / HOUR).collect();
    assert_eq!(hours, [3, 4, 5]);
    let earlier = Generator::new(&window, Calendar::default(), Some(SimTime(5 * HOUR)), &Streams::new(1, 0));
    assert_eq!(all(earlier).len(), 2);
    assert_eq!(generated(&ClassPlan { count: Some(1), ..window.clone() }).len(), 1);
    assert_eq!(generated(&ClassPlan { count: Some(0), ..window }).len(), 0);
    // Poisson: nothing before `from`.
    let late = ClassPlan { from: SimTime(500 * HOUR), ..poisson("a", 0, 1.0) };
    let first = generated(&late)[0].request.submit;
    assert!(first >= SimTime(500 * HOUR) && first < SimTime(501 * HOUR), "{first:?}");
}

#[test]
fn a_rate_of_nothing_ends_and_a_tiny_one_does_not_walk() {
    assert_eq!(generated(&poisson("a", 0, 0.0)).len(), 0);
    assert_eq!(generated(&poisson("a", 0, f64::NAN)).len(), 0);
    // Once in 300,000 years: beyond the clock.
    assert_eq!(generated(&poisson("a", 0, 1e-13)).len(), 0);
}

#[test]
fn a_plan_that_never_moves_on_is_an_error() {
    let now = Arrivals::Renewal { interval: Bounded::constant(0.0) };
    let class = ClassPlan { count: None, ..plan("stuck", 0, now) };
    let mut jobs = Generator::new(&class, Calendar::default(), None, &Streams::new(1, 0));
    let error = loop {
        match jobs.next_job() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("ended"),
            Err(error) => break error,
        }
    };
    assert!(error.starts_with("workload \"stuck\": 1000000 jobs at"), "{error}");
}

#[test]
fn all_parts_of_a_plan_reach_the_job() {
    let class = ClassPlan {
        accelerators_milli: Bounded::constant(1500.0),
        accelerator: Some(AcceleratorId(2)),
        tasks: Bounded::constant(0.0),
        requested: RequestedPlan::Factor(Bounded::constant(2.0)),
        work: WorkPlan::Flop(Bounded::constant(1e15), Precision::Fp16),
        input: InputPlan::Origin(Bounded::constant(5e9)),
        output: Bounded::constant(7.4),
        deadline: Some(Bounded::constant(HOUR as f64)),
        priority: -3,
        count: Some(1),
        origin: vec![Weighted { value: SiteId(9), weight: 1.0 }],
        ..poisson("a", 4, 1.0)
    };
    let job = generated(&class).remove(0);
    let request = job.request;
    assert_eq!(request.tasks, 1);
    assert_eq!((request.task.accelerators_milli, request.task.accelerator), (2000, Some(AcceleratorId(2))));
    assert_eq!(job.truth.work, Work::Flop { amount: 1e15, precision: Precision::Fp16 });
    assert_eq!(request.requested, Work::Flop { amount: 2e15, precision: Precision::Fp16 });
    assert_eq!(request.input, Input::From(SiteId(9), Bytes(5_000_000_000)));
    assert_eq!((request.output, request.output_to), (Bytes(7), Some(SiteId(9))));
    assert_eq!(request.deadline, Some(request.submit + SimDuration::HOUR));
    assert_eq!((request.priority, request.class), (-3, ClassId(4)));
    // No origin at all is an error, not a panic.
    let mut lost =
        Generator::new(&ClassPlan { origin: Vec::new(), ..class }, Calendar::default(), None, &Streams::new(1, 0));
    assert_eq!(lost.next_job(), Err("workload \"a\": no origin".to_owned()));
}

#[test]
fn single_jobs_are_merged_by_submission_class_and_ordinal() {
    let job = |class, ordinal, submit| {
        let mut job = generated(&ClassPlan { count: Some(1), ..poisson("x", class, 1.0) }).remove(0);
        (job.ordinal, job.request.submit) = (ordinal, SimTime(submit));
        job
    };
    let listed = [job(2, 0, 5), job(1, 1, 5), job(1, 0, 5), job(0, 0, 9), job(0, 1, 3)];
    let merged = source(&[], &[], &listed, Calendar::default(), Some(SimTime(9)), &Streams::new(1, 0)).expect("no log");
    let order: Vec<_> = all(merged).iter().map(|j| (j.request.submit.0, j.request.class.0, j.ordinal)).collect();
    // The job at 9 ns is at the end of submissions and left out.
    assert_eq!(order, [(3, 0, 1), (5, 1, 0), (5, 1, 1), (5, 2, 0)]);
}

#[test]
fn a_source_out_of_order_is_an_error() {
    struct Backward(u64);
    impl JobSource for Backward {
        fn next_job(&mut self) -> Result<Option<Job>, String> {
            let mut job = generated(&ClassPlan { count: Some(1), ..poisson("x", 0, 1.0) }).remove(0);
            self.0 -= 1;
            job.request.submit = SimTime(self.0);
            Ok(Some(job))
        }
    }
    let mut merged = Merged::new(vec![Box::new(Backward(9))], None);
    let error = merged.next_job().expect_err("8 then 7");
    assert_eq!(error, "a source of jobs is not in the order of submission: 7 ns follows 8 ns");
}

#[test]
fn a_rate_grows_from_week_to_week() {
    const WEEK: u64 = 7 * 24 * HOUR;
    // 0.01 / s is 6,048 a week; then twice and four times as many. Four standard deviations of a Poisson count are 4 x sqrt(n).
    let growing = |weekly_growth| {
        let arrivals = Arrivals::Poisson { rate: 0.01, profile: flat(), weekly_growth };
        let jobs = generated(&ClassPlan { until: Some(SimTime(3 * WEEK)), count: None, ..plan("a", 0, arrivals) });
        [0, 1, 2].map(|week| jobs.iter().filter(|job| job.request.submit.0 / WEEK == week).count() as f64)
    };
    for (growth, wanted) in [(1.0, [6048.0; 3]), (2.0, [6048.0, 12_096.0, 24_192.0]), (0.5, [6048.0, 3024.0, 1512.0])] {
        for (found, wanted) in growing(growth).into_iter().zip(wanted) {
            assert!((found - wanted).abs() < 4.0 * f64::sqrt(wanted), "{growth}: {found} for {wanted}");
        }
    }
    // A class that begins in the third week begins at the rate of the third week.
    let arrivals = Arrivals::Poisson { rate: 0.01, profile: flat(), weekly_growth: 2.0 };
    let late =
        ClassPlan { from: SimTime(2 * WEEK), until: Some(SimTime(3 * WEEK)), count: None, ..plan("a", 0, arrivals) };
    assert!((generated(&late).len() as f64 - 24_192.0).abs() < 4.0 * 156.0);
}
