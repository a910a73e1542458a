//! The rules and tables inside the program.

use super::Files;

const FILES: [(&str, &str); 6] = [
    ("cities.csv", include_str!("../../scenarios/national-2023/rules/cities.csv")),
    ("clusters.csv", include_str!("../../scenarios/national-2023/rules/clusters.csv")),
    ("open.csv", include_str!("../../scenarios/national-2023/rules/open.csv")),
    ("provinces.csv", include_str!("../../scenarios/national-2023/rules/provinces.csv")),
    ("rules.toml", include_str!("../../scenarios/national-2023/rules/rules.toml")),
    ("sources.csv", include_str!("../../scenarios/national-2023/rules/sources.csv")),
];

/// The input files of `national-2023`.
#[must_use]
pub fn rules() -> Files {
    FILES.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
}
