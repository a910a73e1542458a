//! Waiting lines with closed forms, from the text of a scenario: M/M/c and M/D/1.
//!
//! Each run is also held, job for job and nanosecond for nanosecond, against the recursion of first come, first served on `c`
//! servers (J. Kiefer, J. Wolfowitz: On the Theory of Queues with Many Servers, 1955): a job starts at the later of its submission and the
//! earliest instant at which a server is free.

use crate::support::{Audited, audited, load};
use eastwest::model::Work;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const SEEDS: u64 = 4;
const JOBS: u64 = 40_000;

fn scenario(servers: u64, rate: f64, runtime: &str) -> String {
    format!(
        r#"
format = 1
name = "queue"
[center.here]
pool.cpu = {{ nodes = {servers}, cores = 1 }}
[workload.w]
arrivals = {{ poisson = {{ rate = "{rate} / s" }} }}
count = {JOBS}
origin = {{ here = 1.0 }}
runtime = {runtime}
[policy.p]
broker = {{ fixed = {{ center = "here" }} }}
"#
    )
}

/// Starts as the recursion has them.
fn check_recursion(run: &Audited, servers: u64) {
    assert_eq!(run.jobs.len() as u64, JOBS);
    let mut free: BinaryHeap<Reverse<u64>> = (0..servers).map(|_| Reverse(0)).collect();
    for told in &run.jobs {
        let Work::Time(time) = told.job.truth.work else { panic!("not a time") };
        let Reverse(earliest) = free.pop().expect("a server");
        let start = earliest.max(told.job.request.submit.0);
        assert_eq!(told.life.started.map(|at| at.0), Some(start), "job {}", told.job.request.number.0);
        free.push(Reverse(start + time.0));
    }
}

/// The mean wait over all seeds.
fn mean_wait(servers: u64, rate: f64, runtime: &str) -> f64 {
    let scenario = load(&scenario(servers, rate, runtime));
    let mut sum = 0.0;
    for seed in 1..=SEEDS {
        let run = audited(&scenario, "p", seed);
        check_recursion(&run, servers);
        let nanos: u64 = run.jobs.iter().filter_map(|t| Some(t.life.started?.since(t.job.request.submit).0)).sum();
        sum += nanos as f64 / 1e9;
    }
    sum / (SEEDS * JOBS) as f64
}

/// `within`: three standard errors of the mean of so many dependent waits, by the asymptotic variance of M/M/1,
/// rho (2 + 5 rho - 4 rho^2 + rho^3) / (1 - rho)^4 (D. Daley: The serial correlation coefficients of waiting times, 1968), scaled by 1/c^2.
#[track_caller]
fn near_formula(is: f64, formula: f64, within: f64) {
    assert!((is / formula - 1.0).abs() < within, "mean wait {is} s for {formula} s");
}

const EXPONENTIAL: &str = r#"{ exponential = { mean = "1 s" } }"#;

#[test]
fn one_server_half_busy() {
    // Variance 29: the standard error of 160,000 waits is 1.35 %.
    near_formula(mean_wait(1, 0.5, EXPONENTIAL), 1.0, 0.04);
}

#[test]
fn two_servers_four_fifths_busy() {
    // Erlang C 0.7111 / (2 - 1.6). Variance of M/M/1 1976, a quarter of it: 3.1 %.
    near_formula(mean_wait(2, 1.6, EXPONENTIAL), 1.777_778, 0.09);
}

#[test]
fn four_servers() {
    // Offered load 2.4 on 4: Erlang B = (2.4^4 / 24) / sum of 2.4^k / k! = 1.3824 / 10.9664 = 0.126 for k = 0..=4 (1 + 2.4 + 2.88 + 2.304 + 1.3824 = 9.9664):
    // 1.3824 / 9.9664 = 0.138706; Erlang C = B / (1 - 0.6 (1 - B)) = 0.287039; wait = C / (4 - 2.4) = 0.179399.
    near_formula(mean_wait(4, 2.4, EXPONENTIAL), 0.179_399, 0.05);
}

#[test]
fn constant_run_times_halve_the_wait() {
    // M/D/1: rho / (2 (1 - rho)) = 2.
    near_formula(mean_wait(1, 0.8, "\"1 s\""), 2.0, 0.06);
}
