//! A log worked by hand.

use super::*;
use crate::model::{JobName, Outcome};
use crate::observe::{Observer, Record, Violation};
use crate::policy::queue::{Estimate, OrderSpec};
use crate::units::SimTime;
use crate::workload::swf::SwfOptions;
use std::collections::BTreeMap;

/// Waits by the log's job number, in whole seconds, and outcomes.
#[derive(Default)]
struct Waits(BTreeMap<u64, (Option<u64>, Outcome)>);

impl Observer for Waits {
    fn record(&mut self, _now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Finished { job, life, outcome } = *record {
            let number = job.name.as_ref().and_then(JobName::number).expect("a number");
            let wait = life.started.map(|at| at.since(job.request.submit).0 / 1_000_000_000);
            self.0.insert(number, (wait, outcome));
        }
        Ok(())
    }
}

fn run(text: &[u8], processors: u32, policy: &ReplayPolicy, enforce: bool) -> (Waits, RunResult) {
    let log = read_swf(text, &SwfOptions::default()).expect("reads");
    let scenario = machine("test", processors, false, &log.users, enforce).expect("machine");
    let mut waits = Waits::default();
    let result = replay(&scenario, log, policy, Listeners::of(&mut [&mut waits]), Options::default()).expect("runs");
    (waits, result)
}

fn fcfs(backfill: Backfill, estimate: Estimate) -> ReplayPolicy {
    ReplayPolicy::new(OrderSpec::default(), backfill, estimate)
}

/// Number, submit, wait, run, processors, ..., requested processors, requested time, ..., user.
const LOG: &str = "; MaxProcs: 4
1 0 -1 100 3 -1 -1 3 100 -1 1 7 -1 -1 -1 -1 -1 -1
2 10 -1 50 4 -1 -1 4 60 -1 1 8 -1 -1 -1 -1 -1 -1
3 20 -1 90 1 -1 -1 1 95 -1 1 7 -1 -1 -1 -1 -1 -1
4 30 -1 60 1 -1 -1 1 60 -1 1 9 -1 -1 -1 -1 -1 -1
5 30 -1 5 9 -1 -1 9 60 -1 1 9 -1 -1 -1 -1 -1 -1
";

#[test]
fn a_small_log_is_worked_by_hand() {
    let waits = |policy: &ReplayPolicy| {
        let (waits, _) = run(LOG.as_bytes(), 4, policy, false);
        assert_eq!(waits.0[&5].1.word(), "rejected", "wider than the machine");
        [1, 2, 3, 4].map(|job| waits.0[&job].0.expect("started"))
    };
    // In order: 2 waits for 1 (100 s), 3 and 4 for 2 (150 s).
    assert_eq!(waits(&fcfs(Backfill::None, Estimate::Requested)), [0, 90, 130, 120]);
    // EASY: 3 would end at 115 by its request and delay 2's reservation at 100; 4 ends at 90 and starts at once.
    assert_eq!(waits(&fcfs(Backfill::Easy, Estimate::Requested)), [0, 90, 130, 0]);
    // By true run times 3 would end at 110: too late still. Conservative agrees here.
    assert_eq!(waits(&fcfs(Backfill::Easy, Estimate::Actual)), [0, 90, 130, 0]);
    assert_eq!(waits(&fcfs(Backfill::Conservative, Estimate::Requested)), [0, 90, 130, 0]);
}

#[test]
fn requests_can_be_enforced_and_the_schedule_written_back() {
    let log = LOG.replace("2 10 -1 50 4 -1 -1 4 60", "2 10 -1 50 4 -1 -1 4 20");
    let (waits, _) = run(log.as_bytes(), 4, &fcfs(Backfill::None, Estimate::Requested), true);
    assert_eq!(waits.0[&2].1, Outcome::Killed);
    assert_eq!(waits.0[&3].0, Some(100));
    let log = read_swf(LOG.as_bytes(), &SwfOptions::default()).expect("reads");
    assert_eq!((log.processors.clone(), log.users.as_slice()), (Ok(Some(4)), &["7", "8", "9"].map(str::to_owned)[..]));
    let scenario = machine("test", 4, false, &log.users, false).expect("machine");
    let mut back = SwfLog::new(scenario.platform.clone());
    let policy = fcfs(Backfill::None, Estimate::Requested);
    replay(&scenario, log, &policy, Listeners::of(&mut [&mut back]), Options::default()).expect("runs");
    let mut text = Vec::new();
    back.write(&["Computer: test".to_owned()], &mut text).expect("writes");
    let text = String::from_utf8(text).expect("text");
    assert!(
        text.starts_with("; Computer: test\n1 0 0 100 3 -1 -1 3 100 -1 1 7 -1 -1 -1 -1 -1 -1\n2 10 90 50 4"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 5);
}

#[test]
fn a_machine_needs_processors() {
    assert!(machine("x", 0, false, &["0".to_owned()], false).is_err());
    assert!(machine("x", u32::MAX, false, &["0".to_owned()], false).is_err());
    assert!(machine("x", u32::MAX, true, &["0".to_owned()], false).is_ok());
}

/// The window in seconds, utilization and jobs an hour of a log on two processors.
fn measured(text: &str, options: &SwfOptions) -> [Option<f64>; 4] {
    let log = read_swf(text.as_bytes(), options).expect("reads");
    let scenario = machine("test", 2, false, &log.users, false).expect("machine");
    let policy = fcfs(Backfill::Easy, Estimate::Requested);
    let mut timeline = crate::observe::Timeline::coarse(scenario.platform.clone(), 96);
    let listeners = Listeners { timeline: Some(&mut timeline), ..Listeners::default() };
    let result = replay(&scenario, log, &policy, listeners, Options::default()).expect("runs");
    let summary = result.summary;
    let course = timeline.course(result.stats.end, 1, 1).utilization[0].1[0];
    assert!((course.unwrap_or_default() - summary.utilization.unwrap_or_default()).abs() < 1e-12, "{course:?}");
    [Some(summary.window_start_s), Some(summary.window_end_s), summary.utilization, summary.throughput_jobs_per_h]
}

#[test]
fn the_window_is_that_of_the_log_whenever_its_clock_began() {
    let line = |number: u64, submit: u64, run: u64, processors: u64| {
        format!("{number} {submit} -1 {run} {processors} -1 -1 {processors} {run} -1 1 1 1 1 1 1 -1 -1\n")
    };
    // Half of the machine for 100 s, all of it for 100 s; at once, a day in, and in seconds since 1970.
    for zero in [0, 86_400, 1_600_000_000] {
        let text = line(1, zero, 100, 1) + &line(2, zero + 100, 100, 2);
        let expected = [zero as f64, (zero + 200) as f64, 0.75, 36.0].map(Some);
        assert_eq!(measured(&text, &SwfOptions::default()), expected, "{zero}");
        // Of the second job alone, wherever the cut lies before it.
        for from in [zero + 1, zero + 100] {
            let options = SwfOptions { from: Some(SimTime::from_secs(from)), ..SwfOptions::default() };
            let expected = [(zero + 100) as f64, (zero + 200) as f64, 1.0, 36.0].map(Some);
            assert_eq!(measured(&text, &options), expected, "{zero} {from}");
        }
    }
}

#[test]
fn users_with_names_share_as_users_with_numbers_do() {
    let starts = |ann: &str, bob: &str| {
        let line = |number: u64, submit: u64, run: u64, user: &str| {
            format!("{number} {submit} -1 {run} 1 -1 -1 1 {run} -1 1 {user} -1 -1 1 1 -1 -1\n")
        };
        let text = line(1, 0, 1000, ann) + &line(2, 10, 100, ann) + &line(3, 20, 100, bob);
        let fair: OrderSpec = serde_json::from_value(serde_json::json!({ "fair-share": {} })).expect("an order");
        let (waits, _) = run(text.as_bytes(), 1, &ReplayPolicy::new(fair, Backfill::None, Estimate::Requested), false);
        [1, 2, 3].map(|job| waits.0[&job].0.expect("started"))
    };
    // Whoever has used nothing comes first.
    let expected = [0, 1090, 980];
    for (ann, bob) in [("1", "2"), ("ann", "bob"), ("user_B", "user_A"), ("0", "\u{674e}"), ("user-1", "1")] {
        assert_eq!(starts(ann, bob), expected, "{ann} {bob}");
    }
}

#[test]
fn walltimes_and_sequences_of_batsim() {
    let text = r#"{"nb_res": 2, "profiles": {"d": {"type": "DelayProfile", "delay": 10},
        "s": {"type": "SequentialCompositionProfile", "repeat": 3, "seq": ["d"]}},
        "jobs": [{"id": 1, "subtime": 100, "walltime": 25, "res": 1, "profile": "s"},
                 {"id": 2, "subtime": 101, "res": 2, "profile": "d"}]}"#;
    let outcomes = |enforce: bool| {
        let log = read_batsim(text.as_bytes()).expect("reads");
        let scenario = machine("test", 2, true, &log.users, enforce).expect("machine");
        let mut back = SwfLog::new(scenario.platform.clone());
        let policy = fcfs(Backfill::Easy, Estimate::Requested).under(Ruleset::Batsim);
        replay(&scenario, log, &policy, Listeners::of(&mut [&mut back]), Options::default()).expect("runs");
        let mut out = Vec::new();
        back.write(&[], &mut out).expect("writes");
        // Wait, run and status.
        let field = |line: &str| {
            line.split(' ').enumerate().filter(|(at, _)| matches!(at, 2 | 3 | 10)).map(|it| it.1.to_owned()).collect()
        };
        String::from_utf8(out).expect("text").lines().map(field).collect::<Vec<Vec<String>>>()
    };
    assert_eq!(outcomes(true), [["0", "25", "0"], ["24", "10", "1"]]);
    assert_eq!(outcomes(false), [["0", "30", "1"], ["29", "10", "1"]]);
}
