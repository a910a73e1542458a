//! Sites, links, datasets and `[network]`.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawDataset, RawLink, RawNetwork, RawScenario};
use super::names::{self, SiteForm, Sites};
use super::{amounts, centers, limits, signals};
use crate::model::{CenterId, Dataset, Link, Platform, Site, SiteId, SiteKind};
use crate::signals::Calendar;
use crate::units::{Bytes, TransferPrice};

/// The nodes of the network, in id order.
pub(super) fn sites(raw: &RawScenario, sites: &Sites, out: &mut Diagnostics) -> Vec<Site> {
    for metro in raw.metro.values().chain(raw.exchange.values()) {
        centers::place(metro.get().place.as_ref(), out);
        if let Some(province) = &metro.get().province {
            names::allowed(province.get(), "a province", province.span(), out);
        }
    }
    let mut center = 0;
    let mut list = Vec::new();
    for (name, form) in sites.iter() {
        let kind = match form {
            SiteForm::Center => {
                center += 1;
                SiteKind::Center(CenterId::from_index(center - 1))
            }
            SiteForm::Metro => SiteKind::Metro,
            SiteForm::Exchange => SiteKind::Exchange,
        };
        let (side, province, place) = match form {
            SiteForm::Center => raw.center.get(name).map(|c| (c.get().side, &c.get().province, &c.get().place)),
            SiteForm::Metro => raw.metro.get(name).map(|m| (m.get().side, &m.get().province, &m.get().place)),
            SiteForm::Exchange => raw.exchange.get(name).map(|e| (e.get().side, &e.get().province, &e.get().place)),
        }
        .unwrap_or((None, &None, &None));
        list.push(Site {
            name: name.to_owned(),
            kind,
            side,
            province: province.as_ref().map(|text| text.get().clone()),
            place: place.as_ref().map(|place| *place.get()),
        });
    }
    list
}

/// All links by name. One whose ends are wrong is left out, which only matters to messages.
pub(super) fn links(raw: &RawScenario, sites: &Sites, calendar: Calendar, out: &mut Diagnostics) -> Vec<Link> {
    raw.link.iter().filter_map(|(name, link)| one_link(name, link, sites, calendar, out)).collect()
}

fn one_link(name: &str, at: &At<RawLink>, sites: &Sites, calendar: Calendar, out: &mut Diagnostics) -> Option<Link> {
    names::allowed(name, "a link", at.span(), out);
    let raw = at.get();
    let ends: Vec<Option<SiteId>> = raw.between.get().iter().map(|end| sites.any(end, out)).collect();
    let latency = *raw.latency.get();
    if latency > limits::LATENCY_MAX {
        out.error(raw.latency.span(), format!("a latency of {latency} one way; more than a day must be a mistake"));
    }
    let bandwidth = *raw.bandwidth.get();
    let price = raw.price.as_ref().map_or(TransferPrice(0), |price| {
        if price.get().0 > limits::TRANSFER_PRICE_MAX {
            out.error(
                price.span(),
                format!("the price of transfer must be at most 1,000,000 CNY/GB, not {}", price.get()),
            );
        }
        TransferPrice(price.get().0.min(limits::TRANSFER_PRICE_MAX))
    });
    let background = signals::share(raw.background.as_ref(), "the background use", calendar, out);
    let between = match ends.as_slice() {
        [Some(first), Some(second)] if first == second => {
            let end = raw.between.get()[1].span();
            out.push(Diagnostic::error(end, format!("link {name:?} leads from a place to itself")));
            return None;
        }
        [Some(first), Some(second)] => [*first, *second],
        [None, _] | [_, None] if ends.len() == 2 => return None,
        _ => {
            let problem = format!("link {name:?} needs two ends, not {}", ends.len());
            out.push(
                Diagnostic::error(raw.between.span(), problem).help("between = [\"one place\", \"another place\"]"),
            );
            return None;
        }
    };
    if let Some(kind) = &raw.kind {
        names::allowed(kind.get(), "a kind of line", kind.span(), out);
    }
    let cables = raw.cables.as_ref().map_or(1, |cables| {
        centers::at_most(*cables.get(), limits::CABLES_MAX, "the number of cables", cables.span(), out)
    });
    Some(Link {
        name: name.to_owned(),
        between,
        latency: latency.min(limits::LATENCY_MAX),
        bandwidth,
        price,
        background,
        kind: raw.kind.as_ref().map(|kind| kind.get().clone()),
        cables,
    })
}

/// Links of no bandwidth that no event ever gives any: no route uses them.
pub(super) fn unused_links(raw: &RawScenario, out: &mut Diagnostics) {
    let raised = |name: &str| {
        raw.event
            .iter()
            .filter_map(|event| event.get().bandwidth.as_ref())
            .any(|change| change.get().link.get() == name && change.get().to.get().0 > 0)
    };
    for (name, link) in raw.link.iter().filter(|(name, link)| link.get().bandwidth.get().0 == 0 && !raised(name)) {
        out.push(
            Diagnostic::warning(
                link.get().bandwidth.span(),
                format!("link {name:?} has no bandwidth, so nothing uses it"),
            )
            .help("give it a bandwidth, or an [[event]] that does"),
        );
    }
}

/// The TCP-like bound `window x streams` of a flow.
pub(super) fn window(raw: &RawNetwork, out: &mut Diagnostics) -> Option<Bytes> {
    let streams = raw.streams.as_ref().map_or(1, |streams| *streams.get());
    if let Some(at) = raw.streams.as_ref().filter(|_| streams == 0) {
        out.error(at.span(), "a flow has at least one stream");
    }
    let Some(window) = &raw.window else {
        if let Some(at) = &raw.streams {
            out.push(Diagnostic::error(at.span(), "`streams` needs `window`").help("add window = \"16 MiB\", say"));
        }
        return None;
    };
    let bytes = amounts::bytes(window, "the window", out);
    if *window.get() == Bytes::ZERO {
        out.push(
            Diagnostic::error(window.span(), "a window of 0 bytes lets nothing through")
                .help("leave it out where rates are not bounded by round trips"),
        );
    }
    Some(Bytes(bytes.0.saturating_mul(u128::from(streams.max(1)))))
}

/// All datasets by name, their replicas in id order.
pub(super) fn datasets(raw: &RawScenario, sites: &Sites, platform: &Platform, out: &mut Diagnostics) -> Vec<Dataset> {
    // What each site holds before the run.
    let storage = |site: SiteId| match platform.sites.get(site.index()).map(|site| site.kind) {
        Some(SiteKind::Center(center)) => platform.centers.get(center.index()).and_then(|center| center.storage),
        _ => None,
    };
    let mut used: Vec<Bytes> = (0..platform.sites.len())
        .map(|site| storage(SiteId::from_index(site)).map_or(Bytes::ZERO, |s| s.filled))
        .collect();
    let mut list = Vec::new();
    for (name, at) in &raw.dataset {
        names::allowed(name, "a dataset", at.span(), out);
        let size = amounts::bytes(&at.get().size, "a dataset", out);
        let mut replicas = Vec::new();
        for (site, place) in replica_sites(name, at.get(), sites, out) {
            replicas.push(site);
            let used = &mut used[site.index()];
            *used += size;
            if let Some(storage) =
                storage(site).filter(|storage| *used > storage.space && *used - size <= storage.space)
            {
                let center = place.get();
                let problem = format!("the replica of {name:?} does not fit into the storage of {center:?}");
                let before = *used - size;
                let help = format!("it has {}, of which {before} are taken, and the dataset has {size}", storage.space);
                out.push(Diagnostic::error(place.span(), problem).help(help));
            }
        }
        replicas.sort_unstable();
        list.push(Dataset { name: name.clone(), size, at: replicas, cache: at.get().cache });
    }
    list
}

fn replica_sites<'a>(
    name: &str,
    raw: &'a RawDataset,
    sites: &Sites,
    out: &mut Diagnostics,
) -> Vec<(SiteId, &'a At<String>)> {
    let mut found: Vec<(SiteId, &At<String>)> = Vec::new();
    if raw.at.get().is_empty() {
        let problem = format!("dataset {name:?} is nowhere");
        out.push(Diagnostic::error(raw.at.span(), problem).help("name at least one center or metro that holds it"));
    }
    for place in raw.at.get() {
        let Some(site) = sites.populated(place.get(), place.span(), out) else { continue };
        match found.iter().find(|(known, _)| *known == site) {
            Some((_, first)) => out.push(
                Diagnostic::error(place.span(), format!("{:?} is named twice", place.get()))
                    .other(first.span(), "first here"),
            ),
            None => found.push((site, place)),
        }
    }
    found
}
