//! The list of policies: their typed parameters and how they are built.
//!
//! # Adding a broker
//!
//! One file and one line.
//!
//! **The file**, `src/policy/broker/greenest.rs` (declared by `pub mod greenest;` in its folder), holds the parameters as they are
//! written in a scenario, and the decision:
//!
//! ```
//! use eastwest::model::{Platform, Request};
//! use eastwest::policy::broker::eligible::least;
//! use eastwest::policy::broker::{Broker, BrokerForm, Decision};
//! use eastwest::policy::view::View;
//! use eastwest::rng::Streams;
//!
//! /// Parameters of `greenest`.
//! #[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
//! #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
//! pub struct Greenest {
//!     /// The least share of contracted green power, in percent. Default 0.
//!     pub at_least: u64,
//! }
//!
//! impl BrokerForm for Greenest {
//!     const SUMMARY: &'static str = "the largest share of contracted green power";
//!     const SOURCE: &'static str = "an example";
//!
//!     fn build(&self, _platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
//!         Ok(Box::new(self.clone()))
//!     }
//! }
//!
//! impl Broker for Greenest {
//!     fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
//!         least(view, request, |candidate| {
//!             let share = view.center(candidate.pool).green_share_ppm;
//!             (share < self.at_least * 10_000, std::cmp::Reverse(share))
//!         })
//!     }
//! }
//! ```
//!
//! **The line** goes into the table below: `"greenest" => Greenest(greenest::Greenest),`. From it come the name in scenarios,
//! `--policy greenest`, refusal of unknown parameters with their place, the schema, and the page of `eastwest policies greenest`.
//!
//! # Adding an order of queues
//!
//! The same: `src/policy/queue/order/<name>.rs` with an [`Order`](super::queue::order::Order), and one line in the table of
//! `src/policy/queue/spec.rs`; it then serves alone, in EASY and in conservative backfilling.
//!
//! A crate of its own puts a `Box<dyn Broker>` into a [`Stack`] without any line here.

mod catalog;

pub use catalog::{PolicyEntry, catalog};

use super::broker::{
    Broker, BrokerForm, cheapest, earliest_completion, edwc_doctrine, fixed, home_first, least_loaded, least_transfer,
    lowest_carbon, nearest, power_of_two_choices, random, round_robin, weighted,
};
use super::packing::{PackingSpec, PoolProfile};
use super::queue::QueueSpec;
use super::stack::Stack;
use crate::model::{Platform, Pool, PoolId};
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
                #[schemars(description = <$form as BrokerForm>::SUMMARY)]
                #[serde(rename = $name)]
                $variant($form),
            )+
        }

        impl BrokerSpec {
            /// The names of all brokers.
            pub const NAMES: &[&str] = &[$($name),+];

            /// Each name with the paper or the practice that it comes from.
            const SOURCES: &[(&str, &str)] = &[$(($name, <$form as BrokerForm>::SOURCE)),+];

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
    "round-robin" => RoundRobin(round_robin::RoundRobin),
    "random" => Random(random::Random),
    "nearest" => Nearest(nearest::Nearest),
    "least-loaded" => LeastLoaded(least_loaded::LeastLoaded),
    "power-of-two-choices" => PowerOfTwoChoices(power_of_two_choices::PowerOfTwoChoices),
    "cheapest" => Cheapest(cheapest::Cheapest),
    "lowest-carbon" => LowestCarbon(lowest_carbon::LowestCarbon),
    "least-transfer" => LeastTransfer(least_transfer::LeastTransfer),
    "earliest-completion" => EarliestCompletion(earliest_completion::EarliestCompletion),
    "edwc-doctrine" => EdwcDoctrine(edwc_doctrine::EdwcDoctrine),
    "weighted" => Weighted(weighted::Weighted),
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
        let name = |pool: &Pool| format!("{}.{}", platform.centers[pool.center.index()].name, pool.name);
        let packing =
            |(id, pool)| self.packing.build(streams, &name(pool), &PoolProfile::of(platform, PoolId::from_index(id)));
        Ok(Stack {
            broker: self.broker.build(platform, streams)?,
            queues: platform.pools.iter().map(|_| self.queue.build()).collect(),
            packings: platform.pools.iter().enumerate().map(packing).collect(),
            clairvoyant: self.clairvoyant(),
        })
    }

    /// What is wrong with it on this platform: names that do not exist, values out of range.
    #[must_use]
    pub fn problems(&self, platform: &Platform) -> Vec<String> {
        self.broker.problems(platform).into_iter().chain(self.queue.problems()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::SimDuration;

    fn read(text: &str) -> Result<StackSpec, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn a_stack_reads_and_writes_back() {
        let text = r#"
broker = { lowest-carbon = { max-delay = "6 h" } }
queue = { easy = { order = { fair-share = { half-life = "7 d" } }, backfill-order = { sjf = {} } } }
packing = { first-fit = {} }
"#;
        let stack = read(text).unwrap();
        let max_delay = Some(SimDuration(6 * SimDuration::HOUR.0));
        let carbon = lowest_carbon::LowestCarbon { max_delay, ..Default::default() };
        assert_eq!(stack.broker, BrokerSpec::LowestCarbon(carbon));
        assert_eq!(read(&toml::to_string(&stack).unwrap()), Ok(stack));
        // Queue and packing have defaults.
        let short = read("broker = { nearest = {} }").unwrap();
        assert_eq!((short.queue, short.packing), (QueueSpec::default(), PackingSpec::default()));
    }

    #[test]
    fn unknown_names_and_parameters_are_refused_where_they_stand() {
        for (text, place) in [
            ("broker = { nearer = {} }", "nearer"),
            ("broker = { nearest = { far = 1 } }", "far"),
            ("broker = { lowest-carbon = { max-delay = 6 } }", "6"),
            ("broker = { lowest-carbon = { ledger = \"both\" } }", "\"both\""),
            ("broker = { weighted = { require = [\"warmth\"] } }", "\"warmth\""),
            ("broker = { nearest = {} }\nbackfill = { easy = {} }", "backfill"),
        ] {
            let error = read(text).expect_err(text);
            assert_eq!(error.span().map(|span| &text[span]), Some(place), "{error}");
        }
        assert!(read("broker = { fixed = {} }").expect_err("no center").message().contains("center"));
    }

    #[test]
    fn a_brokers_name_makes_a_stack_of_the_default_queue() {
        let default = read("broker = { random = {} }\nqueue = { conservative = {} }").unwrap();
        for name in BrokerSpec::NAMES {
            let stack = StackSpec::from_broker_name(name, &default);
            // `fixed` needs a center.
            assert_eq!(stack.is_none(), *name == "fixed", "{name}");
            if let Some(stack) = stack {
                assert_eq!((stack.broker.name(), &stack.queue), (*name, &default.queue));
            }
        }
        assert_eq!(StackSpec::from_broker_name("nearer", &default), None);
    }

    #[test]
    fn clairvoyance_comes_from_the_queue() {
        let clairvoyant =
            |queue| read(&format!("broker = {{ random = {{}} }}\nqueue = {queue}")).unwrap().clairvoyant();
        assert!(clairvoyant("{ easy = { estimate = \"actual\" } }"));
        assert!(!clairvoyant("{ easy = {} }"));
        assert!(clairvoyant("{ sjf = { estimate = \"actual\" } }"));
    }

    #[test]
    fn problems_of_all_parts_are_told() {
        let stack =
            read("broker = { weighted = { cost = -1.0 } }\nqueue = { sjf = { estimate = { factor = 0.0 } } }").unwrap();
        assert_eq!(stack.problems(&Platform::default()).len(), 2);
    }
}
