//! Power of two choices: draws two eligible pools and takes the less loaded one.
//!
//! Idea: two looks are nearly as good as looking everywhere (the longest queue grows like log log n instead of log n / log log n), and
//! brokers with old information do not all run to the same pool. Less loaded is as in `least-loaded`: queue wait, larger free
//! share, pool id. Source: Mitzenmacher, "The power of two choices in randomized load balancing", IEEE TPDS 12(10), 2001. Draws
//! are keyed by job number, as in `random`. Cost: the filters for each pool, and `choices` estimates.

use super::eligible::{Filters, place};
use super::random::{STREAM, below};
use super::reasons::Weighing;
use super::{Broker, BrokerForm, Decision, least_loaded};
use crate::model::{Platform, PoolId, Reasons, Request};
use crate::policy::view::View;
use crate::rng::{Family, Streams};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Parameters of `power-of-two-choices`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct PowerOfTwoChoices {
    /// How many different pools are drawn, at least 1; 1 is `random`. Default 2.
    pub choices: u32,
}

impl Default for PowerOfTwoChoices {
    fn default() -> Self {
        Self { choices: 2 }
    }
}

impl BrokerForm for PowerOfTwoChoices {
    const SUMMARY: &'static str = "the less loaded of two pools drawn at random";
    const SOURCE: &'static str = "Mitzenmacher, The power of two choices in randomized load balancing, IEEE TPDS 2001";

    fn build(&self, _platform: &Platform, streams: &Streams) -> Result<Box<dyn Broker>, String> {
        Ok(Box::new(Choices { choices: self.choices, family: streams.family(STREAM), pools: Vec::new() }))
    }

    fn problems(&self, _platform: &Platform) -> Vec<String> {
        let none = self.choices == 0;
        none.then(|| "`choices` of power-of-two-choices is 0: at least one pool must be drawn".to_owned())
            .into_iter()
            .collect()
    }
}

#[derive(Clone)]
struct Choices {
    choices: u32,
    family: Family,
    /// The eligible pools of one job; kept for its memory only.
    pools: Vec<PoolId>,
}

impl Choices {
    /// Brings the pools drawn for a job to the front and says how many they are.
    fn draw(&self, request: &Request, pools: &mut [PoolId]) -> usize {
        let count = pools.len();
        let choices = (self.choices as usize).clamp(1, count.max(1)).min(count);
        let mut draws = self.family.of(request.number.0);
        // The first steps of a shuffle: different pools, all alike.
        for at in 0..choices {
            pools.swap(at, at + below(count - at, &mut draws));
        }
        choices
    }
}

impl Broker for Choices {
    fn decide(&mut self, request: &Request, view: &View<'_>) -> Decision {
        self.pools.clear();
        self.pools.extend(view.candidates(request).filter(|pool| Filters::ALL.passes(view, request, *pool)));
        let mut pools = std::mem::take(&mut self.pools);
        let choices = self.draw(request, &mut pools);
        self.pools = pools;
        let drawn = self.pools[..choices].iter().copied();
        place(drawn.min_by_key(|pool| (least_loaded::load(view, request, *pool), *pool)), view, request)
    }

    fn reasons(&self, request: &Request, view: &View<'_>) -> Reasons {
        let mut weighing = Weighing::new(Filters::ALL, view, request);
        let mut pools: Vec<PoolId> = weighing.left().iter().map(|candidate| candidate.pool).collect();
        let drawn = self.draw(request, &mut pools);
        weighing.keep("drawn at random", |candidate| pools[..drawn].contains(&candidate.pool));
        least_loaded::ranked_by_load(weighing, view, request)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Spot, World, spot};
    use super::*;

    #[test]
    fn the_fuller_of_two_never_wins() {
        // c waits longest: whatever is drawn with it is better. Of the three pairs a wins (a, b) and (a, c), b wins (b, c).
        let waits = |name, wait_s| Spot { wait_s, ..spot(name) };
        let world = World::new(&[waits("a", 0), waits("b", 10), waits("c", 20)]);
        let mut broker = world.build(&PowerOfTwoChoices::default());
        let choices: Vec<_> = (0..3000).map(|number| world.ask(broker.as_mut(), &world.job(number)).unwrap()).collect();
        let count = |name| choices.iter().filter(|choice| **choice == name).count();
        assert_eq!(count("c"), 0);
        // Two of three pairs: 2000 +- 4 standard deviations of sqrt(3000 x 2/9) = 26.
        assert!(count("a").abs_diff(2000) < 104, "{}", count("a"));
        // Three choices of three are all of them; one choice is `random`.
        let three = PowerOfTwoChoices { choices: 3 };
        assert!((0..50).all(|number| world.choice(&three, &world.job(number)) == Ok("a")));
        let one = PowerOfTwoChoices { choices: 1 };
        let random = super::super::random::Random {};
        assert!((0..50).all(|n| world.choice(&one, &world.job(n)) == world.choice(&random, &world.job(n))));
    }

    #[test]
    fn no_choice_is_a_problem() {
        let world = World::new(&[spot("a")]);
        assert_eq!(PowerOfTwoChoices { choices: 0 }.problems(&world.platform).len(), 1);
        assert_eq!(PowerOfTwoChoices::default().problems(&world.platform).len(), 0);
        assert_eq!(world.choice(&PowerOfTwoChoices::default(), &world.job(0)), Ok("a"));
    }
}
