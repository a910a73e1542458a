//! All figures of a run.

mod area;
mod build;
mod flat;
mod scalars;
mod services;
mod tenants;
mod work;

pub use scalars::Scalar;
pub use tenants::{TenantGroupSummary, TenantSummary};

pub(crate) use area::{kwh, pico};
use flat::flat;

/// So many tenants are listed in a summary; `tenants.csv` has all.
pub const TENANTS_LISTED: usize = 20;

flat! {
    /// Every metric of a run over its window. Each key is defined, with formula and unit, in [`glossary`](crate::observe::glossary()).
    /// `None` is "no data", never 0.
    Summary: [waits area lists] {
        /// Start of the window.
        pub window_start_s: f64,
        /// End of the window.
        pub window_end_s: f64,
        /// Jobs submitted in the window whose story ended.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Of those, rejected.
        pub rejected: u64,
        /// Of those, ended at their wall time.
        pub killed: u64,
        /// Of those, lost with their nodes.
        pub lost: u64,
        /// Of those, in the system when the run ended.
        pub unfinished: u64,
        /// Jobs with a deadline of which it is known whether they met it.
        pub deadline_jobs: u64,
        /// Of those, missed.
        pub deadline_missed: u64,
        /// Share of deadlines missed.
        pub deadline_missed_share: Option<f64>,
        /// Placed jobs with a round-trip bound.
        pub round_trip_jobs: u64,
        /// Of those, placed beyond it.
        pub round_trip_missed: u64,
        /// Share of round-trip bounds missed.
        pub round_trip_missed_share: Option<f64>,
        /// Share of jobs that were not completed when the run ended, rejected, killed and lost ones aside.
        pub unfinished_share: Option<f64>,
        /// Work done by jobs that ask for accelerators, in card-hours on reference hardware.
        #[serde(default)]
        pub work_done_card_h: f64,
        /// Work done by all other jobs, in core-hours on reference hardware.
        #[serde(default)]
        pub work_done_core_h: f64,
        /// Work done over work submitted in the window, of jobs that ask for accelerators.
        pub work_done_card_share: Option<f64>,
        /// The same of all other jobs.
        pub work_done_core_share: Option<f64>,
        /// Requests served within the bound.
        #[serde(default)]
        pub requests_in_time: f64,
        /// Energy attributed to jobs that ask for accelerators over their work.
        pub energy_kwh_per_card_h: Option<f64>,
        /// Its cost.
        pub cost_cny_per_card_h: Option<f64>,
        /// Its carbon.
        pub carbon_kg_per_card_h: Option<f64>,
        /// Energy attributed to all other jobs over their work.
        pub energy_kwh_per_core_h: Option<f64>,
        /// Its cost.
        pub cost_cny_per_core_h: Option<f64>,
        /// Its carbon.
        pub carbon_kg_per_core_h: Option<f64>,
        /// Energy attributed to services over a million requests served within the bound.
        pub energy_kwh_per_million_requests: Option<f64>,
        /// Its cost.
        pub cost_cny_per_million_requests: Option<f64>,
        /// Its carbon.
        pub carbon_kg_per_million_requests: Option<f64>,
        /// Interruptions of its jobs for more important ones.
        pub preemptions: u64,
        /// Changes of its jobs' numbers of tasks while they ran.
        pub resizes: u64,
        /// Work that interruptions undid, in unit-hours of the headline resource.
        pub lost_work_h: f64,
        /// Checkpoints and restarts, in the same unit.
        pub overhead_work_h: f64,
        /// Completed jobs per hour.
        pub throughput_jobs_per_h: Option<f64>,
        /// Last end less first submission.
        pub makespan_s: Option<f64>,
        /// Mean number of running jobs.
        pub running_mean: Option<f64>,
        /// Most jobs running at once.
        pub running_peak: u64,
        /// Mean number of jobs waiting in queues.
        pub waiting_mean: Option<f64>,
        /// Most jobs waiting in queues at once.
        pub waiting_peak: u64,
        /// Jobs waiting in queues when the window ended.
        pub waiting_end: u64,
        /// When the longest time began in which a job was always waiting in queues.
        pub backlog_start_s: Option<f64>,
        /// When it ended; `None` where it did not.
        pub backlog_end_s: Option<f64>,
        /// How long it lasted.
        pub backlog_s: Option<f64>,
        /// Energy attributed to jobs and services: without idle and closed nodes, which belong to none of them.
        pub caused_energy_kwh: f64,
        /// Cost of that energy.
        pub caused_energy_cost_cny: f64,
        /// Carbon of that energy.
        pub caused_carbon_kg: f64,
        /// The same without contracted green power.
        pub caused_carbon_market_kg: f64,
        /// Price of transfers.
        pub transfer_cost_cny: f64,
        /// Energy and transfer.
        pub cost_cny: f64,
        /// Bytes delivered by flows, each once.
        pub wan_bytes: f64,
        /// Flows that ended.
        pub flows: u64,
        /// Bandwidth used by flows over bandwidth there, all lanes.
        pub link_utilization: Option<f64>,
        /// The same with background.
        pub link_busy: Option<f64>,
        /// Share of started jobs that ran in the east.
        pub east_share: Option<f64>,
        /// Share of started jobs that ran in the center.
        pub central_share: Option<f64>,
        /// Share of started jobs that ran in the west.
        pub west_share: Option<f64>,
        /// Jobs whose data went on by another way.
        pub rerouted: u64,
        /// Jobs whose data had no way for a time.
        pub stalled: u64,
        /// Mean of that time.
        pub stalled_mean_s: Option<f64>,
        /// When the first job was turned away because stores were full.
        pub storage_full_start_s: Option<f64>,
        /// Tenants with a job in the window.
        pub tenants: u64,
        /// Requests to all services.
        pub requests: f64,
        /// The part of them that was served.
        pub served_share: Option<f64>,
        /// The part of them that was served within the bound.
        pub in_time_share: Option<f64>,
        /// Jain's index of the tenants' mean bounded slowdowns.
        pub fairness_slowdown: Option<f64>,
        /// Jain's index of the tenants' use over their weight.
        pub fairness_usage: Option<f64>,
        /// Fragmented part of the accelerators that are free; `None` where it is not measured.
        pub fragmentation: Option<f64>,
    }
}

flat! {
    /// One class of jobs.
    ClassSummary: [waits] {
        /// Its name.
        pub class: String,
        /// Jobs submitted in the window whose story ended.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Of those, rejected.
        pub rejected: u64,
        /// Of those, ended at their wall time.
        pub killed: u64,
        /// Of those, lost with their nodes.
        pub lost: u64,
        /// Of those, in the system when the run ended.
        pub unfinished: u64,
        /// Jobs with a deadline of which it is known whether they met it.
        pub deadline_jobs: u64,
        /// Of those, missed.
        pub deadline_missed: u64,
        /// Placed jobs with a round-trip bound.
        pub round_trip_jobs: u64,
        /// Of those, placed beyond it.
        pub round_trip_missed: u64,
        /// Interruptions of its jobs for more important ones.
        pub preemptions: u64,
        /// Changes of its jobs' numbers of tasks while they ran.
        pub resizes: u64,
        /// Work that interruptions undid, in unit-hours of the headline resource.
        pub lost_work_h: f64,
        /// Checkpoints and restarts, in the same unit.
        pub overhead_work_h: f64,
        /// Completed jobs per hour.
        pub throughput_jobs_per_h: Option<f64>,
        /// Share of started jobs that ran in the east.
        pub east_share: Option<f64>,
        /// Share of started jobs that ran in the center.
        pub central_share: Option<f64>,
        /// Share of started jobs that ran in the west.
        pub west_share: Option<f64>,
        /// Headline capacity held by the class over headline capacity of all open nodes; adds up over classes.
        pub utilization: Option<f64>,
        /// Bytes moved for its jobs.
        pub moved_bytes: f64,
        /// Price of its transfers.
        pub transfer_cost_cny: f64,
        /// Jobs whose data went on by another way.
        pub rerouted: u64,
        /// Jobs whose data had no way for a time.
        pub stalled: u64,
        /// Mean of that time.
        pub stalled_mean_s: Option<f64>,
        /// Energy attributed to its jobs.
        pub caused_energy_kwh: f64,
        /// Cost of that energy.
        pub caused_energy_cost_cny: f64,
        /// Carbon of that energy.
        pub caused_carbon_kg: f64,
        /// The same without contracted green power.
        pub caused_carbon_market_kg: f64,
    }
}

flat! {
    /// One center.
    CenterSummary: [area] {
        /// Its name.
        pub center: String,
        /// Its tier.
        pub tier: Option<String>,
        /// Its side.
        pub side: Option<String>,
        /// Its province.
        pub province: Option<String>,
        /// Its operator.
        pub operator: Option<String>,
        /// Jobs placed there.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Mean wait of those that started.
        pub wait_mean_s: Option<f64>,
        /// Mean wait in its queues.
        pub queue_wait_mean_s: Option<f64>,
        /// Mean number of running jobs.
        pub running_mean: Option<f64>,
        /// Most jobs running at once.
        pub running_peak: u64,
        /// Mean number of waiting jobs.
        pub waiting_mean: Option<f64>,
        /// Most jobs waiting at once.
        pub waiting_peak: u64,
        /// Jobs waiting when the window ended.
        pub waiting_end: u64,
        /// When the longest time began in which a job was always waiting.
        pub backlog_start_s: Option<f64>,
        /// When it ended; `None` where it did not.
        pub backlog_end_s: Option<f64>,
        /// How long it lasted.
        pub backlog_s: Option<f64>,
        /// Storage in use, mean, without what was filled before.
        pub storage_mean_bytes: Option<f64>,
        /// Most storage in use.
        pub storage_peak_bytes: f64,
        /// When that was reached first.
        pub storage_peak_at_s: Option<f64>,
        /// Storage there less what was filled before; `None` is without bound.
        pub storage_space_bytes: Option<f64>,
        /// Share of all its storage that was filled at most, with what was filled before; `None` is without bound.
        pub storage_filled_peak: Option<f64>,
    }
}

flat! {
    /// One pool.
    PoolSummary: [area] {
        /// Its center.
        pub center: String,
        /// Its name.
        pub pool: String,
        /// Jobs placed there.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Mean wait of those that started.
        pub wait_mean_s: Option<f64>,
        /// Mean wait in its queue.
        pub queue_wait_mean_s: Option<f64>,
        /// Mean number of running jobs.
        pub running_mean: Option<f64>,
        /// Most jobs running at once.
        pub running_peak: u64,
        /// Mean number of waiting jobs.
        pub waiting_mean: Option<f64>,
        /// Most jobs waiting at once.
        pub waiting_peak: u64,
        /// Jobs waiting when the window ended.
        pub waiting_end: u64,
        /// When the longest time began in which a job was always waiting.
        pub backlog_start_s: Option<f64>,
        /// When it ended; `None` where it did not.
        pub backlog_end_s: Option<f64>,
        /// How long it lasted.
        pub backlog_s: Option<f64>,
        /// Fragmented part of the accelerators that are free; `None` where it is not measured.
        pub fragmentation: Option<f64>,
    }
}

flat! {
    /// Centers of one tier, side or operator.
    GroupSummary: [area] {
        /// What they have in common.
        pub name: String,
        /// How many.
        pub centers: u64,
        /// Jobs placed there.
        pub jobs: u64,
        /// Of those, completed.
        pub completed: u64,
        /// Mean wait of those that started.
        pub wait_mean_s: Option<f64>,
        /// Mean wait in their queues.
        pub queue_wait_mean_s: Option<f64>,
    }
}

flat! {
    /// One direction of a link.
    LinkSummary: [] {
        /// The link's name.
        pub link: String,
        /// Where this direction begins.
        pub from: String,
        /// Where it ends.
        pub to: String,
        /// What kind of line it is.
        pub kind: Option<String>,
        /// Mean bandwidth.
        pub bandwidth_mean_bps: Option<f64>,
        /// Bytes of the flows that ended.
        pub bytes: f64,
        /// Integral of the rate of flows.
        pub carried_bytes: f64,
        /// Flows that ended.
        pub flows: u64,
        /// Most flows at once.
        pub flows_peak: u64,
        /// Mean rate of flows.
        pub rate_mean_bps: Option<f64>,
        /// Largest rate of flows.
        pub rate_peak_bps: f64,
        /// Bandwidth used by flows over bandwidth there.
        pub utilization: Option<f64>,
        /// The same with background.
        pub busy: Option<f64>,
        /// Share of the window in which flows took all that the background left.
        pub full_share: Option<f64>,
        /// When they did first.
        pub full_start_s: Option<f64>,
        /// Price of its bytes.
        pub transfer_cost_cny: f64,
    }
}

flat! {
    /// One service.
    ServiceSummary: [] {
        /// Its name.
        pub service: String,
        /// Its requests.
        pub requests: f64,
        /// Those served, in time or late.
        pub served: f64,
        /// The part of them that was served.
        pub served_share: Option<f64>,
        /// The part of them that was served within the bound.
        pub in_time_share: Option<f64>,
        /// Mean round trip of the requests served.
        pub round_trip_mean_s: Option<f64>,
        /// 95th percentile of their round trips.
        pub round_trip_p95_s: Option<f64>,
        /// Longest of their round trips.
        pub round_trip_max_s: Option<f64>,
        /// Mean number of replicas.
        pub replicas_mean: Option<f64>,
        /// Most replicas at once.
        pub replicas_peak: u64,
        /// Mean number of nodes that are its own.
        pub nodes_mean: Option<f64>,
        /// Requests served over what the replicas could have served.
        pub replica_utilization: Option<f64>,
        /// Headline capacity held by its replicas over headline capacity of all open nodes; adds up with those of classes.
        pub utilization: Option<f64>,
        /// Headline capacity held × time, in unit-hours.
        pub used_h: f64,
        /// Energy attributed to its replicas.
        pub caused_energy_kwh: f64,
        /// Cost of that energy.
        pub caused_energy_cost_cny: f64,
        /// Carbon of that energy.
        pub caused_carbon_kg: f64,
        /// The same without contracted green power.
        pub caused_carbon_market_kg: f64,
        /// Requests that nobody can serve: no center in reach.
        pub unserved_out_of_reach: f64,
        /// Requests for which there is no room.
        pub unserved_no_room: f64,
        /// Requests whose nodes are still held by jobs.
        pub unserved_nodes_busy: f64,
    }
}

flat! {
    /// One service at one center.
    ServiceCenterSummary: [] {
        /// The service.
        pub service: String,
        /// The center.
        pub center: String,
        /// Its side.
        pub side: Option<String>,
        /// Requests served there.
        pub served: f64,
        /// The part of these that was served within the bound.
        pub in_time_share: Option<f64>,
        /// Mean round trip of these.
        pub round_trip_mean_s: Option<f64>,
        /// 95th percentile of their round trips.
        pub round_trip_p95_s: Option<f64>,
        /// Longest of their round trips.
        pub round_trip_max_s: Option<f64>,
        /// Mean number of replicas.
        pub replicas_mean: Option<f64>,
        /// Most replicas at once; of several pools, the sum of each one's most.
        pub replicas_peak: u64,
        /// Mean number of nodes that are its own.
        pub nodes_mean: Option<f64>,
        /// Requests served over what the replicas could have served.
        pub replica_utilization: Option<f64>,
        /// Headline capacity held × time, in unit-hours.
        pub used_h: f64,
        /// Energy attributed to its replicas.
        pub caused_energy_kwh: f64,
        /// Cost of that energy.
        pub caused_energy_cost_cny: f64,
        /// Carbon of that energy.
        pub caused_carbon_kg: f64,
        /// The same without contracted green power.
        pub caused_carbon_market_kg: f64,
    }
}

flat! {
    /// Bytes delivered from one side to another.
    Traffic: [] {
        /// Side of the source; `none` where it has none.
        pub from: String,
        /// Side of the destination.
        pub to: String,
        /// Bytes.
        pub bytes: f64,
    }
}
