//! Places of the network and lines other than trunks: exchanges, cities, access, interconnection, and what joins centers.

use super::backbone::{Node, Trunk};
use super::centers::{Center, Tier};
use super::inputs::Inputs;
use super::share::apportion;
use super::sheet::{Sheet, number};
use std::collections::BTreeSet;

/// Latency between two operators' nodes in one city.
const SAME_CITY_MS: f64 = 0.1;

/// Rows of `links.csv`.
struct Links<'a> {
    inputs: &'a Inputs,
    nodes: &'a [Node],
    sheet: Sheet,
}

/// A row.
#[derive(Debug, Clone, Default)]
struct Line {
    name: String,
    ends: [String; 2],
    kind: &'static str,
    latency_ms: f64,
    gbps: u64,
    price: f64,
    background: f64,
    source: &'static str,
}

/// `exchanges.csv`: one node of each operator in each backbone city, and the new-type exchange centers.
pub(super) fn exchanges(inputs: &Inputs, nodes: &[Node]) -> String {
    let rules = &inputs.rules;
    let mut sheet = Sheet::new("name,side,province,lat,lon,source,basis,confidence");
    let mut add = |name: String, node: &Node, source: &str| {
        let province = &inputs.provinces[node.province];
        let side = node.cluster.map_or(&province.side, |at| &inputs.clusters[at].side);
        let place = [number(node.point.lat, 2), number(node.point.lon, 2)];
        let cells = [name, side.clone(), province.name.clone()].into_iter().chain(place);
        sheet.row(cells.chain([source, inputs.basis(source), "estimate"].map(str::to_owned)));
    };
    for node in nodes {
        for operator in 0..rules.operators.names.len() {
            add(exchange(inputs, node, operator), node, "rule");
        }
    }
    for node in nodes.iter().filter(|node| rules.network.new_exchanges.contains(&node.name)) {
        add(format!("{}-exchange", node.name), node, "new-exchanges");
    }
    sheet.text()
}

/// `metros.csv`: the cities.
pub(super) fn metros(inputs: &Inputs) -> String {
    let mut sheet = Sheet::new("name,side,province,lat,lon,source,basis,confidence");
    for city in &inputs.cities {
        let side = &inputs.provinces[inputs.province(&city.province)].side;
        let (basis, confidence) = (inputs.basis(&city.source), inputs.confidence(&city.source));
        let (lat, lon) = (number(city.lat, 2), number(city.lon, 2));
        sheet.row([&city.name, side, &city.province, &lat, &lon, &city.source, basis, confidence]);
    }
    sheet.text()
}

/// Name of an operator's node in a backbone city.
fn exchange(inputs: &Inputs, node: &Node, operator: usize) -> String {
    format!("{}-ix-{}", node.name, inputs.rules.operators.suffix(operator))
}

/// `links.csv`; `data` is each city's share of the data.
pub(super) fn table(inputs: &Inputs, centers: &[Center], nodes: &[Node], trunks: &[Trunk], data: &[f64]) -> String {
    let header = "name,from,to,kind,latency_ms,bandwidth_gbps,price_cny_per_gb,background,source,basis,confidence";
    let mut links = Links { inputs, nodes, sheet: Sheet::new(header) };
    for trunk in trunks {
        links.trunk(trunk);
    }
    links.interconnection();
    links.egress(centers, trunks);
    links.access(data);
    links.neighbors();
    links.metro(centers);
    let leased = &inputs.rules.network.leased;
    links.add(&Line {
        name: format!("{}-{}-leased", leased.from, leased.to.rsplit_once('-').map_or(leased.to.as_str(), |it| it.0)),
        ends: [leased.from.clone(), leased.to.clone()],
        kind: "leased",
        latency_ms: leased.latency_ms,
        gbps: leased.gbps,
        background: leased.background,
        source: "leased-line",
        ..Line::default()
    });
    links.sheet.text()
}

impl Links<'_> {
    fn add(&mut self, line: &Line) {
        let [from, to] = line.ends.clone();
        let none_if_zero = |value: f64| if value == 0.0 { String::new() } else { number(value, 4) };
        let published = line.source == "leased-line";
        let (basis, confidence) = (self.inputs.basis(line.source), self.inputs.confidence(line.source));
        self.sheet.row([
            line.name.as_str(),
            &from,
            &to,
            line.kind,
            &number(line.latency_ms, 3),
            &line.gbps.to_string(),
            &none_if_zero(line.price),
            &none_if_zero(line.background),
            line.source,
            if published { basis } else { "estimate" },
            if published { confidence } else { "estimate" },
        ]);
    }

    fn trunk(&mut self, trunk: &Trunk) {
        let rules = &self.inputs.rules;
        let [a, b] = trunk.ends.map(|end| &self.nodes[end]);
        let line = Line {
            name: format!("{}-{}-{}", a.name, b.name, rules.operators.suffix(trunk.operator)),
            ends: [a, b].map(|node| exchange(self.inputs, node, trunk.operator)),
            kind: "trunk",
            latency_ms: rules.network.fiber_ms(a.point.km(b.point)),
            gbps: trunk.gbps,
            background: rules.network.hub_background,
            source: if trunk.between_hubs { "caict-2024" } else { "rule" },
            ..Line::default()
        };
        self.add(&line);
    }

    /// Between operators: each pair at the direct points, by the size of the province and of the two; every operator at the
    /// new-type exchange centers.
    fn interconnection(&mut self) {
        let rules = &self.inputs.rules;
        let (network, operators) = (&rules.network, &rules.operators);
        let at_exchanges = network.interconnection_tbps * network.exchange_share;
        let mut lines: Vec<(f64, Line)> = Vec::new();
        let (mut direct, mut central) = (0.0, 0.0);
        let line = |name: String, ends: [String; 2], source| Line {
            name,
            ends,
            kind: "interconnection",
            latency_ms: SAME_CITY_MS,
            background: network.hub_background,
            source,
            ..Line::default()
        };
        for node in self.nodes {
            let size = self.inputs.provinces[node.province].gdp_bn_cny;
            let name = |operator: usize| exchange(self.inputs, node, operator);
            let count = operators.names.len();
            if network.direct_points.contains(&node.name) {
                for (a, b) in (0..count).flat_map(|a| (a + 1..count).map(move |b| (a, b))) {
                    let weight = size * operators.shares[a] * operators.shares[b];
                    direct += weight;
                    let title = format!("{}-{}{}", node.name, operators.suffix(a), operators.suffix(b));
                    lines.push((weight, line(title, [name(a), name(b)], "direct-points")));
                }
            }
            if network.new_exchanges.contains(&node.name) {
                for operator in 0..count {
                    let weight = operators.shares[operator];
                    central += weight;
                    let title = format!("{}-exchange-{}", node.name, operators.suffix(operator));
                    let ends = [format!("{}-exchange", node.name), name(operator)];
                    lines.push((weight, line(title, ends, "new-exchanges")));
                }
            }
        }
        let weights: Vec<f64> = lines
            .iter()
            .map(|(weight, line)| {
                if line.source == "new-exchanges" {
                    weight / central * at_exchanges
                } else {
                    weight / direct * (network.interconnection_tbps - at_exchanges)
                }
            })
            .collect();
        let gbps = apportion(libm::round(network.interconnection_tbps * 1000.0) as u64, &weights);
        for ((_, line), gbps) in lines.into_iter().zip(gbps) {
            self.add(&Line { gbps, ..line });
        }
    }

    /// From the parks of a cluster to their operators' nodes: no more than is published, else what the trunks carry.
    fn egress(&mut self, centers: &[Center], trunks: &[Trunk]) {
        let network = &self.inputs.rules.network;
        for center in centers {
            let Some(cluster) = center.cluster else { continue };
            let Some(node) = self.nodes.iter().position(|node| node.cluster == Some(cluster)) else { continue };
            let carried = |operator: Option<usize>| -> u64 {
                let at = |trunk: &&Trunk| {
                    trunk.ends.contains(&node) && operator.is_none_or(|operator| trunk.operator == operator)
                };
                trunks.iter().filter(at).map(|trunk| trunk.gbps).sum()
            };
            let published = self.inputs.clusters[cluster].egress_tbps;
            let total = published.map_or_else(|| carried(None), |tbps| libm::round(tbps * 1000.0) as u64);
            let gbps = apportion(total, &self.inputs.rules.operators.shares)[center.operator];
            let line = Line {
                name: format!("{}-egress", center.name),
                ends: [center.name.clone(), exchange(self.inputs, &self.nodes[node], center.operator)],
                kind: "egress",
                latency_ms: network.ip_ms / 2.0,
                gbps,
                price: network.access_price,
                background: network.hub_background,
                source: if published.is_some() { "egress" } else { "rule" },
            };
            self.add(&line);
        }
    }

    /// From each city to the nearest backbone city, by its operators.
    fn access(&mut self, data: &[f64]) {
        let rules = &self.inputs.rules;
        let network = &rules.network;
        for (city, data) in self.inputs.cities.iter().zip(data) {
            let km = |node: &Node| node.point.km(city.point());
            let Some(node) = self.nodes.iter().min_by(|a, b| km(a).total_cmp(&km(b))) else { continue };
            let operators = self.operators_of(city);
            let shares: Vec<f64> = operators.iter().map(|at| rules.operators.shares[*at]).collect();
            let hundreds = libm::round(network.access_tbps * 10.0 * data) as u64;
            for (operator, hundreds) in operators.iter().zip(apportion(hundreds, &shares)) {
                let line = Line {
                    name: format!("{}-access-{}", city.name, rules.operators.suffix(*operator)),
                    ends: [city.name.clone(), exchange(self.inputs, node, *operator)],
                    kind: "access",
                    latency_ms: network.ip_ms / 2.0 + network.fiber_ms(km(node)),
                    gbps: (hundreds * 100).max(network.access_least_gbps),
                    price: network.access_price,
                    background: network.hub_background,
                    source: "rule",
                };
                self.add(&line);
            }
        }
    }

    /// Operators that a city has.
    fn operators_of(&self, city: &super::inputs::City) -> Vec<usize> {
        let (network, operators) = (&self.inputs.rules.network, &self.inputs.rules.operators);
        let all = 0..operators.names.len();
        let capital = self.inputs.provinces.iter().any(|province| province.capital == city.name);
        let home = if city.lat >= operators.border_lat { &operators.north } else { &operators.south };
        let home = operators.index(home);
        if capital || city.population_m >= network.three_operators_m {
            return all.collect();
        }
        let second = all.rev().find(|at| *at != home).filter(|_| city.population_m >= network.two_operators_m);
        let mut list = vec![home];
        list.extend(second);
        list.sort_unstable();
        list
    }

    /// Between a city and its nearest neighbors and its capital.
    fn neighbors(&mut self) {
        let network = &self.inputs.rules.network;
        let cities = &self.inputs.cities;
        let km = |a: usize, b: usize| cities[a].point().km(cities[b].point());
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for at in 0..cities.len() {
            let mut others: Vec<usize> =
                (0..cities.len()).filter(|other| *other != at && km(at, *other) <= network.ip_km).collect();
            others.sort_by(|a, b| km(at, *a).total_cmp(&km(at, *b)));
            let province = self.inputs.province(&cities[at].province);
            let capital = self.inputs.city(&self.inputs.provinces[province].capital);
            let near = others.iter().take(network.local_neighbors);
            let all = near.chain(others.iter().filter(|other| **other == capital));
            pairs.extend(all.map(|other| (at.min(*other), at.max(*other))));
        }
        for (a, b) in pairs {
            self.add(&Line {
                ends: [a, b].map(|at| cities[at].name.clone()),
                kind: "local",
                latency_ms: network.local_ms(km(a, b)),
                gbps: network.local_gbps,
                price: network.local_price,
                background: network.hub_background,
                source: "rule",
                ..Line::default()
            });
        }
    }

    /// Between a center and its city.
    fn metro(&mut self, centers: &[Center]) {
        let network = &self.inputs.rules.network;
        for center in centers {
            let city = &self.inputs.cities[center.city];
            let gbps = match center.tier {
                Tier::Hub => network.metro_gbps.national_hub,
                Tier::Regional => network.metro_gbps.regional,
                Tier::Local => network.metro_gbps.local,
            };
            let km = center.point.km(city.point());
            let ms = if center.cluster.is_some() { network.local_ms(km) } else { network.fiber_ms(km) };
            self.add(&Line {
                ends: [center.name.clone(), city.name.clone()],
                kind: "metro",
                latency_ms: ms,
                gbps,
                source: "rule",
                ..Line::default()
            });
        }
    }
}
