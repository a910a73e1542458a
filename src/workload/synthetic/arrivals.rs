//! Instants of submission.

use super::sample::{Sampler, whole};
use crate::rng::{self, Family, Generator, Streams};
use crate::signals::Calendar;
use crate::units::{SimDuration, SimTime};
use crate::workload::Arrivals;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const WEEK_NS: u64 = 7 * SimDuration::DAY.0;
const NS_PER_S: f64 = 1e9;

/// A Poisson process of a rate that is constant within each hour of the week.
///
/// Exact inversion: the next instant is where the integral of the rate has grown by an exponential of mean 1, walked
/// segment by segment (no thinning, so one draw an instant). The place is kept as (segment, offset), which loses no
/// precision however long the run.
#[derive(Debug, Clone)]
pub(super) struct Poisson {
    rng: Generator,
    /// Segments of the week from the run's start: their beginning in ns, and expected submissions per ns.
    segments: Vec<(u64, f64)>,
    /// Expected submissions in a whole week.
    weekly: f64,
    /// The rate is multiplied by this with each week, and what that comes to now.
    growth: f64,
    grown: f64,
    /// Beginning of the current week in ns.
    week: u64,
    segment: usize,
    /// Place within the segment, in ns.
    offset: f64,
}

impl Poisson {
    pub(super) fn new(rng: Generator, rate: f64, profile: &[f64; 168], calendar: Calendar, from: SimTime) -> Self {
        let mut segments: Vec<(u64, f64)> = Vec::new();
        for (start, factor) in calendar.weekly(profile) {
            let per_ns = (rate * factor / NS_PER_S).max(0.0);
            // Equal neighbors are one segment; a flat profile is a single one.
            if segments.last().is_none_or(|(_, before)| before.to_bits() != per_ns.to_bits()) {
                segments.push((start.0, per_ns));
            }
        }
        let week = from.0 / WEEK_NS * WEEK_NS;
        let mut this = Self { rng, segments, weekly: 0.0, growth: 1.0, grown: 1.0, week, segment: 0, offset: 0.0 };
        this.weekly = (0..this.segments.len()).map(|at| this.length(at) * this.segments[at].1).sum();
        let into = from.0 % WEEK_NS;
        this.segment = this.segments.partition_point(|(start, _)| *start <= into).saturating_sub(1);
        this.offset = (into - this.segments[this.segment].0) as f64;
        this
    }

    /// The same with a rate that grows from week to week.
    fn growing(mut self, growth: f64) -> Self {
        self.growth = growth;
        for _ in 0..self.week / WEEK_NS {
            self.grown *= growth;
        }
        self
    }

    fn length(&self, segment: usize) -> f64 {
        let end = self.segments.get(segment + 1).map_or(WEEK_NS, |next| next.0);
        (end - self.segments[segment].0) as f64
    }

    pub(super) fn next(&mut self) -> Option<SimTime> {
        if !(self.weekly > 0.0 && self.weekly.is_finite()) {
            return None;
        }
        let mut left = rng::standard_exponential(&mut self.rng);
        // Whole weeks are skipped at once, so that very low rates do not walk hour by hour; weeks that differ are walked.
        let alike = self.growth.to_bits() == 1f64.to_bits();
        let weeks = if alike { (left / self.weekly) as u64 } else { 0 };
        self.week = self.week.checked_add(weeks.checked_mul(WEEK_NS)?)?;
        left -= weeks as f64 * self.weekly;
        loop {
            let rate = self.segments[self.segment].1 * self.grown;
            let rest = (self.length(self.segment) - self.offset) * rate;
            if left < rest {
                self.offset += left / rate;
                let into = self.segments[self.segment].0 + whole(self.offset);
                return self.week.checked_add(into).map(SimTime);
            }
            left -= rest;
            self.offset = 0.0;
            self.segment += 1;
            if self.segment == self.segments.len() {
                self.segment = 0;
                self.week = self.week.checked_add(WEEK_NS)?;
                self.grown *= self.growth;
            }
        }
    }
}

/// A burst under way. Ordered by its next instant, then its number.
#[derive(Debug, Clone)]
struct Burst {
    next: SimTime,
    number: u64,
    left: u64,
    rng: Generator,
}

impl PartialEq for Burst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Burst {}
impl PartialOrd for Burst {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Burst {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.next, self.number).cmp(&(other.next, other.number))
    }
}

/// Bursts that may overlap: only those under way are kept.
#[derive(Debug, Clone)]
pub(super) struct Bursts {
    starts: Poisson,
    /// The start of the next burst.
    upcoming: Option<SimTime>,
    bursts: Family,
    number: u64,
    size: Sampler,
    spacing: Sampler,
    active: BinaryHeap<Reverse<Burst>>,
}

impl Bursts {
    fn next(&mut self) -> Option<SimTime> {
        while let Some(start) = self.upcoming {
            if self.active.peek().is_some_and(|first| first.0.next < start) {
                break;
            }
            let mut rng = self.bursts.of(self.number);
            let left = whole(self.size.draw(&mut rng));
            if left > 0 {
                self.active.push(Reverse(Burst { next: start, number: self.number, left, rng }));
            }
            self.number += 1;
            self.upcoming = self.starts.next();
        }
        let Reverse(mut burst) = self.active.pop()?;
        let now = burst.next;
        burst.left -= 1;
        if burst.left > 0 {
            burst.next += SimDuration(whole(self.spacing.draw(&mut burst.rng)));
            self.active.push(Reverse(burst));
        }
        Some(now)
    }
}

/// Independent times between submissions; the first is after one of them.
#[derive(Debug, Clone)]
pub(super) struct Renewal {
    rng: Generator,
    interval: Sampler,
    now: u64,
}

impl Renewal {
    fn next(&mut self) -> Option<SimTime> {
        self.now = self.now.checked_add(whole(self.interval.draw(&mut self.rng)))?;
        Some(SimTime(self.now))
    }
}

/// The instants of one class.
#[derive(Debug, Clone)]
pub(super) enum Instants {
    Poisson(Poisson),
    Bursts(Box<Bursts>),
    Renewal(Renewal),
}

impl Instants {
    /// The instants of a plan from `from` on, without end.
    pub(super) fn new(name: &str, plan: &Arrivals, from: SimTime, calendar: Calendar, streams: &Streams) -> Self {
        let rng = streams.stream(&format!("workload.{name}.arrivals"));
        match plan {
            Arrivals::Poisson { rate, profile, weekly_growth } => {
                Self::Poisson(Poisson::new(rng, *rate, profile, calendar, from).growing(*weekly_growth))
            }
            Arrivals::Bursts { rate, profile, size, spacing } => {
                let mut starts = Poisson::new(rng, *rate, profile, calendar, from);
                Self::Bursts(Box::new(Bursts {
                    upcoming: starts.next(),
                    starts,
                    bursts: streams.family(&format!("workload.{name}.bursts")),
                    number: 0,
                    size: Sampler::new(size),
                    spacing: Sampler::new(spacing),
                    active: BinaryHeap::new(),
                }))
            }
            Arrivals::Renewal { interval } => {
                Self::Renewal(Renewal { rng, interval: Sampler::new(interval), now: from.0 })
            }
        }
    }

    /// The next instant, not before the last one; `None` where there is none within 584 years.
    pub(super) fn next(&mut self) -> Option<SimTime> {
        match self {
            Self::Poisson(process) => process.next(),
            Self::Bursts(process) => process.next(),
            Self::Renewal(process) => process.next(),
        }
    }
}
