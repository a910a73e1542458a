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
        let places: Vec<usize> = (0..ends_at.len()).filter(|place| ends_at[*place] > 0).collect();
        // Whether there is anything to go to beyond a place.
        let mut has_others = vec![false; ends_at.len()];
        let mut seen = vec![usize::MAX; ends_at.len()];
        for from in &places {
            let tree = self.core.grow(*from as u32);
            seen[*from] = *from;
            for to in places.iter().filter(|to| *to != from) {
                let mut at = *to;
                while seen[at] != *from
                    && let Some((lane, before)) = tree.last_lane(at)
                {
                    seen[at] = *from;
                    used[lane.link().index()] = true;
                    has_others[*from] = true;
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
