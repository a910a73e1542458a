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
    assert_eq!((log.processors, log.users.as_slice()), (Some(4), &[7, 8, 9][..]));
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
    assert!(machine("x", 0, false, &[0], false).is_err());
    assert!(machine("x", u32::MAX, false, &[0], false).is_err());
    assert!(machine("x", u32::MAX, true, &[0], false).is_ok());
}
