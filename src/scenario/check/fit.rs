//! Whether a job fits into a pool, and what to say where it fits into none.

use super::constraints::pool_name;
use crate::model::{Platform, PoolId, TaskShape};
use crate::units::Bytes;

/// The demand of one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    /// How many tasks.
    pub(super) tasks: u32,
    /// What each needs.
    pub(super) task: TaskShape,
}

impl Demand {
    /// Whether one of some pools could hold it, empty and at its largest.
    pub(super) fn fits(&self, pools: &[PoolId], platform: &Platform) -> bool {
        pools.iter().any(|pool| platform.pools[pool.index()].could_hold(self.tasks, &self.task))
    }

    /// What it asks for, in words.
    pub(super) fn text(&self) -> String {
        let task = &self.task;
        let mut parts = Vec::new();
        if task.cores_milli > 0 {
            parts.push(counted(task.cores_milli, "core"));
        }
        if task.accelerators_milli > 0 {
            parts.push(counted(task.accelerators_milli, "accelerator"));
        }
        if task.memory > 0 {
            parts.push(format!("{} of memory", Bytes(u128::from(task.memory))));
        }
        let each = if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") };
        format!("{} of {each}", if self.tasks == 1 { "1 task".to_owned() } else { format!("{} tasks", self.tasks) })
    }

    /// The pool that comes nearest to holding it: what it has, and how many tasks that is.
    pub(super) fn nearest(&self, pools: &[PoolId], platform: &Platform) -> Option<String> {
        let held = |pool: &PoolId| {
            let pool = &platform.pools[pool.index()];
            let tasks = u128::from(self.task.per_node(&pool.node)) * u128::from(pool.open_max());
            let node =
                if self.task.accelerators_milli > 0 { u32::from(pool.node.cards) } else { pool.node.cores_milli };
            (tasks, node, pool.open_max())
        };
        // The first by id among those alike.
        let best = pools.iter().rev().max_by_key(|pool| held(pool))?;
        let at = &platform.pools[best.index()];
        let mut parts = vec![counted(at.node.cores_milli, "core")];
        if at.node.cards > 0 {
            parts.push(counted(u32::from(at.node.cards) * 1000, "accelerator"));
        }
        if at.node.memory < u64::MAX {
            parts.push(Bytes(u128::from(at.node.memory)).to_string());
        }
        let name = pool_name(platform, *best);
        let open = if at.open_max() < at.nodes_max { "open " } else { "" };
        let nodes = match at.open_max() {
            1 => format!("1 {open}node"),
            nodes => format!("{nodes} {open}nodes"),
        };
        let holds = match held(best).0 {
            0 => "not one such task".to_owned(),
            1 => "1 such task".to_owned(),
            tasks => format!("{tasks} such tasks"),
        };
        Some(format!(
            "the largest pool where it may run, {name}, has {nodes} of {} and holds {holds}",
            parts.join(", ")
        ))
    }
}

/// Thousandths as a number with its noun.
fn counted(milli: u32, noun: &str) -> String {
    match milli {
        1000 => format!("1 {noun}"),
        _ if milli.is_multiple_of(1000) => format!("{} {noun}s", milli / 1000),
        _ => {
            let fraction = format!("{:03}", milli % 1000);
            format!("{}.{} {noun}s", milli / 1000, fraction.trim_end_matches('0'))
        }
    }
}

/// Thousandths of accelerators as they are held: a share of one card, or whole cards.
pub(super) const fn whole_cards(milli: u32) -> u32 {
    if milli <= 1000 { milli } else { milli.div_ceil(1000).saturating_mul(1000) }
}
