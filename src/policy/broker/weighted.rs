//! Weighted: filters, then a weighted sum of scores.
//!
//! Idea: `require` says what a pool must satisfy; each score is then scaled to 0..1 over the pools that are left (`(x - least) / (most -
//! least)`, 0 where all are equal), and the least weighted sum wins, equal sums by pool id. Scores, all smaller is better:
//!
//! | weight | score |
//! |---|---|
//! | `wait` | expected queue wait, by the [rule of room](crate::policy::room) |
//! | `cost` | expected cost of energy and transfer, as in `cheapest` |
//! | `carbon` | expected emissions by location, as in `lowest-carbon` |
//! | `transfer` | estimated time of moving input and output |
//! | `latency` | round trip to the origin |
//! | `load` | share of the capacity that is not free |
//!
//! Where no weight is above zero, all count alike. Source: filters and weighers of OpenStack Nova's scheduler; simple additive weighting
//! (Hwang and Yoon, "Multiple Attribute Decision Making", 1981). Cost: two passes over the pools; only scores with a weight
//! are worked out.

use super::eligible::{Candidate, Filters};
use super::energy::{EnergyRates, Ledger};
use super::estimate::{Expected, expect};
use super::reasons::Weighing;
use super::{Broker, BrokerForm, Decision};
use crate::model::{Platform, PoolId, Reasons, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// What a pool must satisfy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Requirement {
    /// The job's regions. Always required: the driver runs no job elsewhere.
    Regions,
    /// The job's label selectors. Always required.
    Labels,
    /// A way for input and output. Always required.
    Reachable,
    /// Room for input and output in the center's storage. Without, such a job is turned away by the center when it is chosen.
    Storage,
    /// The job's round-trip bound. Without, a job can be run beyond it, and is counted as a miss.
    RoundTrip,
}

/// Parameters of `weighted`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Weighted {
    /// What a pool must satisfy. Default: all of it.
    pub require: Vec<Requirement>,
    /// Weight of the expected queue wait. Default 0.
    pub wait: f64,
    /// Weight of the expected cost of energy and transfer. Default 0.
    pub cost: f64,
    /// Weight of the expected emissions. Default 0.
    pub carbon: f64,
    /// Weight of the estimated time of moving input and output. Default 0.
    pub transfer: f64,
    /// Weight of the round trip to the origin. Default 0.
    pub latency: f64,
    /// Weight of the share of capacity that is not free. Default 0.
    pub load: f64,
}

impl Default for Weighted {
    fn default() -> Self {
        use Requirement::{Labels, Reachable, Regions, RoundTrip, Storage};
        let require = vec![Regions, Labels, Reachable, Storage, RoundTrip];
        Self { require, wait: 0.0, cost: 0.0, carbon: 0.0, transfer: 0.0, latency: 0.0, load: 0.0 }
    }
}

const SCORES: usize = 6;

impl Weighted {
    const fn weights(&self) -> [(&'static str, f64); SCORES] {
        [
            ("wait", self.wait),
            ("cost", self.cost),
            ("carbon", self.carbon),
            ("transfer", self.transfer),
            ("latency", self.latency),
            ("load", self.load),
        ]
    }
}

impl BrokerForm for Weighted {
    const SUMMARY: &'static str = "filters, then the least weighted sum of scores";
    const SOURCE: &'static str =
        "filters and weighers of OpenStack Nova; Hwang and Yoon, Multiple Attribute Decision Making, 1981";

    fn build(&self, platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        if let Some(problem) = self.problems(platform).into_iter().next() {
            return Err(problem);
        }
        let given = self.weights().map(|(_, weight)| weight);
        Ok(Box::new(WeightedBroker {
            filters: Filters {
                storage: self.require.contains(&Requirement::Storage),
                round_trip: self.require.contains(&Requirement::RoundTrip),
            },
            weights: if given.iter().any(|weight| *weight > 0.0) { given } else { [1.0; SCORES] },
            tariffs: EnergyRates::of_tariff(platform),
            carbon: EnergyRates::of_carbon(platform, Ledger::Location),
            pools: Vec::new(),
        }))
    }

    fn problems(&self, _platform: &Platform) -> Vec<String> {
        let wrong = self.weights().into_iter().filter(|(_, weight)| !weight.is_finite() || *weight < 0.0);
        wrong.map(|(name, weight)| format!("weight `{name}` of weighted is {weight}: it must be 0 or more")).collect()
    }
}

#[derive(Clone)]
struct WeightedBroker {
    filters: Filters,
    weights: [f64; SCORES],
    tariffs: EnergyRates,
    carbon: EnergyRates,
    /// The pools of one job with their scores; kept for its memory only.
    pools: Vec<(PoolId, [f64; SCORES])>,
}

impl WeightedBroker {
    /// The scores that have a weight; 0 for the others.
    fn scores(&self, view: &View<'_>, request: &Request, candidate: &Candidate, expected: &Expected) -> [f64; SCORES] {
        let pool = candidate.pool;
        let weighted = |index: usize, score: &dyn Fn() -> f64| if self.weights[index] > 0.0 { score() } else { 0.0 };
        [
            weighted(0, &|| view.wait_or_never(request, pool).0 as f64),
            weighted(1, &|| {
                let energy = self.tariffs.amount(view, request, pool, expected);
                (energy + candidate.transfer_price_micro_cny() * 1000) as f64
            }),
            weighted(2, &|| self.carbon.amount(view, request, pool, expected) as f64),
            weighted(3, &|| candidate.transfer_time().0 as f64),
            weighted(4, &|| view.round_trip_or_never(request, pool).0 as f64),
            weighted(5, &|| 1_000_000u64.saturating_sub(view.summary(pool).free_ppm()) as f64),
        ]
    }

    /// The weighted scaled scores of a pool, given the least and the most of each among all pools.
    fn parts(&self, (least, most): &([f64; SCORES], [f64; SCORES]), scores: &[f64; SCORES]) -> [f64; SCORES] {
        std::array::from_fn(|index| {
            let range = most[index] - least[index];
            if range > 0.0 { self.weights[index] * ((scores[index] - least[index]) / range) } else { 0.0 }
        })
    }

    /// The pool with the least weighted sum of scaled scores.
    fn best(&self) -> Option<PoolId> {
        let ranges = ranges(&self.pools);
        let sums = self.pools.iter().map(|(pool, scores)| (self.parts(&ranges, scores).iter().sum::<f64>(), *pool));
        sums.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, pool)| pool)
    }
}

/// The least and the most of each score.
fn ranges(pools: &[(PoolId, [f64; SCORES])]) -> ([f64; SCORES], [f64; SCORES]) {
    let mut least = [f64::INFINITY; SCORES];
    let mut most = [f64::NEG_INFINITY; SCORES];
    for (_, scores) in pools {
        for (index, score) in scores.iter().enumerate() {
            least[index] = least[index].min(*score);
            most[index] = most[index].max(*score);
        }
    }
    (least, most)
}

/// A sum as a key: doubles in their total order.
#[derive(PartialEq)]
struct Sum(f64, [f64; SCORES]);

impl Eq for Sum {}

impl Ord for Sum {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Sum {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Broker for WeightedBroker {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        let mut pools = std::mem::take(&mut self.pools);
        pools.clear();
        let mut idle = None;
        for candidate in self.filters.eligible(view, request) {
            match expect(view, request, &candidate) {
                Some(expected) => pools.push((candidate.pool, self.scores(view, request, &candidate, &expected))),
                // No capacity now: only where no other pool is left.
                None => idle = idle.or(Some(candidate.pool)),
            }
        }
        self.pools = pools;
        self.filters.place(self.best().or(idle), view, request)
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let weighing = Weighing::new(self.filters, view, request);
        let scores = |candidate: &Candidate| {
            let expected = expect(view, request, candidate)?;
            Some((candidate.pool, self.scores(view, request, candidate, &expected)))
        };
        let ranges = ranges(&weighing.left().iter().filter_map(scores).collect::<Vec<_>>());
        let weighed = |index: &usize| self.weights[*index] > 0.0;
        let names = ["wait", "cost", "carbon", "transfer", "latency", "load"];
        let terms: Vec<_> =
            std::iter::once(("sum", "")).chain((0..SCORES).filter(weighed).map(|index| (names[index], ""))).collect();
        weighing.rank(
            &terms,
            // A pool without capacity comes last.
            |candidate| match scores(candidate) {
                Some((_, scores)) => {
                    let parts = self.parts(&ranges, &scores);
                    (false, Sum(parts.iter().sum(), parts))
                }
                None => (true, Sum(0.0, [0.0; SCORES])),
            },
            |_, (never, Sum(sum, parts))| {
                let weighed = (0..SCORES).filter(weighed).map(|index| parts[index]);
                std::iter::once(*sum).chain(weighed).map(|value| (!never).then_some(value)).collect()
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{GB, MS, Spot, World, spot};
    use super::*;
    use crate::model::{Input, RejectReason};
    use crate::signals::Series;
    use crate::units::Bytes;
    use crate::units::SimDuration;

    #[test]
    fn scaled_scores_are_weighed() {
        // Waits 0, 40, 100 s scale to 0, 0.4, 1. Costs 0.09, 0.05, 0.01 CNY scale to 1, 0.5, 0.
        let at = |name, wait_s, fen| Spot { wait_s, tariff: Series::constant(fen), ..spot(name) };
        let world = World::new(&[at("a", 0, 90), at("b", 40, 50), at("c", 100, 10)]);
        let with = |wait, cost| world.choice(&Weighted { wait, cost, ..Weighted::default() }, &world.job(0));
        // 1 and 1: a 1, b 0.9, c 1. 1 and 0.5: a 0.5, b 0.65, c 1. 0.5 and 1: a 1, b 0.7, c 0.5.
        assert_eq!(with(1.0, 1.0), Ok("b"));
        assert_eq!(with(1.0, 0.5), Ok("a"));
        assert_eq!(with(0.5, 1.0), Ok("c"));
        // Only the ratio counts.
        assert_eq!(with(1000.0, 500.0), Ok("a"));
    }

    #[test]
    fn what_is_alike_everywhere_decides_nothing() {
        let world = World::new(&[spot("a"), Spot { leg_ms: Some(9), ..spot("b") }, Spot { carbon: 400, ..spot("c") }]);
        // All wait 0 s: equal sums, least id.
        assert_eq!(world.choice(&Weighted { wait: 1.0, ..Weighted::default() }, &world.job(0)), Ok("a"));
        // Without weights all count alike: a has carbon 1, b carbon 1 and latency 1, c none.
        assert_eq!(world.choice(&Weighted::default(), &world.job(0)), Ok("c"));
    }

    #[test]
    fn requirements_filter() {
        let far = Spot { leg_ms: Some(30), room_gb: Some(1), ..spot("far") };
        let world = World::new(&[far, Spot { wait_s: 100, room_gb: Some(1), ..spot("near") }]);
        let require = |require: Vec<Requirement>| Weighted { require, wait: 1.0, ..Weighted::default() };
        let bounded = Request { round_trip: Some(SimDuration(10 * MS)), ..world.job(0) };
        assert_eq!(world.choice(&require(vec![Requirement::RoundTrip]), &bounded), Ok("near"));
        assert_eq!(world.choice(&require(vec![]), &bounded), Ok("far"));
        // 2 GB fit nowhere: turned away here, or chosen and left to the center.
        let large = Request { input: Input::From(world.site("user"), Bytes(2 * GB)), ..world.job(1) };
        assert_eq!(world.choice(&require(vec![Requirement::Storage]), &large), Err(RejectReason::StorageFull));
        assert_eq!(world.choice(&require(vec![Requirement::RoundTrip]), &large), Ok("far"));
    }

    #[test]
    fn a_negative_weight_is_a_problem() {
        let world = World::new(&[spot("a")]);
        let wrong = Weighted { cost: -1.0, load: f64::NAN, ..Weighted::default() };
        assert_eq!(wrong.problems(&world.platform).len(), 2);
        assert!(wrong.build(&world.platform, &Streams::new(1, 0)).is_err());
    }
}
