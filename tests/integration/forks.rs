//! A run that is paused or forked has the same records and measures as one that goes through.

use eastwest::model::Job;
use eastwest::observe::{Auditor, Metrics, Observer, Record, Violation};
use eastwest::policy::registry::{StackSpec, catalog};
use eastwest::rng::Streams;
use eastwest::scenario::{Input, Scenario, embedded, load};
use eastwest::sim::{Options, Pause, RunError, Simulation};
use eastwest::units::SimTime;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

/// Instants at which each run is forked.
const FORKS: u64 = 10;

/// The FNV-1a hash of all records as text, and how many there were.
#[derive(Clone, Default, PartialEq, Debug)]
struct Hashed {
    hash: u64,
    records: u64,
}

impl std::fmt::Write for Hashed {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for byte in text.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
        Ok(())
    }
}

impl Observer for Hashed {
    fn record(&mut self, now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        self.records += 1;
        write!(self, "{} {record:?}", now.0).expect("a hash takes all text");
        Ok(())
    }
}

/// A scenario inside the binary, cut to `until` and without warm-up.
fn cut(name: &str, until: Option<&str>) -> Scenario {
    let settings = until.map(|until| vec![format!("run.until={until:?}"), "run.warm-up=\"0 s\"".to_owned()]);
    let input = Input::Embedded(name.to_owned());
    load(&input, &settings.unwrap_or_default()).unwrap_or_else(|out| panic!("{name}: {}", out.render(false)))
}

/// Every 50th job is explained.
fn explained(job: &Job) -> bool {
    job.request.number.0.is_multiple_of(50)
}

/// A run that owns all of its observers.
fn begin<'o>(scenario: &Scenario, spec: &StackSpec) -> Simulation<'o> {
    let stack = spec.build(&scenario.platform, &Streams::new(scenario.run.seed, 0)).expect("a stack");
    let options = Options { explain: Some(&explained), ..Options::default() };
    let mut simulation = Simulation::new(scenario, stack, options).expect("a run");
    simulation.add_observer(Auditor::new(scenario.platform.clone()));
    simulation.add_observer(Metrics::new(scenario.platform.clone()));
    simulation.add_observer(Hashed::default());
    simulation
}

/// Runs to the end: the hash of the records, and all measures as text.
fn end(simulation: &mut Simulation<'_>) -> (Hashed, String) {
    let Pause::Ended(stats) = simulation.advance().expect("it runs") else { panic!("not the end") };
    let summary = simulation.observer::<Metrics>().expect("owned").summary(stats.end);
    let mut auditor = simulation.observer::<Auditor>().expect("owned").clone();
    auditor.finish(stats.end).and_then(|()| auditor.compare(&summary)).expect("audited");
    let hashed = simulation.observer::<Hashed>().expect("owned").clone();
    (hashed, format!("{stats:?} {summary:?}"))
}

/// Forks a run again and again and goes on with the fork; half way both go on.
fn check(scenario: &Scenario, spec: &StackSpec) {
    let about = format!("{} under {spec:?}", scenario.name);
    let mut whole = begin(scenario, spec);
    let wanted = end(&mut whole);
    assert!(wanted.0.records > 20, "{about}");
    // No instant of an event, most likely: a prime number of ns is added.
    let instant = |fork: u64| SimTime(whole.now().0 / (FORKS + 1) * fork + 99_991);
    let mut run = begin(scenario, spec);
    let mut left = None;
    for fork in 1..=FORKS {
        assert_eq!(run.run_until(instant(fork)), Ok(Pause::Until(instant(fork))), "{about}");
        let other = run.fork().unwrap_or_else(|error| panic!("{about}: {error}"));
        let before = std::mem::replace(&mut run, other);
        if fork == FORKS / 2 {
            left = Some(before);
        }
    }
    assert!(end(&mut run) == wanted, "{about}: the fork differs");
    // What the forks did has changed nothing of the run that they came from.
    assert!(end(&mut left.expect("half way")) == wanted, "{about}: the forked run differs");
}

fn stack(broker: &Value, queue: &Value, packing: &Value) -> StackSpec {
    serde_json::from_value(json!({ "broker": broker, "queue": queue, "packing": packing })).expect("a stack")
}

/// All policies of a kind, with parameters where they have no default.
fn forms(kind: &str, scenario: &Scenario) -> Vec<Value> {
    let form = |name: &str| match name {
        "fixed" => json!({ "center": scenario.platform.centers[0].name }),
        _ => json!({}),
    };
    catalog()
        .iter()
        .filter(|policy| policy.kind == kind)
        .map(|policy| json!({ policy.name: form(policy.name) }))
        .collect()
}

/// All brokers under fcfs, all queue disciplines under nearest; of the packings those that keep something.
fn stacks(scenario: &Scenario) -> Vec<StackSpec> {
    let (nearest, fcfs, first) = (json!({ "nearest": {} }), json!({ "fcfs": {} }), json!({ "first-fit": {} }));
    let mut queues = forms("queue", scenario);
    queues.push(json!({ "easy": { "reservation": "named" } }));
    queues.push(json!({ "conservative": { "reservation": "named" } }));
    queues.push(
        json!({ "easy": { "order": { "fair-share": { "half-life": "1 d" } }, "backfill-order": { "sjf": {} } } }),
    );
    let mut stacks: Vec<StackSpec> =
        forms("broker", scenario).iter().map(|broker| stack(broker, &fcfs, &first)).collect();
    stacks.extend(queues.iter().map(|queue| stack(&nearest, queue, &first)));
    stacks.extend(forms("packing", scenario).iter().map(|packing| stack(&nearest, &fcfs, packing)));
    stacks
}

/// Every scenario inside the binary, how much of it is run, and which of the stacks: every so many of them, as the large ones take long.
const CUTS: [(&str, Option<&str>, usize); 14] = [
    ("bth-10k-cards", Some("3 h"), 1),
    ("cluster-queues", Some("14 h"), 3),
    ("east-data-west-storage", Some("3 h"), 1),
    ("gpu-sharing", Some("3 h"), 1),
    ("greener-is-not-west", Some("3 h"), 1),
    ("growth", Some("3 h"), 1),
    ("hubs-10", Some("3 h"), 8),
    ("national-2023", Some("1 h"), 25),
    ("online-services", Some("3 h"), 1),
    ("residency", Some("8 h"), 3),
    ("small-firms", Some("12 h"), 2),
    ("tianjin-expansion", Some("3 h"), 1),
    ("trunk-cut", Some("3 d"), 5),
    ("two-centers", None, 1),
];

fn check_all(chosen: impl Fn(usize) -> bool) {
    for (name, until, every) in CUTS.into_iter().filter(|(.., every)| chosen(*every)) {
        let scenario = cut(name, until);
        for spec in stacks(&scenario).iter().step_by(every) {
            check(&scenario, spec);
        }
    }
}

#[test]
fn a_fork_goes_on_as_the_run_would_have() {
    assert_eq!(CUTS.map(|(name, ..)| name).to_vec(), embedded().iter().map(|(name, _)| *name).collect::<Vec<_>>());
    check_all(|every| every == 1);
}

#[test]
fn a_fork_of_a_large_run_goes_on_as_the_run_would_have() {
    check_all(|every| every > 1);
}

/// Borrowed, so it cannot be copied.
#[test]
fn what_is_borrowed_is_not_forked() {
    let scenario = cut("two-centers", None);
    let spec = &scenario.stacks["west"];
    let mut mine = Hashed::default();
    let mut simulation = begin(&scenario, spec);
    simulation.add_borrowed_observer(&mut mine);
    simulation.run_until(SimTime::from_secs(600)).expect("it runs");
    let refused = simulation.fork().map(drop);
    assert!(matches!(&refused, Err(RunError::Fork(problem)) if problem.contains("borrowed")), "{refused:?}");
}

#[test]
fn pauses_change_nothing_and_observers_are_up_to_date_at_each() {
    let scenario = cut("trunk-cut", Some("1 d"));
    let spec = scenario.stacks.values().next().expect("a stack");
    let wanted = end(&mut begin(&scenario, spec));
    let mut stepped = begin(&scenario, spec);
    let mut heard = 0;
    for hour in 0..20 {
        let at = SimTime::from_secs(3600 * hour);
        assert_eq!(stepped.run_until(at), Ok(Pause::Until(at)));
        assert_eq!(stepped.now(), at);
        // The past is reached already.
        assert_eq!(stepped.run_until(SimTime::ZERO), Ok(Pause::Until(SimTime::ZERO)));
        assert_eq!(stepped.now(), at);
        let records = stepped.observer::<Hashed>().expect("owned").records;
        assert!(records > heard, "nothing was heard in an hour before {at:?}");
        heard = records;
    }
    let before = stepped.progress().events;
    assert_eq!(stepped.run_events(1), Ok(Pause::Events));
    assert!(stepped.progress().events > before);
    assert_eq!(end(&mut stepped), wanted);
    // Once more: it is over.
    assert_eq!(end(&mut stepped), wanted);
    assert_eq!(end(&mut stepped.fork().expect("all is owned")), wanted);
}

#[test]
fn a_run_can_be_stopped_from_outside_and_stays_stopped() {
    let scenario = cut("hubs-10", Some("14 h"));
    let spec = scenario.stacks.values().next().expect("a stack");
    let flag = AtomicBool::new(false);
    let stack = spec.build(&scenario.platform, &Streams::new(scenario.run.seed, 0)).expect("a stack");
    let options = Options { interrupt: Some(&flag), ..Options::default() };
    let mut simulation = Simulation::new(&scenario, stack, options).expect("a run");
    simulation.run_until(SimTime::from_secs(3600)).expect("nobody stops it");
    flag.store(true, Ordering::Relaxed);
    let stopped = simulation.advance();
    assert!(matches!(stopped, Err(RunError::Interrupted { .. })), "{stopped:?}");
    flag.store(false, Ordering::Relaxed);
    assert_eq!(simulation.advance(), stopped);
    assert_eq!(simulation.fork().map(drop), stopped.map(drop));
}

#[test]
fn a_simulation_can_move_to_another_thread() {
    fn sends<T: Send>() {}
    sends::<Simulation<'static>>();
}
