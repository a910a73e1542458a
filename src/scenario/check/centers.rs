//! `[center.NAME]`.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawCenter, RawScenario, RawStorage};
use super::names::{self, Sites};
use super::{amounts, pools, signals};
use crate::model::{AcceleratorKind, Center, CenterId, Place, Pool, SiteId, Storage, Tier};
use crate::signals::Calendar;
use crate::units::Bytes;
use std::ops::Range;

/// Centers, pools and kinds of accelerators, each in the order of names.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) centers: Vec<Center>,
    pub(super) pools: Vec<Pool>,
    pub(super) accelerators: Vec<AcceleratorKind>,
    /// Pools in which something is wrong, by id: what they can hold is not known.
    pub(super) doubtful: Vec<bool>,
}

/// All centers with their pools.
pub(super) fn build(raw: &RawScenario, sites: &Sites, calendar: Calendar, out: &mut Diagnostics) -> Built {
    let before = out.errors();
    let kinds = pools::accelerator_kinds(raw, out);
    let kinds_wrong = before != out.errors();
    let mut built = Built { centers: Vec::new(), pools: Vec::new(), accelerators: kinds, doubtful: Vec::new() };
    if raw.center.is_empty() {
        let problem = "the scenario has no center";
        out.push(
            Diagnostic::error(0..0, problem)
                .help("add one: [center.NAME] with pool.NAME = { nodes = ..., cores = ... }"),
        );
    }
    for (name, center) in &raw.center {
        let id = CenterId::from_index(built.centers.len());
        let first = built.pools.len();
        let store = center.get().tier == Some(Tier::Store);
        if let Some(pool) = center.get().pool.values().next().filter(|_| store) {
            let problem = format!("{name:?} is a store, which has no pools");
            out.push(Diagnostic::error(pool.span(), problem).help("give a place that computes another tier"));
        }
        if center.get().pool.is_empty() && !store {
            out.push(
                Diagnostic::warning(center.span(), format!("center {name:?} has no pool, so no job can run there"))
                    .help(
                        "a place without computing is a [metro.NAME], storage without computing has tier = \"store\"",
                    ),
            );
        }
        for (pool_name, pool) in &center.get().pool {
            names::allowed(pool_name, "a pool", pool.span(), out);
            let before = out.errors();
            let found = pools::pool(pool_name, pool.get(), id, &built.accelerators, calendar, out);
            built.pools.push(found);
            let has_cards = pool.get().accelerators.is_some();
            built.doubtful.push(before != out.errors() || (kinds_wrong && has_cards));
        }
        let pools = first as u32..built.pools.len() as u32;
        let site = sites.id(name).unwrap_or(SiteId(0));
        built.centers.push(one(name, center, site, pools, calendar, out));
    }
    built
}

fn one(
    name: &str,
    raw: &At<RawCenter>,
    site: SiteId,
    pools: Range<u32>,
    calendar: Calendar,
    out: &mut Diagnostics,
) -> Center {
    let raw = raw.get();
    let (carbon, green_share_ppm) = signals::carbon(raw.carbon.as_ref(), calendar, out);
    let texts = raw.province.iter().chain(&raw.hub).chain(&raw.operator).chain(&raw.regions).chain(raw.labels.values());
    for text in texts {
        names::allowed(text.get(), "a province, hub, region, operator or label", text.span(), out);
    }
    place(raw.place.as_ref(), out);
    Center {
        name: name.to_owned(),
        site,
        tier: raw.tier,
        side: raw.side,
        province: raw.province.as_ref().map(|text| text.get().clone()),
        hub: raw.hub.as_ref().map(|text| text.get().clone()),
        operator: raw.operator.as_ref().map(|text| text.get().clone()),
        racks: raw.racks,
        racks_occupied: racks_occupied(raw, out),
        pue: signals::pue(raw.pue.as_ref(), calendar, out),
        tariff: signals::tariff(raw.tariff.as_ref(), calendar, out),
        carbon,
        green_share_ppm,
        storage: raw.storage.as_ref().and_then(|storage| self::storage(storage, out)),
        labels: raw.labels.iter().map(|(key, value)| (key.clone(), value.get().clone())).collect(),
        pools,
    }
}

/// Whether degrees are on the globe.
fn on_the_globe(place: Place) -> bool {
    (-90.0..=90.0).contains(&place.lat) && (-180.0..=180.0).contains(&place.lon)
}

/// Reports a place that is not on the globe.
pub(super) fn place(raw: Option<&At<Place>>, out: &mut Diagnostics) {
    let Some((raw, place)) = raw.map(|raw| (raw, *raw.get())).filter(|(_, place)| !on_the_globe(*place)) else {
        return;
    };
    let swapped = on_the_globe(Place { lat: place.lon, lon: place.lat });
    let help = if swapped { "lat and lon seem to be swapped" } else { "lat is -90 to 90 north, lon -180 to 180 east" };
    let problem = format!("there is no place at lat {}, lon {}", place.lat, place.lon);
    out.push(Diagnostic::error(raw.span(), problem).help(help));
}

/// Racks that are occupied: no more than there are.
fn racks_occupied(raw: &RawCenter, out: &mut Diagnostics) -> Option<u64> {
    let occupied = raw.racks_occupied.as_ref()?;
    match raw.racks {
        None => out.push(
            Diagnostic::error(occupied.span(), "`racks-occupied` needs `racks`").help("say how many racks there are"),
        ),
        Some(racks) if *occupied.get() > racks => {
            out.error(occupied.span(), format!("{} racks are occupied where there are {racks}", occupied.get()));
        }
        Some(_) => {}
    }
    Some(*occupied.get())
}

/// Its storage; where something is wrong with it, it counts as without bound.
fn storage(raw: &At<RawStorage>, out: &mut Diagnostics) -> Option<Storage> {
    let before = out.errors();
    let raw = raw.get();
    let space = amounts::bytes(&raw.space, "the space", out);
    let filled = raw.filled.as_ref().map_or(Bytes::ZERO, |filled| amounts::bytes(filled, "what is stored", out));
    if before == out.errors() && filled > space {
        let span = raw.filled.as_ref().map_or(0..0, At::span);
        let problem = format!("{filled} are stored where there is space for {space}");
        out.push(Diagnostic::error(span, problem).other(raw.space.span(), "the space"));
    }
    (before == out.errors()).then_some(Storage { space, filled })
}

/// Reports a number above a limit.
pub(super) fn at_most(value: u64, max: u64, what: &str, span: Range<usize>, out: &mut Diagnostics) -> u64 {
    if value > max {
        out.error(span, format!("{what} must be at most {max}, not {value}"));
    }
    value.min(max)
}
