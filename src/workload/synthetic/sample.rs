//! Sampling of a plan's distributions.

use crate::rng::{self, Exponential, Generator, LogNormal, Uniform, Weibull, Weights};
use crate::workload::{Bounded, Distribution, Weighted};
use rand::distr::Distribution as Draw;

/// How often a value outside its bounds is drawn again before it is clamped.
const TRIES: u32 = 100;

/// A distribution made ready to draw from.
#[derive(Debug, Clone)]
enum Shape {
    Constant(f64),
    Uniform(Uniform),
    Exponential(Exponential),
    LogNormal(LogNormal),
    Weibull(Weibull),
    Choice(Weights, Vec<f64>),
    Empirical(Vec<(f64, f64)>),
}

/// A bounded distribution made ready to draw from.
#[derive(Debug, Clone)]
pub(super) struct Sampler {
    shape: Shape,
    min: f64,
    max: f64,
}

impl Sampler {
    /// A checked plan's distribution; what a check would refuse (no weights, no points) becomes the constant 0.
    pub(super) fn new(plan: &Bounded) -> Self {
        let shape = match &plan.distribution {
            Distribution::Constant(value) => Shape::Constant(*value),
            Distribution::Uniform { min, max } => Shape::Uniform(Uniform { min: *min, max: *max }),
            Distribution::Exponential { mean } => Shape::Exponential(Exponential { mean: *mean }),
            Distribution::LogNormal { median, sigma } => Shape::LogNormal(LogNormal { median: *median, sigma: *sigma }),
            Distribution::Weibull { scale, shape } => Shape::Weibull(Weibull { scale: *scale, shape: *shape }),
            Distribution::Choice(items) => choice(items),
            Distribution::Empirical(points) if points.is_empty() => Shape::Constant(0.0),
            Distribution::Empirical(points) => Shape::Empirical(points.clone()),
        };
        Self { shape, min: plan.min.unwrap_or(f64::NEG_INFINITY), max: plan.max.unwrap_or(f64::INFINITY) }
    }

    /// The value of a distribution that has only one; nothing need be drawn for it.
    pub(super) fn constant(&self) -> Option<f64> {
        match &self.shape {
            Shape::Constant(value) => Some(self.clamp(*value)),
            _ => None,
        }
    }

    /// One value inside the bounds.
    pub(super) fn draw(&self, rng: &mut Generator) -> f64 {
        let mut value = self.once(rng);
        let mut tries = 0;
        while !(self.min..=self.max).contains(&value) && tries < TRIES {
            value = self.once(rng);
            tries += 1;
        }
        self.clamp(value)
    }

    /// Not `f64::clamp`, which panics on bounds that cross: here the upper one wins.
    fn clamp(&self, value: f64) -> f64 {
        value.max(self.min).min(self.max)
    }

    fn once(&self, rng: &mut Generator) -> f64 {
        match &self.shape {
            Shape::Constant(value) => *value,
            Shape::Uniform(shape) => shape.sample(rng),
            Shape::Exponential(shape) => shape.sample(rng),
            Shape::LogNormal(shape) => shape.sample(rng),
            Shape::Weibull(shape) => shape.sample(rng),
            Shape::Choice(weights, values) => values[weights.sample(rng)],
            Shape::Empirical(points) => interpolate(points, rng::unit(rng)),
        }
    }
}

fn choice(items: &[Weighted<f64>]) -> Shape {
    let weights: Vec<f64> = items.iter().map(|item| item.weight).collect();
    match Weights::new(&weights) {
        Some(weights) => Shape::Choice(weights, items.iter().map(|item| item.value).collect()),
        None => Shape::Constant(0.0),
    }
}

/// The inverse of a cumulative distribution given by its corners, linear in between.
fn interpolate(points: &[(f64, f64)], probability: f64) -> f64 {
    let above = points.partition_point(|(p, _)| *p <= probability);
    match (above.checked_sub(1).map(|at| points[at]), points.get(above)) {
        (Some((p0, v0)), Some((p1, v1))) => v0 + (v1 - v0) * ((probability - p0) / (p1 - p0)),
        (Some((_, value)), None) | (None, Some(&(_, value))) => value,
        (None, None) => 0.0,
    }
}

/// Rounds to the nearest whole number, halves up; below zero and not-a-number become 0, too large the maximum.
pub(super) fn whole(value: f64) -> u64 {
    // Beyond 2^53 every float is whole already and adding a half could move it.
    if value < 9_007_199_254_740_992.0 { (value + 0.5) as u64 } else { value as u64 }
}
