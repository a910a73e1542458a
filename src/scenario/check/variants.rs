//! `[variant.NAME]`: names and forms; what a variant makes of the scenario is seen when it is loaded.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::load::set::{self, Set};
use super::super::raw::{At, RawScenario};
use super::names;
use std::collections::BTreeMap;

/// Words that mean the scenario as it stands, and every variant of it.
const RESERVED: [&str; 2] = ["base", "all"];

/// What each variant sets.
pub(super) fn by_name(raw: &RawScenario, out: &mut Diagnostics) -> BTreeMap<String, Vec<String>> {
    let mut variants = BTreeMap::new();
    for (name, variant) in &raw.variant {
        names::allowed_as_directory(name, "a variant", variant.span(), out);
        if RESERVED.contains(&name.as_str()) {
            let problem = format!("no variant can be called {name:?}: `--variant {name}` has a meaning of its own");
            out.error(variant.span(), problem);
        }
        let sets = &variant.get().set;
        if sets.is_empty() {
            out.push(
                Diagnostic::error(variant.span(), format!("variant {name:?} changes nothing"))
                    .help("write what it changes: set = [\"run.until=2 d\"]"),
            );
        }
        for set in sets {
            sets_no_seed(name, set, out);
        }
        for set in sets.iter().filter(|set| set.get().split_once('=').is_none_or(|(key, _)| key.trim().is_empty())) {
            out.push(
                Diagnostic::error(set.span(), "there is no key and `=`")
                    .help("write \"key.of.table=value\", as --set takes it"),
            );
        }
        variants.insert(name.clone(), sets.iter().map(|set| set.get().clone()).collect());
    }
    variants
}

/// All variants of a comparison see the same random numbers: none has a seed of its own.
fn sets_no_seed(name: &str, set: &At<String>, out: &mut Diagnostics) {
    let Ok(Set { path, value }) = set::read(set.get(), 0) else { return };
    let path: Vec<&str> = path.iter().map(|(key, _)| key.as_str()).collect();
    let seeded = match path.as_slice() {
        ["run"] => value.as_table().is_some_and(|run| run.contains_key("seed")),
        ["run", "seed", ..] => true,
        _ => false,
    };
    if seeded {
        let problem =
            format!("variant {name:?} sets `run.seed`, but variants are compared with the same random numbers");
        out.push(Diagnostic::error(set.span(), problem).help(
            "leave it out: `--seed 7` gives all of them another seed, `compare --replications 10` runs each with ten",
        ));
    }
}
