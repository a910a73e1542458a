//! Whether stacks do the same work: totals are compared only where they do.

use super::comparison::MetricRow;
use serde::Serialize;

/// Two stacks do the same work where each kind of the one is within this part of the most of any.
const TOLERANCE: f64 = 0.005;

/// The kinds of work: their keys in `summary.json`, and what they are called.
const KINDS: [(&str, &str); 4] = [
    ("work_done_card_h", "card-hours"),
    ("work_done_core_h", "core-hours"),
    ("requests_in_time", "requests in time"),
    ("completed", "completed jobs"),
];

/// The work of one stack beside that of the others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackWork {
    /// The stack.
    pub stack: String,
    /// By kind (`card-hours`, `core-hours`, `requests in time`, `completed jobs`; kinds that no stack does are left out): its part of the most
    /// that any stack does.
    pub of_most: Vec<KindOfWork>,
    /// Whether each kind is within 0.5 % of the most.
    pub whole: bool,
}

/// One kind of work of one stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindOfWork {
    /// What it is.
    pub kind: &'static str,
    /// The mean over replications.
    pub done: f64,
    /// That over the most of any stack.
    pub share: f64,
}

impl StackWork {
    /// The kind of which it lacks most, and the part that it lacks; `None` where it does all.
    pub(super) fn lack(&self) -> Option<(&'static str, f64)> {
        let lacking = self.of_most.iter().filter(|kind| kind.share < 1.0 - TOLERANCE);
        lacking.min_by(|a, b| a.share.total_cmp(&b.share)).map(|kind| (kind.kind, 1.0 - kind.share))
    }

    /// In words, what keeps two stacks apart; `None` where they do the same work.
    pub(super) fn apart(&self, other: &Self) -> Option<String> {
        let pairs = self.of_most.iter().zip(&other.of_most);
        let differing = pairs.filter_map(|(mine, theirs)| {
            let most = mine.share.max(theirs.share);
            let part = if most > 0.0 { (mine.share - theirs.share) / most } else { 0.0 };
            (part.abs() > TOLERANCE).then_some((mine.kind, part))
        });
        // The first kind where two differ by as much.
        let (kind, part) = differing.rev().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        let less = if part < 0.0 { part.abs() } else { part / (1.0 - part) };
        let word = if part < 0.0 { "fewer" } else { "more" };
        Some(format!("{:.1} % {word} {kind}", less * 100.0))
    }
}

/// The work of each stack, in the order of the stacks.
pub(super) fn work_of(metrics: &[MetricRow]) -> Vec<StackWork> {
    let stacks = metrics.first().map_or(&[][..], |metric| &metric.stacks);
    let mut all: Vec<StackWork> =
        stacks.iter().map(|row| StackWork { stack: row.stack.clone(), of_most: Vec::new(), whole: true }).collect();
    for (key, kind) in KINDS {
        let Some(metric) = metrics.iter().find(|metric| metric.metric == key) else { continue };
        let most = metric.stacks.iter().filter_map(|row| row.mean).fold(0.0, f64::max);
        if most <= 0.0 {
            continue;
        }
        for (work, row) in all.iter_mut().zip(&metric.stacks) {
            let done = row.mean.unwrap_or(0.0);
            work.of_most.push(KindOfWork { kind, done, share: done / most });
            work.whole &= done / most >= 1.0 - TOLERANCE;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(stack: &str, cards: f64, jobs: f64) -> StackWork {
        let kind = |kind, share| KindOfWork { kind, done: share, share };
        let whole = cards >= 0.995 && jobs >= 0.995;
        StackWork {
            stack: stack.to_owned(),
            of_most: vec![kind("card-hours", cards), kind("completed jobs", jobs)],
            whole,
        }
    }

    #[test]
    fn stacks_that_do_less_are_told_apart() {
        let (all, near, less) = (work("all", 1.0, 1.0), work("near", 0.996, 1.0), work("less", 0.77, 0.99));
        assert_eq!(all.apart(&near), None);
        assert_eq!(less.apart(&all).as_deref(), Some("23.0 % fewer card-hours"));
        // 1 / 0.77 = 1.299.
        assert_eq!(all.apart(&less).as_deref(), Some("29.9 % more card-hours"));
        assert_eq!(less.lack(), Some(("card-hours", 1.0 - 0.77)));
        assert_eq!(near.lack(), None);
        assert_eq!(work("none", 0.0, 0.0).apart(&work("none", 0.0, 0.0)), None);
    }
}
