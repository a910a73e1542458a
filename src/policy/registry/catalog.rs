//! What there is: every policy with its idea, source and parameters, read from the schemas of the specifications.

use super::BrokerSpec;
use crate::policy::packing::{self, PackingSpec};
use crate::policy::queue::{self, QueueSpec};
use crate::policy::room;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

/// One policy of the catalog.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PolicyEntry {
    /// `broker`, `queue` or `packing`: the key of a stack that it is written under.
    pub kind: &'static str,
    /// Its name in scenarios.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: String,
    /// The paper or the practice that it comes from.
    pub source: &'static str,
    /// What it goes by that takes more than a line, a paragraph each.
    pub rules: &'static [&'static str],
    /// JSON Schema of its parameters: names, types, defaults and meanings.
    pub parameters: Value,
}

/// Where packings come from.
const PACKINGS: [(&str, &str); 8] = [
    ("first-fit", "Garey, Graham and Ullman, Worst-case analysis of memory allocation algorithms, STOC 1972"),
    ("best-fit", "Johnson, Near-optimal bin packing algorithms, MIT 1973"),
    ("worst-fit", "Johnson, Near-optimal bin packing algorithms, MIT 1973; least allocated of Kubernetes"),
    ("random", "practice: the baseline that knows nothing"),
    (
        "dot-product",
        "Grandl et al., Multi-resource packing for cluster schedulers, SIGCOMM 2014; as in Weng et al., ATC 2023",
    ),
    ("gpu-packing", "Weng et al., MLaaS in the wild, NSDI 2022; as in Weng et al., ATC 2023"),
    ("gpu-clustering", "Xiao et al., Gandiva, OSDI 2018; as in Weng et al., ATC 2023"),
    ("fgd", "Weng et al., Beware of fragmentation: scheduling GPU-sharing workloads, USENIX ATC 2023"),
];

/// All policies: brokers, queues, packings, each kind in the order of its list.
#[must_use]
pub fn catalog() -> Vec<PolicyEntry> {
    let brokers = entries::<BrokerSpec>("broker", BrokerSpec::SOURCES);
    let queues = entries::<QueueSpec>("queue", QueueSpec::SOURCES);
    brokers.into_iter().chain(queues).chain(entries::<PackingSpec>("packing", &PACKINGS)).collect()
}

/// The rules of a policy.
fn rules(kind: &str, name: &str) -> &'static [&'static str] {
    match (kind, name) {
        ("broker", "fixed") => &[],
        ("broker", "round-robin" | "random" | "nearest" | "least-transfer") => &[room::STORAGE_RULE],
        ("broker", _) => &[room::RULE, room::STORAGE_RULE],
        ("queue", _) => queue::rules(name),
        ("packing", _) => packing::rules(name),
        _ => &[],
    }
}

/// The variants of an externally tagged specification that have a source.
fn entries<T: JsonSchema>(kind: &'static str, sources: &[(&'static str, &'static str)]) -> Vec<PolicyEntry> {
    let root = schemars::schema_for!(T).to_value();
    let variants = root["oneOf"].as_array().map_or(&[][..], Vec::as_slice);
    let find = |name: &str| variants.iter().find(|variant| variant["properties"].get(name).is_some());
    let entry = |(name, source): &(&'static str, &'static str)| {
        let variant = find(name)?;
        let summary = variant["description"].as_str().unwrap_or_default().to_owned();
        let rules = rules(kind, name);
        Some(PolicyEntry { kind, name, summary, source, rules, parameters: alone(&variant["properties"][name], &root) })
    };
    sources.iter().filter_map(entry).collect()
}

/// A schema that stands alone: its reference replaced by what it refers to, with the definitions that this needs.
fn alone(schema: &Value, root: &Value) -> Value {
    let defined = &root["$defs"];
    let mut whole = referred(schema).map_or(schema, |name| &defined[name]).clone();
    let mut needed: Map<String, Value> = Map::new();
    let mut open = vec![whole.clone()];
    while let Some(next) = open.pop() {
        let mut names = Vec::new();
        references(&next, &mut names);
        for name in names {
            if !needed.contains_key(&name) {
                open.push(defined[name.as_str()].clone());
                needed.insert(name.clone(), defined[name.as_str()].clone());
            }
        }
    }
    if let (Some(whole), false) = (whole.as_object_mut(), needed.is_empty()) {
        needed.sort_keys();
        whole.insert("$defs".to_owned(), Value::Object(needed));
    }
    whole
}

fn referred(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}

fn references(schema: &Value, names: &mut Vec<String>) {
    names.extend(referred(schema).map(str::to_owned));
    match schema {
        Value::Object(map) => map.values().for_each(|inner| references(inner, names)),
        Value::Array(list) => list.iter().for_each(|inner| references(inner, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of all variants of a specification.
    fn variants<T: JsonSchema>() -> Vec<String> {
        let root = schemars::schema_for!(T).to_value();
        let list = root["oneOf"].as_array().expect("externally tagged").iter();
        list.flat_map(|variant| variant["properties"].as_object().expect("one key").keys().cloned()).collect()
    }

    #[test]
    fn every_policy_is_in_the_catalog_with_all_that_a_reader_needs() {
        let catalog = catalog();
        let names =
            |kind| catalog.iter().filter(|entry| entry.kind == kind).map(|entry| entry.name).collect::<Vec<_>>();
        assert_eq!(names("broker"), variants::<BrokerSpec>());
        assert_eq!(names("queue"), variants::<QueueSpec>());
        assert_eq!(names("packing"), variants::<PackingSpec>());
        for entry in &catalog {
            assert!(!entry.summary.is_empty() && !entry.source.is_empty(), "{entry:?}");
            assert_eq!(entry.parameters["type"], "object", "{entry:?}");
            for (name, parameter) in entry.parameters["properties"].as_object().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{}: {name} has no description", entry.name);
            }
        }
    }

    #[test]
    fn parameters_have_types_and_defaults() {
        let catalog = catalog();
        let parameters = |name: &str| &catalog.iter().find(|entry| entry.name == name).expect(name).parameters;
        assert_eq!(parameters("home-first")["properties"]["overflow"]["default"], "0 ns");
        assert_eq!(parameters("edwc-doctrine")["properties"]["circle"]["default"], "20 ms");
        assert_eq!(parameters("fixed")["required"], serde_json::json!(["center"]));
        assert_eq!(parameters("nearest").get("$defs"), None);
        // EASY's orders bring the parameters of each order along.
        let easy = parameters("easy");
        assert!(easy["$defs"]["OrderSpec"]["oneOf"].is_array(), "{easy}");
        assert!(easy["$defs"]["FairShareSpec"]["properties"]["half-life"].is_object(), "{easy}");
    }
}
