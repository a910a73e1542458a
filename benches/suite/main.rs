//! The fixed cases by which eastwest is measured: rates, peak memory and growth.
//!
//! ```text
//! cargo bench --bench suite                             all cases, three runs each: half an hour
//! cargo bench --bench suite -- --quick --runs 1         a small set: less than a minute
//! cargo bench --bench suite -- 'flows: mesh'            those whose names hold these letters
//! cargo bench --bench suite -- --format markdown        the tables of results/benchmarks.md; `json` is everything
//! cargo bench --bench suite -- --into results/benchmarks.md --json FILE       into the page, between its two marks, and everything as JSON
//! cargo bench --bench suite -- --inputs DIR             no measuring: the generated inputs as files
//! ```
//!
//! Each run of a case is a process of its own, so that its peak memory (`VmHWM`) is that of the case, what it was generated from included; one after the
//! other. CPU seconds are those of the thread that does the work (`/proc/thread-self/schedstat`), generating and loading not counted.
//! Medians over `--runs`; a case of more than 30 s is run once.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints its table")]

#[path = "../cases/brokers.rs"]
mod brokers;
mod cases;
#[path = "../measure/cpu.rs"]
mod cpu;
#[path = "../cases/easy.rs"]
mod easy;
#[path = "../cases/flows.rs"]
mod flows;
#[path = "../cases/hold.rs"]
mod hold;
mod inputs;
#[path = "../measure/memory.rs"]
mod memory;
mod peers;
#[path = "../cases/placing.rs"]
mod placing;
mod table;
#[path = "../cases/whole.rs"]
mod whole;

use cases::Case;
use eastwest::report::{Format, Look};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use table::Measured;

/// That of the program itself.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A case that takes longer is not repeated.
const ONCE_S: f64 = 30.0;
/// Between these the tables of a page stand.
const MARKS: [&str; 2] = ["<!-- measured -->", "<!-- end of measured -->"];

#[derive(Default)]
struct Words {
    quick: bool,
    runs: usize,
    format: String,
    json: Option<String>,
    into: Option<String>,
    inputs: Option<String>,
    case: Option<String>,
    filter: String,
}

fn words() -> Result<Words, String> {
    let mut words = Words { runs: 3, format: "text".to_owned(), ..Words::default() };
    let mut rest = std::env::args().skip(1);
    while let Some(word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{word} needs a value"));
        match word.as_str() {
            // Cargo's own.
            "--bench" => {}
            "--quick" => words.quick = true,
            "--runs" => words.runs = value()?.parse().ok().filter(|runs| *runs > 0).ok_or("--runs needs a number")?,
            "--format" => words.format = value()?,
            "--json" => words.json = Some(value()?),
            "--into" => words.into = Some(value()?),
            "--inputs" => words.inputs = Some(value()?),
            "--case" => words.case = Some(value()?),
            unknown if unknown.starts_with('-') => return Err(format!("there is no {unknown}")),
            filter => words.filter = filter.to_owned(),
        }
    }
    if !["text", "markdown", "json"].contains(&words.format.as_str()) {
        return Err("--format is text, markdown or json".to_owned());
    }
    Ok(words)
}

fn main() -> Result<(), String> {
    let words = words()?;
    let all = cases::all();
    if let Some(id) = &words.case {
        let case = all.iter().find(|case| case.id() == *id).ok_or_else(|| format!("there is no case {id}"))?;
        println!("{}", one_run(case)?);
        return Ok(());
    }
    if let Some(directory) = &words.inputs {
        let names = inputs::write(Path::new(directory), &words.filter, words.quick);
        names.map_err(|error| error.to_string())?.iter().for_each(|name| println!("{directory}/{name}"));
        return Ok(());
    }
    // Whether it can be written shows now, not when all is measured.
    if let Some(path) = &words.into {
        parts(&page(path)?, path)?;
    }
    if let Some(parent) = words.json.as_ref().and_then(|path| Path::new(path).parent()) {
        std::fs::create_dir_all(parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    }
    let wanted = |case: &&Case| case.id().contains(&words.filter) && (case.quick || !words.quick);
    let mut measured = Vec::new();
    for case in all.iter().filter(wanted) {
        eprintln!("{}", case.id());
        measured.push(measure(case, words.runs)?);
    }
    let everything = table::json(&measured, &machine(), words.runs);
    let everything = serde_json::to_string_pretty(&everything).map_err(|error| error.to_string())?;
    if let Some(path) = &words.json {
        std::fs::write(path, format!("{everything}\n")).map_err(|error| format!("{path}: {error}"))?;
    }
    if let Some(path) = &words.into {
        into(path, &table::text(&measured, Format::Markdown.into()))?;
    }
    match words.format.as_str() {
        "json" => println!("{everything}"),
        "markdown" => print!("{}", table::text(&measured, Format::Markdown.into())),
        _ => print!("{}", table::text(&measured, Look::default())),
    }
    Ok(())
}

/// Puts tables between the marks of a page.
fn into(path: &str, tables: &str) -> Result<(), String> {
    let page = page(path)?;
    let (before, after) = parts(&page, path)?;
    let page = format!("{before}{}\n\n{tables}\n{}{after}", MARKS[0], MARKS[1]);
    std::fs::write(path, page).map_err(|error| format!("{path}: {error}"))
}

fn page(path: &str) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
}

/// What is before the marks of a page and what is behind them.
fn parts<'a>(page: &'a str, path: &str) -> Result<(&'a str, &'a str), String> {
    let parts = page.split_once(MARKS[0]).and_then(|(before, rest)| Some((before, rest.split_once(MARKS[1])?.1)));
    parts.ok_or_else(|| format!("{path} has no {} ... {}", MARKS[0], MARKS[1]))
}

/// Runs a case in this process; what came of it as one line.
fn one_run(case: &Case) -> Result<Value, String> {
    let outcome = case.run()?;
    Ok(json!({
        "amount": outcome.amount,
        "seconds": outcome.seconds,
        "facts": outcome.facts,
        "peak_mib": memory::peak_mib(),
    }))
}

/// Runs a case so many times, each in a process of its own.
fn measure(case: &Case, runs: usize) -> Result<Measured<'_>, String> {
    let mut measured = Measured { case, amount: 0, seconds: Vec::new(), peak_mib: None, facts: Vec::new() };
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    for _ in 0..runs {
        let output = Command::new(&program).args(["--case", &case.id()]).output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{}: {}", case.id(), String::from_utf8_lossy(&output.stderr)));
        }
        let line: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("{}: {error}", case.id()))?;
        let seconds = line["seconds"].as_f64().ok_or("no seconds")?;
        measured.amount = line["amount"].as_u64().unwrap_or_default();
        measured.seconds.push(seconds);
        measured.facts = serde_json::from_value(line["facts"].clone()).unwrap_or_default();
        let peak = line["peak_mib"].as_f64();
        measured.peak_mib = measured.peak_mib.map_or(peak, |most| Some(most.max(peak.unwrap_or(most))));
        if seconds > ONCE_S {
            break;
        }
    }
    measured.seconds.sort_by(f64::total_cmp);
    Ok(measured)
}

/// The processor and how many of them there are.
fn machine() -> Value {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.trim()));
    json!({ "processor": model, "processors": std::thread::available_parallelism().map(usize::from).ok() })
}
