//! `run --trace`: the file is sound, and tells what the tables tell.

use crate::support::{Scratch, Table, eastwest, run_into, same_contents};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn read(directory: &Path) -> Value {
    let file = std::fs::File::open(directory.join("trace.json.gz")).expect("a trace");
    serde_json::from_reader(std::io::BufReader::new(flate2::read::GzDecoder::new(file))).expect("JSON in gzip")
}

fn scenario(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name)
}

fn number(event: &Value, key: &str) -> u64 {
    event[key].as_u64().unwrap_or_else(|| panic!("no {key} in {event}"))
}

/// Nanoseconds, from the microseconds of an event.
fn nanos(event: &Value) -> u64 {
    (event["ts"].as_f64().unwrap_or_else(|| panic!("no ts in {event}")) * 1000.0).round() as u64
}

/// A slice that was read: where it is, its name, its span in ns, and what it says.
#[derive(Debug)]
struct Slice<'a> {
    depth: usize,
    name: &'a str,
    category: &'a str,
    start: u64,
    end: u64,
    args: &'a Value,
    process: u64,
}

/// Reads a trace as a viewer does: events in order of time, those of one instant as they stand. Ends the test where slices of a thread
/// are not nested, an arrow has no slice or no other end, or a process or thread has no name.
fn slices(trace: &Value) -> Vec<Slice<'_>> {
    let all = trace["traceEvents"].as_array().expect("a list of events");
    let named = |fact: &str, key: &str| -> BTreeSet<u64> {
        all.iter().filter(|event| event["name"] == fact).map(|event| number(event, key)).collect()
    };
    let (processes, threads) = (named("process_name", "pid"), named("thread_name", "tid"));
    assert!(processes.is_disjoint(&threads), "a process with the number of a thread");
    let mut events: Vec<&Value> = all.iter().filter(|event| event["ph"] != "M").collect();
    events.sort_by_key(|event| nanos(event));
    let mut open: BTreeMap<u64, Vec<Slice<'_>>> = BTreeMap::new();
    let mut done = Vec::new();
    let mut arrows: BTreeMap<u64, &str> = BTreeMap::new();
    let mut begun: BTreeSet<u64> = BTreeSet::new();
    for event in events {
        let process = number(event, "pid");
        assert!(processes.contains(&process), "no name of the process of {event}");
        let phase = event["ph"].as_str().expect("a phase");
        if phase == "C" {
            continue;
        }
        let thread = number(event, "tid");
        assert!(threads.contains(&thread), "no name of the thread of {event}");
        let stack = open.entry(thread).or_default();
        match phase {
            "B" => {
                assert!(stack.iter().all(|slice| slice.process == process), "one thread of two processes: {event}");
                stack.push(Slice {
                    depth: stack.len(),
                    name: event["name"].as_str().expect("a name"),
                    category: event["cat"].as_str().expect("a category"),
                    start: nanos(event),
                    end: 0,
                    args: &event["args"],
                    process,
                });
            }
            "E" => {
                let mut slice = stack.pop().unwrap_or_else(|| panic!("nothing ends with {event}"));
                slice.end = nanos(event);
                done.push(slice);
            }
            "s" => {
                let id = number(event, "id");
                assert!(begun.insert(id), "an arrow that leaves twice: {event}");
                arrows.insert(id, stack.last().unwrap_or_else(|| panic!("no slice at {event}")).name);
            }
            "f" => {
                // Of an arrow of no length the end may be read first.
                let from = arrows.remove(&number(event, "id")).unwrap_or_else(|| panic!("it never left: {event}"));
                assert!(!stack.is_empty() && !from.is_empty(), "no slice at {event}");
            }
            other => panic!("phase {other}"),
        }
    }
    assert!(arrows.is_empty(), "arrows that never arrive: {arrows:?}");
    assert!(open.values().all(Vec::is_empty), "slices that never end");
    done
}

/// Integral of a counter over each hour, from its changes.
fn hours(changes: &[(u64, f64)], hours: usize) -> Vec<f64> {
    const HOUR: u64 = 3_600_000_000_000;
    let mut sums = vec![0.0; hours];
    for (at, (start, value)) in changes.iter().enumerate() {
        let end = changes.get(at + 1).map_or(hours as u64 * HOUR, |next| next.0);
        for (hour, sum) in sums.iter_mut().enumerate() {
            let (from, to) = (hour as u64 * HOUR, (hour as u64 + 1) * HOUR);
            *sum += value * end.min(to).saturating_sub(*(start.max(&from))) as f64;
        }
    }
    sums.into_iter().map(|sum| sum / HOUR as f64).collect()
}

/// Changes of each counter by process and name.
fn counters(trace: &Value) -> BTreeMap<(u64, &str), Vec<(u64, f64)>> {
    let mut counters: BTreeMap<(u64, &str), Vec<(u64, f64)>> = BTreeMap::new();
    for event in trace["traceEvents"].as_array().expect("a list").iter().filter(|event| event["ph"] == "C") {
        let value = event["args"].as_object().and_then(|args| args.values().next()).and_then(Value::as_f64);
        let key = (number(event, "pid"), event["name"].as_str().expect("a name"));
        counters.entry(key).or_default().push((nanos(event), value.expect("a number")));
    }
    counters
}

#[test]
fn a_trace_tells_what_the_tables_tell() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let more = [
        "--trace",
        "--no-report",
        "--set",
        "run.until=\"6 h\"",
        "--set",
        "run.drain=false",
        "--set",
        "run.warm-up=\"0 s\"",
    ];
    run_into(&scenario("hubs-10.toml"), &out, &more).expect(0);
    let trace = read(&out);
    let slices = slices(&trace);
    assert_eq!(trace["otherData"]["sample"], "all jobs");
    let names: BTreeMap<u64, &str> = trace["traceEvents"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|event| event["name"] == "process_name")
        .map(|event| (number(event, "pid"), event["args"]["name"].as_str().expect("a name")))
        .collect();
    let jobs = Table::read(&out.join("jobs.csv"));
    same_lives(&slices, &names, &jobs);
    same_counters(&counters(&trace), &slices, &names, &Table::read(&out.join("timeline.csv")));
    assert!(slices.iter().any(|slice| slice.category == "transfer"), "nothing was moved");
}

/// Every job once, at its place, with its facts.
fn same_lives(slices: &[Slice<'_>], names: &BTreeMap<u64, &str>, jobs: &Table) {
    let columns = ["job", "center", "origin", "class", "tenant", "outcome", "submit_s", "wait_s", "staged_bytes"];
    let cells = columns.map(|column| jobs.cells(column));
    let mut rows: Vec<Vec<String>> = (0..jobs.rows.len())
        .map(|row| {
            let mut words: Vec<String> = cells.iter().map(|column| column[row].to_owned()).collect();
            if words[1].is_empty() {
                words[1] = words[2].clone();
            }
            words
        })
        .collect();
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let seconds = eastwest::units::seconds_text;
    let told = slices.iter().filter(|slice| slice.category == "job").map(|life| {
        let wait = life.args["wait_s"].as_f64().map_or_else(String::new, |wait| seconds((wait * 1e9).round() as u64));
        let mut words = vec![life.name.to_owned(), names[&life.process].to_owned()];
        words.extend(["origin", "class", "tenant", "outcome"].map(|key| text(&life.args[key])));
        words.extend([seconds(life.start), wait, text(&life.args["staged_bytes"])]);
        words
    });
    let mut told: Vec<Vec<String>> = told.collect();
    rows.sort();
    told.sort();
    assert_eq!(told, rows);
}

/// The integral of each counter over each hour is what the timeline says, and over the run what the slices add up to.
fn same_counters(
    counters: &BTreeMap<(u64, &str), Vec<(u64, f64)>>,
    slices: &[Slice<'_>],
    names: &BTreeMap<u64, &str>,
    timeline: &Table,
) {
    let cells = ["kind", "name", "from", "to", "interval_start_s"].map(|column| timeline.cells(column));
    let rows: BTreeMap<(String, &str), usize> = (0..timeline.rows.len())
        .map(|row| {
            let [kind, name, from, to, start] = [0, 1, 2, 3, 4].map(|column| cells[column][row]);
            let words = if kind == "link" { format!("{name}: {from} > {to}") } else { name.to_owned() };
            ((words, start), row)
        })
        .collect();
    let (mut of_centers, mut of_links) = (0, 0);
    for ((process, counter), changes) in counters {
        let (name, column) = match *counter {
            "running" => (names[process], "running_mean"),
            "queued" => (names[process], "waiting_mean"),
            link => (link, "rate_mean_bps"),
        };
        let listed = timeline.cells(column);
        let means = hours(changes, 6);
        for (hour, mean) in means.iter().enumerate() {
            let row = rows[&(name.to_owned(), &*format!("{}.0", hour * 3600))];
            let listed = listed[row].parse::<f64>().expect("a number");
            assert!(
                (mean - listed).abs() <= 1e-6 * listed.max(1.0),
                "{counter} at {name}, hour {hour}: {mean}, {listed}"
            );
        }
        if column == "rate_mean_bps" {
            of_links += 1;
            continue;
        }
        of_centers += 1;
        let inside =
            slices.iter().filter(|slice| slice.process == *process && slice.depth == 1 && slice.name == *counter);
        let ran: f64 = inside.map(|slice| (slice.end - slice.start) as f64 / 3.6e12).sum();
        assert!((means.iter().sum::<f64>() - ran).abs() < 1e-6, "{counter} at {name}: {means:?} and {ran}");
    }
    assert!(of_centers >= 10 && of_links >= 6, "{of_centers} counters of centers, {of_links} of links");
}

#[test]
fn interrupted_jobs_are_traced_and_the_same_run_gives_the_same_bytes() {
    let scratch = Scratch::new();
    let (one, other) = (scratch.path("one"), scratch.path("other"));
    for out in [&one, &other] {
        let more = ["--trace", "--no-report", "--set", "run.until=\"12 h\"", "--policy", "urgent-first"];
        run_into(&scenario("cluster-queues.toml"), out, &more).expect(0);
    }
    same_contents(&one, &other);
    let trace = read(&one);
    let slices = slices(&trace);
    let jobs = Table::read(&one.join("jobs.csv"));
    let interrupted: u64 = jobs.cells("preemptions").iter().filter_map(|cell| cell.parse::<u64>().ok()).sum();
    assert!(interrupted > 0, "nothing was interrupted");
    let started = jobs.cells("start_s").iter().filter(|cell| !cell.is_empty()).count() as u64;
    let attempts: u64 = jobs.cells("attempt").iter().filter_map(|cell| cell.parse::<u64>().ok()).sum();
    let runs = slices.iter().filter(|slice| slice.name == "running" && slice.category == "phase").count() as u64;
    assert_eq!(runs, attempts, "{started} jobs, {interrupted} interruptions");
}

#[test]
fn without_the_flag_there_is_no_trace_and_metrics_are_the_same() {
    let scratch = Scratch::new();
    let (with, without) = (scratch.path("with"), scratch.path("without"));
    run_into(&scenario("two-centers.toml"), &with, &["--policy", "west", "--trace"]).expect(0);
    run_into(&scenario("two-centers.toml"), &without, &["--policy", "west"]).expect(0);
    assert!(!without.join("trace.json.gz").exists());
    std::fs::remove_file(with.join("trace.json.gz")).expect("the trace");
    same_contents(&with, &without);
    eastwest(&["run", "two-centers", "--trace=yes"]).expect(2).says(&["--trace"]);
}
