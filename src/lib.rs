//! eastwest: a discrete-event simulator of computing centers joined by wide-area links.
//!
//! The rooms, and what each knows:
//!
//! | room | what it is |
//! |---|---|
//! | [`units`] | time, data, rates, money: integers with their units, and their text form |
//! | [`rng`] | named random streams and portable transforms |
//! | [`engine`] | the queue of future events and the clock; knows no jobs and no links |
//! | [`model`] | what is fixed (the platform), node pools, jobs |
//! | [`network`] | flows over contended links, and routes |
//! | [`signals`] | series over time: tariffs, intensities, background |
//! | [`workload`] | where jobs come from: synthetic classes, lists, logs |
//! | [`policy`] | brokers, queue disciplines, packings; each sees the world through [`policy::view`] only |
//! | [`sim`] | the driver: the only room that joins engine, model, network and policy |
//! | [`observe`] | the record stream and who listens: metrics, timeline, auditor |
//! | [`scenario`] | from files to a checked scenario, with every problem at its place |
//! | [`nation`] | the inventory of `national-2023`, made from sourced tables and a file of rules |
//! | [`report`] | tables, CSV, JSON: pure functions of results |
//! | [`experiment`] | audited runs, comparisons, replays of logs |
//!
//! A run in a few lines:
//!
//! ```
//! use eastwest::experiment::{Listeners, run_once};
//! use eastwest::scenario::{self, Input};
//! use eastwest::sim::Options;
//!
//! let input = Input::Embedded("two-centers".to_owned());
//! let scenario = scenario::load(&input, &[]).map_err(|problems| problems.render(false))?;
//! let stack = &scenario.stacks["west"];
//! let result = run_once(&scenario, "west", stack, Listeners::default(), Options::default())?;
//! // Worked by hand in the README: 1.5 kWh, and half of the nodes' time in use.
//! assert_eq!(result.summary.energy_kwh.to_bits(), 1.5f64.to_bits());
//! assert_eq!(result.summary.utilization, Some(0.5));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A policy of another crate goes into a [`policy::Stack`], which [`sim::run`] takes as it is. [`sim::Simulation`] is a run that pauses where it is
//! asked to, and that can be forked.

pub mod engine;
pub mod experiment;
pub mod model;
pub mod nation;
pub mod network;
pub mod observe;
pub mod policy;
pub mod report;
pub mod rng;
pub mod scenario;
pub mod signals;
pub mod sim;
pub mod units;
pub mod workload;
