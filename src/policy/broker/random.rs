//! Random: any eligible pool, all alike.
//!
//! Idea: the baseline that knows nothing; what any other broker must beat. Draws come from the stream `policy.broker` and belong to
//! the job's number: one job's choice moves no other's. Source: practice; the baseline of Mitzenmacher, IEEE TPDS 2001. Cost:
//! the filters for each pool, and one draw.

use super::eligible::{Filters, place};
use super::reasons::Weighing;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, PoolId, Reasons, Request};
use crate::policy::view::View;
use crate::rng::{Family, Streams, unit};
use rand::Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `random` has no parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Random {}

impl BrokerForm for Random {
    const SUMMARY: &'static str = "any eligible pool, all alike";
    const SOURCE: &'static str = "practice: the baseline that knows nothing";

    fn build(&self, _platform: &Platform, streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(Draws { family: streams.family(STREAM), pools: Vec::new() }))
    }
}

/// The stream of brokers' draws, keyed by job number.
pub(super) const STREAM: &str = "policy.broker";

#[derive(Clone)]
struct Draws {
    family: Family,
    /// The eligible pools of one job; kept for its memory only.
    pools: Vec<PoolId>,
}

impl Draws {
    fn draw(&self, request: &Request, pools: &[PoolId]) -> Option<PoolId> {
        (!pools.is_empty()).then(|| {
            let mut draws = self.family.of(request.number.0);
            pools[below(pools.len(), &mut draws)]
        })
    }
}

impl Broker for Draws {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        self.pools.clear();
        self.pools.extend(view.candidates(request).filter(|pool| Filters::ALL.passes(view, request, *pool)));
        place(self.draw(request, &self.pools), view, request)
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let mut weighing = Weighing::new(Filters::ALL, view, request);
        let pools: Vec<PoolId> = weighing.left().iter().map(|candidate| candidate.pool).collect();
        let drawn = self.draw(request, &pools);
        weighing.keep("drawn at random", |candidate| Some(candidate.pool) == drawn);
        weighing.unranked()
    }
}

/// An index below `count`, all alike up to a bias of `count` / 2^53.
pub(super) fn below(count: usize, draws: &mut impl Rng) -> usize {
    ((unit(draws) * count as f64) as usize).min(count.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Spot, World, spot};
    use super::*;

    #[test]
    fn a_draw_is_the_jobs_own() {
        let world = World::new(&[spot("a"), spot("b"), spot("c")]);
        // Job 5's key is `policy.broker` and 5, whoever was asked before: index floor(u x 3) of its first draw u.
        let mut draws = Streams::new(1, 0).keyed("policy.broker", 5);
        let expected = ["a", "b", "c"][(unit(&mut draws) * 3.0) as usize];
        assert_eq!(world.choice(&Random {}, &world.job(5)), Ok(expected));
        let mut broker = world.build(&Random {});
        for number in [9, 2, 5] {
            let choice = world.ask(broker.as_mut(), &world.job(number));
            assert!(number != 5 || choice == Ok(expected), "{choice:?}");
        }
    }

    #[test]
    fn all_alike_over_the_eligible() {
        // b is cut off: its share goes to the others alike.
        let world = World::new(&[spot("a"), Spot { leg_ms: None, ..spot("b") }, spot("c")]);
        let mut broker = world.build(&Random {});
        let input = crate::model::Input::From(world.site("user"), crate::units::Bytes(1));
        let at_a = (0..4000)
            .filter(|number| {
                let choice = world.ask(broker.as_mut(), &Request { input, ..world.job(*number) }).unwrap();
                assert_ne!(choice, "b");
                choice == "a"
            })
            .count();
        // Binomial: 2000 +- 4 standard deviations of sqrt(4000 / 4) = 32.
        assert!(at_a.abs_diff(2000) < 128, "{at_a}");
    }
}
