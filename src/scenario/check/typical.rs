//! Kinds of tasks that come often: what fragmentation is measured by, where accelerators are shared or a stack packs by it.

use crate::model::{Job, TaskCounts, TypicalTask};
use crate::policy::packing::PackingSpec;
use crate::policy::registry::StackSpec;
use crate::rng::Streams;
use crate::scenario::RunPlan;
use crate::workload::swf::SwfPlan;
use crate::workload::{Bounded, ClassPlan, Distribution, JobSource, source};
use std::collections::BTreeMap;

/// So many jobs are drawn to see which kinds of tasks come often.
const SAMPLE: usize = 10_000;
/// The replication whose jobs are drawn: one that no run has, so that no policy knows the jobs to come.
const REPLICATION: u64 = u64::MAX;

/// Typical tasks of a sample of the scenario's own jobs; none where nobody asks.
pub(super) fn tasks(
    classes: &[ClassPlan],
    logs: &[SwfPlan],
    jobs: &[Job],
    stacks: &BTreeMap<String, StackSpec>,
    run: &RunPlan,
) -> Vec<TypicalTask> {
    let share = |milli: u32| (1..1000).contains(&milli);
    let shared = classes.iter().any(|class| may_share(&class.accelerators_milli))
        || logs.iter().any(|log| share(log.mapping.task.accelerators_milli))
        || jobs.iter().any(|job| share(job.request.task.accelerators_milli));
    let packed = stacks.values().any(|stack| matches!(stack.packing, PackingSpec::Fgd(_)));
    if !shared && !packed {
        return Vec::new();
    }
    // All jobs of a log are of one kind: that it is the log of every replication tells nothing of the jobs to come.
    let streams = Streams::new(run.seed, REPLICATION);
    let Ok(mut drawn) = source(classes, logs, jobs, run.calendar, run.until, &streams) else { return Vec::new() };
    let mut counts = TaskCounts::default();
    for _ in 0..SAMPLE {
        // A source that fails does so in the run too, and says why there.
        let Ok(Some(job)) = drawn.next_job() else { break };
        counts.add(&job.request.task, job.request.constraint, u64::from(job.request.tasks));
    }
    counts.typical()
}

/// Whether a drawn number of thousandths may be a share of a card.
fn may_share(milli: &Bounded) -> bool {
    let share = |value: f64| value > 0.0 && value < 1000.0;
    let bounds = milli.min.is_none_or(|min| min < 1000.0) && milli.max.is_none_or(|max| max > 0.0);
    bounds
        && match &milli.distribution {
            Distribution::Constant(value) => share(*value),
            Distribution::Choice(values) => values.iter().any(|choice| choice.weight > 0.0 && share(choice.value)),
            Distribution::Uniform { min, .. } => *min < 1000.0,
            Distribution::Empirical(corners) => corners.first().is_some_and(|(_, least)| *least < 1000.0),
            Distribution::Exponential { .. } | Distribution::LogNormal { .. } | Distribution::Weibull { .. } => true,
        }
}

#[cfg(test)]
mod tests {
    use crate::scenario::{Input, Scenario, load};

    fn scenario(accelerators: &str, packing: &str) -> Scenario {
        let sets = [
            "center.beijing.pool.gpu={ nodes = 2, cores = 64, accelerators = { kind = \"t4\", count = 4 }, power-idle = \"1 W\", power-peak = \"2 W\" }".to_owned(),
            "run.until=\"1 d\"".to_owned(),
            format!("workload.small={{ arrivals = {{ poisson = {{ rate = \"60 / h\" }} }}, origin = {{ beijing = 1 }}, cores = 2, runtime = \"1 h\", accelerators = {{ kind = \"t4\", per-task = {accelerators} }} }}"),
            format!("policy.stay.packing={packing}"),
        ];
        let input = Input::Embedded("two-centers".to_owned());
        load(&input, &sets).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
    }

    #[test]
    fn typical_tasks_are_there_where_cards_are_shared_or_packed_by_them() {
        let halves = scenario("{ choice = { \"0.5\" = 0.8, 1 = 0.2 } }", "{ first-fit = {} }");
        let kinds = &halves.platform.typical;
        // One day of 60 an hour: 1,440 jobs and the three single ones of the scenario; four in five take a half.
        let milli: Vec<u32> = kinds.iter().map(|kind| kind.task.accelerators_milli).collect();
        assert_eq!(milli, [500, 1000]);
        let share = kinds[0].weight as f64 / (kinds[0].weight + kinds[1].weight) as f64;
        assert!((share - 0.8).abs() < 0.05, "{share}");
        assert_eq!(scenario("1", "{ first-fit = {} }").platform.typical, []);
        assert_eq!(scenario("1", "{ fgd = {} }").platform.typical.len(), 1);
    }
}
