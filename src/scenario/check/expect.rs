//! `[[expect]]` and `[[anchor]]`.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::figure::{Anchor, Expectation, Figure, Measure, Whose, unit_of_key};
use super::super::raw::{At, RawAnchor, RawExpect, RawFigure, RawLimit, RawMeasure, RawScenario};
use super::Sites;
use super::names;
use crate::model::Platform;
use crate::units::{BitsPerSec, Bytes, Flops, Power, SimDuration};

/// All thresholds, in the order of the file.
pub(super) fn expectations(raw: &RawScenario, platform: &Platform, out: &mut Diagnostics) -> Vec<Expectation> {
    raw.expect.iter().filter_map(|at| expectation(at, platform, out)).collect()
}

/// All published figures, in the order of the file.
pub(super) fn anchors(raw: &RawScenario, sites: &Sites, platform: &Platform, out: &mut Diagnostics) -> Vec<Anchor> {
    raw.anchor.iter().filter_map(|at| anchor(at, sites, platform, out)).collect()
}

fn expectation(at: &At<RawExpect>, platform: &Platform, out: &mut Diagnostics) -> Option<Expectation> {
    let raw = at.get();
    let as_figure = RawFigure {
        metric: raw.metric.clone(),
        class: raw.class.clone(),
        service: raw.service.clone(),
        center: raw.center.clone(),
        tier: raw.tier.clone(),
        side: raw.side.clone(),
        operator: raw.operator.clone(),
        link: raw.link.clone(),
    };
    if raw.at_most.is_none() && raw.at_least.is_none() {
        let problem = "an expectation without a limit";
        out.push(Diagnostic::error(at.span(), problem).help("at-most = \"2 h\", say, or at-least = 0.9"));
        return None;
    }
    let unit = unit_of_key(raw.metric.get());
    let mut limit = |limit: &Option<At<RawLimit>>| limit.as_ref().map(|limit| in_unit(limit, unit, out));
    let (at_most, at_least) = (limit(&raw.at_most), limit(&raw.at_least));
    let figure = figure(&as_figure, platform, out)?;
    let known = |limit: Option<Option<f64>>| limit.map_or(Some(None), |value| value.map(Some));
    Some(Expectation { figure, at_most: known(at_most)?, at_least: known(at_least)? })
}

fn anchor(at: &At<RawAnchor>, sites: &Sites, platform: &Platform, out: &mut Diagnostics) -> Option<Anchor> {
    let raw = at.get();
    let measure = measure(raw.measure.get(), sites, platform, out)?;
    if let Some(tolerance) = raw.tolerance.as_ref().filter(|tolerance| !(0.0..=10.0).contains(tolerance.get())) {
        let problem = format!("a tolerance must be from 0 to 10 times the figure, not {}", tolerance.get());
        out.error(tolerance.span(), problem);
    }
    Some(Anchor {
        name: raw.name.get().clone(),
        published: in_unit(&raw.published, measure.unit(), out)?,
        measure,
        tolerance: raw.tolerance.as_ref().map(|tolerance| *tolerance.get()),
        basis: raw.basis,
        source: raw.source.clone(),
        confidence: raw.confidence.clone(),
    })
}

fn measure(raw: &RawMeasure, sites: &Sites, platform: &Platform, out: &mut Diagnostics) -> Option<Measure> {
    let total = |key: &'static str, unit: &'static str| Some(Measure::Total(key, unit));
    match raw {
        RawMeasure::Centers => total("centers", ""),
        RawMeasure::Racks => total("racks", ""),
        RawMeasure::HubRacks => total("hub_racks", ""),
        RawMeasure::HubRacksShare => total("hub_racks_share", ""),
        RawMeasure::Occupancy => total("occupancy", ""),
        RawMeasure::HubOccupancy => total("hub_occupancy", ""),
        RawMeasure::Servers => total("servers", ""),
        RawMeasure::Compute => total("compute_fp32_eflops", "EFLOPS"),
        RawMeasure::Intelligent => total("intelligent_eflops", "EFLOPS"),
        RawMeasure::IntelligentShare => total("intelligent_share", ""),
        RawMeasure::PeakPower => total("peak_gw", "GW"),
        RawMeasure::Storage => total("storage_zb", "ZB"),
        RawMeasure::Stored => total("stored_zb", "ZB"),
        RawMeasure::StoredFraction => total("stored_fraction", ""),
        RawMeasure::TrunkCables => total("trunk_cables", ""),
        RawMeasure::Interconnection => total("interconnect_tbps", "Tbps"),
        RawMeasure::Tenants => total("tenants", ""),
        RawMeasure::HubLatencyMean => Some(Measure::HubLatency { longest: false, trunk: false }),
        RawMeasure::HubLatencyMax => Some(Measure::HubLatency { longest: true, trunk: false }),
        RawMeasure::HubTrunkLatencyMean => Some(Measure::HubLatency { longest: false, trunk: true }),
        RawMeasure::HubTrunkLatencyMax => Some(Measure::HubLatency { longest: true, trunk: true }),
        RawMeasure::Latency { from, to } => {
            let (from, to) = (sites.any(from, out), sites.any(to, out));
            Some(Measure::Latency(from?, to?))
        }
        RawMeasure::Bandwidth { kind } => kind_of_link(kind, platform, out).map(Measure::Bandwidth),
        RawMeasure::Background { kind } => kind_of_link(kind, platform, out).map(Measure::Background),
        RawMeasure::Egress { at } => sites.any(at, out).map(Measure::Egress),
        RawMeasure::Run(raw) => figure(raw, platform, out).map(Measure::Run),
    }
}

fn kind_of_link(kind: &At<String>, platform: &Platform, out: &mut Diagnostics) -> Option<String> {
    let mut kinds: Vec<&str> = platform.links.iter().filter_map(|link| link.kind.as_deref()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    one_of(kind, "link of kind", "kinds of links", &kinds, out)
}

/// Whose figure; more than one is reported, and so is a name that does not exist.
fn figure(raw: &RawFigure, platform: &Platform, out: &mut Diagnostics) -> Option<Figure> {
    let mut found: Vec<(Whose, std::ops::Range<usize>)> = Vec::new();
    let mut missing = false;
    let operators: Vec<&str> = platform.centers.iter().filter_map(|center| center.operator.as_deref()).collect();
    let rows: [(&Option<At<String>>, _, _, _, Vec<&str>); 5] = [
        (&raw.class, "classes", "class", "class", platform.classes.iter().map(|it| it.name.as_str()).collect()),
        (&raw.service, "services", "service", "service", platform.services.iter().map(|it| it.name.as_str()).collect()),
        (&raw.center, "centers", "center", "center", platform.centers.iter().map(|it| it.name.as_str()).collect()),
        (&raw.operator, "operators", "name", "operator", operators),
        (&raw.link, "links", "link", "link", platform.links.iter().map(|it| it.name.as_str()).collect()),
    ];
    for (given, list, column, word, known) in rows {
        let Some(at) = given else { continue };
        match one_of(at, word, list, &known, out) {
            Some(name) => found.push((Whose::Row(list, column, name, word), at.span())),
            None => missing = true,
        }
    }
    if let Some(tier) = &raw.tier {
        found.push((Whose::Row("tiers", "name", tier.get().word().to_owned(), "tier"), tier.span()));
    }
    if let Some(side) = &raw.side {
        found.push((Whose::Row("sides", "name", side.get().word().to_owned(), "side"), side.span()));
    }
    if let [(_, first), (_, second), ..] = found.as_slice() {
        let problem = "a figure belongs to one class, service, center, tier, side, operator or link";
        out.push(Diagnostic::error(second.clone(), problem).other(first.clone(), "given here already"));
        return None;
    }
    let place = out.sources.locate(&raw.metric.span()).map_or_else(String::new, |place| place.to_string());
    let whose = found.pop().map_or(Whose::Run, |(whose, _)| whose);
    (!missing).then(|| Figure { metric: raw.metric.get().clone(), whose, place })
}

fn one_of(name: &At<String>, word: &str, plural: &str, known: &[&str], out: &mut Diagnostics) -> Option<String> {
    if known.contains(&name.get().as_str()) {
        return Some(name.get().clone());
    }
    let mut known = known.to_vec();
    known.sort_unstable();
    known.dedup();
    let help = names::suggestion(name.get(), plural, known.into_iter());
    out.push(Diagnostic::error(name.span(), format!("there is no {word} {:?}", name.get())).help(help));
    None
}

/// A limit as a number of a unit; a report where its text is none.
fn in_unit(at: &At<RawLimit>, unit: &str, out: &mut Diagnostics) -> Option<f64> {
    let text = match at.get() {
        RawLimit::Number(number) if number.is_finite() => return Some(*number),
        RawLimit::Number(_) => {
            out.error(at.span(), "a figure must be a finite number");
            return None;
        }
        RawLimit::Text(text) => text,
    };
    let said = |error: crate::units::UnitError| error.to_string();
    let read = match unit {
        "s" => text.parse::<SimDuration>().map(|it| it.as_secs_f64()).map_err(said),
        "ms" => text.parse::<SimDuration>().map(|it| it.as_secs_f64() * 1e3).map_err(said),
        "B" => text.parse::<Bytes>().map(|it| it.0 as f64).map_err(said),
        "ZB" => text.parse::<Bytes>().map(|it| it.0 as f64 / 1e21).map_err(said),
        "bit/s" => text.parse::<BitsPerSec>().map(BitsPerSec::as_f64).map_err(said),
        "Tbps" => text.parse::<BitsPerSec>().map(|it| it.as_f64() / 1e12).map_err(said),
        "EFLOPS" => text.parse::<Flops>().map(|it| it.0 / 1e18).map_err(said),
        "kW" => text.parse::<Power>().map(|it| it.0 as f64 / 1e6).map_err(said),
        "GW" => text.parse::<Power>().map(|it| it.0 as f64 / 1e12).map_err(said),
        "" => Err("a count or a share is a number, without quotes".to_owned()),
        unit => Err(format!("write a number of {unit}, without quotes")),
    };
    read.map_err(|problem| out.error(at.span(), problem)).ok()
}
