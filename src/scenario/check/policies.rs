//! `[policy.NAME]` and `run.policy`.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::RawScenario;
use super::names;
use crate::model::Platform;
use crate::policy::registry::{BrokerSpec, StackSpec};
use std::collections::BTreeMap;

/// The stacks by name; what their parameters name must exist.
pub(super) fn stacks(raw: &RawScenario, platform: &Platform, out: &mut Diagnostics) -> BTreeMap<String, StackSpec> {
    for (name, stack) in &raw.policy {
        names::allowed_as_directory(name, "a stack", stack.span(), out);
        for problem in stack.get().problems(platform) {
            out.error(stack.span(), format!("stack {name:?}: {problem}"));
        }
    }
    raw.policy.iter().map(|(name, stack)| (name.clone(), stack.get().clone())).collect()
}

/// The default stack: the one named, or the only one.
pub(super) fn default(
    raw: &RawScenario,
    stacks: &BTreeMap<String, StackSpec>,
    out: &mut Diagnostics,
) -> Option<String> {
    let Some(named) = &raw.run.policy else {
        return match stacks.len() {
            1 => stacks.keys().next().cloned(),
            _ => None,
        };
    };
    let name = named.get();
    if stacks.contains_key(name) || BrokerSpec::from_name(name).is_some() {
        return Some(name.clone());
    }
    let help = names::suggestion(name, "stacks", stacks.keys().map(String::as_str));
    out.push(
        Diagnostic::error(named.span(), format!("{name:?} is neither a stack of this scenario nor a broker"))
            .help(help),
    );
    None
}
