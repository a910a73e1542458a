//! What a whole run costs: `hubs-10` with its default stack, its week and then horizons of ten times as many jobs at the same rate of
//! arrivals: `cargo bench --bench hubs [-- [SCENARIO] DAYS ...]`; `-- national-2023 7` is the default run of the program.
//!
//! The nation with its data in flight: by default 37 % of the jobs of `national-2023` are staged over links and at most some 90 flows are
//! in flight, as a flow takes all that its links have left. With untuned TCP, where a flow has a window of 192 KiB in a round trip, with input
//! for every `ai-dev` job and with backups of 5 TB, two thirds are staged and up to 7,466 flows are in flight at once (70 days):
//!
//! ```text
//! eastwest run national-2023 --set 'network.window="192 KiB"' --set 'workload.ai-dev.input="20 GB"' \
//!     --set 'workload.backup.input="5 TB"' --set 'run.until="350 d"' --job-records none
//! ```
//!
//! What is on stands in `cases/whole.rs`. CPU seconds are those of the thread
//! (`/proc/self/schedstat`); the peak memory is the process's so far (`VmHWM`), so cases are to be given in ascending order.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;
#[path = "measure/memory.rs"]
mod memory;
#[path = "cases/whole.rs"]
mod whole;

use eastwest::report::JobRecords;

fn main() -> Result<(), String> {
    let given: Vec<u64> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let named = std::env::args().skip(1).find(|word| !word.starts_with('-') && word.parse::<u64>().is_err());
    let name = named.unwrap_or_else(|| "hubs-10".to_owned());
    let days = if given.is_empty() { vec![7, 70] } else { given };
    println!("{:>6}{:>12}{:>12}{:>10}{:>12}{:>12}", "days", "jobs", "events", "CPU s", "us a job", "peak MiB");
    for days in days {
        let whole::Outcome { seconds: cpu, stats } = whole::run(&name, &[], days * 86_400, JobRecords::All)?;
        let text = |value: Option<f64>, digits: usize| value.map_or_else(String::new, |v| format!("{v:.digits$}"));
        println!(
            "{days:>6}{:>12}{:>12}{:>10}{:>12}{:>12}",
            stats.jobs,
            stats.events,
            text(Some(cpu), 2),
            text(Some(cpu / stats.jobs as f64 * 1e6), 2),
            text(memory::peak_mib(), 0)
        );
    }
    Ok(())
}
