//! When the jobs of a workload are submitted.

use super::super::built::RunPlan;
use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, RawArrivals, RawWorkload};
use super::distributions::{Rule, drawn, range};
use super::limits::RATE_MAX;
use super::profiles;
use super::workloads::{drawn_or, span_rule};
use crate::units::PerSecond;
use crate::workload::Arrivals;
use std::ops::Range;

const BURST: Rule = Rule { what: "`size`", scale: 1.0, least: 0.0, largest: 1e9, whole: true };

/// When jobs are submitted; they must come to an end, and move on in time.
pub(super) fn plan(
    raw: &RawWorkload,
    who: &str,
    span: Range<usize>,
    run: &RunPlan,
    out: &mut Diagnostics,
) -> Option<Arrivals> {
    let Some(given) = &raw.arrivals else {
        out.push(
            Diagnostic::error(span, format!("{who} does not say when its jobs are submitted"))
                .help("arrivals = { poisson = { rate = \"10 / h\" } }, say, or a log: swf = { file = \"log.swf\" }"),
        );
        return None;
    };
    let bounded = raw.count.is_some() || raw.until.is_some() || run.until.is_some();
    bounds(raw, who, run, out);
    let arrivals = match given.get() {
        RawArrivals::Poisson { rate, by_hour, by_day, weekly_growth } => {
            let profile = profiles::weekly(by_hour.as_ref(), by_day.as_ref(), out);
            let weekly_growth = weekly_growth.as_ref().map_or(1.0, |growth| growth_of(growth, out));
            Arrivals::Poisson { rate: per_second(rate, who, out)?, profile: profile?, weekly_growth }
        }
        RawArrivals::Bursts { rate, by_hour, by_day, size, spacing } => {
            let profile = profiles::weekly(by_hour.as_ref(), by_day.as_ref(), out);
            let rate = per_second(rate, who, out);
            let size = drawn(size, BURST, out);
            let spacing = drawn_or(spacing.as_ref(), 0.0, span_rule("`spacing`"), out);
            Arrivals::Bursts { rate: rate?, profile: profile?, size: size?, spacing: spacing? }
        }
        RawArrivals::Renewal { interval } => {
            let between = drawn(interval, span_rule("`interval`"), out)?;
            if range(&between).1 < 0.5 && raw.count.is_none() {
                let problem =
                    format!("{who} never moves on: all its jobs are submitted at the same instant, without end");
                out.push(Diagnostic::error(interval.span(), problem).help("give a longer interval, or a `count`"));
                return None;
            }
            Arrivals::Renewal { interval: between }
        }
    };
    let some = match &arrivals {
        Arrivals::Poisson { rate, .. } | Arrivals::Bursts { rate, .. } => *rate > 0.0,
        Arrivals::Renewal { .. } => true,
    };
    if some && !bounded {
        out.push(
            Diagnostic::error(given.span(), format!("{who} never ends"))
                .help("give it a `count` or an `until`, or the run an `until`"),
        );
    }
    Some(arrivals)
}

/// A factor from week to week.
fn growth_of(growth: &At<f64>, out: &mut Diagnostics) -> f64 {
    let value = *growth.get();
    if !(0.01..=100.0).contains(&value) {
        let problem = format!("`weekly-growth` must be from 0.01 to 100, not {value}");
        out.push(
            Diagnostic::error(growth.span(), problem).help("1.05 is 5 % more in each week than in the one before"),
        );
        return 1.0;
    }
    value
}

/// From, until and count.
fn bounds(raw: &RawWorkload, who: &str, run: &RunPlan, out: &mut Diagnostics) {
    let from = raw.from.as_ref().map_or(0, |from| from.get().0);
    if let Some(until) = raw.until.as_ref().filter(|until| until.get().0 <= from) {
        let problem = format!("{who} ends before it begins");
        out.push(Diagnostic::error(until.span(), problem).help("`until` is a time after the start, not a duration"));
    }
    if let Some(at) = raw.from.as_ref().filter(|from| run.until.is_some_and(|until| from.get().0 >= until.0)) {
        out.warning(at.span(), format!("{who} begins after the end of submissions, so it has no job"));
    }
    if let Some(count) = raw.count.as_ref().filter(|count| *count.get() == 0) {
        out.warning(count.span(), format!("{who} has no job"));
    }
}

fn per_second(rate: &At<PerSecond>, who: &str, out: &mut Diagnostics) -> Option<f64> {
    let value = rate.get().0;
    if !(0.0..=RATE_MAX).contains(&value) {
        out.error(rate.span(), format!("{who}: a rate must be from 0 to 1e9 / s, not {}", rate.get()));
        return None;
    }
    if value <= 0.0 {
        out.warning(rate.span(), format!("{who} has a rate of 0, so it has no job"));
    }
    Some(value)
}
