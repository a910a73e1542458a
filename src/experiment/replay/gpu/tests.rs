//! A cluster of four nodes worked by hand.

use super::*;
use crate::experiment::replay::{Backfill, ReplayPolicy};
use crate::model::Outcome;
use crate::observe::{Observer, Record, Violation};
use crate::policy::queue::{Estimate, NoParameters, OrderSpec};
use crate::units::SimTime;
use crate::workload::openb::{PodNotice, read_nodes, read_pods};
use std::collections::BTreeMap;

const NODES: &str = "sn,cpu_milli,memory_mib,gpu,model
n-0,8000,8192,2,T4
n-1,8000,8192,1,G2
n-2,8000,8192,2,T4
n-3,16000,8192,0,
";

/// Name, cores, GPUs, models, created, scheduled, deleted.
const PODS: &str = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,creation_time,deletion_time,scheduled_time
pair,1000,1024,2,1000,,LS,0,100,0
half,1000,1024,1,500,T4,BE,1,51,1
g,1000,1024,1,700,G2,LS,2,20,3
late,1000,1024,1,800,G2,LS,3,33,23
none,1000,1024,1,800,A100,LS,4,20,5
never,1000,1024,1,100,,LS,5,20,
cpu,16000,1024,0,0,,LS,6,10,7
";

/// Where each pod ran and when it started, in seconds; `None` where it was turned away.
#[derive(Default)]
struct Starts(BTreeMap<String, Option<(PoolId, u64)>>);

impl Observer for Starts {
    fn record(&mut self, _now: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Finished { job, life, outcome } = *record {
            let started = life.started.zip(life.pool).map(|(at, pool)| (pool, at.0 / 1_000_000_000));
            assert_eq!(started.is_none(), matches!(outcome, Outcome::Rejected(_)));
            self.0.insert(job.name.as_ref().expect("a name").to_string(), started);
        }
        Ok(())
    }
}

fn ready(replay: GpuReplay) -> GpuRun {
    let nodes = read_nodes(NODES.as_bytes()).expect("reads");
    let (pods, report) = read_pods(PODS.as_bytes()).expect("reads");
    GpuRun::new("hand", &nodes, &pods, report, replay, 1).expect("a cluster")
}

fn queue() -> ReplayPolicy {
    ReplayPolicy::new(OrderSpec::default(), Backfill::None, Estimate::Requested)
}

#[test]
fn pods_come_and_go_in_time() {
    let run = ready(GpuReplay::Time);
    let names: Vec<&str> = run.scenario.platform.pools.iter().map(|pool| pool.name.as_str()).collect();
    assert_eq!(names, ["cpu-16c-8g", "g2x1-8c-8g", "t4x2-8c-8g"]);
    assert_eq!(run.report.count(PodNotice::NeverRan), 1);
    let mut starts = Starts::default();
    run.run(&PackingSpec::GpuPacking(NoParameters {}), &queue(), Listeners::of(&mut [&mut starts]), Options::default())
        .expect("runs");
    let seen: Vec<(&str, Option<(u32, u64)>)> =
        starts.0.iter().map(|(name, start)| (name.as_str(), start.map(|(pool, at)| (pool.0, at)))).collect();
    // `late` waits for `g`, which began at 2 s and runs 17 s; no node has an A100; the CPU pod needs the node of 16 cores.
    assert_eq!(
        seen,
        [
            ("cpu", Some((0, 6))),
            ("g", Some((1, 2))),
            ("half", Some((2, 1))),
            ("late", Some((1, 19))),
            ("none", None),
            ("pair", Some((2, 0))),
        ]
    );
}

#[test]
fn a_fill_reaches_its_share_and_draws_a_curve() {
    // Five cards; the list asks for 2 + 0.5 + 0.7 + 0.8 + 0.8 + 0.1 = 4.9: pods are added until the next would pass 2 x 5 = 10.
    let curve_of = |packing: &PackingSpec| {
        let run = ready(GpuReplay::Fill(2.0));
        let mut curve = run.curve();
        run.run(packing, &queue(), Listeners::of(&mut [&mut curve]), Options::default()).expect("runs");
        curve.rows()
    };
    let fgd = curve_of(&PackingSpec::Fgd(NoParameters {}));
    let last = *fgd.last().expect("rows");
    assert!((160..=200).contains(&last.arrived_pct), "{last:?}");
    assert!(last.allocated_pct > 50.0 && last.allocated_pct <= 100.0, "{last:?}");
    assert!(fgd.windows(2).all(|two| two[0].arrived_pct < two[1].arrived_pct));
    assert!(fgd.windows(2).all(|two| two[0].allocated_pct <= two[1].allocated_pct));
    assert!(fgd.iter().all(|row| row.fragmentation_pct.is_none_or(|share| (0.0..=100.0 + 1e-9).contains(&share))));
    assert_eq!(fgd, curve_of(&PackingSpec::Fgd(NoParameters {})), "the same seed, the same curve");
    let less = ready(GpuReplay::Fill(0.4));
    assert!(less.jobs.iter().map(|job| job.request.task.accelerators_milli).sum::<u32>() <= 2000);
}

#[test]
fn the_curve_worked_by_hand() {
    // One node of two cards, one kind of pod: 0.6 of a card, which makes 30 percent of arrivals each.
    let nodes = read_nodes("sn,cpu_milli,memory_mib,gpu,model\nn,8000,8192,2,T4\n".as_bytes()).expect("reads");
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec\na,1000,1,1,600,\nb,1000,1,1,600,\n";
    let (pods, report) = read_pods(pods.as_bytes()).expect("reads");
    let run = GpuRun::new("hand", &nodes, &pods, report, GpuReplay::Fill(1.0), 7).expect("a cluster");
    let mut curve = run.curve();
    run.run(&PackingSpec::Random(NoParameters {}), &queue(), Listeners::of(&mut [&mut curve]), Options::default())
        .expect("runs");
    // 0.6 and 1.2 of 2 fit, 1.8 does not. Free are (0.4, 1.0): 0.4 of 1.4 is too small; then (0.4, 0.4): all of it.
    let mut text = Vec::new();
    crate::report::allocation_csv(&curve.rows(), &mut text).expect("writes");
    let expected = "arrived_pct,allocated_pct,fragmentation_pct
30,30.0000,28.5714
60,60.0000,100.0000
90,60.0000,100.0000
";
    assert_eq!(String::from_utf8(text).expect("text"), expected);
}

#[test]
fn fragmentation_is_integrated_over_time() {
    // One node of two cards. Two pods of 0.6, from 0 and from 50 s to 100 s. Free are (0.4, 1.0), of which 0.4 are too small for such
    // a pod, then (0.4, 0.4), all too small: (0.4 x 50 + 0.8 x 50) / (1.4 x 50 + 0.8 x 50) = 60 / 110.
    let nodes = read_nodes("sn,cpu_milli,memory_mib,gpu,model\nn,8000,8192,2,T4\n".as_bytes()).expect("reads");
    let pods = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,creation_time,deletion_time,scheduled_time
a,1000,1,1,600,,0,100,0
b,1000,1,1,600,,50,100,50
";
    let (pods, report) = read_pods(pods.as_bytes()).expect("reads");
    let run = GpuRun::new("hand", &nodes, &pods, report, GpuReplay::Time, 1).expect("a cluster");
    let packing = PackingSpec::BestFit(crate::policy::packing::BestFitSpec::default());
    let result = run.run(&packing, &queue(), Listeners::default(), Options::default()).expect("runs");
    let share = result.summary.fragmentation.expect("measured");
    assert!((share - 60.0 / 110.0).abs() < 1e-12, "{share}");
    assert_eq!(result.summary.pools[0].fragmentation, Some(share));
}

#[test]
fn what_cannot_be_filled_is_said() {
    let nodes = read_nodes(NODES.as_bytes()).expect("reads");
    let (pods, report) = read_pods(PODS.as_bytes()).expect("reads");
    let fill = |nodes, pods: &[OpenbPod], share| {
        GpuRun::new("x", nodes, pods, report.clone(), GpuReplay::Fill(share), 1).map(drop).expect_err("no fill")
    };
    assert_eq!(fill(&nodes, &pods, 0.0), "0 of 5 accelerators cannot be filled");
    assert!(fill(&nodes, &pods, f64::NAN).contains("cannot be filled"));
    assert!(fill(&nodes[3..], &pods, 1.3).starts_with("1.3 of 0 accelerators"));
    assert!(fill(&nodes, &pods[6..], 1.3).starts_with("no pod asks for an accelerator"));
    assert!(fill(&nodes, &[], 1.3).starts_with("no pod"));
}
