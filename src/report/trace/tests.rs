use super::*;
use crate::observe::TraceObserver;
use crate::observe::sample::{platform, s, tell, west};
use serde_json::Value;
use std::sync::Arc;

fn written(platform: Platform, slices_max: usize) -> Value {
    let platform = Arc::new(platform);
    let mut observer = TraceObserver::new(Arc::clone(&platform), slices_max);
    tell(&mut observer, &west());
    let trace = observer.finish(s(7200));
    let info = RunInfo { name: "two".to_owned(), policy: "west".to_owned(), seed: 7, ..RunInfo::default() };
    let input =
        TraceInput { info: &info, platform: &platform, trace: &trace, start: Some("2024-01-01T00:00:00+08:00") };
    let mut bytes = Vec::new();
    trace_json(&input, &mut bytes).expect("memory can be written");
    serde_json::from_slice(&bytes).expect("JSON")
}

/// Events of a phase, as they stand.
fn events<'a>(trace: &'a Value, phase: &str) -> Vec<&'a Value> {
    trace["traceEvents"].as_array().expect("a list").iter().filter(|event| event["ph"] == phase).collect()
}

#[test]
fn west_is_worked_by_hand() {
    let trace = written(platform(), 100);
    // Beijing is site 0 and so process 2, Horinger process 3, the links process 4.
    let named = |fact: &str| -> Vec<(u64, String)> {
        let facts = events(&trace, "M").into_iter().filter(|event| event["name"] == fact);
        facts.map(|event| (event["pid"].as_u64().expect("a number"), event["args"]["name"].to_string())).collect()
    };
    let expected = [(1, "two under west"), (2, "beijing"), (3, "horinger"), (4, "links")];
    assert_eq!(named("process_name"), expected.map(|(pid, name)| (pid, format!("\"{name}\""))));
    // The transfers of b and c overlap at 20.008 s, and so do the lives of all three jobs.
    let threads: Vec<String> = named("thread_name").into_iter().map(|(pid, name)| format!("{pid}{name}")).collect();
    assert_eq!(threads, ["1\"window\"", "2\"sends 1\"", "2\"sends 2\"", "3\"cpu 1\"", "3\"cpu 2\"", "3\"cpu 3\""]);
    let begun: Vec<String> = events(&trace, "B")
        .iter()
        .map(|event| format!("{} {} {}", event["pid"], event["ts"], event["name"].as_str().expect("a name")))
        .collect();
    let expected = [
        "1 0 window",
        "2 10008000 b",
        "2 20008000 c",
        "3 0 a",
        "3 0 running",
        "3 10000000 b",
        "3 10000000 staging",
        "3 200008000 running",
        "3 20000000 c",
        "3 20000000 staging",
        "3 210008000 queued",
        "3 3600000000 running",
    ];
    assert_eq!(begun, expected);
    let job = events(&trace, "B").into_iter().find(|event| event["name"] == "c" && event["cat"] == "job").expect("c");
    let args = &job["args"];
    assert_eq!(
        (&args["wait_s"], &args["queue_wait_s"], &args["class"]),
        (&3580.into(), &3389.992.into(), &"job".into())
    );
    assert_eq!((&args["transfer_cost_cny"], &args["outcome"]), (&12.5.into(), &"completed".into()));
    // Arrows leave Beijing when the data do, and reach Horinger when they do.
    let ends = |phase| -> Vec<String> {
        events(&trace, phase).iter().map(|event| format!("{} {} {}", event["id"], event["pid"], event["ts"])).collect()
    };
    assert_eq!(ends("s"), ["0 2 10008000", "1 2 20008000"]);
    assert_eq!(ends("f"), ["0 3 200008000", "1 3 210008000"]);
    let counted: Vec<String> = events(&trace, "C")
        .iter()
        .map(|event| format!("{} {} {} {}", event["pid"], event["name"], event["ts"], event["args"]))
        .collect();
    let expected = [
        "3 \"running\" 0 {\"jobs\":1.0}",
        "3 \"running\" 200008000 {\"jobs\":2.0}",
        "3 \"running\" 3800008000 {\"jobs\":1.0}",
        "3 \"running\" 7200000000 {\"jobs\":0.0}",
        "3 \"queued\" 0 {\"jobs\":0.0}",
        "3 \"queued\" 210008000 {\"jobs\":1.0}",
        "3 \"queued\" 3600000000 {\"jobs\":0.0}",
        "4 \"beijing-horinger: beijing > horinger\" 0 {\"bit/s\":0.0}",
        "4 \"beijing-horinger: beijing > horinger\" 10008000 {\"bit/s\":10000000000.0}",
        "4 \"beijing-horinger: beijing > horinger\" 210008000 {\"bit/s\":0.0}",
    ];
    assert_eq!(counted, expected);
    let other = &trace["otherData"];
    assert_eq!((&other["jobs"], &other["sample"]), (&3.into(), &"all jobs".into()));
    assert_eq!(other["counters"], "every change");
}

#[test]
fn a_sample_says_that_it_is_one() {
    let trace = written(platform(), 6);
    let other = &trace["otherData"];
    assert_eq!(other["jobs"], 3);
    assert!(other["slices"].as_u64().is_some_and(|slices| slices <= 6));
    assert!(
        other["sample"].as_str().is_some_and(|text| text.contains("of 3 jobs, chosen by their numbers")),
        "{other}"
    );
    let window = events(&trace, "B").into_iter().find(|event| event["name"] == "window").expect("the window");
    assert_eq!(window["args"]["sample"], other["sample"]);
}

#[test]
fn names_are_texts_whatever_they_hold() {
    let odd = "a\"b\\c</script>\n\u{2028}中\u{1}";
    let mut platform = platform();
    platform.sites[1].name = odd.to_owned();
    platform.links[0].name = odd.to_owned();
    platform.classes[0].name = odd.to_owned();
    platform.pools[1].name = odd.to_owned();
    let trace = written(platform, 100);
    let process = events(&trace, "M").into_iter().find(|event| event["pid"] == 3).expect("Horinger");
    assert_eq!(process["args"]["name"], odd);
    let job = events(&trace, "B").into_iter().find(|event| event["cat"] == "job").expect("a job");
    assert_eq!(job["args"]["class"], odd);
}
