//! How many tasks find room.

use crate::model::{NodePool, Request};

/// How many tasks of a job fit on the free part of these nodes, counted up to `enough`. Costs a walk over the ranges that hold one.
pub(super) fn tasks_that_fit(nodes: &NodePool, request: &Request, enough: u32) -> u32 {
    let Some(need) = nodes.need(&request.task) else { return 0 };
    let mut room = 0_u64;
    for range in nodes.fitting(need) {
        room = room.saturating_add(u64::from(need.fit(&range.state)).saturating_mul(range.count));
        if room >= u64::from(enough) {
            return enough;
        }
    }
    u32::try_from(room).unwrap_or(u32::MAX)
}
