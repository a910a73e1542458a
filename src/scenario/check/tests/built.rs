//! What good scenarios become.

use super::{good, look, with};
use crate::model::{ClassKind, Input, JobName, JobNumber, LinkId, PoolId, SiteId, SiteKind, TenantId, Work};
use crate::scenario::{Change, Input as Text, load};
use crate::signals::Series;
use crate::units::{BitsPerSec, Bytes, Power, SimDuration, SimTime, TransferPrice};
use crate::workload::{Arrivals, Bounded, Distribution, WorkPlan};

/// The scenario that is worked out by hand in the documentation.
const TWO_CENTERS: &str = r#"
format = 1
name = "two-centers"

[center.beijing]
pue = 1.5
tariff = "0.80 CNY/kWh"
carbon = "500 g/kWh"
pool.cpu = { nodes = 1, cores = 4, memory = "16 GiB", power-idle = "100 W", power-peak = "300 W" }

[center.horinger]
pue = 1.2
tariff = "0.40 CNY/kWh"
carbon = "700 g/kWh"
pool.cpu = { nodes = 2, cores = 4, memory = "16 GiB", power-idle = "100 W", power-peak = "300 W" }

[link.beijing-horinger]
between = ["beijing", "horinger"]
latency = "8 ms"          # one way
bandwidth = "10 Gbps"     # each direction
price = "0.10 CNY/GB"

[[job]]
id = "a"
submit = "0 s"
origin = "beijing"
cores = 4
runtime = "1 h"

[[job]]
id = "b"
submit = "10 s"
origin = "beijing"
cores = 4
runtime = "1 h"
input = "125 GB"          # at the origin

[[job]]
id = "c"
submit = "20 s"
origin = "beijing"
cores = 4
runtime = "1 h"
input = "125 GB"

[policy.stay]
broker = { fixed = { center = "beijing" } }
queue = { fcfs = {} }
packing = { first-fit = {} }

[policy.west]
broker = { fixed = { center = "horinger" } }
queue = { fcfs = {} }
packing = { first-fit = {} }
"#;

#[test]
fn two_centers() {
    let (scenario, out) = look(TWO_CENTERS);
    assert!(out.list.is_empty(), "{:#?}", out.list);
    let scenario = scenario.expect("good");
    let platform = &scenario.platform;
    assert_eq!(platform.centers[0].name, "beijing");
    assert_eq!(platform.centers[0].pue, Series::Constant(15_000));
    assert_eq!(platform.centers[1].tariff, Series::Constant(400_000));
    assert_eq!(platform.centers[1].carbon, Series::Constant(700_000));
    let pool = &platform.pools[1];
    assert_eq!((pool.nodes, pool.nodes_max, pool.node.cores_milli, pool.node.memory), (2, 2, 4000, 16 << 30));
    assert_eq!((pool.power_idle, pool.power_peak), (Power(100_000), Power(300_000)));
    let link = &platform.links[0];
    assert_eq!(link.between, [SiteId(0), SiteId(1)]);
    assert_eq!((link.latency, link.bandwidth), (SimDuration(8_000_000), BitsPerSec(10_000_000_000)));
    assert_eq!(link.price, TransferPrice(100_000));
    let names: Vec<Option<String>> =
        scenario.jobs.iter().map(|job| job.name.as_ref().map(JobName::to_string)).collect();
    assert_eq!(names, ["a", "b", "c"].map(|name| Some(name.to_owned())));
    let job = &scenario.jobs[1];
    assert_eq!(job.request.number, JobNumber(0), "numbers are given out later");
    assert_eq!((job.ordinal, job.request.submit), (1, SimTime::from_secs(10)));
    assert_eq!(job.request.input, Input::From(SiteId(0), Bytes(125_000_000_000)));
    assert_eq!(job.request.output_to, Some(SiteId(0)));
    assert_eq!(job.truth.work, Work::Time(SimDuration::HOUR));
    assert_eq!(job.request.requested, Work::Time(SimDuration::HOUR));
    assert_eq!(platform.classes[0].name, "job");
    assert_eq!(platform.tenants.name(TenantId(0)), "default");
    assert_eq!(platform.constraints[job.request.constraint.index()].pools.len(), 2);
    assert_eq!(scenario.stacks.keys().map(String::as_str).collect::<Vec<_>>(), ["stay", "west"]);
    assert_eq!(scenario.policy, None, "two stacks and none named");
    assert_eq!(scenario.run.until, None);
}

#[test]
fn the_scenarios_that_come_with_the_program() {
    for (name, _) in crate::scenario::embedded() {
        let scenario =
            load(&Text::Embedded(name.to_owned()), &[]).unwrap_or_else(|out| panic!("{}", out.render(false)));
        assert!(scenario.warnings.is_empty(), "{name}: {:#?}", scenario.warnings);
        assert!(crate::scenario::inventory(&scenario).total.nodes > 0);
    }
}

#[test]
fn a_workload_becomes_a_plan() {
    let scenario = good(super::WHOLE);
    let plan = &scenario.classes[0];
    let platform = &scenario.platform;
    assert_eq!((plan.name.as_str(), plan.tenants), ("training", (TenantId(1), 10, 1.1)));
    assert_eq!(platform.classes[plan.class.index()].name, "training");
    assert_eq!(platform.classes[plan.class.index()].kind, ClassKind::Batch);
    let origins: Vec<&str> = plan.origin.iter().map(|at| platform.sites[at.value.index()].name.as_str()).collect();
    assert_eq!(origins, ["beijing", "shanghai"]);
    assert_eq!(plan.accelerators_milli, Bounded::constant(4000.0));
    assert_eq!(plan.cores_milli, Bounded::constant(0.0), "no cores beside accelerators unless they are asked for");
    let hour = SimDuration::HOUR.0 as f64;
    let log_normal = Distribution::LogNormal { median: 8.0 * hour, sigma: 1.2 };
    let runtime = Bounded { distribution: log_normal, min: None, max: Some(14.0 * 24.0 * hour) };
    assert_eq!(plan.work, WorkPlan::Time(runtime));
    assert_eq!(plan.output, Bounded::constant(5e10));
    assert_eq!(platform.constraints[plan.constraint.index()].pools, [PoolId(1)]);
    let Arrivals::Poisson { rate, profile, .. } = &plan.arrivals else { panic!("{:?}", plan.arrivals) };
    assert!((rate * 86_400.0 - 140.0).abs() < 1e-9);
    // Monday at 10 is ten times Monday at 2; Saturday is half of Monday.
    assert!((profile[10] / profile[2] - 10.0).abs() < 1e-9);
    assert!((profile[5 * 24 + 10] / profile[10] - 0.5).abs() < 1e-9);
    assert_eq!(platform.sites[1].kind, SiteKind::Exchange);
}

#[test]
fn tariffs_turn_with_the_start_of_the_run() {
    // The scenario starts at midnight: valley until 6, flat, peak from 7 to 9 and 17 to 22, valley from 22.
    let at = |scenario: &crate::scenario::Scenario, hour: u64| {
        scenario.platform.centers[0].tariff.at(SimTime(hour * SimDuration::HOUR.0))
    };
    let midnight = good(super::WHOLE);
    let prices: Vec<u64> = [0, 5, 6, 7, 9, 16, 17, 21, 22, 24, 31].map(|hour| at(&midnight, hour)).to_vec();
    let (valley, flat, peak) = (180_000, 360_000, 540_000);
    assert_eq!(prices, [valley, valley, flat, peak, flat, flat, peak, peak, valley, valley, peak]);
    let seven = good(&with(&[("2023-12-25T00:00:00+08:00", "2023-12-25T07:00:00+08:00")]));
    assert_eq!([0, 2, 10, 15, 24].map(|hour| at(&seven, hour)), [peak, flat, peak, valley, peak]);
    assert_eq!(seven.run.calendar.weekday, 0);
    let center = &midnight.platform.centers[0];
    assert_eq!((center.green_share_ppm, &center.carbon), (500_000, &Series::Constant(642_000)));
    assert_eq!(midnight.platform.pools[0].closed_share, Series::Constant(250_000));
}

#[test]
fn events_are_undone() {
    let scenario = good(super::WHOLE);
    let hours = |hours: u64| SimTime(hours * SimDuration::HOUR.0);
    let link = scenario.platform.links.iter().position(|link| link.name == "ix-zhongwei").map(LinkId::from_index);
    let link = link.expect("there");
    let found: Vec<(SimTime, Change)> = scenario.changes.iter().map(|change| (change.at, change.change)).collect();
    assert_eq!(found, [(hours(48), Change::LinkDown(link, true)), (hours(54), Change::LinkDown(link, false))]);
    // A change for good at 1 d, one for two hours at 2 d: undone to what the first made of it. Nodes come and go.
    let down = "at = \"2 d\"\nfor = \"6 h\"\ndown = { link = \"ix-zhongwei\" }";
    let to = |rate: &str| format!("bandwidth = {{ link = \"ix-zhongwei\", to = \"{rate}\" }}");
    let nodes =
        "at = \"2023-12-26T00:00:00Z\"\nfor = \"1 h\"\nremove = { center = \"beijing\", pool = \"cpu\", nodes = 4 }";
    let events = format!(
        "at = \"2 d\"\nfor = \"2 h\"\n{}\n[[event]]\nat = \"1 d\"\n{}\n[[event]]\n{nodes}",
        to("3 Gbps"),
        to("2 Gbps")
    );
    let scenario = good(&with(&[(down, &events)]));
    let found: Vec<(SimTime, Change)> = scenario.changes.iter().map(|change| (change.at, change.change)).collect();
    let giga = |n: u64| BitsPerSec(n * 1_000_000_000);
    assert_eq!(
        found,
        [
            (hours(24), Change::Bandwidth(link, giga(2))),
            (hours(32), Change::Nodes(PoolId(0), -4)),
            (hours(33), Change::Nodes(PoolId(0), 4)),
            (hours(48), Change::Bandwidth(link, giga(3))),
            (hours(50), Change::Bandwidth(link, giga(2))),
        ]
    );
}

#[test]
fn jobs_without_accelerators_leave_those_to_others() {
    let pools = |text: &str| {
        let scenario = good(text);
        let request = &scenario.jobs[0].request;
        assert_eq!(request.task.accelerators_milli, 0);
        scenario.platform.constraints[request.constraint.index()].pools.clone()
    };
    assert_eq!(pools(super::WHOLE), [PoolId(0)], "not on the cards of zhongwei");
    let bound = with(&[("cores = 4", "cores = 4\nregions = [\"china\"]")]);
    assert_eq!(pools(&bound), [PoolId(1)], "where all it may use have cards, it runs beside them");
}

#[test]
fn pools_that_never_open_are_no_choice() {
    let pools = |share: &str| {
        let scenario = good(&with(&[
            ("closed-share = 0.25", share),
            ("cores = 4\nruntime", "cores = 4\nregions = [\"china\", \"hebei\"]\nruntime"),
        ]));
        scenario.platform.constraints[scenario.jobs[0].request.constraint.index()].pools.clone()
    };
    // The pool without accelerators comes first; where its owners keep it for good, the other one has to do.
    assert_eq!(pools("closed-share = 0.25"), [PoolId(0)]);
    assert_eq!(pools("closed-share = 1.0"), [PoolId(1)]);
    // An hour a day is enough.
    let hourly = format!("closed-share = {{ hourly = [0.5{}] }}", ", 1.0".repeat(23));
    assert_eq!(pools(&hourly), [PoolId(0)]);
}
