//! Distributions of waits and slowdowns by class.

use crate::observe::{Metrics, Quantiles};
use serde::{Deserialize, Serialize};

/// At which shares of the jobs, in thousandths, a [`Curve`] is told: every fiftieth part, and the tail finer.
pub const CURVE_SHARES: [u16; 57] = [
    0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260, 280, 300, 320, 340, 360, 380, 400, 420, 440, 460,
    480, 500, 520, 540, 560, 580, 600, 620, 640, 660, 680, 700, 720, 740, 760, 780, 800, 820, 840, 860, 880, 900, 920,
    940, 950, 960, 970, 980, 990, 995, 998, 999, 1000,
];

/// Distributions of one class, by nearest rank at each of [`CURVE_SHARES`]; empty without jobs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curve {
    /// Place of the class in the list of names.
    pub class: u32,
    /// How many jobs have a wait.
    pub waits: u64,
    /// `wait_s` at each share.
    pub wait_s: Vec<f64>,
    /// How many jobs have a slowdown.
    pub slowdowns: u64,
    /// `bounded_slowdown` at each share.
    pub bounded_slowdown: Vec<f64>,
}

/// The curves of all classes that have jobs.
pub(super) fn curves(metrics: &Metrics) -> Vec<Curve> {
    let values = |quantiles: &Quantiles| -> Vec<f64> {
        // Both are kept in billionths.
        quantiles.at(&CURVE_SHARES).into_iter().map(|value| value as f64 / 1e9).collect()
    };
    let curve = |(class, waits): (usize, &crate::observe::metrics::Waits)| Curve {
        class: class as u32,
        waits: waits.wait.count(),
        wait_s: values(&waits.wait),
        slowdowns: waits.slowdown.count(),
        bounded_slowdown: values(&waits.slowdown),
    };
    let classes = metrics.classes.iter().map(|tally| &tally.waits).enumerate();
    classes.map(curve).filter(|curve| curve.waits > 0).collect()
}
