//! Each built-in scenario still gives what `results/reference/` keeps of it.

use crate::support::{Scratch, contents, eastwest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

/// What writes the references anew; a test's name, so that it is found where the comparison is.
const REBUILD: &str = "cargo test --profile tests --test integration rebuild_the_references -- --ignored";
/// Files that are longer are kept as their number of lines and their hash alone.
const KEPT_BYTES: usize = 50_000;
/// Longer lists of a summary that is longer than that are left out of it.
const KEPT_ENTRIES: usize = 20;
/// Differences that are told.
const TOLD: usize = 5;

/// Scenarios that have no default stack, or take long, and the words of their run besides.
const WORDS: [(&str, &[&str]); 4] = [
    ("cluster-queues", &["--policy", "easy"]),
    ("hubs-10", &["--set", "run.until=\"1 d\""]),
    ("national-2023", &["--set", "run.until=\"1 d\""]),
    ("two-centers", &["--policy", "west"]),
];

type Files = BTreeMap<String, String>;

fn directory(scenario: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("results/reference").join(scenario)
}

/// What is kept of a run: short files as they are, a long summary without its long lists, and of every file lines and hash.
fn run(scenario: &str) -> Files {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let mut words = vec!["run".into(), scenario.into(), "--no-report".into(), "--quiet".into(), "--out".into()];
    words.push(out.clone().into_os_string());
    let more = WORDS.iter().find(|(name, _)| *name == scenario).map_or(&[][..], |(_, words)| words);
    words.extend(more.iter().map(std::ffi::OsString::from));
    eastwest(&words).expect(0);
    let (mut files, mut list) = (Files::new(), "file,lines,fnv1a_64\n".to_owned());
    for (name, bytes) in contents(&out) {
        // What was put in is no result.
        if name == "scenario.toml" || name.ends_with(".swf") {
            continue;
        }
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        let hash = bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{name},{lines},{hash:016x}");
        let text = String::from_utf8(bytes).expect("text");
        if text.len() <= KEPT_BYTES {
            files.insert(name, text);
        } else if name == "summary.json" {
            files.insert(name, without_long_lists(&text));
        }
    }
    files.insert("files.csv".to_owned(), list);
    files
}

fn without_long_lists(summary: &str) -> String {
    let mut value: Value = serde_json::from_str(summary).expect("JSON");
    for list in value.as_object_mut().expect("an object").values_mut() {
        if let Some(entries) = list.as_array().map(Vec::len).filter(|entries| *entries > KEPT_ENTRIES) {
            *list = json!({ "entries_left_out": entries });
        }
    }
    serde_json::to_string_pretty(&value).expect("JSON") + "\n"
}

/// Where two JSON values differ: the path, what was kept and what is now.
fn json_differences(path: &str, kept: &Value, now: &Value, told: &mut Vec<String>) {
    let name = |value: &Value| {
        let keys = ["name", "class", "center", "pool", "link", "service", "tenant"];
        keys.iter().find_map(|key| value[key].as_str().map(str::to_owned))
    };
    match (kept, now) {
        (Value::Object(one), Value::Object(other)) => {
            for key in one.keys().chain(other.keys().filter(|key| !one.contains_key(*key))) {
                let missing = Value::String("(no such key)".to_owned());
                let [kept, now] = [one, other].map(|it| it.get(key).unwrap_or(&missing));
                json_differences(&format!("{path}.{key}"), kept, now, told);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (at, (kept, now)) in one.iter().zip(other).enumerate() {
                let entry = name(kept).unwrap_or_else(|| at.to_string());
                json_differences(&format!("{path}[{entry}]"), kept, now, told);
            }
        }
        _ if kept != now => told.push(format!("{}: kept {kept}, now {now}", path.trim_start_matches('.'))),
        _ => {}
    }
}

/// Where two tables differ: row and column, what was kept and what is now.
fn table_differences(kept: &str, now: &str, told: &mut Vec<String>) {
    let rows = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
    };
    let (kept, now) = (rows(kept), rows(now));
    if kept.len() != now.len() {
        told.push(format!("kept {} rows, now {}", kept.len(), now.len()));
    }
    if kept.first() != now.first() {
        told.push(format!("kept the columns {:?}, now {:?}", kept.first(), now.first()));
        return;
    }
    for (line, (one, other)) in kept.iter().zip(&now).enumerate() {
        for (column, (kept_cell, now_cell)) in one.iter().zip(other).enumerate().filter(|(_, (a, b))| a != b) {
            let (row, head) = (&one[0], &kept[0][column]);
            told.push(format!("line {} ({row}), {head}: kept {kept_cell:?}, now {now_cell:?}", line + 1));
        }
    }
}

/// What differs, a line each; nothing where nothing does.
fn differences(scenario: &str, kept: &Files, now: &Files) -> Vec<String> {
    let mut all = Vec::new();
    let names: std::collections::BTreeSet<&String> = kept.keys().chain(now.keys()).collect();
    for name in names {
        let mut told = Vec::new();
        match (kept.get(name), now.get(name)) {
            (Some(kept), Some(now)) if kept == now => continue,
            (Some(kept), Some(now)) if name.ends_with(".json") => {
                let value = |text: &str| serde_json::from_str(text).expect("JSON");
                json_differences("", &value(kept), &value(now), &mut told);
            }
            (Some(kept), Some(now)) => table_differences(kept, now, &mut told),
            (Some(_), None) => told.push("it is kept, but no longer written (or too long now)".to_owned()),
            (None, _) => told.push("it is written, but not kept".to_owned()),
        }
        if told.is_empty() {
            told.push("the same values, written otherwise".to_owned());
        }
        let more = told.len().saturating_sub(TOLD);
        all.extend(told.into_iter().take(TOLD).map(|line| format!("{scenario}/{name}: {line}")));
        if more > 0 {
            all.push(format!("{scenario}/{name}: and {more} more"));
        }
    }
    all
}

fn kept(scenario: &str) -> Files {
    let Ok(entries) = fs::read_dir(directory(scenario)) else { return Files::new() };
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("text").replace("\r\n", "\n");
        (path.file_name().expect("a name").to_string_lossy().into_owned(), text)
    };
    entries.map(file).collect()
}

#[track_caller]
fn check(scenario: &str) {
    let differences = differences(scenario, &kept(scenario), &run(scenario));
    assert!(
        differences.is_empty(),
        "results/reference/ holds other results:\n  {}\nIf the change is meant, say so in CHANGELOG.md and write them anew: {REBUILD}",
        differences.join("\n  ")
    );
}

macro_rules! references {
    ($($test:ident = $name:literal),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                check($name);
            }
        )+

        #[test]
        fn every_scenario_has_a_reference_and_nothing_else_has() {
            let names = [$($name),+];
            let built_in: Vec<&str> = eastwest::scenario::embedded().iter().map(|(name, _)| *name).collect();
            assert_eq!(built_in, names);
            let mut kept: Vec<String> = fs::read_dir(directory(""))
                .expect("results/reference")
                .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
                .collect();
            kept.sort();
            assert_eq!(kept, names);
        }
    };
}

references! {
    bth_10k_cards = "bth-10k-cards",
    cluster_queues = "cluster-queues",
    east_data_west_storage = "east-data-west-storage",
    gpu_sharing = "gpu-sharing",
    greener_is_not_west = "greener-is-not-west",
    growth = "growth",
    hubs_10_for_a_day = "hubs-10",
    national_2023_for_a_day = "national-2023",
    online_services = "online-services",
    residency = "residency",
    small_firms = "small-firms",
    tianjin_expansion = "tianjin-expansion",
    trunk_cut = "trunk-cut",
    two_centers = "two-centers",
}

/// Not a test: writes `results/reference/` anew.
#[test]
#[ignore = "writes results/reference/ anew"]
fn rebuild_the_references() {
    let _ = fs::remove_dir_all(directory(""));
    for (scenario, _) in eastwest::scenario::embedded() {
        fs::create_dir_all(directory(scenario)).expect("a directory");
        for (name, text) in run(scenario) {
            fs::write(directory(scenario).join(name), text).expect("writes");
        }
    }
}

#[test]
fn differences_say_where() {
    let files = |summary: &str, table: &str| {
        Files::from([("summary.json".to_owned(), summary.to_owned()), ("classes.csv".to_owned(), table.to_owned())])
    };
    let one = files("{\"jobs\": 3, \"classes\": [{\"class\": \"a\", \"wait_mean_s\": 1.0}]}", "class,jobs\na,1\nb,2\n");
    let other =
        files("{\"jobs\": 3, \"classes\": [{\"class\": \"a\", \"wait_mean_s\": 1.5}]}", "class,jobs\na,1\nb,3\n");
    assert!(differences("s", &one, &one).is_empty());
    let wanted = [
        "s/classes.csv: line 3 (b), jobs: kept \"2\", now \"3\"",
        "s/summary.json: classes[a].wait_mean_s: kept 1.0, now 1.5",
    ];
    assert_eq!(differences("s", &one, &other), wanted);
    let mut fewer = other.clone();
    fewer.remove("classes.csv");
    assert!(differences("s", &other, &fewer)[0].contains("no longer written"));
    assert!(differences("s", &fewer, &other)[0].contains("not kept"));
    let reordered =
        files("{\"jobs\":3, \"classes\": [{\"class\": \"a\", \"wait_mean_s\": 1.0}]}", "class,jobs\na,1\nb,2\n");
    assert_eq!(differences("s", &one, &reordered), ["s/summary.json: the same values, written otherwise"]);
}
