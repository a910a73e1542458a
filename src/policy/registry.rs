//! The list of policies: their typed parameters and how they are built.

use super::broker::{Broker, BrokerForm, fixed, home_first, least_loaded};
use super::packing::PackingSpec;
use super::queue::QueueSpec;
use super::stack::Stack;
use crate::model::{Platform, PoolId};
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Makes the enum of brokers and all that is asked of each of them.
macro_rules! brokers {
    ($($name:literal => $variant:ident($form:ty),)+) => {
        /// The broker of a stack, by its name and parameters.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub enum BrokerSpec {
            $(
                #[doc = concat!("`", $name, "`")]
                #[serde(rename = $name)]
                $variant($form),
            )+
        }

        impl BrokerSpec {
            /// Builds the broker of one run.
            ///
            /// # Errors
            /// A parameter names something that the platform does not have, or is out of range.
            pub fn build(&self, platform: &Platform, streams: &Streams) -> Result<Box<dyn Broker>, String> {
                match self {
                    $(Self::$variant(form) => form.build(platform, streams),)+
                }
            }

            /// What is wrong with its parameters on this platform.
            #[must_use]
            pub fn problems(&self, platform: &Platform) -> Vec<String> {
                match self {
                    $(Self::$variant(form) => form.problems(platform),)+
                }
            }

            /// Its name in scenarios.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $name,)+
                }
            }

            /// The broker of a name, with all parameters at their defaults; `None` for an unknown name, or where a parameter has
            /// no default.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                let empty = || serde_json::Value::Object(serde_json::Map::new());
                match name {
                    $($name => serde_json::from_value(empty()).ok().map(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

brokers! {
    "fixed" => Fixed(fixed::Fixed),
    "home-first" => HomeFirst(home_first::HomeFirst),
    "least-loaded" => LeastLoaded(least_loaded::LeastLoaded),
}

/// One of each kind of policy, by their specifications.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StackSpec {
    /// Which center a job goes to, and when.
    pub broker: BrokerSpec,
    /// How queues are ordered and backfilled. Default fcfs.
    #[serde(default)]
    pub queue: QueueSpec,
    /// Which nodes a job gets. Default first-fit.
    #[serde(default)]
    pub packing: PackingSpec,
}

impl StackSpec {
    /// Builds the policies of one run.
    ///
    /// # Errors
    /// A parameter names something that the platform does not have.
    pub fn build(&self, platform: &Platform, streams: &Streams) -> Result<Stack, String> {
        let pools = || (0..platform.pools.len()).map(PoolId::from_index);
        Ok(Stack {
            broker: self.broker.build(platform, streams)?,
            queues: pools().map(|_| self.queue.build()).collect(),
            packings: pools().map(|pool| self.packing.build(streams, pool)).collect(),
            clairvoyant: self.clairvoyant(),
        })
    }

    /// What is wrong with it on this platform: names that do not exist, values out of range.
    #[must_use]
    pub fn problems(&self, platform: &Platform) -> Vec<String> {
        self.broker.problems(platform)
    }

    /// Whether it may know true run times; reports mark it.
    #[must_use]
    pub const fn clairvoyant(&self) -> bool {
        self.queue.clairvoyant()
    }

    /// The stack of a broker's name, with the queue and packing of `default`; `None` for an unknown name, or a broker that has a
    /// parameter without default.
    #[must_use]
    pub fn from_broker_name(name: &str, default: &Self) -> Option<Self> {
        let broker = BrokerSpec::from_name(name)?;
        Some(Self { broker, queue: default.queue.clone(), packing: default.packing.clone() })
    }
}
