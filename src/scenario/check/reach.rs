//! Whether data can get to the centers where jobs may run, and results back.

use super::super::built::{Change, PlannedChange};
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawScenario};
use super::names;
use crate::model::{Link, Platform, PoolId, SiteId, SiteKind};
use crate::network::Routes;
use crate::units::{BitsPerSec, SimDuration};
use std::ops::Range;

/// What can be reached from where over links that have bandwidth at some time.
#[derive(Debug)]
pub(super) struct Reach {
    routes: Routes,
    /// For each site the first site that it is joined with, however many links are in between.
    part: Vec<SiteId>,
}

impl Reach {
    /// Links that an event gives bandwidth count as if they had it.
    pub(super) fn new(platform: &Platform, changes: &[PlannedChange]) -> Self {
        let mut links: Vec<Link> = platform.links.clone();
        for change in changes {
            if let Change::Bandwidth(link, to) = change.change {
                let bandwidth = &mut links[link.index()].bandwidth;
                *bandwidth = BitsPerSec(bandwidth.0.max(to.0));
            }
        }
        let mut part: Vec<SiteId> = (0..platform.sites.len()).map(SiteId::from_index).collect();
        for link in links.iter().filter(|link| link.bandwidth.0 > 0) {
            let [first, second] = link.between.map(|end| root(&mut part, end));
            // The part is called after its first site.
            part[first.max(second).index()] = first.min(second);
        }
        for site in 0..part.len() {
            part[site] = root(&mut part, SiteId::from_index(site));
        }
        let routes = Routes::new(platform.sites.len(), &links);
        Self { routes, part }
    }

    /// The routes over all links that have bandwidth at some time.
    pub(super) const fn routes(&self) -> &Routes {
        &self.routes
    }

    /// Whether there is a way.
    pub(super) fn joined(&self, from: SiteId, to: SiteId) -> bool {
        self.part.get(from.index()) == self.part.get(to.index())
    }

    /// Reports data that cannot get from any of some sites to any of some pools, and an output that cannot get from those pools
    /// to its destination.
    pub(super) fn check(&self, journey: &Journey<'_>, platform: &Platform, out: &mut Diagnostics) {
        let supplied = |pool: &PoolId| {
            journey.from.is_empty() || journey.from.iter().any(|from| self.joined(*from, platform.site_of(*pool)))
        };
        if !journey.from.is_empty() && !journey.pools.iter().any(supplied) {
            out.push(
                Diagnostic::error(
                    journey.span.clone(),
                    format!(
                        "{}: its data at {} cannot get to any center where it may run ({})",
                        journey.who,
                        site_names(journey.from.iter().copied(), platform),
                        center_names(journey.pools, platform)
                    ),
                )
                .help(self.nearest(journey.from[0], platform)),
            );
            return;
        }
        let Some(to) = journey.to else { return };
        let joined = |pool: &PoolId| supplied(pool) && self.joined(platform.site_of(*pool), to);
        if !journey.pools.is_empty() && !journey.pools.iter().any(joined) {
            let problem = format!(
                "{}: its output cannot get to {:?} from any center where it may run ({})",
                journey.who,
                platform.sites[to.index()].name,
                center_names(journey.pools, platform)
            );
            out.push(Diagnostic::error(journey.span.clone(), problem).help(self.nearest(to, platform)));
        }
    }

    /// Warns of a bound on round trips that no center meets.
    pub(super) fn check_round_trip(
        &self,
        (origin, bound): (SiteId, &At<SimDuration>),
        who: &str,
        pools: &[PoolId],
        platform: &Platform,
        out: &mut Diagnostics,
    ) {
        let round_trip = |pool: &PoolId| {
            let site = platform.site_of(*pool);
            Some((self.routes.latency(origin, site)?.0.saturating_mul(2), site))
        };
        let nearest = pools.iter().filter_map(round_trip).min();
        let from = &platform.sites[origin.index()].name;
        let problem = match nearest {
            Some((least, _)) if least <= bound.get().0 => return,
            _ => format!("{who}: no center where it may run is within a round trip of {} of {from:?}", bound.get()),
        };
        let help = nearest.map(|(least, site)| {
            format!("the nearest is {:?}, {} there and back", platform.sites[site.index()].name, SimDuration(least))
        });
        out.push(Diagnostic::warning(bound.span(), problem).maybe_help(help));
    }

    /// The least round trip between a site and some pools; `None` where none can be reached.
    pub(super) fn nearest_round_trip(
        &self,
        origin: SiteId,
        pools: &[PoolId],
        platform: &Platform,
    ) -> Option<SimDuration> {
        let one_way = |pool: &PoolId| self.routes.latency(platform.site_of(*pool), origin);
        let least = pools.iter().filter_map(one_way).min()?;
        Some(SimDuration(least.0.saturating_mul(2)))
    }

    /// The nearest center that can be reached, in words.
    fn nearest(&self, from: SiteId, platform: &Platform) -> String {
        let name = &platform.sites[from.index()].name;
        let reachable = self.routes.reachable(from);
        let center = reachable.iter().find(|site| matches!(platform.sites[site.index()].kind, SiteKind::Center(_)));
        match (center, reachable.first()) {
            (Some(center), _) => {
                let latency = self.routes.latency(from, *center).unwrap_or(SimDuration::ZERO);
                let near = &platform.sites[center.index()].name;
                format!("the nearest center that {name:?} is linked with is {near:?}, {latency} one way")
            }
            (None, Some(site)) => {
                format!("{name:?} is linked with {:?} but with no other center", platform.sites[site.index()].name)
            }
            (None, None) => format!("no link with bandwidth leads to {name:?}"),
        }
    }

    /// Warns of centers that no link leads to while there are other places.
    pub(super) fn lonely_centers(&self, raw: &RawScenario, platform: &Platform, out: &mut Diagnostics) {
        if platform.sites.len() < 2 {
            return;
        }
        let mut sizes = vec![0_usize; self.part.len()];
        self.part.iter().for_each(|part| sizes[part.index()] += 1);
        for center in platform.centers.iter().filter(|center| !center.is_store()) {
            if sizes[self.part[center.site.index()].index()] == 1 {
                let span = raw.center.get(&center.name).map_or(0..0, At::span);
                let problem =
                    format!("no link leads to center {:?}: only jobs without data can run there", center.name);
                out.warning(span, problem);
            }
        }
    }
}

/// Where a job's data come from and go to.
pub(super) struct Journey<'a> {
    /// Whose they are: `job "a"`.
    pub(super) who: &'a str,
    /// Where that stands.
    pub(super) span: Range<usize>,
    /// Sites that hold the input, any of which will do; none where there is no input.
    pub(super) from: &'a [SiteId],
    /// Where the output goes; `None` where there is none or it stays.
    pub(super) to: Option<SiteId>,
    /// Where the job may run.
    pub(super) pools: &'a [PoolId],
}

/// The first site of a part; shortens the way to it.
fn root(part: &mut [SiteId], mut site: SiteId) -> SiteId {
    while part[site.index()] != site {
        part[site.index()] = part[part[site.index()].index()];
        site = part[site.index()];
    }
    site
}

fn site_names(sites: impl Iterator<Item = SiteId>, platform: &Platform) -> String {
    let names: Vec<&str> = sites.map(|site| platform.sites[site.index()].name.as_str()).collect();
    names::list(&names)
}

fn center_names(pools: &[PoolId], platform: &Platform) -> String {
    let mut sites: Vec<SiteId> = pools.iter().map(|pool| platform.site_of(*pool)).collect();
    sites.dedup();
    site_names(sites.into_iter(), platform)
}
