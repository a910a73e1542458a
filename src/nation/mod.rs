//! The inventory of the nation, made from small sourced tables and a file of rules: what `scenarios/national-2023/` holds.
//!
//! Published figures give totals, shares of groups of provinces and a few single centers; the rest (places and sizes of local
//! centers, capacities of lines, who asks for what) is made by the rules of `rules.toml`, each an estimate, with a fixed seed.
//! [`read`] takes the texts of the input files, [`build`] gives the texts of the tables; both are pure, so that a test can
//! hold the tables of the project against them and anyone can change a rule and build anew.

mod backbone;
mod centers;
mod check;
mod demand;
mod embedded;
mod geography;
mod inputs;
mod lines;
mod pools;
mod rules;
mod share;
mod sheet;

pub use embedded::rules as embedded_rules;
pub use inputs::{City, Cluster, Inputs, Open, Province, Source, read};
pub use rules::{
    Ai, ByTier, Centers, Closed, Demand, Gear, General, Leased, Measure, Network, Operators, Racks, Rules, Storage,
    Super,
};

use std::collections::BTreeMap;

/// Texts by file name.
pub type Files = BTreeMap<String, String>;

/// Names of the files that [`read`] needs.
pub const INPUTS: [&str; 6] = inputs::NAMES;

/// The tables of the inventory: `centers.csv`, `pools.csv`, `metros.csv`, `exchanges.csv`, `links.csv` and `demand.csv`.
///
/// # Errors
/// What the rules ask for and cannot be had, such as more open nodes than a center has.
pub fn build(inputs: &Inputs) -> Result<Files, Vec<String>> {
    let centers = centers::all(inputs);
    let pools = pools::table(inputs, &centers)?;
    let shares = demand::shares(inputs);
    let data = demand::column(inputs, &shares, "data");
    let nodes = backbone::nodes(inputs);
    let trunks = backbone::trunks(inputs, &nodes)?;
    let files = [
        ("centers.csv", centers::table(inputs, &centers)),
        ("demand.csv", demand::table(inputs, &shares)),
        ("exchanges.csv", lines::exchanges(inputs, &nodes)),
        ("links.csv", lines::table(inputs, &centers, &nodes, &trunks, &data)),
        ("metros.csv", lines::metros(inputs)),
        ("pools.csv", pools),
    ];
    Ok(files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect())
}

#[cfg(test)]
mod tests;
