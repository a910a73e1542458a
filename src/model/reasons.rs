//! Why a broker chose a pool: what its filters removed, and how it ranked what was left.

use super::PoolId;

/// A number by which pools are ranked, and its unit (empty where it has none).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// What it is called, unit last.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
}

/// What one filter removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// What a pool had to satisfy.
    pub filter: &'static str,
    /// Pools that did not.
    pub pools: u64,
    /// Centers that lost their last pool by it.
    pub centers: u64,
}

/// A pool that passed all filters.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The pool.
    pub pool: PoolId,
    /// Values in the order of [`Reasons::terms`]; `None` is "never" or "unknown", the worst.
    pub values: Vec<Option<f64>>,
}

/// One decision of a broker on one job. Pools considered are those removed and those scored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reasons {
    /// All pools of the platform.
    pub pools: u64,
    /// All centers that have a pool.
    pub centers: u64,
    /// Filters in the order in which they were put, with what each removed of what was left.
    pub removed: Vec<Removed>,
    /// What the values of [`Scored`] are.
    pub terms: Vec<Term>,
    /// The pools that were left, best first.
    pub scored: Vec<Scored>,
    /// How many centers they are in.
    pub scored_centers: u64,
}
