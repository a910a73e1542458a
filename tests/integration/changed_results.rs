//! Files of results are input too: whatever was changed in them, `report`, `explain` and `run DIR` refuse it or take it, and never panic.

use crate::support::{Scratch, eastwest, json};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;

const SCENARIO: &str = r#"format = 1
name = "rich"
[run]
until = "6 h"
[center.east]
side = "east"
tariff = "0.6 CNY/kWh"
carbon = "550 g/kWh"
pool.cpu = { nodes = 4, cores = 8, power-idle = "100 W", power-peak = "300 W" }
[center.west]
side = "west"
pool.ai = { nodes = 2, cores = 8, accelerators = { kind = "card", count = 4 }, power-idle = "1 kW", power-peak = "3 kW" }
[link.line]
between = ["east", "west"]
latency = "10 ms"
bandwidth = "1 Gbps"
price = "0.05 CNY/GB"
[tenants.firms]
count = 3
[workload.batch]
tenants = "firms"
arrivals = { poisson = { rate = "12 / h" } }
origin = { east = 1 }
runtime = { exponential = { mean = "20 min" } }
input = "2 GB"
output = "1 GB"
deadline = { after-submit = "1 h" }
[workload.cards]
arrivals = { poisson = { rate = "3 / h" } }
origin = { east = 1 }
accelerators = { per-task = 2 }
runtime = "30 min"
[service.web]
rate = { by-hour = "online", peak = "20 / s" }
origin = { east = 1 }
replica = { capacity = "30 / s" }
[policy.p]
broker = { earliest-completion = {} }
"#;

/// Paths of all values of a document, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Array(all) => {
            // The first and the last stand for all.
            let ends = [0, all.len().saturating_sub(1)];
            let mut places: Vec<usize> = ends.into_iter().filter(|place| *place < all.len()).collect();
            places.dedup();
            places.iter().for_each(|place| pointers(&all[*place], &format!("{at}/{place}"), found));
        }
        Value::Object(all) => {
            all.iter().for_each(|(key, inner)| pointers(inner, &format!("{at}/{}", key.replace('/', "~1")), found));
        }
        _ => {}
    }
}

/// What a value is changed into.
fn changes(value: &Value) -> Vec<Value> {
    let mut all =
        vec![Value::Null, Value::from("\u{1b}]0;x\u{7}"), Value::from(-1), Value::from(1e300), Value::from(u64::MAX)];
    match value {
        Value::Array(list) => {
            all.push(Value::Array(Vec::new()));
            all.push(Value::Array(list.iter().skip(1).cloned().collect()));
            all.push(Value::Array(list.iter().chain(list).cloned().collect()));
        }
        Value::Object(_) => all.push(Value::Object(serde_json::Map::new())),
        _ => all.push(Value::Array(vec![value.clone()])),
    }
    all
}

/// Ends the test where a command neither works nor refuses its input.
#[track_caller]
fn survives(arguments: &[&OsStr], what: &str) {
    let ran = eastwest(arguments);
    assert!(matches!(ran.code, Some(0 | 3 | 4)), "{what}: {:?}\n{}", ran.code, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{what}: {}", ran.stderr);
}

#[test]
fn no_change_of_a_file_of_results_ends_in_a_panic() {
    let scratch = Scratch::new();
    let scenario = scratch.write("s.toml", SCENARIO);
    let results = scratch.path("o");
    let out: [&OsStr; 5] = ["run".as_ref(), scenario.as_ref(), "-q".as_ref(), "--out".as_ref(), results.as_ref()];
    eastwest(&out).expect(0);
    let page = scratch.path("page.html");
    let report: [&OsStr; 5] = ["report".as_ref(), results.as_ref(), "-q".as_ref(), "--out".as_ref(), page.as_ref()];
    let (mut number, mut tried) = (0, 0);
    for file in ["digest.json", "summary.json"] {
        let path = results.join(file);
        let whole = fs::read(&path).expect("reads");
        let document = json(&path);
        let mut places = Vec::new();
        pointers(&document, "", &mut places);
        for place in &places {
            for change in changes(document.pointer(place).expect("there")) {
                number += 1;
                // Every thirteenth: different changes at different places.
                if number % 13 != 0 && !(file == "digest.json" && change == Value::Array(Vec::new())) {
                    continue;
                }
                let mut changed = document.clone();
                *changed.pointer_mut(place).expect("there") = change.clone();
                fs::write(&path, changed.to_string()).expect("writes");
                survives(&report, &format!("{file} {place} = {change}"));
                tried += 1;
            }
        }
        for cut in [0, 1, whole.len() / 2, whole.len() - 2] {
            fs::write(&path, &whole[..cut]).expect("writes");
            eastwest(&report).expect(3).says(&[file]);
        }
        fs::write(&path, whole).expect("writes");
    }
    assert!(tried > 100, "{tried}");
}

#[test]
fn columns_of_other_lengths_are_named() {
    let scratch = Scratch::new();
    let scenario = scratch.write("s.toml", SCENARIO);
    let results = scratch.path("o");
    let out: [&OsStr; 5] = ["run".as_ref(), scenario.as_ref(), "-q".as_ref(), "--out".as_ref(), results.as_ref()];
    eastwest(&out).expect(0);
    let path = results.join("digest.json");
    let document = json(&path);
    for column in ["center", "class", "job", "submit_s", "staged_s", "end_s", "nodes", "placed"] {
        let mut changed = document.clone();
        changed["jobs"][column] = Value::Array(Vec::new());
        fs::write(&path, changed.to_string()).expect("writes");
        let arguments: [&OsStr; 3] = ["report".as_ref(), results.as_ref(), "-q".as_ref()];
        eastwest(&arguments).expect(3).says(&["digest.json", column]);
    }
}

#[test]
fn tables_and_manifests_that_were_changed() {
    let scratch = Scratch::new();
    let scenario = scratch.write("s.toml", SCENARIO);
    let results = scratch.path("o");
    let out: [&OsStr; 5] = ["run".as_ref(), scenario.as_ref(), "-q".as_ref(), "--out".as_ref(), results.as_ref()];
    eastwest(&out).expect(0);
    let changes: [&[u8]; 8] = [b"", b"\n", b"\xff\xfe", b"{", b"[]", b"a,b\n1\n", b"null", b"\"\n"];
    for file in ["timeline.csv", "jobs.csv", "manifest.json", "scenario.toml"] {
        let path = results.join(file);
        let whole = fs::read(&path).expect("reads");
        for change in changes {
            fs::write(&path, change).expect("writes");
            let what = format!("{file}: {:?}", String::from_utf8_lossy(change));
            survives(&["report".as_ref(), results.as_ref(), "-q".as_ref()], &what);
            survives(&["explain".as_ref(), results.as_ref(), "batch-0".as_ref(), "-q".as_ref()], &what);
        }
        fs::write(&path, whole).expect("writes");
    }
}
