//! Packings as they are written in a scenario.

use super::{BestFit, FirstFit, Packing, Random, WorstFit};
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
    /// The nodes that the job leaves with the least of the headline resource (accelerators where the pool has them, else cores).
    BestFit(NoParameters),
    /// Task by task the node with the most of the headline resource free: spreads the load.
    WorstFit(NoParameters),
    /// Any nodes that fit, with equal chance.
    Random(NoParameters),
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
    pub fn build(&self, streams: &Streams, pool: &str) -> Box<dyn Packing> {
        match self {
            Self::FirstFit(_) => Box::new(FirstFit),
            Self::BestFit(_) => Box::new(BestFit),
            Self::WorstFit(_) => Box::new(WorstFit),
            Self::Random(_) => Box::new(Random::new(streams.stream(&format!("policy.packing.{pool}")))),
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
        assert_eq!(read("packing = { best-fit = {} }"), Ok(PackingSpec::BestFit(NoParameters {})));
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
        let specs = [PackingSpec::FirstFit(none), PackingSpec::BestFit(none), PackingSpec::WorstFit(none)];
        for (spec, node) in specs.iter().zip(0..) {
            let chosen = spec.build(&streams, "a.cpu").choose(&nodes, 1, &cores(3)).unwrap();
            assert_eq!(used(&chosen), [(node, 1, 1)], "{spec:?}");
        }
        // Random takes each of them some time, and another pool has another stream.
        let row = |pool| -> Vec<u64> {
            let mut random = PackingSpec::Random(none).build(&streams, pool);
            (0..50).map(|_| random.choose(&nodes, 1, &cores(3)).unwrap().parts[0].first).collect()
        };
        assert!((0..3).all(|node| row("a.cpu").contains(&node)));
        assert_ne!(row("a.cpu"), row("b.cpu"));
    }
}
