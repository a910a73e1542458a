//! Links that no route takes.

use super::Routes;
use super::tree::NO_LANE;
use crate::model::{LinkId, SiteId};

impl Routes {
    /// Marks the links that routes between any two of these sites take, by link. Costs a shortest-path tree for each site of the core that
    /// one of them is or hangs on.
    pub fn mark_used(&self, is_end: impl Fn(SiteId) -> bool, used: &mut [bool]) {
        let mut ends_at = vec![0_usize; self.trees.len()];
        let sites = || (0..self.places.len()).map(SiteId::from_index).filter(|site| is_end(*site));
        for site in sites() {
            ends_at[self.places[site.index()].core as usize] += 1;
        }
        let places: Vec<u32> = (0..).zip(&ends_at).filter(|(_, ends)| **ends > 0).map(|(place, _)| place).collect();
        // Whether there is anything to go to beyond a place.
        let mut has_others = vec![false; ends_at.len()];
        let mut seen = vec![u32::MAX; ends_at.len()];
        for from in &places {
            let part = &self.core.parts[*from as usize];
            let others = &places[places.partition_point(|place| *place < part.start)..];
            let others = &others[..others.partition_point(|place| *place < part.end)];
            if others.len() < 2 {
                continue;
            }
            let tree = self.core.grow(*from);
            seen[*from as usize] = *from;
            for to in others.iter().filter(|to| *to != from) {
                let mut at = *to;
                while seen[at as usize] != *from
                    && let Some((lane, before)) = tree.last_lane(at)
                {
                    seen[at as usize] = *from;
                    used[lane.link().index()] = true;
                    has_others[*from as usize] = true;
                    at = before;
                }
            }
        }
        // All that goes to a leaf takes its only link.
        for site in sites() {
            let place = &self.places[site.index()];
            let core = place.core as usize;
            if place.lane != NO_LANE && (has_others[core] || ends_at[core] > 1) {
                used[place.lane.link().index()] |= self.lines[place.lane.link().index()].usable();
            }
        }
    }

    /// How large the core is: how many trees [`Routes::mark_used`] may have to grow.
    #[must_use]
    pub fn core_size(&self) -> usize {
        self.trees.len()
    }

    /// Whether a link takes part in routes.
    #[must_use]
    pub fn is_usable(&self, link: LinkId) -> bool {
        self.lines.get(link.index()).is_some_and(|line| line.usable())
    }
}
