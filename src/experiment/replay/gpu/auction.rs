//! Which pool a pod goes to: the one whose packing bids most.

use crate::model::{PoolId, RejectReason, Request};
use crate::policy::broker::{Bid, Broker, Decision, Placement};
use crate::policy::view::View;
use crate::rng::{Generator, below};
use std::cmp::Reverse;
use std::sync::Arc;

/// Takes the highest bid, of equal ones that of the node that comes first in the cluster's order; or draws among all nodes that fit.
#[derive(Clone)]
pub(super) struct Auction {
    /// The place of each pool's nodes in the cluster's order.
    ranks: Arc<Vec<Vec<u32>>>,
    drawn: Option<Generator>,
    /// Whether a pod that fits nowhere now waits; else it is turned away.
    waits: bool,
}

impl Auction {
    pub(super) const fn new(ranks: Arc<Vec<Vec<u32>>>, drawn: Option<Generator>, waits: bool) -> Self {
        Self { ranks, drawn, waits }
    }

    fn rank(&self, bid: &Bid) -> u32 {
        let ranks = self.ranks.get(bid.pool.index());
        // A node number is a place in its pool's list.
        ranks.and_then(|ranks| ranks.get(usize::try_from(bid.offer.node).ok()?)).copied().unwrap_or(u32::MAX)
    }

    /// The winner among the bids.
    fn winner(&mut self, bids: &[Bid]) -> Option<PoolId> {
        let Some(rng) = &mut self.drawn else {
            return bids.iter().max_by_key(|bid| (bid.offer.score, Reverse(self.rank(bid)))).map(|bid| bid.pool);
        };
        let nodes: u64 = bids.iter().map(|bid| bid.offer.nodes).sum();
        let mut place = below(rng, nodes);
        let here = bids.iter().find(|bid| {
            let found = place < bid.offer.nodes;
            place = place.saturating_sub(bid.offer.nodes);
            found
        });
        here.map(|bid| bid.pool)
    }
}

impl Broker for Auction {
    fn decide(&mut self, _request: &Request, _view: &View<'_>) -> Decision {
        Decision::Bids
    }

    fn award(&mut self, request: &Request, bids: &[Bid], view: &View<'_>) -> Decision {
        if !self.waits {
            let winner = self.winner(bids);
            return winner.map_or(Decision::Reject(RejectReason::Policy), |pool| Decision::Place(Placement::at(pool)));
        }
        // Nobody overtakes the queue of a pool by a bid; where all have one, the shortest wait.
        let idle = |bid: &&Bid| view.summary(bid.pool).queued_jobs + view.summary(bid.pool).coming_jobs == 0;
        let open: Vec<Bid> = bids.iter().filter(idle).copied().collect();
        let shortest = || view.candidates(request).min_by_key(|pool| (view.wait_or_never(request, *pool), *pool));
        let pool = self.winner(&open).or_else(shortest);
        pool.map_or(Decision::Reject(RejectReason::Policy), |pool| Decision::Place(Placement::at(pool)))
    }
}
