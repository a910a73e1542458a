//! The answer of a comparison: who is best at what, by how much, how sure, and at which price.
//!
//! Each metric has its own best stack, and all others are held against that one (multiple comparisons with the best, Hsu 1981, with Holm's
//! adjustment over all pairs, as the best is chosen after the fact); where a baseline was named, against that.

use super::comparison::{Comparison, MetricRow};
use super::figures::{figure, signed};
use super::verdict::{Question, Verdict, holm};
use crate::observe::Better;
use serde::Serialize;
use std::fmt::Write;

/// The least relevant difference where none is given, as a part of what it is compared to.
pub const RELEVANT: f64 = 0.005;

/// What is shown unless metrics are asked for.
const SHOWN: [&str; 14] = [
    "wait_mean_s",
    "wait_p95_s",
    "deadline_missed_share",
    "unfinished_share",
    "in_time_share",
    "utilization",
    "caused_energy_kwh",
    "caused_energy_cost_cny",
    "transfer_cost_cny",
    "caused_carbon_kg",
    "cost_cny_per_card_h",
    "carbon_kg_per_card_h",
    "cost_cny_per_core_h",
    "carbon_kg_per_core_h",
];

/// What has a sentence of its own, with what it is called. Per-work figures have one where totals cannot be compared.
const ASKED: [(&str, &str); 11] = [
    ("wait_mean_s", "wait"),
    ("deadline_missed_share", "deadlines missed"),
    ("unfinished_share", "unfinished"),
    ("in_time_share", "requests in time"),
    ("caused_energy_kwh", "energy"),
    ("caused_energy_cost_cny", "cost of energy"),
    ("caused_carbon_kg", "carbon"),
    ("cost_cny_per_card_h", "cost of a card-hour"),
    ("carbon_kg_per_card_h", "carbon of a card-hour"),
    ("cost_cny_per_core_h", "cost of a core-hour"),
    ("carbon_kg_per_core_h", "carbon of a core-hour"),
];

/// Who is best at one thing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The metric; `work` for the work done.
    pub metric: String,
    /// The best stack, and those that differ from it by nothing relevant.
    pub best: Vec<String>,
    /// The answer in words.
    pub sentence: String,
}

/// One stack against the best, or the baseline.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The stack.
    pub stack: String,
    /// The metric.
    pub metric: String,
    /// What it is held against.
    pub against: String,
    /// What the difference says.
    pub verdict: Verdict,
    /// The mean of the paired differences.
    pub difference: Option<f64>,
    /// Half the width of its interval.
    pub half_width: Option<f64>,
    /// The difference over the mean of what it is held against.
    pub relative: Option<f64>,
    /// The chance to see such a difference where there is none, adjusted to all that is shown.
    pub adjusted_p: Option<f64>,
    /// Why it is undecided or not comparable.
    pub reason: Option<String>,
}

/// One metric with the stack that all are held against, and what is asked of the others.
struct Asked<'a> {
    metric: &'a MetricRow,
    against: usize,
    others: Vec<(usize, Question)>,
}

impl Comparison {
    /// Whether a metric is part of the matrix: those asked for, else those of the usual questions of which there is anything.
    pub(super) fn is_shown(&self, metric: &MetricRow) -> bool {
        if self.asked {
            return metric.headline;
        }
        SHOWN.contains(&&*metric.metric) && metric.stacks.iter().any(|row| row.mean.is_some_and(|mean| mean > 0.0))
    }

    /// The metrics of the matrix, in their order.
    pub(super) fn shown(&self) -> Vec<&MetricRow> {
        if self.asked {
            return self.metrics.iter().filter(|metric| metric.headline).collect();
        }
        let named = |key: &&str| self.metrics.iter().find(|metric| metric.metric == **key);
        SHOWN.iter().filter_map(named).filter(|metric| self.is_shown(metric)).collect()
    }

    /// The best stack at a metric: the best mean among those that do all the work where that matters.
    pub(super) fn best_at(&self, metric: &MetricRow) -> Option<usize> {
        let whole = |at: &usize| !metric.needs_equal_work || self.work.get(*at).is_none_or(|work| work.whole);
        let value = |at: &usize| metric.stacks[*at].mean;
        let all = (0..metric.stacks.len()).filter(|at| whole(at) && value(at).is_some());
        let mean = |at: &usize| value(at).unwrap_or_default();
        match metric.better {
            Better::Lower => all.min_by(|a, b| mean(a).total_cmp(&mean(b))),
            // The first of equals, as above.
            Better::Higher => all.rev().max_by(|a, b| mean(a).total_cmp(&mean(b))),
            Better::Neither => None,
        }
    }
}

/// The answers, and the verdicts behind them.
pub(super) fn answers(comparison: &Comparison, baseline: usize) -> (Vec<Answer>, Vec<Judged>) {
    let shown = comparison.shown();
    let asked: Vec<Asked<'_>> = shown
        .into_iter()
        .filter_map(|metric| {
            let best = comparison.best_at(metric)?;
            let against = if comparison.baseline_named { baseline } else { best };
            let others = (0..metric.stacks.len()).filter(|at| *at != against);
            let others = others.map(|at| (at, comparison.question(metric, at, against))).collect();
            Some(Asked { metric, against, others })
        })
        .collect();
    // The best is chosen after the fact: any pair could have been the one that is looked at.
    let stacks = comparison.work.len();
    let pairs =
        if comparison.baseline_named { stacks.saturating_sub(1) } else { stacks * stacks.saturating_sub(1) / 2 };
    let chances: Vec<f64> = asked.iter().flat_map(|asked| asked.others.iter().filter_map(|(_, it)| it.p())).collect();
    let mut adjusted = holm(&chances, asked.len() * pairs).into_iter();
    let mut verdicts = Vec::new();
    let mut found = Vec::new();
    if stacks > 1 {
        found.push(work_answer(comparison));
    }
    let unequal = comparison.work.iter().any(|work| !work.whole);
    for asked in &asked {
        let judged: Vec<Judged> = asked.others.iter().filter_map(|other| asked.judged(other, &mut adjusted)).collect();
        let key = &*asked.metric.metric;
        let word = ASKED.iter().find(|(other, _)| *other == key).map(|(_, word)| *word);
        let wanted = comparison.asked || word.is_some_and(|_| unequal || !key.contains("_per_"));
        if wanted && stacks > 1 {
            found.push(asked.answer(word.unwrap_or(key), &judged));
        }
        verdicts.extend(judged);
    }
    found.extend(trade(comparison));
    (found, verdicts)
}

impl Asked<'_> {
    fn name(&self, at: usize) -> String {
        self.metric.stacks[at].stack.clone()
    }

    fn judged(&self, (at, question): &(usize, Question), adjusted: &mut impl Iterator<Item = f64>) -> Option<Judged> {
        let adjusted_p = question.p().and_then(|_| adjusted.next());
        let (verdict, reason) = question.verdict(adjusted_p)?;
        let difference = question.difference;
        let base = self.metric.stacks[self.against].mean.filter(|mean| mean.abs() > 0.0);
        Some(Judged {
            stack: self.name(*at),
            metric: self.metric.metric.to_string(),
            against: self.name(self.against),
            verdict,
            difference: difference.map(|it| it.mean),
            half_width: difference.and_then(|it| it.half_width),
            relative: difference.zip(base).map(|(it, base)| it.mean / base.abs()),
            adjusted_p,
            reason,
        })
    }

    /// In words: who is best and with what, who is level with it or cannot be told from it, and the next.
    fn answer(&self, word: &str, judged: &[Judged]) -> Answer {
        let of = |verdict: Verdict| judged.iter().filter(move |one| one.verdict == verdict);
        let names = |verdict: Verdict| of(verdict).map(|one| one.stack.as_str()).collect::<Vec<_>>().join(", ");
        let first = &self.metric.stacks[self.against];
        let value = figure(first.mean.unwrap_or_default(), first.half_width, self.metric.unit);
        let against = format!("{} ({value})", first.stack);
        let mut sentence = format!("{word}: ");
        let better = of(Verdict::Better).count() > 0;
        // Writing to a string cannot fail.
        let _ = match (better, of(Verdict::Undecided).count(), of(Verdict::NoRelevantDifference).count()) {
            (true, ..) => write!(sentence, "{} better than {against}", names(Verdict::Better)),
            (false, 0, 0) if of(Verdict::Worse).count() == 0 => write!(sentence, "{against}"),
            (false, 0, 0) => write!(sentence, "{against} is best"),
            (false, 0, _) => {
                write!(sentence, "{against}, no relevant difference to {}", names(Verdict::NoRelevantDifference))
            }
            _ => write!(sentence, "{against}, not told from {}", names(Verdict::Undecided)),
        };
        let next = of(Verdict::Worse).min_by(|a, b| size(a).total_cmp(&size(b)));
        if let Some(next) = next {
            let more = of(Verdict::Worse).count() - 1;
            let _ = write!(sentence, "; {} {}", next.stack, self.by_how_much(next));
            if more > 0 {
                let _ = write!(sentence, ", {more} more worse");
            }
        }
        let apart = of(Verdict::NotComparable).count();
        if apart > 0 {
            let _ = write!(sentence, "; not comparable: {}", names(Verdict::NotComparable));
        }
        let best = if better {
            of(Verdict::Better).map(|one| one.stack.clone()).collect()
        } else {
            let level = of(Verdict::NoRelevantDifference).map(|one| one.stack.clone());
            std::iter::once(first.stack.clone()).chain(level).collect()
        };
        Answer { metric: self.metric.metric.to_string(), best, sentence }
    }

    /// A difference as a part of what it is held against, with its interval; as it is where that is nothing.
    fn by_how_much(&self, judged: &Judged) -> String {
        let difference = judged.difference.unwrap_or_default();
        match judged.relative {
            Some(relative) if relative.abs() < 10.0 => {
                let half = judged.half_width.map(|half| half * (relative / difference).abs() * 100.0);
                format!("{} %", signed(relative * 100.0, half))
            }
            Some(relative) => format!("{:.0} times as much", relative + 1.0),
            None => figure(difference, judged.half_width, self.metric.unit),
        }
    }
}

fn size(judged: &Judged) -> f64 {
    judged.difference.unwrap_or_default().abs()
}

/// Who does all the work, and who leaves how much of it undone.
fn work_answer(comparison: &Comparison) -> Answer {
    let whole: Vec<String> = comparison.work.iter().filter(|work| work.whole).map(|work| work.stack.clone()).collect();
    let lacking: Vec<String> = comparison
        .work
        .iter()
        .filter_map(|work| {
            let (kind, part) = work.lack()?;
            Some(format!("{} {:.1} % fewer {kind}", work.stack, part * 100.0))
        })
        .collect();
    let sentence = if lacking.is_empty() {
        "work: all do the same".to_owned()
    } else {
        let most = if whole.is_empty() { "none does most of each kind".to_owned() } else { whole.join(", ") };
        format!("work: {most}; {}, so that totals do not compare", lacking.join(", "))
    };
    Answer { metric: "work".to_owned(), best: whole, sentence }
}

/// What the stack with the least carbon saves against the cheapest, and at which price, where both differences are beyond doubt.
fn trade(comparison: &Comparison) -> Option<Answer> {
    let metric = |key: &str| comparison.shown().into_iter().find(|metric| metric.metric == key);
    let (carbon, cost) = (metric("caused_carbon_kg")?, metric("caused_energy_cost_cny")?);
    let (clean, cheap) = (comparison.best_at(carbon)?, comparison.best_at(cost)?);
    if clean == cheap {
        return None;
    }
    let difference = |metric: &MetricRow| {
        let question = comparison.question(metric, clean, cheap);
        let sure = question.p().is_some_and(|p| p <= 0.05);
        question.difference.filter(|_| sure)
    };
    let (saved, paid) = (difference(carbon)?, difference(cost)?);
    let tonnes = -saved.mean / 1000.0;
    let sentence = format!(
        "price of carbon: {} saves {} of carbon for {} more than {}: {:.0} CNY/t",
        comparison.work[clean].stack,
        figure(-saved.mean, saved.half_width, "kg"),
        figure(paid.mean, paid.half_width, "CNY"),
        comparison.work[cheap].stack,
        paid.mean / tonnes
    );
    (tonnes > 0.0).then(|| Answer {
        metric: "price_of_carbon".to_owned(),
        best: vec![comparison.work[clean].stack.clone()],
        sentence,
    })
}
