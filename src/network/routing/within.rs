//! Who is near to whom, without keeping what was looked at.

use super::Routes;
use crate::model::SiteId;
use crate::units::SimDuration;
use std::collections::BTreeMap;

/// Steps of a count of pairs beyond which it is not made: some seconds.
const STEPS_MAX: u64 = 300_000_000;

impl Routes {
    /// Of all pairs of some sites, each of which is named once, how many are joined within each latency; `None` where that would take too
    /// long to find: some thousand sites that more than one link leads to, all joined with each other.
    ///
    /// Leaves of one place are counted together, so that any number of them takes no longer than to sort them.
    #[must_use]
    pub fn pairs_within(&self, sites: &[SiteId], limits: &[SimDuration]) -> Option<Vec<u64>> {
        // Of each place of the core that sites are at or hang on, how far they are from it.
        let mut groups: BTreeMap<u32, Vec<u64>> = BTreeMap::new();
        for site in sites {
            let place = self.places[site.index()];
            groups.entry(place.core).or_default().push(place.latency.0);
        }
        groups.values_mut().for_each(|group| group.sort_unstable());
        let part = |place: u32| self.core.parts[place as usize].clone();
        let of_part = |place: u32| groups.range(part(place));
        let steps = groups.keys().map(|place| {
            let alone = of_part(*place).take(2).count() < 2;
            // A tree over the part, and a look at each site of the groups behind.
            if alone { 0 } else { u64::from(part(*place).end - part(*place).start) * 20 }
        });
        let mut most = steps.fold(0, u64::saturating_add);
        let mut counts = vec![0; limits.len()];
        if most > STEPS_MAX {
            return None;
        }
        for (place, group) in &groups {
            for (count, limit) in counts.iter_mut().zip(limits) {
                *count += among(group, limit.0);
            }
            let mut others = groups.range(*place + 1..part(*place).end).peekable();
            if others.peek().is_none() {
                continue;
            }
            let tree = self.core.grow(*place);
            for (other, far) in others {
                most = most.saturating_add((group.len() + far.len()) as u64);
                if most > STEPS_MAX {
                    return None;
                }
                for (count, limit) in counts.iter_mut().zip(limits) {
                    let left = limit.0.checked_sub(tree.latency(*other).0);
                    *count += left.map_or(0, |left| between(group, far, left));
                }
            }
        }
        Some(counts)
    }

    /// The least one-way latency from each site to any of some sites; [`SimDuration::MAX`] where there is no way.
    #[must_use]
    pub fn nearest_of(&self, ends: &[SiteId]) -> Vec<SimDuration> {
        let place = |site: &SiteId| self.places[site.index()];
        let core = self.core.nearest(ends.iter().map(|end| (place(end).core, place(end).latency)));
        let mut least: Vec<SimDuration> =
            self.places.iter().map(|place| place.latency.saturating_add(core[place.core as usize])).collect();
        // A way from a leaf to itself does not go to the core and back.
        ends.iter().for_each(|end| least[end.index()] = SimDuration::ZERO);
        least
    }
}

/// Pairs of numbers of one sorted list whose sum is at most a limit.
fn among(list: &[u64], limit: u64) -> u64 {
    let mut end = list.len();
    let mut count = 0;
    for (at, number) in list.iter().enumerate() {
        while end > 0 && number.saturating_add(list[end - 1]) > limit {
            end -= 1;
        }
        count += end.saturating_sub(at + 1) as u64;
    }
    count
}

/// Pairs of a number of each of two sorted lists whose sum is at most a limit.
fn between(one: &[u64], other: &[u64], limit: u64) -> u64 {
    let mut end = other.len();
    let mut count = 0;
    for number in one {
        while end > 0 && number.saturating_add(other[end - 1]) > limit {
            end -= 1;
        }
        count += end as u64;
    }
    count
}
