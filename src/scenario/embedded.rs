//! Scenarios inside the binary: what `scenarios/` holds, so that the simulator runs without any file.

/// A file of `scenarios/`: its path there and its text.
type EmbeddedFile = (&'static str, &'static str);

/// All embedded files. A scenario is a `.toml` at the top level; what it includes lies beside it or in a folder.
const FILES: &[EmbeddedFile] = &[
    ("bth-10k-cards.toml", include_str!("../../scenarios/bth-10k-cards.toml")),
    ("cluster-queues.toml", include_str!("../../scenarios/cluster-queues.toml")),
    ("cluster-queues/batch.swf", include_str!("../../scenarios/cluster-queues/batch.swf")),
    ("east-data-west-storage.toml", include_str!("../../scenarios/east-data-west-storage.toml")),
    ("greener-is-not-west.toml", include_str!("../../scenarios/greener-is-not-west.toml")),
    ("growth.toml", include_str!("../../scenarios/growth.toml")),
    ("gpu-sharing.toml", include_str!("../../scenarios/gpu-sharing.toml")),
    ("hubs-10.toml", include_str!("../../scenarios/hubs-10.toml")),
    ("hubs-10/centers.csv", include_str!("../../scenarios/hubs-10/centers.csv")),
    ("hubs-10/demand.csv", include_str!("../../scenarios/hubs-10/demand.csv")),
    ("hubs-10/exchanges.csv", include_str!("../../scenarios/hubs-10/exchanges.csv")),
    ("hubs-10/links.csv", include_str!("../../scenarios/hubs-10/links.csv")),
    ("hubs-10/metros.csv", include_str!("../../scenarios/hubs-10/metros.csv")),
    ("hubs-10/pools.csv", include_str!("../../scenarios/hubs-10/pools.csv")),
    ("online-services.toml", include_str!("../../scenarios/online-services.toml")),
    ("national-2023.toml", include_str!("../../scenarios/national-2023.toml")),
    ("national-2023/centers.csv", include_str!("../../scenarios/national-2023/centers.csv")),
    ("national-2023/demand.csv", include_str!("../../scenarios/national-2023/demand.csv")),
    ("national-2023/exchanges.csv", include_str!("../../scenarios/national-2023/exchanges.csv")),
    ("national-2023/links.csv", include_str!("../../scenarios/national-2023/links.csv")),
    ("national-2023/metros.csv", include_str!("../../scenarios/national-2023/metros.csv")),
    ("national-2023/pools.csv", include_str!("../../scenarios/national-2023/pools.csv")),
    ("residency.toml", include_str!("../../scenarios/residency.toml")),
    ("small-firms.toml", include_str!("../../scenarios/small-firms.toml")),
    ("tianjin-expansion.toml", include_str!("../../scenarios/tianjin-expansion.toml")),
    ("trunk-cut.toml", include_str!("../../scenarios/trunk-cut.toml")),
    ("two-centers.toml", include_str!("../../scenarios/two-centers.toml")),
];

/// The scenarios inside the binary: name and text, by name.
#[must_use]
pub fn embedded() -> Vec<(&'static str, &'static str)> {
    let mut list: Vec<_> = FILES
        .iter()
        .filter_map(|(path, text)| Some((path.strip_suffix(".toml")?, *text)))
        .filter(|(name, _)| !name.contains('/'))
        .collect();
    list.sort_unstable();
    list
}

/// The text of an embedded file.
pub(super) fn file(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}
