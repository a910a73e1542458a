//! Which links are busiest: one order for the text and the page.

use crate::observe::Summary;

/// The directions of links that carried data of jobs, busiest first (flows and background together over bandwidth), as places in
/// [`Summary::links`]; then by place.
pub(super) fn busiest(summary: &Summary) -> Vec<usize> {
    let busy = |at: &usize| summary.links[*at].busy.unwrap_or(0.0);
    let carried = |at: &usize| summary.links[*at].flows > 0 || summary.links[*at].carried_bytes > 0.0;
    let mut places: Vec<usize> = (0..summary.links.len()).filter(carried).collect();
    // A stable sort keeps the order of places where two are alike.
    places.sort_by(|a, b| busy(b).total_cmp(&busy(a)));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::LinkSummary;

    #[test]
    fn background_counts_but_not_alone() {
        let link = |flows, utilization, busy| LinkSummary {
            flows,
            utilization: Some(utilization),
            busy: Some(busy),
            ..LinkSummary::default()
        };
        let links = vec![link(0, 0.0, 0.9), link(1, 0.2, 0.3), link(1, 0.1, 0.5), link(1, 0.1, 0.5)];
        assert_eq!(busiest(&Summary { links, ..Summary::default() }), [2, 3, 1]);
    }
}
