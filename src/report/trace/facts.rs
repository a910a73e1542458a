//! What the slices of a trace say when one asks them.

use super::TraceInput;
use super::events::json_text;
use crate::model::{Center, Platform, SiteId, SiteKind};
use crate::observe::{Move, TracedJob};
use crate::report::decimal::decimal;

/// Members of a JSON object.
#[derive(Default)]
struct Facts(String);

impl Facts {
    fn json(&mut self, key: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push(',');
        }
        self.0.push_str(&format!("\"{key}\":{value}"));
    }

    fn text(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.json(key, &json_text(value));
        }
    }

    fn count(&mut self, key: &str, value: u64) {
        self.json(key, &value.to_string());
    }

    /// `value / 10^places`, exact; nothing where there is no value.
    fn decimal(&mut self, key: &str, value: Option<u128>, places: u32) {
        let Some(value) = value else { return };
        let mut digits = Vec::new();
        decimal(&mut digits, value, places);
        self.json(key, &String::from_utf8_lossy(&digits));
    }
}

/// What the file says of itself.
pub(super) fn of_run(input: &TraceInput<'_>) -> String {
    let (info, trace) = (input.info, input.trace);
    let mut facts = Facts::default();
    facts.text("scenario", &info.name);
    facts.text("policy", &info.policy);
    facts.count("seed", info.seed);
    facts.count("replication", info.replication);
    facts.text("time", "microseconds of simulated time since the scenario's start");
    facts.text("start", input.start.unwrap_or_default());
    facts.count("jobs", trace.jobs_seen);
    facts.count("jobs_in_trace", trace.jobs.len() as u64);
    facts.count("slices", trace.slices as u64);
    let kept = trace.jobs.len() as u64;
    facts.text(
        "sample",
        &if kept == trace.jobs_seen {
            "all jobs".to_owned()
        } else {
            format!("{kept} of {} jobs, chosen by their numbers; counters count every job", trace.jobs_seen)
        },
    );
    match trace.counter_step_ns {
        0 => facts.text("counters", "every change"),
        step => facts.text("counters", &format!("as they are every {} s", crate::units::seconds_text(step))),
    }
    facts.0
}

/// The name of a job in `jobs.csv`.
pub(super) fn name(platform: &Platform, job: &TracedJob) -> String {
    platform.job_name(job.class, job.ordinal, job.name.as_ref()).into_owned()
}

/// Columns of `jobs.csv`.
pub(super) fn of_job(platform: &Platform, job: &TracedJob) -> String {
    let (life, times) = (&job.life, &job.times);
    let mut facts = Facts::default();
    facts.text("class", platform.class_name(job.class));
    facts.text("tenant", &platform.tenants.name(job.tenant));
    facts.text("origin", platform.site_name(job.origin));
    facts.text("outcome", job.outcome.word());
    facts.text("reason", job.outcome.reason());
    let spans = [("wait_s", times.wait), ("staging_s", times.staging), ("queue_wait_s", times.queue_wait)];
    for (key, span) in spans {
        facts.decimal(key, span.map(u128::from), 9);
    }
    facts.decimal("response_s", times.response.map(u128::from), 9);
    facts.decimal("bounded_slowdown", times.slowdown_ppb.map(u128::from), 9);
    if life.started.is_some() {
        facts.count("nodes", life.nodes);
        facts.count("tasks", life.tasks.into());
        facts.count("attempt", life.attempt.into());
    }
    for (key, count) in [("preemptions", life.preemptions), ("resizes", life.resizes)] {
        if count > 0 {
            facts.count(key, count.into());
        }
    }
    facts.decimal("staged_bytes", Some(life.staged_bytes.0), 0);
    facts.decimal("output_bytes", Some(life.output_bytes.0), 0);
    facts.decimal("transfer_cost_cny", Some(life.transfer_micro_cny), 6);
    facts.0
}

/// What a transfer carries, and between whom.
pub(super) fn of_move(platform: &Platform, job: &TracedJob, moved: &Move) -> String {
    let mut facts = Facts::default();
    facts.text("class", platform.class_name(job.class));
    facts.text("from", platform.site_name(moved.from));
    facts.text("to", platform.site_name(moved.to));
    facts.decimal("bytes", Some(moved.bytes.0), 0);
    if moved.end.is_none() {
        facts.json("under_way", "true");
    }
    facts.0
}

/// Where a site stands among the processes: centers by side, then the places where data are born.
pub(super) fn rank(platform: &Platform, site: SiteId) -> (u8, Option<crate::model::Side>) {
    let site = platform.sites.get(site.index());
    let kind = match site.map(|site| site.kind) {
        Some(SiteKind::Center(_)) => 0,
        Some(SiteKind::Metro) => 1,
        Some(SiteKind::Exchange) | None => 2,
    };
    (kind, site.and_then(|site| site.side))
}

/// What a site is.
pub(super) fn labels(platform: &Platform, site: SiteId) -> String {
    let Some(site) = platform.sites.get(site.index()) else { return String::new() };
    let mut words: Vec<&str> = Vec::new();
    match site.kind {
        SiteKind::Center(center) => words.extend(platform.centers.get(center.index()).map_or_else(Vec::new, of_center)),
        SiteKind::Metro => words.push("metro"),
        SiteKind::Exchange => words.push("exchange"),
    }
    words.extend(site.side.map(crate::model::Side::word));
    words.join(", ")
}

fn of_center(center: &Center) -> Vec<&str> {
    ["center"].into_iter().chain(center.operator.as_deref()).collect()
}
