//! `checkpoint` and `elastic` of workloads and jobs.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawCheckpoint, RawElastic, RawElasticity, RawSpeedup};
use super::amounts::time;
use super::limits::TASKS_MAX;
use crate::model::{Checkpoint, Elastic, Elasticity, Flex, Speedup};
use crate::units::SimDuration;
use std::sync::Arc;

/// What of a job can bend; the outer `None` where something is wrong.
#[expect(clippy::option_option, reason = "wrong and absent are different things")]
pub(super) fn of(
    checkpoint: Option<&At<RawCheckpoint>>,
    elastic: Option<&At<RawElastic>>,
    who: &str,
    out: &mut Diagnostics,
) -> Option<Option<Arc<Flex>>> {
    let before = out.errors();
    let flex = Flex {
        checkpoint: checkpoint.and_then(|raw| saved(raw.get(), who, out)),
        elastic: elastic.and_then(|raw| bent(raw, who, out)),
    };
    if let (Some(checkpoint), Some(Elasticity::Malleable)) = (checkpoint, flex.elastic.map(|elastic| elastic.kind)) {
        let problem = format!("{who} is malleable and has checkpoints: how they move with its tasks is not modeled");
        out.push(Diagnostic::error(checkpoint.span(), problem).help("leave out `checkpoint`, or make it moldable"));
    }
    (out.errors() == before).then(|| (flex != Flex::default()).then(|| Arc::new(flex)))
}

fn saved(raw: &RawCheckpoint, who: &str, out: &mut Diagnostics) -> Option<Checkpoint> {
    let every = time(&raw.every, "`every`", out);
    if every == SimDuration::ZERO {
        let problem = format!("{who} writes checkpoints without end: `every` is 0");
        out.push(Diagnostic::error(raw.every.span(), problem).help("every = \"30 min\", say"));
        return None;
    }
    let cost = raw.cost.as_ref().map_or(SimDuration::ZERO, |cost| time(cost, "`cost`", out));
    let restart = raw.restart.as_ref().map_or(SimDuration::ZERO, |restart| time(restart, "`restart`", out));
    Some(Checkpoint { every, cost, restart })
}

fn bent(at: &At<RawElastic>, who: &str, out: &mut Diagnostics) -> Option<Elastic> {
    let raw = at.get();
    let least = raw.least.as_ref().map_or(1, |least| *least.get());
    let most = *raw.most.get();
    if least == 0 || least > most {
        let place = raw.least.as_ref().map_or(raw.most.span(), At::span);
        out.error(
            place,
            format!("{who}: from {least} to {most} tasks is no range: at least 1, and `least` not above `most`"),
        );
        return None;
    }
    if f64::from(most) > TASKS_MAX {
        out.error(raw.most.span(), format!("{who}: {most} tasks are more than {TASKS_MAX}"));
        return None;
    }
    let speedup = match *raw.speedup.get() {
        RawSpeedup::Amdahl { serial } if (0.0..=1.0).contains(&serial) => Speedup::Amdahl { serial },
        RawSpeedup::Downey { parallelism, variance }
            if (1.0..=1e9).contains(&parallelism) && (0.0..=1e9).contains(&variance) =>
        {
            Speedup::Downey { parallelism, variance }
        }
        RawSpeedup::Amdahl { serial } => {
            out.error(raw.speedup.span(), format!("{who}: a serial share of {serial} is not from 0 to 1"));
            return None;
        }
        RawSpeedup::Downey { parallelism, variance } => {
            let problem = format!(
                "{who}: a parallelism of {parallelism} is below 1, or a variance of {variance} negative, or one is beyond 1e9"
            );
            out.error(raw.speedup.span(), problem);
            return None;
        }
    };
    let kind = match raw.kind {
        RawElasticity::Moldable => Elasticity::Moldable,
        RawElasticity::Malleable => Elasticity::Malleable,
    };
    Some(Elastic { kind, least, most, speedup })
}
