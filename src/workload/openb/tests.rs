//! Tables written by hand.

use super::*;
use proptest::prelude::*;

const NODES: &str = "sn,cpu_milli,memory_mib,gpu,model
n-0,64000,262144,2,P100
n-1,96000,393216,8,G2
n-2,32000,131072,0,
";

const PODS: &str =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
a,12000,16384,1,1000,,LS,Running,0,100,5
b,6000,12288,1,460,V100M32|V100M16,BE,Failed,7,90,
c,500,1024,0,0,T4,BE,Pending,8,9.0,8.0
d,500,1024,8,1000,G2,LS,Running,9,10,9
e,x,1024,0,0,,LS,Running,9,10,9
f,500,1024
a,500,1024,0,0,,LS,Running,9,10,9
g,500,1024,2,500,,LS,Running,9,10,9
h,500,1024,1,0,,LS,Running,9,10,9
i,500,1024,2,1500,,LS,Running,soon,10,9
j,500,1024,-1,0,,LS,Running,9,10,9
";

#[test]
fn nodes_of_several_shapes() {
    let nodes = read_nodes(NODES.as_bytes()).expect("reads");
    let seen: Vec<_> = nodes
        .iter()
        .map(|n| (n.name.as_str(), n.shape.cores_milli, n.shape.memory >> 30, n.shape.cards, n.model.as_str()))
        .collect();
    assert_eq!(seen, [("n-0", 64_000, 256, 2, "P100"), ("n-1", 96_000, 384, 8, "G2"), ("n-2", 32_000, 128, 0, "")]);
}

#[test]
fn wrong_nodes_are_refused_with_line_and_column() {
    let refused = |line: &str| read_nodes(format!("{NODES}{line}\n").as_bytes()).expect_err(line);
    for (line, problem) in [
        ("n-3,many,1,0,", "line 5: column cpu_milli: \"many\" is not a whole number from 0 to 4294967295"),
        ("n-3,1,1,17,G2", "line 5: column gpu: \"17\" is not a whole number from 0 to 16"),
        ("n-3,1,-1,1,G2", "line 5: column memory_mib: \"-1\" is not a whole number from 0 to 17592186044414"),
        ("n-3,1,1,1,", "line 5: column model: cards need a model"),
        (",1,1,1,G2", "line 5: column sn: a node needs a name"),
        ("n-1,1,1,1,G2", "line 5: node n-1 was named before"),
        ("n-3,1,1", "line 5: 3 cells, the header has 5"),
    ] {
        assert_eq!(refused(line), problem);
    }
    let error = read_nodes("sn,cpu_milli,gpu\n".as_bytes()).expect_err("no columns");
    assert_eq!(
        error,
        "line 1: no column memory_mib, model; the header must name sn, cpu_milli, memory_mib, gpu, model"
    );
    assert_eq!(read_nodes(NODES.lines().next().unwrap().as_bytes()), Err("it names no node".to_owned()));
}

#[test]
fn pods_are_read_repaired_or_skipped_and_counted() {
    let (pods, report) = read_pods(PODS.as_bytes()).expect("reads");
    let names: Vec<&str> = pods.iter().map(|pod| pod.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c", "d", "i"]);
    let milli: Vec<u32> = pods.iter().map(|pod| pod.accelerators_milli).collect();
    assert_eq!(milli, [1000, 460, 0, 8000, 2000]);
    assert_eq!(pods[1].models, ["V100M16", "V100M32"]);
    assert_eq!(pods[2].models, [""; 0], "a pod without cards takes any node");
    let times = |pod: &OpenbPod| (pod.created, pod.deleted, pod.scheduled);
    assert_eq!(times(&pods[0]), (Some(0), Some(100), Some(5)));
    assert_eq!(times(&pods[1]), (Some(7), Some(90), None));
    assert_eq!(times(&pods[2]), (Some(8), Some(9), Some(8)));
    assert_eq!(times(&pods[4]), (None, Some(10), Some(9)));
    assert_eq!((pods[0].cores_milli, pods[0].memory >> 30, pods[0].qos.as_str()), (12_000, 16, "LS"));
    let text = "11 pods listed
  1 skipped: not as many cells as the header (line 7)
  2 skipped: name, cores, memory or cards unreadable (line 6, 12)
  1 skipped: the name was used before (line 8)
  1 skipped: asks for cards, but for nothing of them (line 10)
  1 skipped: asks for shares of several cards (line 9)
  1 repaired: more than a whole card, taken as whole (line 11)
  1 repaired: a time unreadable, taken as not known (line 11)
";
    assert_eq!(report.to_string(), text);
    assert_eq!(report.count(PodNotice::Unreadable), 2);
}

#[test]
fn columns_are_found_by_name_in_packed_files_too() {
    use std::io::Write;
    let text = "\u{feff}gpu_spec,num_gpu,gpu_milli,name,extra,memory_mib,cpu_milli\nG2,1,250,z,?,1,2\n";
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("packs");
    for bytes in [text.as_bytes().to_vec(), packed.finish().expect("packs")] {
        let (pods, report) = read_pods(bytes.as_slice()).expect("reads");
        assert_eq!((pods[0].name.as_str(), pods[0].accelerators_milli, pods[0].created), ("z", 250, None));
        assert!(report.notices.is_empty());
    }
    let error = read_pods("name,cpu_milli\n".as_bytes()).expect_err("columns are missing");
    assert!(error.starts_with("line 1: no column memory_mib, num_gpu, gpu_milli; the header"), "{error}");
    // Some published lists do not name models.
    let (pods, _) = read_pods("name,cpu_milli,memory_mib,num_gpu,gpu_milli\nm,1,1,2,1000\n".as_bytes()).expect("reads");
    assert_eq!((pods[0].accelerators_milli, pods[0].models.len()), (2000, 0));
    assert!(read_pods(&b""[..]).is_err());
}

#[test]
fn the_published_tables_read_without_a_complaint() {
    use crate::workload::traces::bytes;
    let folder = "fgd/csv";
    let Some(nodes) = bytes(&format!("{folder}/openb_node_list_gpu_node.csv")) else { return };
    let nodes = read_nodes(nodes.as_slice()).expect("reads");
    assert_eq!((nodes.len(), nodes.iter().map(|node| u32::from(node.shape.cards)).sum::<u32>()), (1213, 6212));
    let known = [("default", 8152, 6_086_800), ("gpuspec33", 8152, 6_086_800), ("multigpu20", 8324, 7_086_800)];
    for (list, jobs, milli) in known {
        let Some(pods) = bytes(&format!("{folder}/openb_pod_list_{list}.csv")) else { return };
        let (pods, report) = read_pods(pods.as_slice()).expect("reads");
        assert_eq!((pods.len(), report.notices.len()), (jobs, 0), "{list}");
        assert_eq!(pods.iter().map(|pod| u64::from(pod.accelerators_milli)).sum::<u64>(), milli, "{list}");
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), which in 0..3u8) {
        let mut text = match which {
            0 => Vec::new(),
            1 => NODES.as_bytes().to_vec(),
            _ => PODS.as_bytes().to_vec(),
        };
        text.extend(bytes);
        let _ = read_nodes(text.as_slice());
        let _ = read_pods(text.as_slice());
    }
}
