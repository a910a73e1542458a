//! What a replay costs: a generated log on 512 processors at load 0.9, read as a file, scheduled, audited and written as `jobs.csv`:
//! `cargo bench --bench replay [-- [easy|conservative] JOBS ...]`; without words a million jobs under EASY and 100,000 under conservative
//! backfilling.
//!
//! How the log is made stands in `cases/easy.rs`. CPU seconds are those of the thread (`/proc/thread-self/schedstat`); the peak memory is the
//! process's so far (`VmHWM`), so cases are to be given in ascending order of memory.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;
#[path = "cases/easy.rs"]
mod easy;
#[path = "measure/memory.rs"]
mod memory;

use eastwest::experiment::replay::Backfill;

fn row(backfill: Backfill, word: &str, jobs: u64) -> Result<(), String> {
    let outcome = easy::run(backfill, jobs, true)?;
    let text = |value: Option<f64>, digits: usize| value.map_or_else(String::new, |v| format!("{v:.digits$}"));
    println!(
        "{word:>14}{jobs:>10}{:>10.2}{:>12.2}{:>12}{:>14}",
        outcome.seconds,
        outcome.seconds / jobs as f64 * 1e6,
        text(memory::peak_mib(), 0),
        text(outcome.wait_mean_s, 1)
    );
    Ok(())
}

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let numbers: Vec<u64> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let cases = match words.iter().find(|word| word.parse::<u64>().is_err()).map(String::as_str) {
        Some("conservative") => vec![(Backfill::Conservative, "conservative", 100_000)],
        Some("easy") => vec![(Backfill::Easy, "easy", 1_000_000)],
        _ => vec![(Backfill::Conservative, "conservative", 100_000), (Backfill::Easy, "easy", 1_000_000)],
    };
    println!(
        "{:>14}{:>10}{:>10}{:>12}{:>12}{:>14}",
        "backfilling", "jobs", "CPU s", "us a job", "peak MiB", "mean wait s"
    );
    for (backfill, word, usual) in cases {
        let jobs = if numbers.is_empty() { vec![usual] } else { numbers.clone() };
        jobs.into_iter().try_for_each(|jobs| row(backfill, word, jobs))?;
    }
    Ok(())
}
