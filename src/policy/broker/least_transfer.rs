//! Least transfer: the fewest bytes over the network.
//!
//! Idea: computing goes to the data: input from the nearest replica plus output to where it is wanted; then the least estimated time of
//! moving them, then the least round trip, then pool id. Source: data-aware scheduling (Ranganathan and Foster, "Decoupling
//! computation and data scheduling in distributed data-intensive applications", HPDC 2002). Cost: the filters for each pool.

use super::eligible::{Filters, least};
use super::reasons::{Weighing, gigabytes, seconds};
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `least-transfer` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LeastTransfer {}

impl BrokerForm for LeastTransfer {
    const SUMMARY: &'static str = "the fewest bytes over the network, then the least time of moving them";
    const SOURCE: &'static str = "Ranganathan and Foster, Decoupling computation and data scheduling, HPDC 2002";

    fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(*self))
    }
}

impl Broker for LeastTransfer {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        least(view, request, |candidate| {
            let round_trip = view.round_trip_or_never(request, candidate.pool);
            (candidate.bytes_moved(), candidate.transfer_time(), round_trip)
        })
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        Weighing::new(Filters::ALL, view, request).rank(
            &[("bytes_moved_gb", "GB"), ("transfer_s", "s"), ("round_trip_s", "s")],
            |candidate| {
                let round_trip = view.round_trip_or_never(request, candidate.pool);
                (candidate.bytes_moved(), candidate.transfer_time(), round_trip)
            },
            |_, (bytes, time, round_trip)| vec![gigabytes(*bytes), seconds(*time), seconds(*round_trip)],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{GB, Spot, World, spot};
    use super::*;
    use crate::model::Input;
    use crate::units::Bytes;

    #[test]
    fn fewest_bytes_then_least_time_then_nearest() {
        let mut world = World::new(&[
            Spot { leg_ms: Some(1), gbps: 1, ..spot("near") },
            Spot { leg_ms: Some(9), wait_s: 9000, ..spot("replica") },
            Spot { leg_ms: Some(20), gbps: 10, ..spot("wide") },
        ]);
        // Nothing to move: the least round trip.
        assert_eq!(world.choice(&LeastTransfer {}, &world.job(0)), Ok("near"));
        // 100 GB lie at `replica`: 0 bytes there, 100 GB elsewhere; the queue does not count.
        let dataset = Input::Dataset(world.dataset(100, &["replica"]));
        assert_eq!(world.choice(&LeastTransfer {}, &Request { input: dataset, ..world.job(1) }), Ok("replica"));
        // From the user 1 GB goes anywhere. 8 Gb take 8.001 s at 1 Gbps, 0.809 s to `replica`, 0.820 s to `wide`.
        let input = Input::From(world.site("user"), Bytes(GB));
        assert_eq!(world.choice(&LeastTransfer {}, &Request { input, ..world.job(2) }), Ok("replica"));
        // 100 GB from the replica and 200 GB of output to `wide`: 200, 100 or 300 GB at replica, wide and near.
        let output_to = Some(world.site("wide"));
        let both = Request { input: dataset, output: Bytes(200 * GB), output_to, ..world.job(3) };
        assert_eq!(world.choice(&LeastTransfer {}, &both), Ok("wide"));
    }
}
