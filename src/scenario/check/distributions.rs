//! Drawn quantities to distributions in base units.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{Amount, At, Drawn};
use super::amounts::Quantity;
use crate::workload::{Bounded, Distribution, Weighted};
use std::ops::Range;

/// What is allowed for a quantity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// What messages call it.
    pub(super) what: &'static str,
    /// Base units of the plan for each base unit of the language: 1000 for cores in thousandths.
    pub(super) scale: f64,
    /// Least value that may be given.
    pub(super) least: f64,
    /// Largest value that may be given.
    pub(super) largest: f64,
    /// Whether single values must be whole numbers.
    pub(super) whole: bool,
}

impl Rule {
    /// From zero to a largest value, in the base unit itself.
    pub(super) const fn up_to(what: &'static str, largest: f64) -> Self {
        Self { what, scale: 1.0, least: 0.0, largest, whole: false }
    }
}

/// The distribution of a quantity; `None` with reports where something is wrong with it.
pub(super) fn drawn<T: Quantity>(value: &At<Drawn<T>>, rule: Rule, out: &mut Diagnostics) -> Option<Bounded> {
    inner(value.get(), value.span(), rule, out)
}

/// The same for a value whose place is that of the table around it.
pub(super) fn inner<T: Quantity>(
    value: &Drawn<T>,
    span: Range<usize>,
    rule: Rule,
    out: &mut Diagnostics,
) -> Option<Bounded> {
    let mut reader = Reader { rule, span, out, sound: true };
    let bounded = match value {
        Drawn::Constant(value) => Bounded::constant(reader.single(*value, "")),
        Drawn::From(amount) => reader.amount(amount),
    };
    reader.sound.then_some(bounded)
}

/// The value of a quantity that single jobs give; `None` with a report where it is drawn, or not allowed.
pub(super) fn constant<T: Quantity>(
    value: &Drawn<T>,
    span: Range<usize>,
    rule: Rule,
    out: &mut Diagnostics,
) -> Option<f64> {
    if let Drawn::From(_) = value {
        let problem = format!("{} of a single job is one value, not a distribution", rule.what);
        out.push(Diagnostic::error(span, problem).help("jobs that are drawn are a [workload.NAME]"));
        return None;
    }
    inner(value, span, rule, out).map(|bounded| range(&bounded).0)
}

/// The least and the largest value that can be drawn; infinite where there is no largest.
pub(super) fn range(bounded: &Bounded) -> (f64, f64) {
    let (least, largest) = match &bounded.distribution {
        Distribution::Constant(value) => (*value, *value),
        Distribution::Uniform { min, max } => (*min, *max),
        Distribution::LogNormal { median, sigma } if *sigma <= 0.0 => (*median, *median),
        Distribution::Exponential { .. } | Distribution::LogNormal { .. } | Distribution::Weibull { .. } => {
            (0.0, f64::INFINITY)
        }
        Distribution::Choice(items) => {
            let possible = items.iter().filter(|item| item.weight > 0.0).map(|item| item.value);
            possible.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)))
        }
        Distribution::Empirical(points) => {
            (points.first().map_or(0.0, |point| point.1), points.last().map_or(0.0, |point| point.1))
        }
    };
    let clamp =
        |value: f64| value.max(bounded.min.unwrap_or(f64::NEG_INFINITY)).min(bounded.max.unwrap_or(f64::INFINITY));
    (clamp(least), clamp(largest))
}

/// The mean of a distribution where it has a simple form; bounds are not looked at.
pub(in crate::scenario) fn unbounded_mean(bounded: &Bounded) -> Option<f64> {
    match &bounded.distribution {
        _ if bounded.min.is_some() || bounded.max.is_some() => None,
        Distribution::Constant(value) => Some(*value),
        Distribution::Uniform { min, max } => Some(f64::midpoint(*min, *max)),
        Distribution::Exponential { mean } => Some(*mean),
        Distribution::LogNormal { median, sigma } => Some(median * libm::exp(sigma * sigma / 2.0)),
        Distribution::Weibull { scale, shape } => Some(scale * libm::tgamma(1.0 + 1.0 / shape)),
        Distribution::Choice(items) => {
            let all: f64 = items.iter().map(|item| item.weight).sum();
            Some(items.iter().map(|item| item.value * (item.weight / all)).sum())
        }
        Distribution::Empirical(points) => {
            Some(points.windows(2).map(|pair| (pair[1].0 - pair[0].0) * f64::midpoint(pair[0].1, pair[1].1)).sum())
        }
    }
    .filter(|mean| mean.is_finite())
}

struct Reader<'a> {
    rule: Rule,
    span: Range<usize>,
    out: &'a mut Diagnostics,
    sound: bool,
}

impl Reader<'_> {
    fn report(&mut self, problem: &str) {
        self.out.error(self.span.clone(), format!("{}: {problem}", self.rule.what));
        self.sound = false;
    }

    /// A value that jobs can have. `role` is its key with a blank, or empty.
    fn single<T: Quantity>(&mut self, value: T, role: &str) -> f64 {
        let base = value.base();
        let rule = self.rule;
        if !(rule.least..=rule.largest).contains(&base) {
            let (least, largest) = (T::show(rule.least), T::show(rule.largest));
            self.report(&format!("{role}{value} is not from {least} to {largest}"));
        } else if rule.whole && libm::trunc(base).to_bits() != base.to_bits() {
            self.report(&format!("{role}{value} is not a whole number"));
        } else if rule.scale > 1.0 && base > 0.0 && libm::round(base * rule.scale) < 1.0 {
            self.report(&format!("{role}{value} is less than 1/{}", rule.scale));
        }
        base * rule.scale
    }

    /// A bound: any value that is not negative.
    fn bound<T: Quantity>(&mut self, value: Option<T>, role: &str) -> Option<f64> {
        let value = value?;
        let base = value.base();
        if !(0.0..=self.rule.largest).contains(&base) {
            let largest = T::show(self.rule.largest);
            self.report(&format!("{role}{value} is not from 0 to {largest}"));
        }
        Some(base * self.rule.scale)
    }

    /// A parameter that scales a distribution: above zero.
    fn scale<T: Quantity>(&mut self, value: T, role: &str) -> f64 {
        let base = value.base();
        if !(base > 0.0 && base <= self.rule.largest) {
            let largest = T::show(self.rule.largest);
            self.report(&format!("{role}must be above 0 and at most {largest}, not {value}"));
        }
        base * self.rule.scale
    }

    /// A parameter without unit.
    fn plain(&mut self, value: f64, least_excluded: bool, role: &str) -> f64 {
        let fine = (0.0..=100.0).contains(&value) && !(least_excluded && value <= 0.0);
        if !fine {
            let from = if least_excluded { "above 0" } else { "0 or more" };
            self.report(&format!("{role} must be {from} and at most 100, not {value}"));
        }
        value
    }

    fn bounded<T: Quantity>(&mut self, distribution: Distribution, min: Option<T>, max: Option<T>) -> Bounded {
        let (least, largest) = (self.bound(min, "min = "), self.bound(max, "max = "));
        if let (Some(low), Some(high)) = (least, largest)
            && low > high
        {
            self.report("`min` is above `max`");
        }
        Bounded { distribution, min: least, max: largest }
    }

    fn amount<T: Quantity>(&mut self, amount: &Amount<T>) -> Bounded {
        match amount {
            Amount::Uniform { min, max } => {
                let (least, largest) = (self.single(*min, "min = "), self.single(*max, "max = "));
                if least > largest {
                    self.report("`min` is above `max`");
                }
                Bounded { distribution: Distribution::Uniform { min: least, max: largest }, min: None, max: None }
            }
            Amount::Exponential { mean, min, max } => {
                let mean = self.scale(*mean, "`mean` ");
                self.bounded(Distribution::Exponential { mean }, *min, *max)
            }
            Amount::LogNormal { median, sigma, min, max } => {
                let median = self.scale(*median, "`median` ");
                let sigma = self.plain(*sigma, false, "`sigma`");
                self.bounded(Distribution::LogNormal { median, sigma }, *min, *max)
            }
            Amount::Weibull { scale, shape, min, max } => {
                let scale = self.scale(*scale, "`scale` ");
                let shape = self.plain(*shape, true, "`shape`");
                self.bounded(Distribution::Weibull { scale, shape }, *min, *max)
            }
            Amount::Choice(items) => self.choice::<T>(items),
            Amount::Empirical(points) => self.empirical(points),
        }
    }

    fn choice<T: Quantity>(&mut self, items: &std::collections::BTreeMap<String, f64>) -> Bounded {
        let mut weighted: Vec<Weighted<f64>> = Vec::new();
        for (text, weight) in items {
            let value = match T::read(text) {
                Ok(value) => self.single(value, ""),
                Err(problem) => {
                    self.report(&problem);
                    continue;
                }
            };
            if !(0.0..=super::limits::WEIGHT_MAX).contains(weight) {
                self.report(&format!("the weight of {text:?} must be 0 or more, not {weight}"));
            }
            weighted.push(Weighted { value, weight: *weight });
        }
        if self.sound && weighted.iter().map(|item| item.weight).sum::<f64>() <= 0.0 {
            self.report("no value of the choice has a weight above 0");
        }
        // In the order of values, so that "10" and "9" are not in the order of their spelling.
        weighted.sort_by(|a, b| a.value.total_cmp(&b.value));
        Bounded { distribution: Distribution::Choice(weighted), min: None, max: None }
    }

    fn empirical<T: Quantity>(&mut self, points: &[(f64, T)]) -> Bounded {
        let corners: Vec<(f64, f64)> = points.iter().map(|(p, value)| (*p, self.single(*value, ""))).collect();
        let ends = corners.first().zip(corners.last()).filter(|_| corners.len() > 1).map(|(a, b)| (a.0, b.0));
        let whole =
            ends.is_some_and(|(first, last)| first.to_bits() == 0f64.to_bits() && last.to_bits() == 1f64.to_bits());
        let ascending = |pair: &[(f64, f64)]| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].1;
        if !whole {
            self.report("the corners of an empirical distribution go from probability 0 to 1");
        } else if self.sound && !corners.windows(2).all(ascending) {
            self.report("the corners of an empirical distribution ascend, in probability and in value");
        }
        Bounded { distribution: Distribution::Empirical(corners), min: None, max: None }
    }
}
