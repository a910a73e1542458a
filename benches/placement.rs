//! What first-fit placement costs, beside a linear scan over a row of nodes: `cargo bench --bench placement [-- large]`.
//!
//! The cases stand in `cases/placing.rs`. The scan must choose the same nodes. CPU seconds are those of the thread
//! (`/proc/thread-self/schedstat`); the peak memory is the process's so far.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;
#[path = "measure/memory.rs"]
mod memory;
#[path = "cases/placing.rs"]
mod placing;

use placing::{CASES, Case, Outcome};

fn row(name: &str, case: &Case, outcome: &Outcome) {
    println!(
        "{name:<28}{:>10}{:>10}{:>9.3}{:>10.0}{:>10.0}",
        case.requests,
        outcome.placed.0,
        outcome.seconds,
        outcome.seconds / case.requests as f64 * 1e9,
        memory::peak_mib().unwrap_or(f64::NAN)
    );
}

fn main() {
    let large = std::env::args().any(|argument| argument == "large");
    println!("{:<28}{:>10}{:>10}{:>9}{:>10}{:>10}", "case", "requests", "placed", "CPU s", "ns each", "peak MiB");
    for case in &CASES {
        if case.name != "large" || large {
            let pools = placing::in_pools(case);
            row(case.name, case, &pools);
            if case.pools == 1 {
                let scan = placing::in_a_row(case);
                row(&format!("{}, linear scan", case.name), case, &scan);
                assert_eq!(pools.placed, scan.placed, "the same requests on the same nodes");
            }
        }
    }
}
