//! What good scenarios become.

use super::{good, look, with};
use crate::model::{ClassKind, Input, JobNumber, SiteId, SiteKind, TenantId, Work};
use crate::scenario::Change;
use crate::signals::Series;
use crate::units::{BitsPerSec, Bytes, Power, SimDuration, SimTime, TransferPrice};

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
    let names: Vec<Option<&str>> = scenario.jobs.iter().map(|job| job.name.as_deref()).collect();
    assert_eq!(names, [Some("a"), Some("b"), Some("c")]);
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
