//! Where jobs and requests come from: `demand.csv`, one row a city, one column a kind.

use super::inputs::{City, Inputs};
use super::rules::{Demand, Measure};
use super::sheet::{Sheet, number};

/// Shares of all cities for each column, which add up to 1 in each.
pub(super) fn shares(inputs: &Inputs) -> Vec<(String, Vec<f64>)> {
    inputs.rules.demand.iter().map(|(name, rule)| (name.clone(), one(inputs, rule))).collect()
}

/// A column, or even shares where there is none.
pub(super) fn column(inputs: &Inputs, shares: &[(String, Vec<f64>)], name: &str) -> Vec<f64> {
    let even = || vec![1.0 / inputs.cities.len().max(1) as f64; inputs.cities.len()];
    shares.iter().find(|(known, _)| known == name).map_or_else(even, |(_, column)| column.clone())
}

/// What is named has its share; the rest is shared out by what the cities stand for: the cities of a province stand for all of it.
fn one(inputs: &Inputs, rule: &Demand) -> Vec<f64> {
    let measure = |city: &City| {
        let own = |city: &City| match rule.by {
            Measure::Gdp => city.gdp_bn_cny,
            Measure::Population => city.population_m,
            Measure::None => 0.0,
        };
        let province = &inputs.provinces[inputs.province(&city.province)];
        let whole = match rule.by {
            Measure::Gdp => province.gdp_bn_cny,
            Measure::Population => province.population_m,
            Measure::None => 0.0,
        };
        let listed: f64 = inputs.cities.iter().filter(|other| other.province == city.province).map(own).sum();
        if listed > 0.0 { whole * own(city) / listed } else { 0.0 }
    };
    let weights: Vec<f64> = inputs.cities.iter().map(measure).collect();
    let mut shares = vec![0.0; inputs.cities.len()];
    let named = |city: &City| rule.cities.contains_key(&city.name);
    let mut left = 1.0;
    for (share, city) in shares.iter_mut().zip(&inputs.cities) {
        if let Some(named) = rule.cities.get(&city.name) {
            *share = *named;
            left -= *named;
        }
    }
    let mut share_out = |total: f64, of: &dyn Fn(&City) -> bool| {
        let all = || inputs.cities.iter().zip(&weights).filter(|(city, _)| of(city));
        let sum: f64 = all().map(|(_, weight)| *weight).sum();
        for ((share, city), weight) in shares.iter_mut().zip(&inputs.cities).zip(&weights) {
            if of(city) && sum > 0.0 {
                *share = total * weight / sum;
            }
        }
    };
    for (province, total) in &rule.provinces {
        share_out(*total, &|city| city.province == *province && !named(city));
        left -= total;
    }
    share_out(left.max(0.0), &|city| !named(city) && !rule.provinces.contains_key(&city.province));
    shares
}

/// `demand.csv`.
pub(super) fn table(inputs: &Inputs, shares: &[(String, Vec<f64>)]) -> String {
    let names: Vec<&str> = shares.iter().map(|(name, _)| name.as_str()).collect();
    let mut sheet = Sheet::new(&format!("site,{},source,confidence", names.join(",")));
    for (at, city) in inputs.cities.iter().enumerate() {
        let mut cells = vec![city.name.clone()];
        cells.extend(shares.iter().map(|(_, column)| match column[at] {
            0.0 => String::new(),
            share => number(share, 6),
        }));
        cells.extend(["rule".to_owned(), "estimate".to_owned()]);
        sheet.row(cells);
    }
    sheet.text()
}
