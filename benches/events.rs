//! Events per CPU second of the agenda and of other queues in the HOLD model: `cargo bench --bench events [-- FILTER]`.
//!
//! Time is the CPU time of the thread (`/proc/thread-self/schedstat`, nanoseconds), or wall time where there is no such file.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "measure/cpu.rs"]
mod cpu;
#[path = "cases/hold.rs"]
mod hold;

fn main() {
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    println!("{:<14}{:>12}{:>14}", "queue", "pending", "ns an event");
    for pending in [1_000, 100_000, 1_000_000] {
        for name in hold::QUEUES.into_iter().filter(|name| name.contains(&filter)) {
            println!("{name:<14}{pending:>12}{:>14.1}", hold::nanos_per_event(name, pending));
        }
    }
    println!("{} events each", hold::EVENTS);
}
