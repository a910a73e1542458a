//! Flows per CPU second of the fluid model, on generated cases: `cargo bench --bench network [-- FILTER] [--ends FILE]`.
//!
//! `--ends FILE` writes `chain,end_s` of every flow of the cases that are run, in the order of their ends, for the comparison with another
//! program on the same input (`peers/simgrid_flows.cpp`).
//!
//! How the cases are made stands in `cases/flows.rs`. Time is the CPU time of the thread (`/proc/thread-self/schedstat`, nanoseconds), or wall
//! time where there is no such file.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;
#[path = "cases/flows.rs"]
mod flows;

use flows::Outcome;
use std::fmt::Write;

fn main() -> std::io::Result<()> {
    let cases = flows::cases();
    // Cargo passes --bench; anything else is a part of the names wanted.
    let (mut wanted, mut ends_path) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--ends" => ends_path = arguments.next(),
            "--bench" => {}
            _ => wanted = Some(argument),
        }
    }
    let mut ends = String::from("chain,end_s\n");
    println!(
        "{:<26} {:>9} {:>11} {:>12} {:>9} {:>10} {:>11} {:>9}",
        "case", "flows", "in flight", "simulated s", "CPU s", "us a flow", "flows/CPU s", "target"
    );
    // A whole name means that case alone.
    let whole = cases.iter().any(|case| wanted.as_deref() == Some(case.name));
    let is_wanted = |name: &str| match wanted.as_deref() {
        Some(wanted) if whole => name == wanted,
        Some(wanted) => name.contains(wanted),
        None => true,
    };
    for case in cases.iter().filter(|case| is_wanted(case.name)) {
        let Outcome { seconds, ended, mean_in_flight, end_s } = flows::run(case, |chain, now| {
            if ends_path.is_some() {
                let _ = writeln!(ends, "{chain},{}.{:09}", now / 1_000_000_000, now % 1_000_000_000);
            }
        });
        assert_eq!(ended, case.flows, "every flow must end");
        let rate = ended as f64 / seconds;
        let target = case.target.map_or_else(|| "-".to_owned(), |target| format!("{target:.0}"));
        println!(
            "{:<26} {ended:>9} {mean_in_flight:>11.0} {end_s:>12.0} {seconds:>9.3} {:>10.3} {rate:>11.0} {target:>9}",
            case.name,
            1e6 / rate
        );
    }
    ends_path.map_or(Ok(()), |path| std::fs::write(path, ends))
}
