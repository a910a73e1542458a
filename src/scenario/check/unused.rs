//! Links that no route takes.

use super::super::built::{Change, PlannedChange};
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::RawScenario;
use crate::model::{Link, LinkId, Platform, SiteId, SiteKind};
use crate::network::Routes;
use crate::units::{BitsPerSec, SimDuration};
use std::collections::BTreeMap;

/// Warnings of links one by one; the rest is counted.
const NAMED_MAX: usize = 10;
/// Trees times links beyond which only links beside others are looked for: below it this takes a tenth of a second.
const LOOKS_MAX: usize = 2_000_000;
/// Links that events take out, one after the other, to see what is a spare for them.
const OUTAGES_MAX: usize = 64;

/// Warns of links that lie on no route between any two centers or metros while all links are up; not of those that events take out, nor of
/// spares: links that routes take once one of those is out, or all of them.
pub(super) fn links(
    raw: &RawScenario,
    routes: &Routes,
    platform: &Platform,
    changes: &[PlannedChange],
    out: &mut Diagnostics,
) {
    let links = &platform.links;
    let mut taken_out: Vec<LinkId> = changes.iter().filter_map(|planned| taken_out(&planned.change)).collect();
    taken_out.sort_unstable();
    taken_out.dedup();
    let looks = routes.core_size().saturating_mul(links.len()).saturating_mul(2 + taken_out.len());
    let firsts = Firsts::new(links, routes);
    let unused: Vec<(LinkId, Option<&First>)> = if looks <= LOOKS_MAX && taken_out.len() <= OUTAGES_MAX {
        let all = on_no_route(routes, platform, &taken_out).into_iter();
        all.map(|link| (link, firsts.beside(links, link))).collect()
    } else {
        let all = (0..links.len()).map(LinkId::from_index).filter(|link| !taken_out.contains(link));
        let beside = all.map(|link| (link, firsts.beside(links, link)));
        beside.filter(|(_, other)| other.is_some_and(|other| !taken_out.contains(&other.link))).collect()
    };
    for (link, other) in unused.iter().take(NAMED_MAX) {
        let link = &links[link.index()];
        let Some(span) = raw.link.get(&link.name).map(|raw| raw.get().between.span()) else { continue };
        let why = match other {
            Some(first) => format!(
                "routes take {:?}, which joins the same places{}; to use all cables between them, write one link with bandwidth = \"{}\"",
                links[first.link.index()].name,
                if first.latency < link.latency { " with less latency" } else { ", and flows do not share links" },
                first.bandwidth,
            ),
            None => "other links make shorter ways; give it less latency, or leave it out".to_owned(),
        };
        let problem =
            format!("link {:?} lies on no route while all links are up, so nothing uses it: {why}", link.name);
        out.push(Diagnostic::warning(span, problem));
    }
    if let Some((link, _)) = unused.get(NAMED_MAX)
        && let Some(raw) = raw.link.get(&links[link.index()].name)
    {
        let more = unused.len() - NAMED_MAX;
        let problem = format!("{more} more links lie on no route while all links are up, this one the first of them");
        out.push(Diagnostic::warning(raw.get().between.span(), problem));
    }
}

/// The link that an event takes out.
fn taken_out(change: &Change) -> Option<LinkId> {
    match *change {
        Change::LinkDown(link, true) => Some(link),
        Change::Bandwidth(link, bandwidth) if bandwidth.0 == 0 => Some(link),
        _ => None,
    }
}

fn on_no_route(routes: &Routes, platform: &Platform, taken_out: &[LinkId]) -> Vec<LinkId> {
    let is_end = |site: SiteId| platform.sites[site.index()].kind != SiteKind::Exchange;
    let mut used = vec![false; platform.links.len()];
    routes.mark_used(is_end, &mut used);
    let all = |used: &[bool]| (0..used.len()).all(|link| used[link] || !routes.is_usable(LinkId::from_index(link)));
    if !taken_out.is_empty() && !all(&used) {
        let mut out = routes.clone();
        for link in taken_out {
            out.set_up(*link, false);
            out.mark_used(is_end, &mut used);
            out.set_up(*link, true);
            used[link.index()] = true;
        }
        taken_out.iter().for_each(|link| _ = out.set_up(*link, false));
        out.mark_used(is_end, &mut used);
    }
    (0..used.len()).filter(|link| !used[*link]).map(LinkId::from_index).filter(|link| routes.is_usable(*link)).collect()
}

/// Of the links between the same two places, the one that routes take.
struct Firsts(BTreeMap<[SiteId; 2], First>);

/// What is between two places.
struct First {
    /// Of the link that routes take.
    latency: SimDuration,
    link: LinkId,
    /// Of all links together.
    bandwidth: BitsPerSec,
}

impl Firsts {
    fn new(links: &[Link], routes: &Routes) -> Self {
        let mut firsts: BTreeMap<[SiteId; 2], First> = BTreeMap::new();
        for (number, one) in links.iter().enumerate() {
            let (link, latency) = (LinkId::from_index(number), one.latency);
            if !routes.is_usable(link) {
                continue;
            }
            let none = First { latency: SimDuration::MAX, link, bandwidth: BitsPerSec(0) };
            let first = firsts.entry(places(one)).or_insert(none);
            first.bandwidth.0 = first.bandwidth.0.saturating_add(one.bandwidth.0);
            if latency < first.latency {
                (first.latency, first.link) = (latency, link);
            }
        }
        Self(firsts)
    }

    /// What routes take instead of a link between the same places.
    fn beside(&self, links: &[Link], link: LinkId) -> Option<&First> {
        self.0.get(&places(&links[link.index()])).filter(|first| first.link != link)
    }
}

fn places(link: &Link) -> [SiteId; 2] {
    let [one, other] = link.between;
    [one.min(other), one.max(other)]
}
