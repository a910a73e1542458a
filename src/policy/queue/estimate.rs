//! How long a discipline believes that jobs run.

use crate::model::{JobSlot, TenantId};
use crate::policy::view::Desk;
use crate::units::{SimDuration, SimTime};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where estimated run times come from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Estimate {
    /// What the user asked for.
    #[default]
    Requested,
    /// The true run time: a clairvoyant stack. Where the stack is not marked clairvoyant this is the requested time.
    Actual,
    /// The requested time times a factor (Mu'alem and Feitelson, IEEE TPDS 2001).
    Factor(f64),
    /// The mean of the last two run times of the same tenant, at most the requested time; a prediction that has run out is
    /// corrected upwards step by step (Tsafrir, Etsion and Feitelson, "Backfilling using system-generated predictions rather
    /// than user runtime estimates", IEEE TPDS 2007).
    LastTwoAverage,
}

/// Steps by which an expired prediction grows, in seconds: 1, 5, 15, 30 min; 1, 2, 5, 10, 20, 50, 100 h (Tsafrir 2007).
const CORRECTIONS_S: [u64; 11] = [60, 300, 900, 1800, 3600, 7200, 18_000, 36_000, 72_000, 180_000, 360_000];

/// Estimates run times, and learns.
#[derive(Debug, Clone)]
pub(super) struct Estimator {
    kind: Estimate,
    last_two: BTreeMap<TenantId, (SimDuration, Option<SimDuration>)>,
}

impl Estimator {
    pub(super) const fn new(kind: Estimate) -> Self {
        Self { kind, last_two: BTreeMap::new() }
    }

    pub(super) const fn corrects(&self) -> bool {
        matches!(self.kind, Estimate::LastTwoAverage)
    }

    pub(super) fn estimate(&self, job: JobSlot, desk: &dyn Desk) -> SimDuration {
        let requested = desk.requested(job);
        match self.kind {
            Estimate::Requested => requested,
            Estimate::Actual => desk.clairvoyant(job).unwrap_or(requested),
            // A cast saturates, and turns what is no number or negative into zero.
            Estimate::Factor(factor) => SimDuration((requested.0 as f64 * factor + 0.5) as u64),
            Estimate::LastTwoAverage => match self.last_two.get(&desk.request(job).tenant) {
                Some(&(last, Some(before))) => SimDuration(last.0.midpoint(before.0)).min(requested),
                _ => requested,
            },
        }
    }

    pub(super) fn learn(&mut self, tenant: TenantId, run: SimDuration) {
        if self.corrects() {
            let seen = self.last_two.get(&tenant).map(|&(last, _)| last);
            self.last_two.insert(tenant, (run, seen));
        }
    }

    /// A later end for a job whose predicted end has come: the first step that lies in the future, at most the requested
    /// end. `None` without correction or once the requested time is over.
    pub(super) fn corrected(&self, predicted: SimTime, limit: SimTime, now: SimTime) -> Option<SimTime> {
        if !self.corrects() || limit <= now {
            return None;
        }
        let mut end = predicted;
        for step in CORRECTIONS_S {
            end += SimDuration::from_secs(step);
            if end > now {
                return Some(end.min(limit));
            }
        }
        Some(limit)
    }
}
