//! Packings as they are written in a scenario.

use super::dot_product::DotProduct;
use super::fgd::Fgd;
use super::gpu_clustering::GpuClustering;
use super::gpu_packing::GpuPacking;
use super::scored::Scored;
use super::weighted_fit::WeightedFit;
use super::{BestFit, FirstFit, Packing, Random, Scale, WorstFit};
use crate::model::{Fragmentation, Platform, PoolId};
use crate::policy::queue::NoParameters;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which nodes a job gets: `{ first-fit = {} }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum PackingSpec {
    /// The lowest node numbers that fit.
    FirstFit(NoParameters),
    /// The nodes that the job leaves with the least.
    BestFit(BestFitSpec),
    /// Task by task the node with the most of the headline resource free: spreads the load.
    WorstFit(NoParameters),
    /// Any nodes that fit, and any card for a share of one, with equal chance.
    Random(NoParameters),
    /// The nodes whose free cores and accelerators have the smallest product with what a task needs.
    DotProduct(NoParameters),
    /// Cards in use first, then free cards of nodes in use, then idle nodes.
    GpuPacking(NoParameters),
    /// Nodes where only tasks that need cards alike (a share, one, two, ...) hold some, then mixed ones, then idle ones.
    GpuClustering(NoParameters),
    /// The node and card where the part of free accelerators that typical tasks cannot use grows least.
    Fgd(NoParameters),
}

/// The order in which best-fit fills nodes.
const BEST_FIT: &str = "Of each node the rule looks at what would be left after as many of the job's tasks as fit there, at most all. Nodes are filled in this \
    order: least accelerators left, then least cores left, then least memory left, then lowest number. The order is worked out once for the whole job: the last \
    node may get fewer tasks than it was ordered by. A share of a card is taken from the fullest card that has enough.";

/// The rules of a packing in words, a paragraph each, as `eastwest policies NAME` prints them.
pub(in crate::policy) fn rules(name: &str) -> &'static [&'static str] {
    match name {
        "best-fit" => &[BEST_FIT],
        _ => &[],
    }
}

/// Parameters of `best-fit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct BestFitSpec {
    /// What is to be left least: `headline` (accelerators where the pool has them, else cores; then the other), or `weighted` (cores and
    /// accelerators alike, as shares of the largest node). Default headline.
    pub by: FitMeasure,
}

/// What best-fit leaves least of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FitMeasure {
    /// Accelerators, then cores, then memory.
    #[default]
    Headline,
    /// The sum of both as shares of the largest node, in whole percents.
    Weighted,
}

/// What a packing may know of its pool and of the cluster that it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PoolProfile {
    /// Cards of a node.
    pub cards: u8,
    /// The largest node of the center.
    pub scale: Scale,
    /// How fragmentation is measured, where typical tasks are known.
    pub measure: Option<Fragmentation>,
}

impl PoolProfile {
    /// Of a pool of a platform.
    #[must_use]
    pub fn of(platform: &Platform, pool: PoolId) -> Self {
        let (this, center) = (&platform.pools[pool.index()], platform.center_of(pool));
        let nodes = || center.pool_ids().filter_map(|other| platform.pools.get(other.index())).map(|pool| pool.node);
        let scale = Scale {
            cores_milli: nodes().map(|node| node.cores_milli).max().unwrap_or(0),
            accelerators_milli: nodes().map(|node| u32::from(node.cards) * 1000).max().unwrap_or(0),
        };
        Self { cards: this.node.cards, scale, measure: platform.fragmentation(pool) }
    }
}

impl Default for PackingSpec {
    fn default() -> Self {
        Self::FirstFit(NoParameters {})
    }
}

impl PackingSpec {
    /// Builds the packing of one pool, named `<center>.<pool>`. Random draws come from the stream `policy.packing.<center>.<pool>`: by
    /// name, so that another center moves no draw.
    #[must_use]
    pub fn build(&self, streams: &Streams, pool: &str, profile: &PoolProfile) -> Box<dyn Packing> {
        match self {
            Self::FirstFit(_) => Box::new(FirstFit),
            Self::BestFit(BestFitSpec { by: FitMeasure::Headline }) => Box::new(BestFit),
            Self::BestFit(BestFitSpec { by: FitMeasure::Weighted }) => {
                Box::new(Scored::new(WeightedFit(profile.scale)))
            }
            Self::WorstFit(_) => Box::new(WorstFit),
            Self::Random(_) => Box::new(Random::new(streams.stream(&format!("policy.packing.{pool}")))),
            Self::DotProduct(_) => Box::new(Scored::new(DotProduct(profile.scale))),
            Self::GpuPacking(_) => Box::new(Scored::new(GpuPacking { cards: profile.cards })),
            Self::GpuClustering(_) => Box::new(GpuClustering::new(profile.scale)),
            Self::Fgd(_) => Box::new(Scored::new(Fgd { measure: profile.measure.clone() })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{cores, pool, take, used};
    use super::*;

    #[test]
    fn written_as_in_a_scenario() {
        #[derive(Debug, Deserialize)]
        struct Table {
            packing: PackingSpec,
        }
        let read = |text: &str| toml::from_str::<Table>(text).map(|table| table.packing);
        assert_eq!(read("packing = { best-fit = {} }"), Ok(PackingSpec::BestFit(BestFitSpec::default())));
        let error = read("packing = { best-fit = { greed = 1 } }").unwrap_err().to_string();
        assert!(error.contains("unknown field `greed`"), "{error}");
        let error = read("packing = { tight-fit = {} }").unwrap_err().to_string();
        assert!(error.contains("unknown variant `tight-fit`") && error.contains("`worst-fit`"), "{error}");
        assert_eq!(serde_json::to_string(&PackingSpec::default()).unwrap(), r#"{"first-fit":{}}"#);
    }

    #[test]
    fn each_differs_from_the_others() {
        // Three nodes of 8 cores with 6, 3, 8 free; a task of 3 cores goes to 0 (first), 1 (nothing left), 2 (most free).
        let mut nodes = pool(3, 8, 0);
        take(&mut nodes, 0, 2);
        take(&mut nodes, 1, 5);
        let none = NoParameters {};
        let streams = Streams::new(1, 0);
        let profile = PoolProfile::default();
        let best = PackingSpec::BestFit(BestFitSpec::default());
        let specs = [PackingSpec::FirstFit(none), best, PackingSpec::WorstFit(none)];
        for (spec, node) in specs.iter().zip(0..) {
            let chosen = spec.build(&streams, "a.cpu", &profile).choose(&nodes, 1, &cores(3)).unwrap();
            assert_eq!(used(&chosen), [(node, 1, 1)], "{spec:?}");
        }
        // Random takes each of them some time, and another pool has another stream.
        let row = |pool| -> Vec<u64> {
            let mut random = PackingSpec::Random(none).build(&streams, pool, &profile);
            (0..50).map(|_| random.choose(&nodes, 1, &cores(3)).unwrap().parts[0].first).collect()
        };
        assert!((0..3).all(|node| row("a.cpu").contains(&node)));
        assert_ne!(row("a.cpu"), row("b.cpu"));
    }
}
