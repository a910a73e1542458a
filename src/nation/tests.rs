use super::*;

fn inputs() -> Inputs {
    read(&embedded_rules()).unwrap_or_else(|problems| panic!("{}", problems.join("\n")))
}

/// The rows of a table as cells by column.
fn rows(table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let row = |row: csv::Result<csv::StringRecord>| {
        header.iter().map(str::to_owned).zip(row.expect("a row").iter().map(str::to_owned)).collect()
    };
    reader.records().map(row).collect()
}

fn number(row: &BTreeMap<String, String>, column: &str) -> u64 {
    row[column].parse().unwrap_or_else(|error| panic!("{column} {:?}: {error}", row[column]))
}

/// The tables of the project are the ones that the rules make, byte for byte.
#[test]
fn the_tables_of_the_project_are_what_the_rules_make() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/national-2023");
    for (name, text) in build(&inputs()).expect("builds") {
        let kept = std::fs::read_to_string(folder.join(&name)).expect("there").replace("\r\n", "\n");
        let differs = kept.lines().zip(text.lines()).position(|(kept, made)| kept != made);
        assert!(
            kept == text,
            "scenarios/national-2023/{name} differs from what its rules make at line {differs:?}: \
             `eastwest init --national DIR --from scenarios/national-2023/rules` builds it"
        );
    }
}

#[test]
fn the_egress_of_a_cluster_and_the_capacity_between_hubs_are_as_published() {
    let tables = build(&inputs()).expect("builds");
    let links = rows(&tables["links.csv"]);
    let sum = |of: &dyn Fn(&BTreeMap<String, String>) -> bool| -> u64 {
        links.iter().filter(|row| of(row)).map(|row| number(row, "bandwidth_gbps")).sum()
    };
    let hubs = |row: &BTreeMap<String, String>| row["kind"] == "trunk" && row["source"] == "caict-2024";
    assert_eq!(sum(&hubs), 751_000);
    for (cluster, published) in [("guian", 47_200), ("zhongwei", 18_000)] {
        let egress = sum(&|row| row["kind"] == "egress" && row["from"].starts_with(cluster));
        assert_eq!(egress, published, "{cluster}");
        let end = |row: &BTreeMap<String, String>, column: &str| row[column].starts_with(&format!("{cluster}-ix-"));
        let between = sum(&|row| hubs(row) && (end(row, "from") || end(row, "to")));
        assert!(between.abs_diff(published) <= published / 100, "{cluster}: {between} Gbps of trunks to other hubs");
    }
    // Zhongwei to Beijing: 4 x 100G.
    let leased: Vec<_> = links.iter().filter(|row| row["kind"] == "leased").collect();
    assert_eq!(leased.len(), 1);
    assert_eq!((leased[0]["name"].as_str(), number(leased[0], "bandwidth_gbps")), ("beijing-zhongwei-leased", 400));
}

/// Each operator's nodes are joined by its own trunks.
#[test]
fn each_backbone_is_in_one_piece() {
    let inputs = inputs();
    let nodes = backbone::nodes(&inputs);
    let trunks = backbone::trunks(&inputs, &nodes).expect("builds");
    assert_eq!(trunks.len(), 180);
    for operator in 0..3 {
        let mut reached = vec![0];
        let mut at = 0;
        while let Some(here) = reached.get(at).copied() {
            let own = trunks.iter().filter(|trunk| trunk.operator == operator && trunk.ends.contains(&here));
            let others: Vec<usize> = own.flat_map(|trunk| trunk.ends).collect();
            for other in others {
                if !reached.contains(&other) {
                    reached.push(other);
                }
            }
            at += 1;
        }
        assert_eq!(reached.len(), nodes.len(), "{}", inputs.rules.operators.names[operator]);
    }
}

#[test]
fn demand_adds_up_and_follows_what_is_named() {
    let inputs = inputs();
    for (name, column) in demand::shares(&inputs) {
        assert!((column.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{name}");
    }
    let data = demand::column(&inputs, &demand::shares(&inputs), "data");
    let of = |province: &str| -> f64 {
        inputs.cities.iter().zip(&data).filter(|(city, _)| city.province == province).map(|(_, share)| share).sum()
    };
    // Six provinces produce 57.45 % of the data (published, 2024).
    let six = ["beijing", "guangdong", "shanghai", "zhejiang", "jiangsu", "shandong"].map(of).iter().sum::<f64>();
    assert!((six - 0.5745).abs() < 1e-9, "{six}");
}

#[test]
fn what_is_wrong_is_said_with_its_file() {
    let broken = |file: &str, from: &str, to: &str| {
        let mut files = embedded_rules();
        let text = files[file].clone();
        assert!(text.contains(from), "{file} has no {from:?}");
        files.insert(file.to_owned(), text.replacen(from, to, 1));
        match read(&files).and_then(|inputs| build(&inputs)) {
            Ok(_) => panic!("{file}: {to:?} is taken"),
            Err(problems) => problems.join("\n"),
        }
    };
    for (file, from, to, says) in [
        ("rules.toml", "outside = 2200", "outsid = 2200", "unknown field `outsid`"),
        ("rules.toml", "bth = 0.215", "bth = 0.3", "racks.groups must add up to 1"),
        ("rules.toml", "trunk-cables = 180", "trunk-cables = 100", "the backbones need at least"),
        ("rules.toml", "north = \"telecom-b\"", "north = \"telecom-x\"", "no operator \"telecom-x\""),
        ("cities.csv", "tangshan,hebei", "tangshan,hubai", "cities.csv:5: unknown province \"hubai\""),
        ("cities.csv", "tangshan,hebei,39.63", "tangshan,hebei,north", "cities.csv:5"),
        ("open.csv", "horinger-a,256", "horinger-a,99999", "open.csv: horinger-a is to open 99999 nodes and has"),
        ("open.csv", "horinger-a", "horinger-x", "\"horinger-x\" is neither a park nor a city"),
        ("clusters.csv", "horinger-racks", "somewhere", "clusters.csv: no source \"somewhere\""),
    ] {
        let problems = broken(file, from, to);
        assert!(problems.contains(says), "{file}, {to:?}:\n{problems}");
    }
    let mut files = embedded_rules();
    files.remove("open.csv");
    assert_eq!(read(&files), Err(vec!["open.csv is missing".to_owned()]));
}

/// No wild rule panics: the worst are refused, the others give some nation.
#[test]
fn extreme_rules_do_no_harm() {
    for (from, to) in [
        ("outside = 2200", "outside = 0"),
        ("outside = 2200", "outside = 20"),
        ("sigma = 1.0", "sigma = 30.0"),
        ("least = 60 ", "least = 600000000 "),
        ("clusters = 1_050_000", "clusters = 8_100_000"),
        ("nodes = 187_500", "nodes = 0"),
        ("gravity = 0.5", "gravity = -9.0"),
        ("local-neighbors = 2", "local-neighbors = 100"),
        (
            "names = [\"telecom-a\", \"telecom-b\", \"telecom-c\"]\nshares = [0.45, 0.30, 0.25]",
            "names = []\nshares = []",
        ),
    ] {
        let mut files = embedded_rules();
        let text = files["rules.toml"].replacen(from, to, 1);
        assert!(text.contains(to), "{from}");
        files.insert("rules.toml".to_owned(), text);
        let _ = read(&files).and_then(|inputs| build(&inputs));
    }
}

#[test]
fn the_ten_clusters_are_the_same_in_both_scenarios() {
    let national: BTreeMap<String, String> = build(&inputs()).expect("builds").into_iter().collect();
    let hubs = rows(include_str!("../../scenarios/hubs-10/centers.csv"));
    let parks: Vec<_> =
        rows(&national["centers.csv"]).into_iter().filter(|row| row["tier"] == "national-hub").collect();
    let of = |name: &str| name.rsplit_once('-').map_or_else(String::new, |(cluster, _)| cluster.to_owned());
    assert_eq!((hubs.len(), parks.len()), (10, 30));
    for hub in &hubs {
        let name = &hub["name"];
        let mine: Vec<_> = parks.iter().filter(|park| of(&park["name"]) == *name).collect();
        assert_eq!(mine.len(), 3, "{name}");
        for column in ["racks", "racks_occupied", "storage_space_pb", "storage_filled_pb"] {
            assert_eq!(
                mine.iter().map(|park| number(park, column)).sum::<u64>(),
                number(hub, column),
                "{name} {column}"
            );
        }
        for column in [
            "side",
            "province",
            "hub",
            "pue",
            "carbon_g_per_kwh",
            "green_share",
            "tariff_flat_cny_per_kwh",
            "tariff_peak_cny_per_kwh",
            "tariff_valley_cny_per_kwh",
            "peak_hours",
            "valley_hours",
            "basis_racks",
            "basis_carbon",
            "basis_green_share",
        ] {
            assert!(mine.iter().all(|park| park[column] == hub[column]), "{name} {column}");
        }
    }
    let pools = rows(&national["pools.csv"]);
    for pool in rows(include_str!("../../scenarios/hubs-10/pools.csv")) {
        let there = parks.iter().filter(|park| of(&park["name"]) == pool["center"]);
        let nodes = there.flat_map(|park| {
            pools.iter().filter(|other| other["center"] == park["name"] && other["pool"] == pool["pool"])
        });
        let nodes: u64 = nodes.map(|other| number(other, "nodes")).sum();
        assert_eq!(nodes, number(&pool, "nodes"), "{} {}", pool["center"], pool["pool"]);
    }
}

/// Mean power of the nodes of the centers that are chosen, PUE included, in GW: the closed part at the owners' load, as `energy` has it.
fn mean_power_gw(tables: &Files, chosen: impl Fn(&BTreeMap<String, String>) -> bool) -> f64 {
    let pue: BTreeMap<String, f64> = rows(&tables["centers.csv"])
        .into_iter()
        .filter(|row| !row["pue"].is_empty() && chosen(row))
        .map(|row| (row["name"].clone(), row["pue"].parse().expect("a figure")))
        .collect();
    let watts = rows(&tables["pools.csv"]).into_iter().filter_map(|row| {
        let figure = |column: &str| row[column].parse::<f64>().expect("a figure");
        let loads: Vec<f64> = row["closed_load"].split(';').map(|load| load.parse().expect("a load")).collect();
        let load = loads.iter().sum::<f64>() / loads.len() as f64;
        let node = figure("power_idle_w") + (figure("power_peak_w") - figure("power_idle_w")) * load;
        Some(figure("nodes") * node * pue.get(&row["center"])?)
    });
    watts.sum::<f64>() / 1e9
}

/// 107 TWh a year are 12.2 GW, 2.5 TWh in Shanxi 0.285 GW.
#[test]
fn the_power_of_the_country_and_of_shanxi_is_that_of_2023() {
    let tables = build(&inputs()).expect("builds");
    for (place, published_twh, share) in [("", 107.0, 0.02), ("shanxi", 2.5, 0.05)] {
        let twh = mean_power_gw(&tables, |row| place.is_empty() || row["province"] == place) * 8.76;
        assert!((twh / published_twh - 1.0).abs() < share, "{place}: {twh} TWh instead of {published_twh}");
    }
    let mut without = inputs();
    without.rules.gear.power_mw = 0.0;
    let everywhere = |tables: &Files| mean_power_gw(tables, |_| true);
    let gear = everywhere(&tables) - everywhere(&build(&without).expect("builds"));
    assert!((0.6..0.8).contains(&gear), "0.5 GW of gear and its cooling draw {gear} GW");
}

#[test]
fn a_cluster_with_published_servers_has_as_many() {
    let tables = build(&inputs()).expect("builds");
    let of = |table: &str, name: &str, column: &str| -> u64 {
        let here = |row: &&BTreeMap<String, String>| row[name].starts_with("zhangjiakou-");
        rows(&tables[table]).iter().filter(here).map(|row| number(row, column)).sum()
    };
    let ratio = of("pools.csv", "center", "nodes") as f64 / of("centers.csv", "name", "racks") as f64;
    assert!((3.7..=4.0).contains(&ratio), "{ratio} servers a rack");
}

/// Factors of 2022 by province (MEE/NBS), in place of those of regional grids.
#[test]
fn carbon_and_hours_are_those_of_the_province() {
    let tables = build(&inputs()).expect("builds");
    let centers = rows(&tables["centers.csv"]);
    for (province, carbon) in [
        ("shanxi", "709.6"),
        ("liaoning", "562.6"),
        ("jilin", "493.2"),
        ("heilongjiang", "536.8"),
        ("fujian", "409.2"),
        ("jiangxi", "575.2"),
        ("shandong", "641"),
        ("henan", "605.8"),
        ("hunan", "490"),
        ("guangxi", "404.4"),
        ("hainan", "418.4"),
    ] {
        let mut there = centers.iter().filter(|row| row["province"] == province).peekable();
        assert!(there.peek().is_some(), "{province}");
        assert!(there.all(|row| row["carbon_g_per_kwh"] == carbon && row["basis_carbon"] == "published"), "{province}");
    }
    let hunan = centers.iter().find(|row| row["province"] == "hunan").expect("centers");
    let hours = ["peak_hours", "critical_hours", "valley_hours"].map(|column| hunan[column].as_str());
    assert_eq!(hours, ["8-11;15-19", "19-22", "23-7"]);
}

/// A figure of another year is an own input, not a published one.
#[test]
fn green_shares_of_later_years_are_estimates() {
    let inputs = inputs();
    for cluster in inputs.clusters.iter().filter(|cluster| cluster.green_share > 0.0) {
        let source = &inputs.sources[&cluster.source_green];
        assert_eq!(source.basis, "estimate", "{}", cluster.name);
        assert!(source.source.contains("used for") && source.source.contains("of 202"), "{}", source.source);
    }
}
