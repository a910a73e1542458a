//! The built-in nation: its sums are the published ones.

use crate::support::{Scratch, Table, eastwest, same_contents};
use eastwest::model::SiteId;
use eastwest::network::Routes;
use eastwest::scenario::{self, Input, Scenario};

fn nation() -> Scenario {
    let input = Input::Embedded("national-2023".to_owned());
    scenario::load(&input, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

#[track_caller]
fn within(found: f64, published: f64, share: f64) {
    assert!((found / published - 1.0).abs() <= share, "{found} instead of {published}");
}

#[test]
fn sums_agree_with_the_published_figures() {
    let nation = nation();
    assert_eq!(nation.warnings, Vec::<String>::new());
    let inventory = scenario::inventory(&nation);
    let totals = inventory.totals(&nation);
    assert_eq!(totals.centers, 2230);
    assert_eq!(totals.racks, 8_100_000);
    within(totals.compute_fp32_eflops, 230.0, 0.001);
    within(totals.intelligent_eflops, 70.0, 0.001);
    assert!((22_000_000..=30_000_000).contains(&totals.servers), "{}", totals.servers);
    within(totals.storage_zb, 2.93, 0.001);
    within(totals.stored_zb, 1.73, 0.001);
    assert!(totals.trunk_cables >= 180, "{}", totals.trunk_cables);
    within(totals.interconnect_tbps, 40.0, 1e-9);
    assert_eq!(inventory.tiers["national-hub"].racks, 1_050_000);
    within(inventory.tiers["national-hub"].racks_occupied as f64, 0.619 * 1.05e6, 0.001);
    within(inventory.tiers["store"].storage_pb, 1_850_000.0, 1e-9);
    assert_eq!(inventory.operators.len(), 3);
    let firms = nation.platform.tenants.groups.iter().find(|group| group.name == "ai-firms").expect("there");
    assert_eq!(firms.count, 4400);
    // Provinces by hub: shares of racks as published for the end of 2023 (medium), 0.1 % of all.
    let hub = |names: &[&str]| names.iter().map(|name| inventory.hubs[*name].racks as f64).sum::<f64>() / 8.1e6;
    assert!((hub(&["beijing-tianjin-hebei"]) - 0.215).abs() < 0.001);
    assert!((hub(&["yangtze-river-delta"]) - 0.245).abs() < 0.001);
    let six =
        ["greater-bay-area", "chengdu-chongqing", "guizhou-hub", "inner-mongolia-hub", "gansu-hub", "ningxia-hub"];
    assert!((hub(&six) - 0.255).abs() < 0.001);
}

/// One-way latencies between clusters of different hubs, optical (between backbone nodes) and by private IP (between parks):
/// means as published by CAICT for the first quarter of 2024, largest ones near it.
#[test]
fn latencies_between_hubs_are_those_measured() {
    let nation = nation();
    let platform = &nation.platform;
    let clusters = [
        "chongqing",
        "guian",
        "horinger",
        "qingyang",
        "shaoguan",
        "tianfu",
        "wuhu",
        "yangtze-delta",
        "zhangjiakou",
        "zhongwei",
    ];
    let site = |name: String| platform.site_named(&name).unwrap_or_else(|| panic!("no site {name}"));
    let hub = |cluster: &str| {
        let park = platform.center_named(&format!("{cluster}-a")).expect("a park");
        platform.centers[park.index()].hub.clone()
    };
    let routes = Routes::new(platform.sites.len(), &platform.links);
    let ms = |from: SiteId, to: SiteId| routes.latency(from, to).expect("joined").0 as f64 / 1e6;
    let (mut optical, mut private) = (Vec::new(), Vec::new());
    for (at, a) in clusters.iter().enumerate() {
        for b in clusters[at + 1..].iter().filter(|b| hub(a) != hub(b)) {
            optical.push(ms(site(format!("{a}-ix-a")), site(format!("{b}-ix-a"))));
            private.push(ms(site(format!("{a}-a")), site(format!("{b}-a"))));
        }
    }
    assert_eq!(optical.len(), 43);
    let mean = |list: &[f64]| list.iter().sum::<f64>() / list.len() as f64;
    let largest = |list: &[f64]| list.iter().copied().fold(0.0, f64::max);
    within(mean(&optical), 9.7, 0.02);
    within(mean(&private), 14.6, 0.02);
    within(largest(&optical), 17.1, 0.12);
    within(largest(&private), 23.9, 0.17);
}

/// The built-in default: any key can be set, and the same input gives the same bytes.
#[test]
fn the_default_run_can_be_changed_and_repeated() {
    let scratch = Scratch::new();
    let run = |out: &str| {
        let out = scratch.path(out);
        let mut words: Vec<&std::ffi::OsStr> = ["run", "--quiet", "--out"].map(std::ffi::OsStr::new).into();
        words.push(out.as_os_str());
        for set in [
            "run.until=\"3 h\"",
            "run.warm-up=\"0 s\"",
            "center.zhongwei-a.pue=1.12",
            "center.zhongwei-a.pool.ai.closed-share=0.5",
            "link.beijing-zhongwei-leased.bandwidth=\"800 Gbps\"",
            "metro.lhasa.side=\"central\"",
            "tenants.ai-firms.count=5000",
            "workload.backup.input=\"60 TB\"",
            "service.web.network-bound=\"50 ms\"",
            "policy.doctrine.broker.edwc-doctrine.circle=\"10 ms\"",
        ] {
            words.extend(["--set", set].map(std::ffi::OsStr::new));
        }
        let ran = eastwest(&words).expect(0);
        assert!(ran.stdout.starts_with("national-2023 under doctrine\n"), "{}", ran.stdout);
        out
    };
    let (one, other) = (run("one"), run("other"));
    same_contents(&one, &other);
    let centers = Table::read(&one.join("centers.csv"));
    assert_eq!(centers.rows.len(), 2231, "all centers and the store");
}

/// Rows of the tables by how their figures are known, and what stands beside the figures that a scenario is held against.
#[test]
fn validate_says_how_figures_are_known() {
    for name in ["hubs-10", "national-2023"] {
        let ran = eastwest(&["validate", name, "--format", "json"]).expect(0);
        let value: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        let known = &value["provenance"];
        for what in ["centers.racks", "centers.carbon", "centers.green_share", "pools"] {
            assert!(known[what].is_object(), "{name}: {what} in {known}");
        }
        // No rack of a single center was published for the end of 2023, and no green share.
        for what in ["centers.racks", "centers.green_share", "pools"] {
            assert!(known[what]["published"].is_null(), "{name}: {what} in {known}");
        }
        let anchors = value["anchors"].as_array().expect("anchors");
        assert!(anchors.iter().all(|anchor| anchor["basis"].is_string()), "{anchors:#?}");
        let servers = anchors.iter().find(|anchor| anchor["anchor"] == "servers");
        assert!(servers.is_none_or(|servers| servers["basis"] == "estimate"), "{servers:?}");
        let text = eastwest(&["validate", name]).expect(0).stdout;
        assert!(text.contains("How figures of the tables are known") && text.contains("known as"), "{text}");
    }
}

/// Marks are counted by table and group of columns, shown on the page, and kept in the scenario of the results.
#[test]
fn marks_of_an_own_table_are_counted_and_checked() {
    let scratch = Scratch::new();
    let file = |mark: &str| {
        scratch.write(
            "centers.csv",
            format!(
                "name,side,racks,basis_racks,pue,basis_pue\n\
                 north,east,10,published,1.2,estimate\nsouth,west,20,{mark},1.3,\n"
            ),
        );
        scratch.write(
            "known.toml",
            "format = 1\nname = \"known\"\n[policy.near]\nbroker = { nearest = {} }\n\
             [run]\nuntil = \"1 h\"\n[tables]\ncenters = \"centers.csv\"\n\
             [center.north.pool.p]\nnodes = 1\ncores = 1\n[center.south.pool.p]\nnodes = 1\ncores = 1\n\
             [[job]]\nsubmit = \"0 s\"\norigin = \"north\"\ncores = 1\nruntime = \"1 min\"\n",
        )
    };
    let good = file("measured");
    let out = scratch.path("out");
    let mut words: Vec<&std::ffi::OsStr> = vec!["run".as_ref(), good.as_os_str(), "--quiet".as_ref(), "--out".as_ref()];
    words.push(out.as_os_str());
    eastwest(&words).expect(0);
    let page = std::fs::read_to_string(out.join("report.html")).expect("a page");
    assert!(page.contains("Of 3 figures in the tables of the scenario: measured 1, published 1, estimate 1."));
    let again = out.join("scenario.toml");
    let ran = eastwest(&["validate".as_ref(), again.as_os_str(), "--format".as_ref(), "json".as_ref()]).expect(0);
    let value: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(value["provenance"]["centers.racks"], serde_json::json!({ "measured": 1, "published": 1 }));
    let bad = file("publishd");
    eastwest(&["validate".as_ref(), bad.as_os_str()]).expect(3).says(&["unknown basis `publishd`", "published"]);
}
