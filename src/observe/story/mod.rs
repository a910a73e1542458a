//! The life of single jobs: what the broker weighed, which links their data shared, what they waited for, what they cost.

mod choice;
mod pools;
mod teller;

pub use choice::Chosen;
pub use teller::{STORIES_MAX, Stories, Storyteller};

use serde::{Deserialize, Serialize};

/// So many of a list are named; of the rest the number is told.
pub const NAMED_MAX: usize = 5;
/// So many rates of a transfer are told one by one, and so many transfers, queues and attempts of a job.
pub const STEPS_MAX: usize = 20;

/// A pool of a center.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spot {
    /// The center.
    pub center: String,
    /// The pool.
    pub pool: String,
}

/// What one filter of the broker removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filtered {
    /// What a pool had to satisfy.
    pub filter: String,
    /// Pools that did not.
    pub pools: u64,
    /// Centers that lost their last pool by it.
    pub centers: u64,
}

/// A number by which pools were ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermNamed {
    /// Its name.
    pub name: String,
    /// Its unit, empty where it has none.
    pub unit: String,
}

/// A pool and the numbers by which it was ranked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The pool.
    #[serde(flatten)]
    pub spot: Spot,
    /// Values in the order of the terms; `null` is never.
    pub values: Vec<Option<f64>>,
}

/// One time that the broker was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// When.
    pub at_s: f64,
    /// Pools of the platform: those removed and those scored.
    pub pools: u64,
    /// Centers that have them.
    pub centers: u64,
    /// What each filter removed of what the ones before had left.
    pub removed: Vec<Filtered>,
    /// Pools that were left.
    pub scored_pools: u64,
    /// Centers that have them.
    pub scored_centers: u64,
    /// What the values are; none where the broker does not rank.
    pub terms: Vec<TermNamed>,
    /// The best of them, at most [`NAMED_MAX`].
    pub best: Vec<Ranked>,
    /// What was chosen.
    pub chosen: Option<Spot>,
    /// The place of it in the ranking, from 1.
    pub chosen_rank: Option<u64>,
    /// When the broker wanted to be asked again.
    pub again_s: Option<f64>,
    /// Before when its data were not to be sent.
    pub not_before_s: Option<f64>,
}

/// A rate of a transfer, and what held it there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RateStep {
    /// From when.
    pub from_s: f64,
    /// Until when.
    pub until_s: Option<f64>,
    /// Bits per second.
    pub rate_bps: f64,
    /// The full link that held it to this rate; `null` where its TCP window did.
    pub bottleneck: Option<String>,
    /// How many flows of the simulation shared that link in that direction, this one included.
    pub flows: u32,
}

/// One way that data of the job went: a transfer that was cut off goes on as another one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// `input` or `output`.
    pub of: String,
    /// From where.
    pub from: String,
    /// To where.
    pub to: String,
    /// How much it was to carry.
    pub bytes: u128,
    /// Since when it wanted to go.
    pub sent_s: f64,
    /// How long there was no way, or another one was tried.
    pub no_way_s: f64,
    /// Latency of the way, before a byte came.
    pub latency_s: f64,
    /// When it began to use its links.
    pub began_s: f64,
    /// When it ended or was cut off.
    pub ended_s: Option<f64>,
    /// What it had still to carry when it was cut off.
    pub left_bytes: Option<u128>,
    /// The links, in order.
    pub links: Vec<String>,
    /// Its rates, at most [`STEPS_MAX`].
    pub rates: Vec<RateStep>,
    /// How many more there were.
    pub rates_more: u64,
}

/// A job that held nodes, or gave some back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Which job; empty where owners or services gave nodes back.
    pub job: String,
    /// `runs`, `ended`, `interrupted`, `resized` or `opened`.
    pub what: String,
    /// Nodes.
    pub nodes: u64,
    /// Since when it held them, or when it gave them back.
    pub at_s: f64,
}

/// One stay in the queue.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QueueStay {
    /// When it joined.
    pub from_s: f64,
    /// When it started; `null` where it never did.
    pub until_s: Option<f64>,
    /// Nodes open to jobs when it joined, running jobs and those of services included.
    pub open_nodes: u64,
    /// Jobs that were in the queue before it.
    pub ahead: u64,
    /// The first of them, at most [`NAMED_MAX`].
    pub ahead_named: Vec<String>,
    /// Jobs that ran there when it joined.
    pub running: u64,
    /// Those with most nodes, at most [`NAMED_MAX`].
    pub holders: Vec<Holder>,
    /// How many gave nodes back at the instant of its start, before it; where none did, the last that had.
    pub released: u64,
    /// The last of them, at most [`NAMED_MAX`].
    pub released_named: Vec<Holder>,
    /// Jobs that joined after it and started before it.
    pub overtaken_by: u64,
    /// Jobs that joined before it and still waited when it started.
    pub overtook: u64,
    /// The first of those.
    pub overtook_first: Option<String>,
}

/// One attempt at running it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub from_s: f64,
    /// When it ended; `null` where the run of the simulation ended first.
    pub until_s: Option<f64>,
    /// Nodes at the beginning.
    pub nodes: u64,
    /// Changes of its number of nodes: when, and to how many; at most [`STEPS_MAX`].
    pub resizes: Vec<(f64, u64)>,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// The job that started in its place.
    pub interrupted_for: Option<String>,
}

/// What is attributed to a job: its part of its nodes' peak power times PUE, tariff and carbon, and its transfers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Costs {
    /// Energy.
    pub energy_kwh: f64,
    /// Its cost.
    pub energy_cost_cny: f64,
    /// Carbon by location.
    pub carbon_kg: f64,
    /// Carbon after contracted green power.
    pub carbon_market_kg: f64,
    /// Price of its transfers.
    pub transfer_cost_cny: f64,
}

/// The life of one job. Times are seconds since the start of the run; what never came is `null`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Story {
    /// Its number: its place in the order of submission, from 0.
    pub number: u64,
    /// Its name, as in `jobs.csv`.
    pub job: String,
    /// Its class.
    pub class: String,
    /// Its tenant.
    pub tenant: String,
    /// Where its user is.
    pub origin: String,
    /// How many tasks it asked for.
    pub tasks: u32,
    /// How often the broker was asked about it.
    pub questions: u64,
    /// The first of those times, at most [`NAMED_MAX`].
    pub asked: Vec<Question>,
    /// Where it was placed.
    pub place: Option<Spot>,
    /// When it was submitted.
    pub submit_s: f64,
    /// When it was placed.
    pub brokered_s: Option<f64>,
    /// When its data were there.
    pub staged_s: Option<f64>,
    /// When it first started.
    pub start_s: Option<f64>,
    /// When its last run ended.
    pub end_s: Option<f64>,
    /// When its output was delivered.
    pub delivered_s: Option<f64>,
    /// Start less submission.
    pub wait_s: Option<f64>,
    /// Data there less placed.
    pub staging_s: Option<f64>,
    /// Start less data there.
    pub queue_wait_s: Option<f64>,
    /// Delivered less submission, of completed jobs.
    pub response_s: Option<f64>,
    /// The dataset that it reads.
    pub dataset: Option<String>,
    /// Its transfers, at most [`STEPS_MAX`].
    pub transfers: Vec<Transfer>,
    /// Its stays in the queue, at most [`STEPS_MAX`].
    pub queue: Vec<QueueStay>,
    /// Its attempts, at most [`STEPS_MAX`].
    pub attempts: Vec<Attempt>,
    /// How often it was interrupted.
    pub preemptions: u32,
    /// How often its number of tasks was changed.
    pub resizes: u32,
    /// Computing that interruptions undid.
    pub lost_s: f64,
    /// Checkpoints and restarts.
    pub overhead_s: f64,
    /// How often its data went on by another way.
    pub reroutes: u32,
    /// What is attributed to it.
    pub costs: Costs,
    /// When its output should have been delivered.
    pub deadline_s: Option<f64>,
    /// Whether it did not.
    pub deadline_missed: Option<bool>,
    /// The longest round trip that served it.
    pub round_trip_bound_s: Option<f64>,
    /// Whether its center is beyond.
    pub round_trip_missed: Option<bool>,
    /// How its story ended, as in `jobs.csv`.
    pub outcome: String,
    /// Why it was turned away; empty where it was not.
    pub reason: String,
}
