//! End-to-end tests, one binary: it links once, and its modules share their helpers.

mod answers;
mod architecture;
mod backfilling;
mod brokers;
mod campaign;
mod changed_results;
mod changes;
mod complaints;
mod costs;
mod crash_points;
mod determinism;
mod documents;
mod end_of_time;
mod explain;
mod fair_share;
mod figures;
mod forks;
mod hostile;
mod inputs;
mod knowledge;
mod maxmin;
mod nation;
mod outputs;
mod pages;
#[cfg(feature = "parquet")]
mod parquet;
mod plots;
mod questions;
mod queues;
mod reference;
mod replays;
mod room;
mod services;
#[cfg(unix)]
mod signals;
mod staging;
mod support;
mod terminal;
mod traces;
mod two_centers;
mod variants;
