//! From the form of a scenario to its meaning: every name resolved, every value in range, all problems reported at once.
//!
//! Each file looks at one subject and reports what it finds with its place. Where a part is wrong it goes on with a
//! harmless stand-in, and questions that build on a part which was wrong (does the job fit, can its data get there) are not
//! asked, so that one mistake is reported once.

mod amounts;
mod arrivals;
mod centers;
mod classes;
mod constraints;
mod date;
mod distributions;
mod events;
mod expect;
mod fit;
mod flex;
mod jobs;
mod limits;
pub(super) mod logs;
mod names;
mod network;
mod policies;
mod pools;
mod profiles;
mod reach;
mod run;
mod services;
mod signals;
mod tenants;
mod typical;
mod unused;
mod variants;
mod workloads;

#[cfg(test)]
pub(super) mod tests;

use super::built::Scenario;
use super::diagnostic::{Diagnostic, Diagnostics, Severity};
use super::raw::RawScenario;
use crate::model::{Platform, PoolId};
use crate::units::SimDuration;
use constraints::Constraints;
pub(super) use distributions::unbounded_mean;
use logs::NamedLogs;
use names::Sites;
use reach::Reach;
use std::sync::Arc;

/// The meaning of a scenario.
///
/// All problems are added to `out`; `None` where one of them is an error. `effective` is left empty for the loader to fill.
/// Ids are given out in the order of sorted names, so that the order of tables in the file changes nothing.
#[must_use]
pub fn check(raw: &RawScenario, out: &mut Diagnostics) -> Option<Scenario> {
    check_with(raw, &NamedLogs::new(), Doubts::default(), out)
}

/// What is not as the scenario has it, because its form is wrong: what builds on it is not asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Doubts {
    /// What pools have.
    pub(super) pools: bool,
    /// What is linked with what.
    pub(super) links: bool,
}

/// The same, with the logs that its workloads name.
pub(super) fn check_with(
    raw: &RawScenario,
    logs: &NamedLogs,
    doubts: Doubts,
    out: &mut Diagnostics,
) -> Option<Scenario> {
    let before = out.errors();
    names::scenario(raw, out);
    names::formulas(raw, out);
    let (mut run, start) = run::plan(&raw.run, out);
    let information = run::information(&raw.information, out);

    let before_links = out.errors();
    let sites = Sites::new(raw, out);
    let links = network::links(raw, &sites, run.calendar, out);
    let links_known = before_links == out.errors();
    let built = centers::build(raw, &sites, run.calendar, out);
    let mut platform = Platform {
        sites: network::sites(raw, &sites, out),
        centers: built.centers,
        pools: built.pools,
        accelerators: built.accelerators,
        links,
        flow_window: network::window(&raw.network, out),
        tenants: tenants::groups(raw, out),
        classes: classes::by_name(raw, out),
        ..Platform::default()
    };
    network::unused_links(raw, out);
    platform.datasets = network::datasets(raw, &sites, &platform, out);
    let (changes, known) = events::planned(raw, &mut platform, start.as_ref(), &run, out);

    let mut scope = Scope {
        raw,
        sites: &sites,
        constraints: Constraints::new(raw),
        reach: Reach::new(&platform, &changes),
        platform,
        doubtful: built.doubtful,
        pools_known: known.pools && !doubts.pools,
        links_known: known.links && links_known && !doubts.links,
    };
    let classes = workloads::plans(&mut scope, &run, out);
    let logs = logs::plans(&mut scope, logs, out);
    let jobs = jobs::list(&mut scope, &run, out);
    scope.platform.services = services::list(&mut scope, &run, out);
    if scope.links_known {
        scope.reach.lonely_centers(raw, &scope.platform, out);
        unused::links(raw, scope.reach.routes(), &scope.platform, &changes, out);
    }
    let Scope { mut platform, constraints, .. } = scope;
    if classes.is_empty() && jobs.is_empty() && platform.services.is_empty() {
        // Logs alone: nothing is measured before the first submission, as in a replay.
        let first = logs.iter().map(|log| log.first).min().unwrap_or_default();
        run.warm_up = run.warm_up.max(SimDuration(first.0));
    }
    platform.constraints = constraints.into_list();
    let expectations = expect::expectations(raw, &platform, out);
    let anchors = expect::anchors(raw, &sites, &platform, out);

    let stacks = policies::stacks(raw, &platform, out);
    platform.typical = typical::tasks(&classes, &logs, &jobs, &stacks, &run);
    let policy = policies::default(raw, &stacks, out);
    let scenario = Scenario {
        name: raw.name.get().clone(),
        description: raw.description.clone(),
        platform: Arc::new(platform),
        run,
        jobs,
        classes,
        logs,
        changes,
        information,
        stacks,
        policy,
        variants: variants::by_name(raw, out),
        expectations,
        anchors,
        provenance: raw.provenance.clone(),
        effective: String::new(),
        warnings: warnings(out),
    };
    (before == out.errors()).then_some(scenario)
}

/// What the checks of jobs and workloads look at.
struct Scope<'a> {
    raw: &'a RawScenario,
    sites: &'a Sites,
    /// All but its constraints.
    platform: Platform,
    constraints: Constraints,
    reach: Reach,
    /// Pools in which something is wrong, by id.
    doubtful: Vec<bool>,
    /// Whether it is known how large pools become.
    pools_known: bool,
    /// Whether it is known what is linked with what.
    links_known: bool,
}

impl Scope<'_> {
    /// Whether it can be said what some pools hold.
    fn can_judge(&self, pools: &[PoolId]) -> bool {
        self.pools_known && !pools.is_empty() && !pools.iter().any(|pool| self.doubtful[pool.index()])
    }
}

/// The warnings as one line each, with their places.
fn warnings(out: &Diagnostics) -> Vec<String> {
    let warning = |problem: &&Diagnostic| problem.severity == Severity::Warning;
    let line = |problem: &Diagnostic| match out.sources.locate(&problem.span) {
        Some(place) => format!("{place}: {}", problem.message),
        None => problem.message.clone(),
    };
    let mut lines: Vec<String> = out.sorted().into_iter().filter(warning).map(line).collect();
    let more = out.warnings() - lines.len();
    if more > 0 {
        lines.push(format!("and {more} more warnings"));
    }
    lines
}
