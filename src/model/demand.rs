//! What a task asks of a node, and sums of it.

use super::{AcceleratorId, NodeShape};
use serde::{Deserialize, Serialize};

/// Floating-point precision of a computing rate. Rates of different precisions are never added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Half precision, dense.
    Fp16,
    /// Single precision.
    Fp32,
    /// Double precision.
    Fp64,
}

/// What one task needs of one node. A task never spans nodes; a job is `tasks` of these, all or nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TaskShape {
    /// Thousandths of a core.
    pub cores_milli: u32,
    /// Bytes of memory.
    pub memory: u64,
    /// Thousandths of an accelerator: less than 1000 is a share of one card, else a multiple of 1000 (whole cards).
    pub accelerators_milli: u32,
    /// The kind of accelerator wanted; `None` with a non-zero amount takes any kind.
    pub accelerator: Option<AcceleratorId>,
}

impl TaskShape {
    /// How many such tasks an empty node holds.
    #[must_use]
    pub fn per_node(&self, node: &NodeShape) -> u32 {
        let by =
            |have: u64, need: u64| have.checked_div(need).map_or(u32::MAX, |n| u32::try_from(n).unwrap_or(u32::MAX));
        let cores = by(u64::from(node.cores_milli), u64::from(self.cores_milli));
        let memory = if node.memory_unbounded() { u32::MAX } else { by(node.memory, self.memory) };
        let cards = match self.accelerators_milli {
            0 => u32::MAX,
            _ if self.accelerator.is_some() && self.accelerator != node.accelerator => 0,
            share if share < 1000 => u32::from(node.cards) * (1000 / share),
            whole => u32::from(node.cards) / whole.div_ceil(1000),
        };
        cores.min(memory).min(cards)
    }

    /// What `tasks` tasks ask for of the headline resource: accelerators where `accelerated`, else cores.
    #[must_use]
    pub fn headline(&self, tasks: u32, accelerated: bool) -> u64 {
        u64::from(if accelerated { self.accelerators_milli } else { self.cores_milli }) * u64::from(tasks)
    }

    /// The whole demand of `tasks` tasks.
    #[must_use]
    pub fn times(&self, tasks: u32) -> Totals {
        let n = u64::from(tasks);
        Totals {
            cores_milli: u64::from(self.cores_milli) * n,
            memory: u128::from(self.memory) * u128::from(n),
            accelerators_milli: u64::from(self.accelerators_milli) * n,
        }
    }
}

/// Sums of resources over nodes or tasks.
///
/// Of 32 bytes: a number of 128 bits alone would make it one of 48, and there is one in much of what is kept of each job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[repr(C, packed(8))]
pub struct Totals {
    /// Thousandths of cores.
    pub cores_milli: u64,
    /// Bytes of memory.
    pub memory: u128,
    /// Thousandths of accelerators.
    pub accelerators_milli: u64,
}

impl Totals {
    /// Whether each component of `demand` is covered.
    #[must_use]
    pub const fn covers(&self, demand: &Self) -> bool {
        self.cores_milli >= demand.cores_milli
            && self.memory >= demand.memory
            && self.accelerators_milli >= demand.accelerators_milli
    }

    /// Adds component by component.
    pub const fn add(&mut self, other: &Self) {
        self.cores_milli += other.cores_milli;
        self.memory += other.memory;
        self.accelerators_milli += other.accelerators_milli;
    }

    /// Subtracts component by component, stopping at zero.
    pub const fn subtract(&mut self, other: &Self) {
        self.cores_milli = self.cores_milli.saturating_sub(other.cores_milli);
        self.memory = self.memory.saturating_sub(other.memory);
        self.accelerators_milli = self.accelerators_milli.saturating_sub(other.accelerators_milli);
    }

    /// The amount of the headline resource: accelerators where `accelerated`, else cores.
    #[must_use]
    pub const fn headline(&self, accelerated: bool) -> u64 {
        if accelerated { self.accelerators_milli } else { self.cores_milli }
    }
}
