//! `[tenants.NAME]`.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawScenario, RawShare, RawTenants};
use super::amounts::factor;
use super::limits::{TENANTS_MAX, WEIGHT_MAX};
use super::names;
use crate::model::{TenantGroup, TenantId, Tenants};
use std::collections::BTreeMap;

/// The group of jobs that name none.
pub(super) const DEFAULT: &str = "default";

/// The groups by name, with consecutive ids.
pub(super) fn groups(raw: &RawScenario, out: &mut Diagnostics) -> Tenants {
    let unnamed = raw.job.iter().any(|job| job.get().tenant.is_none())
        || raw.workload.values().any(|workload| workload.get().tenants.is_none());
    let implicit = (unnamed || raw.tenants.is_empty()) && !raw.tenants.contains_key(DEFAULT);
    let mut named: BTreeMap<&str, Option<&At<RawTenants>>> =
        raw.tenants.iter().map(|(name, group)| (name.as_str(), Some(group))).collect();
    if implicit {
        named.insert(DEFAULT, None);
    }
    let mut first = 0u32;
    let mut groups = Vec::new();
    for (name, group) in named {
        let (count, weight) = group.map_or((1, 1.0), |group| one(name, group, out));
        let Some(next) = first.checked_add(count).filter(|next| *next <= TENANTS_MAX) else {
            let span = group.map_or(0..0, |group| group.get().count.as_ref().map_or(group.span(), At::span));
            out.error(span, format!("there are more than {TENANTS_MAX} tenants"));
            groups.push(TenantGroup { name: name.to_owned(), first: TenantId(first), count: 1, weight });
            first = first.saturating_add(1);
            continue;
        };
        groups.push(TenantGroup { name: name.to_owned(), first: TenantId(first), count, weight });
        first = next;
    }
    Tenants { groups }
}

fn one(name: &str, raw: &At<RawTenants>, out: &mut Diagnostics) -> (u32, f64) {
    names::allowed(name, "a group of tenants", raw.span(), out);
    let raw = raw.get();
    let count = raw.count.as_ref().map_or(1, |count| *count.get());
    if let Some(count) = raw.count.as_ref().filter(|count| *count.get() == 0) {
        out.error(count.span(), format!("the group of tenants {name:?} has no member"));
    }
    if let Some(share) = &raw.share {
        let RawShare::Zipf { exponent } = share.get();
        if !(0.0..=100.0).contains(exponent) {
            out.push(
                Diagnostic::error(
                    share.span(),
                    format!("the exponent of a Zipf share must be from 0 to 100, not {exponent}"),
                )
                .help("0 treats all alike, 1 is the classical one"),
            );
        }
    }
    let weight = raw
        .weight
        .as_ref()
        .and_then(|weight| factor(*weight.get(), "the weight of a tenant", weight.span(), WEIGHT_MAX, out));
    (count.max(1), weight.unwrap_or(1.0))
}

/// The Zipf exponent of a group's shares; 0 treats all alike.
pub(super) fn exponent(raw: &RawScenario, group: &str) -> f64 {
    raw.tenants.get(group).and_then(|group| group.get().share.as_ref()).map_or(0.0, |share| {
        let RawShare::Zipf { exponent } = share.get();
        *exponent
    })
}

/// The group of a name, or a report.
pub(super) fn group<'a>(name: &At<String>, tenants: &'a Tenants, out: &mut Diagnostics) -> Option<&'a TenantGroup> {
    let found = tenants.groups.iter().find(|group| group.name == *name.get());
    if found.is_none() {
        let known = tenants.groups.iter().map(|group| group.name.as_str());
        let help = names::hint(name.get(), "groups of tenants", known, out);
        out.push(Diagnostic::error(name.span(), format!("unknown group of tenants {:?}", name.get())).maybe_help(help));
    }
    found
}
