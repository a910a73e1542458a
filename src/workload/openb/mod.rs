//! Alibaba's openb traces of a GPU cluster: a table of nodes and a table of pods.
//!
//! Nodes: `sn`, `cpu_milli`, `memory_mib`, `gpu` (cards), `model`. Pods: `name`, `cpu_milli`, `memory_mib`, `num_gpu` (cards), `gpu_milli` (thousandths of
//! each), `gpu_spec` (models that will do, joined by `|`; empty, or without the column: any), `qos`, `pod_phase` (not read), `creation_time`, `deletion_time`,
//! `scheduled_time` (seconds). Columns are found by name; others are left alone. A wrong line of nodes is an error, for a
//! cluster has to be right; a wrong line of pods is skipped and counted.
//!
//! Source: Weng et al., "Beware of Fragmentation", USENIX ATC 2023; data: github.com/alibaba/clusterdata, cluster-trace-gpu-v2023.

mod nodes;
mod pods;
mod report;
mod table;
#[cfg(test)]
mod tests;

pub use nodes::{OpenbNode, read_nodes};
pub use pods::{OpenbPod, read_pods};
pub use report::{PodNotice, PodReport};
