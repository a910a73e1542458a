//! Brokers: which center and pool a job goes to, from which replica, and when. One file a broker.
//!
//! How one is added: see [`super::registry`].

pub mod cheapest;
mod distances;
pub mod earliest_completion;
pub mod edwc_doctrine;
pub mod eligible;
pub mod energy;
pub mod estimate;
pub mod fixed;
pub mod home_first;
pub mod least_loaded;
pub mod least_transfer;
pub mod lowest_carbon;
pub mod nearest;
pub mod power_of_two_choices;
pub mod random;
pub mod reasons;
pub mod round_robin;
pub mod weighted;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use super::packing::Offer;
use super::view::View;
use crate::model::{Platform, PoolId, Reasons, RejectReason, Request, SiteId};
use crate::rng::Streams;
use crate::units::SimTime;
use dyn_clone::DynClone;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What a broker wants done with one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Decision {
    /// Place it.
    Place(Placement),
    /// Ask again at this later instant.
    Wait(SimTime),
    /// Turn it away.
    Reject(RejectReason),
    /// Ask the packings of all pools that could run it for bids, and this broker again with them: [`Broker::award`].
    Bids,
}

/// What the packing of a pool has to offer to a job now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bid {
    /// The pool.
    pub pool: PoolId,
    /// Its best choice.
    pub offer: Offer,
}

/// Where and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Placement {
    /// The pool.
    pub pool: PoolId,
    /// Which replica of its dataset is read; `None` leaves it to the driver (least estimated time).
    pub replica: Option<SiteId>,
    /// Staging begins no earlier.
    pub not_before: Option<SimTime>,
}

impl Placement {
    /// At once, replica left to the driver.
    #[must_use]
    pub const fn at(pool: PoolId) -> Self {
        Self { pool, replica: None, not_before: None }
    }
}

/// A global policy that is asked job by job, in job order; each placement is applied before the next question.
///
/// It can be cloned with all that it keeps, random streams included: a fork of a run goes on with the copy.
pub trait Broker: DynClone + Send {
    /// Decides on one job.
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision;

    /// Decides once more, with the bids of all pools where the job fits now, in id order; only asked after [`Decision::Bids`].
    fn award(&mut self, _request: &Request, _bids: &[Bid], _view: &View<'_>) -> Decision {
        Decision::Reject(RejectReason::Policy)
    }

    /// Why it will decide as it does: only asked, before the decision, for jobs that somebody wants explained. It changes nothing of
    /// the decision. A broker that does not say how it ranks tells what the usual filters leave.
    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        reasons::filtered(eligible::Filters::ALL, view, request)
    }
}

dyn_clone::clone_trait_object!(Broker);

/// The parameters of a broker as they are written in a scenario, and how it is built from them.
pub trait BrokerForm: Clone + PartialEq + Serialize + DeserializeOwned + schemars::JsonSchema {
    /// What it does, in a line.
    const SUMMARY: &'static str;
    /// The paper or the practice that it comes from.
    const SOURCE: &'static str;

    /// Builds it for one run.
    ///
    /// # Errors
    /// A parameter names something that the platform does not have, or is out of range.
    fn build(&self, platform: &Platform, streams: &Streams) -> Result<Box<dyn Broker>, String>;

    /// What is wrong with its parameters on this platform.
    fn problems(&self, _platform: &Platform) -> Vec<String> {
        Vec::new()
    }
}

/// `; did you mean "..."?` where one of the known names is close to a name that is not known, else nothing.
pub(crate) fn closest_name<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    known
        .map(|other| (strsim::damerau_levenshtein(name, other), other))
        .filter(|(distance, _)| *distance <= name.chars().count().max(3) / 3)
        .min()
        .map_or_else(String::new, |(_, other)| format!("; did you mean \"{other}\"?"))
}
