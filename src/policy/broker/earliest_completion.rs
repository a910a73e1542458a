//! Earliest completion: the longer of staging and queue wait + requested run time on that pool + delivery of the output.
//!
//! Idea: the greedy list scheduler of grids: it weighs a short queue against a slow link and fast hardware. Equal times by pool id.
//! Source: minimum completion time (MCT; Maheswaran et al., "Dynamic mapping of a class of independent tasks onto heterogeneous
//! computing systems", JPDC 59, 1999). Cost: one estimate for each pool.

use super::eligible::{Candidate, Filters, least_of, place};
use super::estimate::{delivered_or_never, delivers_before};
use super::reasons::{Weighing, instant, seconds};
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `earliest-completion` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct EarliestCompletion {}

impl BrokerForm for EarliestCompletion {
    const SUMMARY: &'static str =
        "the earliest expected completion: the longer of staging and queue, then run and delivery";
    const SOURCE: &'static str = "MCT: Maheswaran et al., Dynamic mapping of a class of independent tasks, JPDC 1999";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for EarliestCompletion {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        let delivered = |candidate: &Candidate| delivered_or_never(view, request, candidate);
        let in_time = |pool, best: &_| delivers_before(view, request, pool, *best);
        place(least_of(view.allowed(request), view, request, in_time, delivered), view, request)
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        ranked_by_completion(Weighing::new(Filters::ALL, view, request), view, request)
    }
}

/// What is left, the earliest expected completion first.
pub(super) fn ranked_by_completion(weighing: Weighing, view: &View<'_>, request: &Request) -> Reasons {
    weighing.rank(
        &[("delivered_s", "s"), ("staging_s", "s"), ("queue_wait_s", "s"), ("run_s", "s"), ("delivery_s", "s")],
        |candidate| delivered_or_never(view, request, candidate),
        |candidate, delivered| {
            let wait = view.queue_wait(request, candidate.pool).and_then(seconds);
            let run = view.requested(request, candidate.pool).and_then(seconds);
            let (staging, delivery) = (seconds(candidate.staging.time), seconds(candidate.delivery.time));
            vec![instant(*delivered), staging, wait, run, delivery]
        },
    )
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{GB, Spot, World, spot};
    use super::*;
    use crate::model::Input;
    use crate::units::Bytes;

    #[test]
    fn staging_queue_run_and_delivery_are_weighed() {
        // Run 3600 s at speed 1, 1800 s at speed 2.
        let world = World::new(&[
            Spot { wait_s: 1000, ..spot("busy") },
            Spot { speed: 2.0, gbps: 1, ..spot("fast") },
            spot("plain"),
        ]);
        // Without data: busy 4600 s, fast 1800 s, plain 3600 s.
        assert_eq!(world.choice(&EarliestCompletion {}, &world.job(0)), Ok("fast"));
        // 250 GB are 2000 Gb: 2000 s at 1 Gbps, 200 s at 10 Gbps. busy 4800 s, fast 3800.001 s, plain 3800.001 s: by id.
        let with =
            |gigabytes| Request { input: Input::From(world.site("user"), Bytes(gigabytes * GB)), ..world.job(1) };
        assert_eq!(world.choice(&EarliestCompletion {}, &with(250)), Ok("fast"));
        assert_eq!(world.choice(&EarliestCompletion {}, &with(251)), Ok("plain"));
        // 200 GB in (1600 s or 160 s) and 100 GB out (800 s or 80 s): fast 4200 s, plain 3840 s.
        let out = Request { output: Bytes(100 * GB), output_to: Some(world.site("user")), ..with(200) };
        assert_eq!(world.choice(&EarliestCompletion {}, &with(200)), Ok("fast"));
        assert_eq!(world.choice(&EarliestCompletion {}, &out), Ok("plain"));
    }
}
