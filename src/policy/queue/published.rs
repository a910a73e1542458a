//! Published schedules, job for job. The data are third-party: they are read where they are (`EASTWEST_TRACES`, or a folder
//! `../shared/traces` beside the project), and a test says so when it is skipped.

use super::bench_desk::{Case, Rules, simulate};
use super::order::{Fcfs, Sjf};
use super::{Conservative, Easy, Estimate, InOrder, NamedEasy, QueueDiscipline};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::PathBuf;

fn traces(folder: &str) -> Option<PathBuf> {
    let roots = std::env::var_os("EASTWEST_TRACES").map(PathBuf::from);
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let near = ["../shared/traces", "../../shared/traces"].map(|near| here.join(near));
    let found = roots.into_iter().chain(near).map(|root| root.join(folder)).find(|path| path.is_dir());
    if found.is_none() {
        // Past the test harness, which would keep what a passing test prints to itself.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no traces `{folder}`; set EASTWEST_TRACES to the folder that holds them"
        );
    }
    found
}

fn text(path: &PathBuf) -> String {
    let bytes = std::fs::read(path).unwrap();
    if path.extension().is_none_or(|extension| extension != "gz") {
        return String::from_utf8(bytes).unwrap();
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    text
}

fn easy(sjbf: bool, estimate: Estimate, by_prediction: bool) -> Box<dyn QueueDiscipline> {
    let overtaking: Option<Box<dyn super::order::Order>> = if sjbf { Some(Box::new(Sjf)) } else { None };
    Box::new(Easy::new(Box::new(Fcfs), overtaking, estimate, by_prediction))
}

/// Cases of an SWF log (columns: number, submit, wait, run, ..., 8 processors, 9 requested time) and their numbers.
fn swf(path: &PathBuf) -> (Vec<u64>, Vec<Case>) {
    let text = text(path);
    let rows = text.lines().filter(|line| !line.starts_with(';') && !line.trim().is_empty());
    rows.map(|line| {
        let fields: Vec<i64> = line.split_whitespace().map(|field| field.parse().unwrap()).collect();
        let field = |column: usize| u64::try_from(fields[column - 1]).unwrap();
        let size = u32::try_from(fields[7]).unwrap();
        let case =
            Case { tenant: u32::try_from(fields[11].max(0)).unwrap(), ..Case::new(field(2), field(4), field(9), size) };
        (field(1), case)
    })
    .unzip()
}

/// Waits by job and the average bounded slowdown (10 s).
fn replay(log: &str, processors: u32, queue: &mut dyn QueueDiscipline) -> Option<(BTreeMap<u64, u64>, f64)> {
    let path = traces("easy")?.join(format!("{log}.filtered.swf.gz"));
    let (numbers, cases) = swf(&path);
    let bench = simulate(1, processors, &cases, 1_000_000_000, Rules::Predictsim, queue);
    let mut sum = 0.0;
    let mut waits = BTreeMap::new();
    for ((number, case), start) in numbers.iter().zip(&cases).zip(&bench.starts) {
        let wait = start.unwrap().0 / 1_000_000_000 - case.submit;
        sum += ((wait + case.run) as f64 / case.run.max(10) as f64).max(1.0);
        waits.insert(*number, wait);
    }
    let count = waits.len() as f64;
    Some((waits, sum / count))
}

fn compare(log: &str, processors: u32, policy: &str, published: &str) {
    let mut queue = match policy {
        "easy.req" => easy(false, Estimate::Requested, true),
        "easy.clair" => easy(false, Estimate::Actual, true),
        _ => easy(true, Estimate::Actual, true),
    };
    let Some((waits, slowdown)) = replay(log, processors, queue.as_mut()) else { return };
    let expected = text(&traces("easy").unwrap().join(format!("expected-{log}-{policy}.csv.gz")));
    let expected: BTreeMap<u64, u64> = expected
        .lines()
        .skip(1)
        .map(|line| line.split_once(',').map(|(job, wait)| (job.parse().unwrap(), wait.parse().unwrap())).unwrap())
        .collect();
    assert_eq!(waits.len(), expected.len());
    let wrong: Vec<_> = expected.iter().filter(|(job, wait)| waits.get(*job) != Some(*wait)).collect();
    assert!(wrong.is_empty(), "{log} {policy}: {} waits differ, first {:?}", wrong.len(), wrong.first());
    assert_eq!(format!("{slowdown:.10}"), published, "{log} {policy}");
}

#[test]
fn kth_sp2_equals_the_published_schedules() {
    compare("KTH-SP2", 100, "easy.req", "92.5765397336");
    compare("KTH-SP2", 100, "easy.clair", "71.7223851124");
    compare("KTH-SP2", 100, "sjbf.clair", "49.8477189313");
}

#[test]
fn sdsc_sp2_equals_the_published_schedules() {
    compare("SDSC-SP2", 128, "easy.req", "87.8703241922");
    compare("SDSC-SP2", 128, "easy.clair", "70.4779419668");
    compare("SDSC-SP2", 128, "sjbf.clair", "56.8362212695");
}

/// Which scheduler a vector belongs to, by its name: (prefix, schedulers). `fcfs` nobody overtakes; `easy`, `cons`, `sjbf`.
const VECTORS: [(&str, &[&str]); 7] = [
    ("basic_input", &["fcfs", "easy", "cons", "sjbf"]),
    ("extreme_input", &["fcfs", "easy", "cons", "sjbf"]),
    ("fcfs_input", &["fcfs"]),
    ("bf_input", &["easy", "cons"]),
    ("easy_bf_input", &["easy"]),
    ("cons_bf_input", &["cons"]),
    ("sjbf", &["sjbf"]),
];

#[test]
fn small_vectors_have_their_expected_ends() {
    let Some(folder) = traces("pyss") else { return };
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let prefix = name.split('.').next().unwrap();
        let schedulers = VECTORS
            .iter()
            .find(|(known, _)| *known == prefix)
            .unwrap_or_else(|| panic!("{name}: no scheduler known"))
            .1;
        seen.insert(prefix.to_owned());
        let text = text(&folder.join(&name));
        let rows = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut rows: Vec<(Case, u64)> = rows
            .map(|line| {
                let fields: Vec<&str> = line.split_whitespace().collect();
                let end = fields[1].split('.').next().unwrap().parse().unwrap();
                let field = |column: usize| fields[column].parse::<u64>().unwrap();
                (Case::new(field(0), field(4), field(2), u32::try_from(field(3)).unwrap()), end)
            })
            .collect();
        rows.sort_by_key(|(case, _)| case.submit);
        let cases: Vec<Case> = rows.iter().map(|(case, _)| *case).collect();
        for scheduler in schedulers {
            let mut queue: Box<dyn QueueDiscipline> = match *scheduler {
                "fcfs" => Box::new(InOrder::new(Box::new(Fcfs), Estimate::Requested)),
                "easy" => easy(false, Estimate::Requested, false),
                "cons" => Box::new(Conservative::new(Box::new(Fcfs), Estimate::Requested)),
                _ => easy(true, Estimate::Requested, false),
            };
            let starts = super::bench_desk::starts(100, &cases, queue.as_mut());
            for ((case, end), start) in rows.iter().zip(&starts) {
                if start + case.run != *end {
                    wrong.push(format!("{name} {scheduler}: {case:?} ended {} not {end}", start + case.run));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(seen.len(), VECTORS.len(), "kinds of vectors present: {seen:?}");
}

/// Machines of `1-2 5` as numbers.
fn machines(text: &str) -> Vec<u64> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        first.parse::<u64>().unwrap()..=last.parse().unwrap()
    };
    text.split([' ', ',']).flat_map(range).collect()
}

/// Seconds with decimals as microseconds.
fn micros(seconds: f64) -> u64 {
    (seconds * 1e6).round() as u64
}

#[test]
fn batsim_easy_equals_starts_and_machines() {
    let Some(folder) = traces("batsim") else { return };
    let workload: serde_json::Value = serde_json::from_str(&text(&folder.join("medium_late.json"))).unwrap();
    let mut jobs: Vec<(u64, String, Case)> = Vec::new();
    for job in workload["jobs"].as_array().unwrap() {
        let profile = &workload["profiles"][job["profile"].as_str().unwrap()];
        let number = |value: &serde_json::Value| micros(value.as_f64().unwrap());
        let case = Case::new(
            number(&job["subtime"]),
            number(&profile["delay"]),
            number(&job["walltime"]),
            u32::try_from(job["res"].as_u64().unwrap()).unwrap(),
        );
        jobs.push((case.submit, job["id"].to_string().trim_matches('"').to_owned(), case));
    }
    jobs.sort_by_key(|job| job.0);
    let cases: Vec<Case> = jobs.iter().map(|job| job.2).collect();
    let mut queue = NamedEasy::new(Box::new(Fcfs), None, Estimate::Requested);
    let bench = simulate(32, 1, &cases, 1000, Rules::Ours, &mut queue);
    let expected = text(&folder.join("expected-easy-jobs.csv"));
    let expected: BTreeMap<&str, (u64, Vec<u64>)> = expected
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            (fields[0], (micros(fields[7].parse().unwrap()), machines(fields[14])))
        })
        .collect();
    assert_eq!(expected.len(), jobs.len());
    let mut wrong = Vec::new();
    for (index, (_, id, case)) in jobs.iter().enumerate() {
        let start = bench.starts[index].unwrap().0 / 1000;
        let parts = &bench.allocations[index].as_ref().unwrap().parts;
        let nodes: Vec<u64> = parts.iter().flat_map(|part| part.first..part.first + part.count).collect();
        let (at, on) = &expected[id.as_str()];
        // The published times are rounded to a microsecond, and carry the scheduler's own sums.
        if start.abs_diff(*at) > 5 || nodes != *on {
            wrong.push(format!("{id} {case:?}: {start} on {nodes:?}, not {at} on {on:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), jobs.len(), wrong[..wrong.len().min(6)].join("\n"));
}
