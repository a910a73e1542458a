//! Fixed: every job to one center.
//!
//! Idea: the world without a broker; the baseline of "all stays in the east" and "all goes west". Source: practice (a user who
//! has an account at one center). It looks at neither load nor round trip: a job beyond its round-trip bound is run and counted as
//! a miss. Cost: one look at each pool of the center.

use super::{Broker, BrokerForm, Decision, Placement, closest_name};
use crate::model::{CenterId, Platform, PoolId, RejectReason, Request};
use crate::policy::view::View;
use crate::rng::Streams;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of `fixed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fixed {
    /// The center that gets every job.
    pub center: String,
    /// The only pool of it to use. Default: the first by name that can run the job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<String>,
}

impl Fixed {
    fn resolve(&self, platform: &Platform) -> Result<FixedBroker, String> {
        let center = platform.center_named(&self.center).ok_or_else(|| {
            let known = platform.centers.iter().map(|center| center.name.as_str());
            format!("no center is named \"{}\"{}", self.center, closest_name(&self.center, known))
        })?;
        let pools = || platform.centers[center.index()].pool_ids();
        let name = |pool: PoolId| platform.pools[pool.index()].name.as_str();
        let pool = match &self.pool {
            None => None,
            Some(wanted) => Some(pools().find(|pool| name(*pool) == wanted).ok_or_else(|| {
                format!(
                    "center \"{}\" has no pool \"{wanted}\"{}",
                    self.center,
                    closest_name(wanted, pools().map(name))
                )
            })?),
        };
        Ok(FixedBroker { center, pool })
    }
}

impl BrokerForm for Fixed {
    const SUMMARY: &'static str = "every job to one center";
    const SOURCE: &'static str = "practice: an account at one center";

    fn build(&self, platform: &Platform, _streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(self.resolve(platform)?))
    }

    fn problems(&self, platform: &Platform) -> Vec<String> {
        self.resolve(platform).err().into_iter().collect()
    }
}

struct FixedBroker {
    center: CenterId,
    pool: Option<PoolId>,
}

impl Broker for FixedBroker {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        let here = |pool: &PoolId| view.pool(*pool).center == self.center && self.pool.is_none_or(|only| only == *pool);
        let Some(pool) = view.candidates(request).find(here) else {
            let allowed = view.allowed(request).iter().any(here);
            return Decision::Reject(if allowed { RejectReason::TooLarge } else { RejectReason::NoEligibleCenter });
        };
        if view.staging(request, pool).is_none() || view.delivery(request, pool).is_none() {
            return Decision::Reject(RejectReason::Unreachable);
        }
        Decision::Place(Placement::at(pool))
    }
}
