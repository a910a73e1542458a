//! What links, stores and queues do when something changes, worked by hand.

use crate::support::{audited, load, near};
use eastwest::model::{Outcome, RejectReason};

const WAYS: &str = r#"
format = 1
name = "ways"
[metro.a]
[center.b]
pool.cpu = { nodes = 1, cores = 1 }
[exchange.c]
[link.direct]
between = ["a", "b"]
latency = "1 ms"
bandwidth = "1 Gbps"
[[job]]
id = "j"
submit = "0 s"
origin = "a"
runtime = "1 s"
input = "1 GB"
[[event]]
at = "4001 ms"
for = "10 s"
down = { link = "direct" }
[policy.p]
broker = { fixed = { center = "b" } }
"#;

#[test]
fn data_that_lose_their_way_take_another() {
    let detour = "[link.ac]\nbetween = [\"a\", \"c\"]\nlatency = \"5 ms\"\nbandwidth = \"1 Gbps\"\n\
                  [link.cb]\nbetween = [\"c\", \"b\"]\nlatency = \"5 ms\"\nbandwidth = \"1 Gbps\"\n";
    let run = audited(&load(&format!("{WAYS}{detour}")), "p", 1);
    // 8 Gb: 4 in the 4 s from 1 ms on; the other 4 pay 10 ms and take 4 s more.
    near(run.summary.staging_max_s.unwrap(), 8.011, "staging");
    assert_eq!((run.summary.rerouted, run.summary.stalled, run.summary.stalled_mean_s), (1, 0, None));
    assert_eq!(run.job("j").life.reroutes, 1);
}

#[test]
fn data_without_a_way_stand_still() {
    let run = audited(&load(WAYS), "p", 1);
    // From 4.001 s to 14.001 s there is no way; then 1 ms of latency and 4 s for the other half.
    near(run.summary.staging_max_s.unwrap(), 18.002, "staging");
    assert_eq!((run.summary.rerouted, run.summary.stalled, run.summary.stalled_mean_s), (0, 1, Some(10.0)));
    let class = &run.summary.classes[0];
    assert_eq!((class.rerouted, class.stalled, class.stalled_mean_s), (0, 1, Some(10.0)));
    // The end of the run ends the standing still.
    let cut = WAYS.replace("name = \"ways\"", "name = \"ways\"\n[run]\nuntil = \"10 s\"\ndrain = false");
    let run = audited(&load(&cut), "p", 1);
    near(run.summary.stalled_mean_s.unwrap(), 5.999, "stalled until the end");
    // 4 Gb of a link that was there for 4.001 s of 10; the flow took all of it for 4 s.
    let lane = run.summary.links.iter().find(|lane| lane.from == "a").unwrap();
    near(lane.full_share.unwrap(), 0.4, "full");
    near(lane.full_start_s.unwrap(), 0.001, "full from");
}

#[test]
fn jobs_without_a_way_wait_for_one() {
    // Submitted in the outage from 4.001 s to 14.001 s: 1 ms of latency and 8 s of transfer after it, under any broker.
    for broker in ["fixed = { center = \"b\" }", "nearest = {}", "cheapest = {}", "weighted = { wait = 1 }"] {
        let late = WAYS.replace("submit = \"0 s\"", "submit = \"5 s\"").replace("fixed = { center = \"b\" }", broker);
        let run = audited(&load(&late), "p", 1);
        let life = &run.job("j").life;
        assert_eq!(run.job("j").outcome, Outcome::Completed, "{broker}");
        near(life.brokered.unwrap().as_secs_f64(), 14.001, "brokered");
        near(life.started.unwrap().as_secs_f64(), 22.002, "start");
        // An outage without an end leaves nothing to wait for.
        let gone = run_of(&late.replace("for = \"10 s\"\n", ""));
        assert_eq!(gone, Outcome::Rejected(RejectReason::Unreachable), "{broker}");
    }
}

fn run_of(text: &str) -> Outcome {
    audited(&load(text), "p", 1).job("j").outcome
}

#[test]
fn stores_fill_and_grow() {
    let job = |submit: u32| {
        format!(
            "[[job]]\nid = \"at-{submit}\"\nsubmit = \"{submit} s\"\norigin = \"b\"\nruntime = \"1 s\"\noutput = \"3 GB\"\n\
             output-to = \"stay\"\n"
        )
    };
    let text = format!(
        "format = 1\nname = \"store\"\n[center.b]\nstorage = {{ space = \"10 GB\", filled = \"4 GB\" }}\n\
         pool.cpu = {{ nodes = 1, cores = 1 }}\n{}{}{}{}\
         [[event]]\nat = \"25 s\"\nstorage = {{ center = \"b\", space = \"20 GB\" }}\n\
         [policy.p]\nbroker = {{ nearest = {{}} }}\n",
        job(0),
        job(10),
        job(20),
        job(30)
    );
    let run = audited(&load(&text), "p", 1);
    // 4 + 3 + 3 fill 10 GB at 10 s; the third is turned away; 13 of 20 GB after the fourth.
    let outcomes: Vec<Outcome> = run.jobs.iter().map(|told| told.outcome).collect();
    let full = Outcome::Rejected(RejectReason::StorageFull);
    assert_eq!(outcomes, [Outcome::Completed, Outcome::Completed, full, Outcome::Completed]);
    assert_eq!(run.summary.storage_full_start_s, Some(20.0));
    let center = &run.summary.centers[0];
    assert_eq!((center.storage_filled_peak, center.storage_space_bytes), (Some(1.0), Some(16e9)));
    assert_eq!((center.storage_peak_bytes.to_bits(), center.storage_peak_at_s), (9e9f64.to_bits(), Some(30.0)));
}

#[test]
fn a_queue_drains_or_does_not() {
    let jobs = |count: usize| "[[job]]\nsubmit = \"10 s\"\norigin = \"b\"\nruntime = \"100 s\"\n".repeat(count);
    let text = format!(
        "format = 1\nname = \"queue\"\n[run]\nuntil = \"1 h\"\n[center.b]\npool.cpu = {{ nodes = 1, cores = 1 }}\n{}\
         [policy.p]\nbroker = {{ nearest = {{}} }}\n",
        jobs(3)
    );
    // Two wait from 10 s on, one from 110 s to 210 s.
    let summary = audited(&load(&text), "p", 1).summary;
    assert_eq!((summary.waiting_peak, summary.waiting_end), (2, 0));
    assert_eq!(
        (summary.backlog_start_s, summary.backlog_end_s, summary.backlog_s),
        (Some(10.0), Some(210.0), Some(200.0))
    );
    // Ended at 150 s, one waits still.
    let cut = text.replace("until = \"1 h\"", "until = \"150 s\"\ndrain = false");
    let summary = audited(&load(&cut), "p", 1).summary;
    assert_eq!((summary.waiting_peak, summary.waiting_end), (2, 1));
    assert_eq!((summary.backlog_start_s, summary.backlog_end_s, summary.backlog_s), (Some(10.0), None, Some(140.0)));
    let pool = &summary.pools[0];
    assert_eq!((pool.waiting_end, pool.backlog_end_s, pool.backlog_s), (1, None, Some(140.0)));
}
