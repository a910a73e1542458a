//! Nodes of several shapes as pools of one center.

use super::super::machine;
use crate::model::{
    AcceleratorId, AcceleratorKind, CenterId, Class, ClassId, ClassKind, Constraint, ConstraintId, NodeShape, Platform,
    PoolId, Rates, TaskCounts, TaskShape, TenantGroup, TenantId, Tenants,
};
use crate::scenario::Scenario;
use crate::units::SimTime;
use crate::workload::openb::{OpenbNode, OpenbPod};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A cluster, and what pods ask of it.
pub struct GpuCluster {
    platform: Platform,
    ranks: Arc<Vec<Vec<u32>>>,
    /// Sets of models that pods name, each with its constraint.
    sets: BTreeMap<Vec<String>, ConstraintId>,
}

/// The name of a pool: `g2x8-96c-384g`; without cards `cpu-32c-256g`.
fn pool_name(node: &OpenbNode) -> String {
    let cards = match node.shape.cards {
        0 => "cpu".to_owned(),
        cards => format!("{}x{cards}", node.model.to_lowercase()),
    };
    let (cores, memory) = (f64::from(node.shape.cores_milli) / 1e3, node.shape.memory as f64 / (1u64 << 30) as f64);
    format!("{cards}-{cores}c-{memory}g")
}

impl GpuCluster {
    /// A cluster of these nodes; `order` says which comes first where packings find several alike.
    ///
    /// # Errors
    /// There are more nodes than 32 bits count.
    pub fn new(nodes: &[OpenbNode], order: impl IntoIterator<Item = usize>) -> Result<Self, String> {
        u32::try_from(nodes.len()).map_err(|_| format!("{} nodes are too many", nodes.len()))?;
        let models: BTreeMap<&str, AcceleratorId> = {
            let mut names: Vec<&str> = nodes.iter().map(|node| node.model.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let named = names.into_iter().filter(|name| !name.is_empty());
            named.enumerate().map(|(id, name)| (name, AcceleratorId::from_index(id))).collect()
        };
        let mut shapes: BTreeMap<(String, u32, u64), (NodeShape, Vec<u32>)> = BTreeMap::new();
        for (rank, node) in (0..).zip(order.into_iter().filter_map(|at| nodes.get(at))) {
            let shape = NodeShape { accelerator: models.get(node.model.as_str()).copied(), ..node.shape };
            let key = (pool_name(node), shape.cores_milli, shape.memory);
            shapes.entry(key).or_insert_with(|| (shape, Vec::new())).1.push(rank);
        }
        let mut platform = machine::empty("cluster", shapes.len());
        platform.accelerators = models
            .keys()
            .map(|name| AcceleratorKind { name: (*name).to_owned(), memory: None, rates: Rates::default() })
            .collect();
        let mut ranks = Vec::with_capacity(shapes.len());
        for ((name, ..), (shape, order)) in shapes {
            platform.pools.push(machine::pool(&name, CenterId(0), order.len() as u64, shape));
            ranks.push(order);
        }
        platform.tenants = Tenants {
            groups: vec![TenantGroup { name: "pods".to_owned(), first: TenantId(0), count: 1, weight: 1.0 }],
        };
        Ok(Self { platform, ranks: Arc::new(ranks), sets: BTreeMap::new() })
    }

    /// Takes note of what pods ask for: their classes (quality of service), the models they name, and which are typical.
    pub(super) fn learn(&mut self, pods: &[OpenbPod]) {
        let mut classes: Vec<String> = pods.iter().map(|pod| class_name(pod).to_owned()).collect();
        classes.sort_unstable();
        classes.dedup();
        self.platform.classes = classes.into_iter().map(|name| Class { name, kind: ClassKind::Batch }).collect();
        let mut sets: Vec<&Vec<String>> = pods.iter().map(|pod| &pod.models).collect();
        sets.sort_unstable();
        sets.dedup();
        for models in sets {
            self.sets.insert(models.clone(), ConstraintId::from_index(self.platform.constraints.len()));
            let kinds = &self.platform.accelerators;
            let named = |model: &AcceleratorId| models.contains(&kinds[model.index()].name);
            let allowed =
                |pool: &crate::model::Pool| models.is_empty() || pool.node.accelerator.as_ref().is_some_and(named);
            let pools = self.platform.pools.iter().enumerate().filter(|(_, pool)| allowed(pool));
            let pools = pools.map(|(id, _)| PoolId::from_index(id)).collect();
            self.platform.constraints.push(Constraint { pools });
        }
        let mut counts = TaskCounts::default();
        for pod in pods {
            let task = TaskShape {
                cores_milli: pod.cores_milli,
                memory: 0,
                accelerators_milli: pod.accelerators_milli,
                accelerator: None,
            };
            counts.add(&task, self.constraint(pod), 1);
        }
        self.platform.typical = counts.typical();
    }

    /// The class of a pod.
    pub(super) fn class(&self, pod: &OpenbPod) -> ClassId {
        let at = self.platform.classes.binary_search_by(|class| class.name.as_str().cmp(class_name(pod)));
        ClassId::from_index(at.unwrap_or(0))
    }

    /// Where a pod may run.
    pub(super) fn constraint(&self, pod: &OpenbPod) -> ConstraintId {
        self.sets.get(&pod.models).copied().unwrap_or(ConstraintId(0))
    }

    /// The place of each pool's nodes in the order of all.
    pub(super) fn ranks(&self) -> Arc<Vec<Vec<u32>>> {
        Arc::clone(&self.ranks)
    }

    /// Thousandths of accelerators of all nodes.
    #[must_use]
    pub fn capacity_milli(&self) -> u64 {
        self.platform.pools.iter().map(|pool| pool.capacity(pool.nodes).accelerators_milli).sum()
    }

    /// The cluster as a scenario without jobs of its own; with `until` the run ends then.
    pub(super) fn scenario(&self, name: &str, until: Option<SimTime>, seed: u64) -> Scenario {
        let mut scenario = machine::scenario(name, self.platform.clone(), false);
        scenario.run.until = until;
        scenario.run.drain = until.is_none();
        scenario.run.seed = seed;
        scenario
    }
}

fn class_name(pod: &OpenbPod) -> &str {
    if pod.qos.is_empty() { "pod" } else { &pod.qos }
}
