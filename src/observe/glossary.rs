//! What every column and key means: the one definition, used by documentation and by comparisons.

use std::fmt::Write as _;

/// Which way a figure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// Less is better.
    Lower,
    /// More is better.
    Higher,
    /// It depends on what is wanted.
    Neither,
}

/// One column or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Its name in CSV and JSON.
    pub key: &'static str,
    /// Its unit; empty for names, counts and shares.
    pub unit: &'static str,
    /// What it is, as a formula where there is one.
    pub formula: &'static str,
    /// Which way is better.
    pub better: Better,
    /// Whether it belongs in a short table of totals.
    pub headline: bool,
}

const fn entry(key: &'static str, unit: &'static str, formula: &'static str) -> Entry {
    Entry { key, unit, formula, better: Better::Neither, headline: false }
}

impl Entry {
    /// Whether two runs can be compared in it only if they do the same work: it is a total of what work takes (energy, money, carbon, data), or
    /// a mean over the jobs that started, which leaves out those that a policy never starts.
    #[must_use]
    pub fn needs_equal_work(&self) -> bool {
        const SPANS: [&str; 7] =
            ["wait_", "brokering_", "staging_", "queue_wait_", "response_", "bounded_slowdown", "makespan_"];
        let total = ["kWh", "CNY", "kg", "B"].contains(&self.unit) && !self.key.contains("_per_");
        total || SPANS.iter().any(|span| self.key.starts_with(span))
    }

    const fn lower(self) -> Self {
        Self { better: Better::Lower, ..self }
    }
    const fn higher(self) -> Self {
        Self { better: Better::Higher, ..self }
    }
    const fn head(self) -> Self {
        Self { headline: true, ..self }
    }
}

/// Every column of every table and every key of `summary.json`, each once: a key means the same wherever it stands.
#[must_use]
pub const fn glossary() -> &'static [Entry] {
    ENTRIES
}

/// The glossary as a Markdown table.
#[must_use]
pub fn glossary_markdown() -> String {
    let mut text = String::from("| key | unit | meaning |\n|---|---|---|\n");
    for entry in ENTRIES {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "| `{}` | {} | {} |", entry.key, entry.unit, entry.formula.replace('|', "\\|"));
    }
    text
}

const ENTRIES: &[Entry] = &[
    // Run.
    entry("name", "", "name of the scenario; in groups the tier, side or operator; in the timeline the center, province (`closed`) or link"),
    entry("description", "", "what the scenario's author wants to learn"),
    entry("policy", "", "name of the stack (broker, queue, packing)"),
    entry("seed", "", "seed of all random streams"),
    entry("replication", "", "number of the replication, from 0"),
    entry("clairvoyant", "", "whether a policy of the stack knows true run times"),
    entry("warnings", "", "what must be looked at before the figures are trusted"),
    entry("window_start_s", "s", "start of the window (the end of warm-up): integrals over time begin here and jobs count if submitted from here on"),
    entry("window_end_s", "s", "end of the window; the last state is extended to it"),
    entry("expectations", "", "the thresholds of the scenario (`[[expect]]`), judged"),
    entry("expected", "", "which figure a threshold is about, and whose"),
    entry("at_most", "", "the most that it may be, in its own unit"),
    entry("at_least", "", "the least that it may be"),
    entry("value", "", "what it is; no data meets no threshold"),
    entry("met", "", "whether it is in bounds; `run` ends with exit code 5 where one is not"),
    entry("anchors", "", "published figures (`[[anchor]]`) that need a run, beside its own; `validate` has the others"),
    entry("anchor", "", "what the published figure is"),
    entry("unit", "", "the unit of the published and the own figure; empty for counts and shares"),
    entry("published", "", "as it was published"),
    entry("own", "", "the scenario's own"),
    entry("difference", "", "(own - published) / published"),
    entry("basis", "", "how that figure is known: measured, published, derived or estimate"),
    entry("tolerance", "", "the part of the published figure by which the own may differ"),
    entry("within", "", "whether it differs by no more; empty without a tolerance"),
    entry("source", "", "where it was published"),
    entry("confidence", "", "how good the source is"),
    // Jobs.
    entry("job", "", "the job's name, else class and ordinal"),
    entry("class", "", "class of the job"),
    entry("tenant", "", "whose job it is"),
    entry("origin", "", "site of the job's user"),
    entry("center", "", "center where it was placed"),
    entry("pool", "", "pool where it was placed"),
    entry("submit_s", "s", "when the job was submitted"),
    entry("brokered_s", "s", "when the broker placed it"),
    entry("staged_s", "s", "when its data were there; brokered_s where nothing moves"),
    entry("start_s", "s", "when it first started on its nodes"),
    entry("end_s", "s", "when its last run ended"),
    entry("delivered_s", "s", "when its output was delivered; end_s where nothing moves"),
    entry("wait_s", "s", "start_s - submit_s"),
    entry("staging_s", "s", "staged_s - brokered_s"),
    entry("queue_wait_s", "s", "start_s - staged_s"),
    entry("response_s", "s", "delivered_s - submit_s, of completed jobs"),
    entry("bounded_slowdown", "", "max(1, (end_s - submit_s) / max(10 s, run on reference hardware)), of completed jobs; work in FLOP has no such run, its real run stands for it"),
    entry("nodes", "", "nodes it ran on"),
    entry("attempt", "", "attempts at running it: 1 and one more for each time it went on after an interruption"),
    entry("tasks", "", "tasks it last ran on"),
    entry("lost_s", "s", "time on its nodes that interruptions undid"),
    entry("overhead_s", "s", "time on its nodes that checkpoints and restarts took"),
    entry("staged_bytes", "B", "bytes moved to stage it"),
    entry("output_bytes", "B", "bytes of output moved"),
    entry("outcome", "", "completed, rejected, killed (ended at its wall time), lost (with its nodes) or unfinished (when the run ended)"),
    entry("reason", "", "why it was rejected"),
    entry("deadline_miss", "", "1 where delivered_s is after its deadline, where it was rejected, killed or lost, or where it had not delivered when the run ended at or after its deadline, else 0; empty without a deadline or where the run ended before it"),
    entry("round_trip_miss", "", "1 where the round trip between user and center is longer than its bound, else 0; empty without a bound or a center"),
    entry("jobs", "", "jobs submitted in the window whose story ended; of a place, those placed there").head(),
    entry("completed", "", "jobs that ran to their end and whose output was delivered").higher().head(),
    entry("rejected", "", "jobs that were never run, for a reason in rejected_by_reason").lower().head(),
    entry("rejected_by_reason", "", "rejected jobs by reason"),
    entry("killed", "", "jobs ended because they ran longer than asked for").lower(),
    entry("lost", "", "jobs whose nodes went away under them").lower(),
    entry("unfinished", "", "jobs in the system when the run ended").lower(),
    entry("deadline_jobs", "", "jobs with a deadline of which it is known whether they met it"),
    entry("deadline_missed", "", "jobs with deadline_miss 1: they delivered after their deadline, or never although they had to").lower(),
    entry("deadline_missed_share", "", "deadline_missed / deadline_jobs").lower(),
    entry("round_trip_jobs", "", "placed jobs with a round-trip bound"),
    entry("round_trip_missed", "", "jobs placed beyond their round-trip bound").lower(),
    entry("round_trip_missed_share", "", "round_trip_missed / round_trip_jobs").lower(),
    entry("unfinished_share", "", "unfinished / jobs").lower().head(),
    entry("work_done_card_h", "h", "work done in the window by jobs that ask for accelerators: accelerators x hours, as on reference hardware (work in FLOP: on the fastest pool of the platform), without what interruptions undid, overheads, and the work of lost jobs").higher(),
    entry("work_done_core_h", "h", "the same of all other jobs: cores x hours").higher(),
    entry("work_done_card_share", "", "work_done_card_h / work of the jobs with accelerators that were submitted in the window").higher(),
    entry("work_done_core_share", "", "work_done_core_h / work of all other jobs that were submitted in the window").higher(),
    entry("energy_kwh_per_card_h", "kWh/h", "energy attributed (as caused_energy_kwh) to jobs that ask for accelerators / work_done_card_h").lower(),
    entry("cost_cny_per_card_h", "CNY/h", "the cost of that energy / work_done_card_h").lower(),
    entry("carbon_kg_per_card_h", "kg/h", "its carbon by location / work_done_card_h").lower(),
    entry("energy_kwh_per_core_h", "kWh/h", "energy attributed to all other jobs / work_done_core_h").lower(),
    entry("cost_cny_per_core_h", "CNY/h", "the cost of that energy / work_done_core_h").lower(),
    entry("carbon_kg_per_core_h", "kg/h", "its carbon by location / work_done_core_h").lower(),
    entry("energy_kwh_per_million_requests", "kWh", "energy attributed to services / millions of requests_in_time").lower(),
    entry("cost_cny_per_million_requests", "CNY", "the cost of that energy / millions of requests_in_time").lower(),
    entry("carbon_kg_per_million_requests", "kg", "its carbon by location / millions of requests_in_time").lower(),
    entry("preemptions", "", "interruptions for a more important job").lower(),
    entry("resizes", "", "changes of the number of tasks while the job ran"),
    entry("lost_work_h", "h", "sum over jobs of lost_s × headline resource held meanwhile").lower(),
    entry("overhead_work_h", "h", "sum over jobs of overhead_s × headline resource held meanwhile").lower(),
    entry("throughput_jobs_per_h", "1/h", "completed / (window_end_s - window_start_s)").higher(),
    entry("makespan_s", "s", "last end - first submission, of the window's jobs").lower().head(),
    // Spans. Quantiles are nearest ranks: the smallest value that at least that share of values does not exceed; beyond a million values within 0.1 %.
    entry("wait_mean_s", "s", "mean of wait_s over jobs that started").lower().head(),
    entry("wait_median_s", "s", "median of wait_s (nearest rank; within 0.1 % beyond a million values)").lower(),
    entry("wait_p95_s", "s", "95th percentile of wait_s").lower().head(),
    entry("wait_p99_s", "s", "99th percentile of wait_s").lower(),
    entry("wait_max_s", "s", "largest wait_s").lower(),
    entry("brokering_mean_s", "s", "mean of brokered_s - submit_s over jobs that started; wait_mean_s - brokering_mean_s - queue_wait_mean_s is what their data took").lower(),
    entry("staging_mean_s", "s", "mean of staging_s over jobs whose data came").lower(),
    entry("staging_median_s", "s", "median of staging_s").lower(),
    entry("staging_p95_s", "s", "95th percentile of staging_s").lower(),
    entry("staging_p99_s", "s", "99th percentile of staging_s").lower(),
    entry("staging_max_s", "s", "largest staging_s").lower(),
    entry("queue_wait_mean_s", "s", "mean of queue_wait_s over jobs that started").lower(),
    entry("queue_wait_median_s", "s", "median of queue_wait_s").lower(),
    entry("queue_wait_p95_s", "s", "95th percentile of queue_wait_s").lower(),
    entry("queue_wait_p99_s", "s", "99th percentile of queue_wait_s").lower(),
    entry("queue_wait_max_s", "s", "largest queue_wait_s").lower(),
    entry("response_mean_s", "s", "mean of response_s").lower().head(),
    entry("response_median_s", "s", "median of response_s").lower(),
    entry("response_p95_s", "s", "95th percentile of response_s").lower(),
    entry("response_p99_s", "s", "99th percentile of response_s").lower(),
    entry("response_max_s", "s", "largest response_s").lower(),
    entry("bounded_slowdown_mean", "", "mean of bounded_slowdown").lower().head(),
    entry("bounded_slowdown_median", "", "median of bounded_slowdown").lower(),
    entry("bounded_slowdown_p95", "", "95th percentile of bounded_slowdown").lower(),
    entry("bounded_slowdown_p99", "", "99th percentile of bounded_slowdown").lower(),
    entry("bounded_slowdown_max", "", "largest bounded_slowdown").lower(),
    entry("running_mean", "", "integral of the number of running jobs / length of the window (in the timeline: of the interval)"),
    entry("running_peak", "", "most jobs running at once for any time"),
    entry("waiting_mean", "", "integral of the number of jobs queued and not started / length of the window (in the timeline: of the interval)").lower(),
    entry("waiting_peak", "", "most jobs queued and not started at once for any time").lower(),
    entry("waiting_end", "", "jobs queued and not started when the window ended").lower(),
    entry("backlog_start_s", "s", "when the longest time began in which there was always a job queued and not started (an empty queue that lasts no time ends nothing)"),
    entry("backlog_end_s", "s", "when that time ended: the queue has drained; empty where it lasted to the end of the window"),
    entry("backlog_s", "s", "length of that time").lower(),
    entry("east_share", "", "started jobs that ran in the east / started jobs"),
    entry("central_share", "", "started jobs that ran in the center / started jobs"),
    entry("west_share", "", "started jobs that ran in the west / started jobs").head(),
    // Use. The headline resource of a pool is its accelerators where it has any, else its cores.
    entry("utilization", "", "of pools: headline-resource-time held by jobs and services / headline-resource-time of open nodes (accelerators where a pool has them, else cores; what is held of the others is in cores_utilization and dominant_share; of a class or service: held by it, over all pools); of a link direction: integral of the rate of flows / integral of bandwidth").higher().head(),
    entry("load", "", "(headline-resource-time held by jobs and services + that of closed nodes × their load) / headline-resource-time of all nodes"),
    entry("dominant_share", "", "share of the open nodes by the resource of which most is held: the largest of cores_utilization, memory_utilization (where memory has a bound), accelerators_utilization"),
    entry("cores_utilization", "", "core-time held by jobs and services / core-time of open nodes, also where accelerators are the headline resource"),
    entry("memory_utilization", "", "byte-time of memory held by jobs and services / byte-time of open nodes, of pools whose memory has a bound; empty where none has"),
    entry("accelerators_utilization", "", "accelerator-time held by jobs and services / accelerator-time of open nodes"),
    entry("fragmentation", "", "integral of the accelerators that are free and that typical tasks could not use (Weng et al., ATC'23: on nodes where they do not fit all that is free, else what is free of cards with too little; the mean over typical tasks by how often they come) / integral of accelerators free; measured where tasks share accelerators or a stack packs by it").lower(),
    entry("core_h", "h", "integral of the cores held by jobs and services"),
    entry("accelerator_h", "h", "integral of the accelerators held by jobs and services"),
    entry("open_nodes_mean", "", "integral of the number of nodes that jobs may use or are using, and of those of services / length of the window"),
    entry("closed_nodes_mean", "", "integral of the number of nodes that their owners keep / length of the window"),
    // Energy.
    entry("energy_kwh", "kWh", "integral of PUE × (idle power × nodes + (peak - idle power) × (nodes' worth held by jobs and services + closed nodes × their load)); nodes' worth = (1 - s) × accelerators held / accelerators of a node + s × cores held / cores of a node, with s the pool's `power-cores` (default 0.2; 1 where nodes have no accelerators)").lower().head(),
    entry("it_energy_kwh", "kWh", "the integral of energy_kwh without its factor PUE").lower(),
    entry("pue_mean", "", "energy_kwh / it_energy_kwh").lower(),
    entry("power_mean_kw", "kW", "energy_kwh / length of the window (in the timeline: of the interval)"),
    entry("energy_cost_cny", "CNY", "integral of power after PUE × tariff").lower().head(),
    entry("carbon_kg", "kg", "integral of power after PUE × carbon intensity of the grid (location-based)").lower().head(),
    entry("carbon_market_kg", "kg", "carbon_kg × (1 - share of contracted green power), center by center (market-based)").lower(),
    entry("transfer_cost_cny", "CNY", "bytes of the flows that ended in the window × price of each link crossed; of a job, class or tenant: of its transfers").lower().head(),
    entry("cost_cny", "CNY", "energy_cost_cny + transfer_cost_cny").lower().head(),
    entry("caused_energy_kwh", "kWh", "attributed to jobs and services: integral, while jobs ran and replicas were there, of the nodes' worth they held (as in energy_kwh) × peak power of a node × PUE; of a run that of all jobs and services, of a class, tenant or service its own").lower().head(),
    entry("caused_energy_cost_cny", "CNY", "integral of the power of caused_energy_kwh × tariff").lower().head(),
    entry("caused_carbon_kg", "kg", "integral of the power of caused_energy_kwh × carbon intensity of the grid (location-based)").lower().head(),
    entry("caused_carbon_market_kg", "kg", "caused_carbon_kg × (1 - share of contracted green power) of the center (market-based)").lower(),
    entry("energy_cost_cny_per_h", "CNY/h", "energy_cost_cny of the interval / its length").lower(),
    entry("carbon_kg_per_h", "kg/h", "carbon_kg of the interval / its length (location-based)").lower(),
    // Network.
    entry("wan_bytes", "B", "bytes of the flows that ended in the window, each once however many links it crossed").lower().head(),
    entry("flows", "", "flows that ended in the window"),
    entry("link_utilization", "", "integral of the rates of flows / integral of bandwidths, over all link directions"),
    entry("link_busy", "", "integral of the rates of flows and background / integral of bandwidths, over all link directions"),
    entry("traffic", "", "by pair of sides: the bytes of the flows that ended in the window"),
    entry("link", "", "name of the link"),
    entry("from", "", "where this direction of the link begins; in `traffic` the side of the source"),
    entry("to", "", "where this direction of the link ends; in `traffic` the side of the destination"),
    entry("kind", "", "kind of line; in the timeline `center`, `closed` (the centers of a province in which nothing is ever open to jobs, together) or `link`"),
    entry("bandwidth_mean_bps", "bit/s", "integral of the bandwidth, background included / length of the window"),
    entry("bytes", "B", "bytes of the flows that ended in the window"),
    entry("carried_bytes", "B", "integral of the rate of flows over the window, those under way included"),
    entry("flows_peak", "", "most flows at once for any time"),
    entry("rate_mean_bps", "bit/s", "8 × carried_bytes / length of the window (in the timeline: of the interval)"),
    entry("rate_peak_bps", "bit/s", "largest rate of all flows together that lasted for any time"),
    entry("busy", "", "integral of the rate of flows and background / integral of bandwidth"),
    entry("full_share", "", "time in which flows took all (99.9 %) that the background left of a link direction / length of the window"),
    entry("full_start_s", "s", "when they did first in the window"),
    entry("rerouted", "", "jobs whose data went on by another way, because a link that they were on went down"),
    entry("stalled", "", "jobs whose data had no way at all for a time, because links were down").lower(),
    entry("stalled_mean_s", "s", "sum of that time over those jobs / stalled").lower(),
    entry("moved_bytes", "B", "staged_bytes + output_bytes of its jobs"),
    // Services.
    entry("service", "", "name of the service"),
    entry("requests", "", "requests to the service (of a run: to all of them) in the window"),
    entry("served", "", "of those, served, in time or late"),
    entry("served_share", "", "served / requests").higher(),
    entry("in_time_share", "", "requests served within the service's network bound / requests; of a center, / served there").higher(),
    entry("requests_in_time", "", "requests to all services that were served within their network bounds").higher(),
    entry("round_trip_mean_s", "s", "sum of the round trips through the network of the requests served / served").lower(),
    entry("round_trip_p95_s", "s", "the least round trip that 95 % of them do not exceed").lower(),
    entry("round_trip_max_s", "s", "the longest of their round trips").lower(),
    entry("replicas_mean", "", "integral of the number of replicas / length of the window"),
    entry("replicas_peak", "", "most replicas at once for any time; of a center with several pools, the sum of each one's most"),
    entry("nodes_mean", "", "integral of the number of nodes that are the service's own / length of the window"),
    entry("replica_utilization", "", "requests served / requests that the replicas could have served"),
    entry("unserved_out_of_reach", "", "requests that no center in reach may serve (of a strict service: within its bound)").lower(),
    entry("unserved_no_room", "", "requests for which there is no room for a replica, however idle the nodes").lower(),
    entry("unserved_nodes_busy", "", "requests whose nodes are still held by jobs").lower(),
    // Places.
    entry("tier", "", "national-hub, regional or local"),
    entry("side", "", "east, central or west"),
    entry("province", "", "province of the center"),
    entry("operator", "", "who runs the center"),
    entry("centers", "", "one entry a center; in groups how many there are"),
    entry("storage_mean_bytes", "B", "integral of the storage used by datasets, staged inputs and outputs, without what was filled before the run / length of the window (in the timeline: of the interval)"),
    entry("storage_peak_bytes", "B", "most of that at once for any time"),
    entry("storage_peak_at_s", "s", "when storage_peak_bytes was reached first; empty where nothing was stored"),
    entry("storage_filled_peak", "", "largest (storage used + what was filled before the run) / storage there that lasted for any time; empty where without bound"),
    entry("storage_space_bytes", "B", "storage there at the end of the window less what was filled before the run; empty where without bound"),
    entry("storage_full_start_s", "s", "when the first job was turned away because stores were full"),
    // Tenants.
    entry("tenants", "", "tenants with a job in the window"),
    entry("weight", "", "the share that fair-share scheduling owes a tenant, relative to others"),
    entry("used_h", "h", "integral of the headline resource held by the tenant's jobs, or by the service's replicas"),
    entry("used_share", "", "used_h / used_h of all tenants"),
    entry("tenant_wait_median_s", "s", "median over the group's tenants of their mean wait").lower(),
    entry("tenant_wait_p95_s", "s", "95th percentile over the group's tenants of their mean wait").lower(),
    entry("tenant_wait_max_s", "s", "longest mean wait of a tenant of the group").lower(),
    entry("fairness_slowdown", "", "Jain's index (Σx)² / (n Σx²) of the tenants' mean bounded_slowdown; tenants with a completed job").higher().head(),
    entry("fairness_usage", "", "Jain's index (Σx)² / (n Σx²) of the tenants' used_h / weight; tenants with a job in the window").higher(),
    // Lists of summary.json.
    entry("classes", "", "one entry a class, as in classes.csv"),
    entry("services", "", "one entry a service"),
    entry("service_centers", "", "one entry a service and center that serves some of it, as in services.csv"),
    entry("pools", "", "one entry a pool, as in pools.csv"),
    entry("tiers", "", "centers of each tier together"),
    entry("sides", "", "centers of each side together"),
    entry("operators", "", "centers of each operator together"),
    entry("links", "", "one entry a direction of a link, as in links.csv"),
    entry("tenant_groups", "", "one entry a group of tenants, as in tenant_groups.csv"),
    entry("top_tenants", "", "the 20 tenants of the largest used_h; tenants.csv has all"),
    // Timeline.
    entry("interval_start_s", "s", "where the interval begins; warm-up is not left out"),
    entry("interval_end_s", "s", "where the interval ends"),
    // The curve of a fill.
    entry("arrived_pct", "%", "accelerators asked for by the pods that have arrived / accelerators of the cluster, to the nearest whole percent"),
    entry("allocated_pct", "%", "accelerators held / accelerators of the cluster; mean over the pods that arrived at this percent, each counted once it is placed or turned away").higher(),
    entry("fragmentation_pct", "%", "fragmented part of the accelerators that are free (as in fragmentation), at that instant; mean over the same pods; empty where none is free").lower(),
];
