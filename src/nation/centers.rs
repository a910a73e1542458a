//! Which centers there are: parks in the clusters, and centers outside drawn by rule.

use super::geography::Point;
use super::inputs::{Cluster, Inputs, Province};
use super::share::{apportion, apportion_at_least};
use super::sheet::{Sheet, number};
use crate::rng::{Generator, Streams, standard_normal, unit};

/// Tiers of the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tier {
    Hub,
    Regional,
    Local,
}

/// A center.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Center {
    pub(super) name: String,
    pub(super) tier: Tier,
    /// Index of its province.
    pub(super) province: usize,
    /// Index of the city it is in, or of the host of its cluster.
    pub(super) city: usize,
    /// Index of its cluster.
    pub(super) cluster: Option<usize>,
    /// Index of its operator.
    pub(super) operator: usize,
    pub(super) point: Point,
    pub(super) racks: u64,
}

impl Center {
    /// Share of its racks that are occupied.
    fn occupied_share(&self, inputs: &Inputs) -> f64 {
        let occupied = &inputs.rules.occupied;
        match self.tier {
            Tier::Hub => occupied.national_hub,
            Tier::Regional => occupied.regional,
            Tier::Local => occupied.local,
        }
    }

    /// Power of its occupied racks in kW, at 2.5 kW a standard rack.
    pub(super) fn occupied_kw(&self, inputs: &Inputs) -> f64 {
        self.racks as f64 * self.occupied_share(inputs) * 2.5
    }
}

/// All centers: parks of the clusters, then the others by province and city, the largest of a city first.
pub(super) fn all(inputs: &Inputs) -> Vec<Center> {
    let streams = Streams::new(inputs.rules.seed, 0);
    let mut list = parks(inputs);
    let racks = outside_racks(inputs, &list);
    let counts = counts(inputs, &racks);
    for (province, (racks, count)) in racks.into_iter().zip(counts).enumerate() {
        let mut rng = streams.stream(&format!("nation.centers.{}", inputs.provinces[province].name));
        list.extend(in_province(inputs, province, racks, count, &mut rng));
    }
    list
}

/// The clusters: one park of each operator, racks by the published shares.
fn parks(inputs: &Inputs) -> Vec<Center> {
    let rules = &inputs.rules;
    let published: Vec<f64> = inputs.clusters.iter().map(|cluster| cluster.racks_published as f64).collect();
    let mut list = Vec::new();
    for (at, racks) in apportion(rules.racks.clusters, &published).into_iter().enumerate() {
        let cluster = &inputs.clusters[at];
        for (operator, racks) in apportion(racks, &rules.operators.shares).into_iter().enumerate() {
            list.push(Center {
                name: format!("{}-{}", cluster.name, rules.operators.suffix(operator)),
                tier: Tier::Hub,
                province: inputs.province(&cluster.province),
                city: inputs.city(&cluster.host),
                cluster: Some(at),
                operator,
                point: Point { lat: cluster.lat, lon: cluster.lon },
                racks,
            });
        }
    }
    list
}

/// Racks of each province outside the clusters.
fn outside_racks(inputs: &Inputs, parks: &[Center]) -> Vec<u64> {
    let rules = &inputs.rules.racks;
    let groups: Vec<(&String, f64)> = rules.groups.iter().map(|(name, share)| (name, *share)).collect();
    let shares: Vec<f64> = groups.iter().map(|(_, share)| *share).collect();
    let mut racks = vec![0; inputs.provinces.len()];
    for ((group, _), total) in groups.iter().zip(apportion(rules.total, &shares)) {
        let weight = |province: &Province| match province.rack_weight {
            _ if province.rack_group != **group => 0.0,
            Some(weight) => weight,
            None => province.gdp_bn_cny,
        };
        let weights: Vec<f64> = inputs.provinces.iter().map(weight).collect();
        for (sum, part) in racks.iter_mut().zip(apportion(total, &weights)) {
            *sum += part;
        }
    }
    for park in parks {
        racks[park.province] = racks[park.province].saturating_sub(park.racks);
    }
    racks
}

/// How many centers each province has outside the clusters.
fn counts(inputs: &Inputs, racks: &[u64]) -> Vec<u64> {
    let rules = &inputs.rules.centers;
    let all_racks = racks.iter().sum::<u64>().max(1) as f64;
    let people: f64 = inputs.provinces.iter().map(|province| province.population_m).sum();
    let weight = |(province, racks): (&Province, &u64)| {
        rules.by_racks * *racks as f64 / all_racks + (1.0 - rules.by_racks) * province.population_m / people
    };
    apportion(rules.outside, &inputs.provinces.iter().zip(racks).map(weight).collect::<Vec<f64>>())
}

/// The centers of a province: sizes log-normal, dealt out to its cities, the largest first to the largest city.
fn in_province(inputs: &Inputs, province: usize, racks: u64, count: u64, rng: &mut Generator) -> Vec<Center> {
    let rules = &inputs.rules;
    let cities: Vec<usize> =
        (0..inputs.cities.len()).filter(|at| inputs.cities[*at].province == inputs.provinces[province].name).collect();
    let weights: Vec<f64> = (0..count).map(|_| libm::exp(rules.centers.sigma * standard_normal(rng))).collect();
    let mut sizes = apportion_at_least(racks, rules.centers.least, &weights);
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let quota = apportion(count, &cities.iter().map(|at| inputs.cities[*at].gdp_bn_cny).collect::<Vec<f64>>());
    let mut left = quota.clone();
    let mut list: Vec<Center> = Vec::new();
    for racks in sizes {
        // The city that has most of its share still to come; of equal ones the one with the larger share.
        let open = (0..cities.len()).filter(|at| left[*at] > 0);
        let Some(at) = open.max_by(|a, b| {
            let rest = |at: &usize| left[*at] as f64 / quota[*at] as f64;
            rest(a).total_cmp(&rest(b)).then(quota[*a].cmp(&quota[*b])).then(b.cmp(a))
        }) else {
            break;
        };
        left[at] -= 1;
        let city = cities[at];
        let tier = if racks >= rules.centers.large { Tier::Regional } else { Tier::Local };
        let before = list.iter().filter(|center| (center.city, center.tier) == (city, tier)).count();
        let name = match tier {
            Tier::Regional => format!("{}-r{:02}", inputs.cities[city].name, before + 1),
            _ => format!("{}-l{:03}", inputs.cities[city].name, before + 1),
        };
        let point = near(inputs, city, rng);
        let operator = drawn(&rules.operators.shares, rng);
        list.push(Center { name, tier, province, city, cluster: None, operator, point, racks });
    }
    list.sort_by_key(|center| center.city);
    list
}

/// A place in the circle around a city, evenly by area.
fn near(inputs: &Inputs, city: usize, rng: &mut Generator) -> Point {
    let radius = inputs.rules.centers.spread_km * libm::sqrt(unit(rng));
    let angle = 2.0 * std::f64::consts::PI * unit(rng);
    inputs.cities[city].point().moved(radius * libm::cos(angle), radius * libm::sin(angle))
}

/// One of a few by weight.
fn drawn(shares: &[f64], rng: &mut Generator) -> usize {
    let mut left = unit(rng) * shares.iter().sum::<f64>();
    for (at, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return at;
        }
    }
    shares.len().saturating_sub(1)
}

/// `centers.csv`, with the store outside of centers at its end.
pub(super) fn table(inputs: &Inputs, centers: &[Center]) -> String {
    let rules = &inputs.rules.storage;
    let weights: Vec<f64> = centers.iter().map(|center| center.racks as f64).collect();
    let filled_pb = (rules.centers_eb as f64 / rules.space_eb as f64 * rules.filled_eb as f64 * 1000.0) as u64;
    let space = apportion(rules.centers_eb * 1000, &weights);
    let filled = apportion(filled_pb, &weights);
    let mut sheet = Sheet::new(
        "name,tier,side,province,hub,regions,operator,racks,racks_occupied,lat,lon,pue,tariff_flat_cny_per_kwh,\
         tariff_critical_cny_per_kwh,tariff_peak_cny_per_kwh,tariff_valley_cny_per_kwh,critical_hours,peak_hours,\
         valley_hours,carbon_g_per_kwh,green_share,\
         storage_space_pb,storage_filled_pb,source_racks,basis_racks,source_pue,basis_pue,source_tariff,\
         basis_tariff,source_carbon,basis_carbon,source_green_share,basis_green_share,confidence",
    );
    for ((center, space), filled) in centers.iter().zip(&space).zip(&filled) {
        sheet.row(row(inputs, center, *space, *filled));
    }
    let rest = [(rules.space_eb - rules.centers_eb) * 1000, rules.filled_eb * 1000 - filled_pb];
    let mut store = vec![String::new(); 34];
    store[0].clone_from(&rules.store);
    "store".clone_into(&mut store[1]);
    (store[21], store[22]) = (rest[0].to_string(), rest[1].to_string());
    "storage-2023".clone_into(&mut store[23]);
    "derived".clone_into(&mut store[24]);
    "high".clone_into(&mut store[33]);
    sheet.row(store);
    sheet.text()
}

fn row(inputs: &Inputs, center: &Center, space: u64, filled: u64) -> Vec<String> {
    let province = &inputs.provinces[center.province];
    let cluster = center.cluster.map(|at| &inputs.clusters[at]);
    let centers = &inputs.rules.centers;
    let (tier, pue) = match center.tier {
        Tier::Hub => ("national-hub", cluster.map_or(province.pue, |cluster| cluster.pue)),
        Tier::Regional => ("regional", province.pue + centers.pue_regional),
        Tier::Local => ("local", province.pue + centers.pue_local),
    };
    let hub = cluster.map_or(&province.hub, |cluster| &cluster.hub);
    let mut cells: Vec<String> = [
        center.name.as_str(),
        tier,
        cluster.map_or(&province.side, |cluster| &cluster.side),
        &province.name,
        hub,
        hub,
        &inputs.rules.operators.names[center.operator],
    ]
    .map(str::to_owned)
    .into();
    let occupied = libm::round(center.racks as f64 * center.occupied_share(inputs)) as u64;
    cells.extend([
        center.racks.to_string(),
        occupied.to_string(),
        number(center.point.lat, 2),
        number(center.point.lon, 2),
        number(pue, 3),
    ]);
    cells.extend(energy(province, cluster));
    cells.extend([space.to_string(), filled.to_string()]);
    let [racks, pue, tariff, green] = match cluster {
        Some(it) => [&it.source_racks, &it.source_pue, &it.source_tariff, &it.source_green].map(String::as_str),
        None => [province.source_racks.as_str(), &province.source_pue, &province.source_tariff, "no-contract"],
    };
    // Racks outside of the clusters and PUE beside the hubs are made by a rule.
    let by_rule = |made: bool, known: &str| if made { "estimate".to_owned() } else { known.to_owned() };
    let known = [
        by_rule(cluster.is_none(), inputs.basis(racks)),
        by_rule(center.tier != Tier::Hub, inputs.basis(pue)),
        inputs.basis(tariff).to_owned(),
        inputs.basis(&province.source_carbon).to_owned(),
        inputs.basis(green).to_owned(),
    ];
    let keys = [racks, pue, tariff, &province.source_carbon, green];
    cells.extend(keys.into_iter().zip(known).flat_map(|(key, basis)| [key.to_owned(), basis]));
    cells.push("estimate".to_owned());
    cells
}

/// Tariff, carbon and green share.
fn energy(province: &Province, cluster: Option<&Cluster>) -> Vec<String> {
    let (prices, hours, green) = match cluster {
        Some(it) => (
            [Some(it.tariff_flat), None, Some(it.tariff_peak), Some(it.tariff_valley)],
            ["", &it.peak_hours, &it.valley_hours],
            it.green_share,
        ),
        None => (
            [
                Some(province.tariff_flat),
                province.tariff_critical,
                Some(province.tariff_peak),
                Some(province.tariff_valley),
            ],
            [province.critical_hours.as_str(), &province.peak_hours, &province.valley_hours],
            province.green_share,
        ),
    };
    let mut cells: Vec<String> = prices.map(|price| price.map_or_else(String::new, |price| number(price, 4))).into();
    cells.extend(hours.map(str::to_owned));
    cells.extend([number(province.carbon_g_per_kwh, 1), number(green, 4)]);
    cells
}
