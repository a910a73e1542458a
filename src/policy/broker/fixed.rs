//! Fixed: every job to one center.
//!
//! Idea: the world without a broker; the baseline of "all stays in the east" and "all goes west". Source: practice (a user who
//! has an account at one center). It looks at neither load nor round trip: a job beyond its round-trip bound is run and counted as
//! a miss. Cost: one look at each pool of the center.

use super::eligible::Filters;
use super::reasons::Weighing;
use super::{Broker, BrokerForm, Decision, Placement, closest_name};
use crate::model::{CenterId, Platform, PoolId, Reasons, RejectReason, Request};
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

#[derive(Clone)]
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

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let mut weighing = Weighing::new(Filters { storage: false, round_trip: false }, view, request);
        weighing.keep("the center that it was told", |candidate| {
            let pool = candidate.pool;
            view.pool(pool).center == self.center && self.pool.is_none_or(|only| only == pool)
        });
        weighing.unranked()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Spot, World, spot};
    use super::*;

    #[test]
    fn every_job_goes_to_the_center_named() {
        let world = World::new(&[Spot { leg_ms: Some(50), wait_s: 9000, ..spot("far") }, spot("near")]);
        let far = Fixed { center: "far".to_owned(), pool: None };
        // Beyond its bound (round trip 2 x 50 ms) and behind a queue: it goes there all the same.
        let bounded = Request { round_trip: Some(crate::units::SimDuration(1)), ..world.job(0) };
        assert_eq!(world.choice(&far, &bounded), Ok("far"));
        // 11 tasks of a core do not fit on 10 cores.
        assert_eq!(world.choice(&far, &Request { tasks: 11, ..world.job(1) }), Err(RejectReason::TooLarge));
    }

    #[test]
    fn a_job_that_may_not_or_cannot_go_there_is_rejected() {
        let mut world = World::new(&[Spot { leg_ms: None, ..spot("far") }, spot("near")]);
        let far = Fixed { center: "far".to_owned(), pool: Some("cpu".to_owned()) };
        let input = crate::model::Input::From(world.site("user"), crate::units::Bytes(1));
        assert_eq!(world.choice(&far, &Request { input, ..world.job(0) }), Err(RejectReason::Unreachable));
        let constraint = world.constraint(&["near"]);
        assert_eq!(world.choice(&far, &Request { constraint, ..world.job(0) }), Err(RejectReason::NoEligibleCenter));
    }

    #[test]
    fn unknown_names_are_problems_with_a_suggestion() {
        let world = World::new(&[spot("beijing"), spot("horinger")]);
        let problem = |center: &str, pool: Option<&str>| {
            Fixed { center: center.to_owned(), pool: pool.map(str::to_owned) }.problems(&world.platform).join("|")
        };
        assert_eq!(problem("horinger", Some("cpu")), "");
        assert_eq!(problem("horniger", None), "no center is named \"horniger\"; did you mean \"horinger\"?");
        assert_eq!(problem("lhasa", None), "no center is named \"lhasa\"");
        assert_eq!(problem("beijing", Some("cpus")), "center \"beijing\" has no pool \"cpus\"; did you mean \"cpu\"?");
    }
}
