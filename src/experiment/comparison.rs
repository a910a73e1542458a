//! What a comparison found: every metric of every stack, with intervals and verdicts.

use super::ComparePlan;
use super::answer::{Answer, Judged, answers};
use super::compare::Measured;
use super::statistics::{CONFIDENCE, estimate, paired};
use super::verdict::{Question, Verdict, holm};
use super::work::{StackWork, work_of};
use crate::observe::{Better, Scalar};
use crate::units::{SimDuration, SimTime};
use serde::Serialize;
use std::borrow::Cow;

/// The window over which a replication's stacks were measured.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Window {
    /// Which replication, from 0.
    pub replication: u64,
    /// The end of the warm-up, in seconds.
    pub start_s: f64,
    /// The latest end of a stack's run, in seconds.
    pub end_s: f64,
}

impl Window {
    /// From the end of the warm-up to an instant; empty where that comes first.
    #[must_use]
    pub fn new(replication: u64, warm_up: SimDuration, end: SimTime) -> Self {
        Self { replication, start_s: warm_up.as_secs_f64().min(end.as_secs_f64()), end_s: end.as_secs_f64() }
    }
}

/// A comparison of stacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The scenario's name.
    pub scenario: String,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Runs of each stack.
    pub replications: u64,
    /// The confidence of all intervals.
    pub confidence: f64,
    /// The stack the others are compared to.
    pub baseline: String,
    /// The windows of the replications.
    pub windows: Vec<Window>,
    /// Whether anything is drawn; where not, differences are exact and one run tells all.
    pub draws: bool,
    /// The least difference that matters, as a part of what it is compared to.
    pub relevant: f64,
    /// Who is best at what, and by how much.
    pub answers: Vec<Answer>,
    /// The verdicts behind the answers: each stack against the best, or against the baseline where one was named.
    pub verdicts: Vec<Judged>,
    /// What work each stack did.
    pub work: Vec<StackWork>,
    /// The metrics, in the order of a summary; those asked for come first.
    pub metrics: Vec<MetricRow>,
    /// Whether metrics were asked for.
    #[serde(skip)]
    pub asked: bool,
    /// Whether a baseline was named.
    #[serde(skip)]
    pub baseline_named: bool,
}

/// One metric under all stacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricRow {
    /// Its key in `summary.json`, or the path to it.
    pub metric: Cow<'static, str>,
    /// Its unit.
    pub unit: &'static str,
    /// Which side is better.
    pub better: Better,
    /// Whether it is shown in tables.
    pub headline: bool,
    /// Whether stacks can be compared in it only if they do the same work.
    pub needs_equal_work: bool,
    /// The stacks, in the order asked for.
    pub stacks: Vec<StackRow>,
}

/// One metric under one stack.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StackRow {
    /// The stack.
    pub stack: String,
    /// The mean over replications; `None` where no replication has a value.
    pub mean: Option<f64>,
    /// Half the width of the mean's interval; `None` with fewer than two values.
    pub half_width: Option<f64>,
    /// The mean of the paired differences to the baseline; `None` for the baseline itself.
    pub baseline_difference: Option<f64>,
    /// Half the width of the difference's interval.
    pub difference_half_width: Option<f64>,
    /// What the difference says; `None` for the baseline, without a value, and where neither side is better.
    pub verdict: Option<Verdict>,
    /// The chance to see such a difference where there is none, adjusted to all that is shown (Holm).
    pub adjusted_p: Option<f64>,
    /// Why it is undecided or not comparable.
    pub reason: Option<String>,
    /// The values by replication.
    pub values: Vec<Option<f64>>,
}

impl Comparison {
    /// Compares the scalars of each replication's stacks, all in the same order.
    pub(super) fn new(plan: &ComparePlan<'_>, replications: Vec<Measured>) -> Self {
        let names: Vec<&str> = plan.stacks.iter().map(|contender| contender.name.as_str()).collect();
        let scalars: Vec<&Vec<Vec<Scalar>>> = replications.iter().map(|(_, stacks)| stacks).collect();
        let mut comparison = Self {
            scenario: plan.scenario.name.clone(),
            seed: plan.scenario.run.seed,
            replications: plan.replications,
            confidence: CONFIDENCE,
            baseline: names.get(plan.baseline).map_or_else(String::new, |name| (*name).to_owned()),
            windows: replications.iter().map(|(window, _)| *window).collect(),
            draws: plan.draws,
            relevant: plan.relevant,
            answers: Vec::new(),
            verdicts: Vec::new(),
            work: Vec::new(),
            metrics: metrics(&names, plan.baseline, &scalars),
            asked: !plan.metrics.is_empty(),
            baseline_named: plan.baseline_named,
        };
        comparison.judge(plan.baseline);
        comparison
    }

    /// Fills in work, verdicts and answers.
    pub(super) fn judge(&mut self, baseline: usize) {
        self.work = work_of(&self.metrics);
        // What is shown is one family of claims; any other metric stands for itself.
        for shown in [true, false] {
            let mut cells = Vec::new();
            for (at, metric) in self.metrics.iter().enumerate().filter(|(_, metric)| self.is_shown(metric) == shown) {
                let others = (0..metric.stacks.len()).filter(|stack| *stack != baseline);
                cells.extend(others.map(|stack| (at, stack, self.question(metric, stack, baseline))));
            }
            let chances: Vec<f64> = cells.iter().filter_map(|(_, _, question)| question.p()).collect();
            let mut adjusted = if shown { holm(&chances, 0) } else { chances }.into_iter();
            for (metric, stack, question) in cells {
                let p = question.p().and_then(|_| adjusted.next());
                let verdict = question.verdict(p);
                let row = &mut self.metrics[metric].stacks[stack];
                row.adjusted_p = p;
                (row.verdict, row.reason) = verdict.map_or((None, None), |(verdict, why)| (Some(verdict), why));
            }
        }
        (self.answers, self.verdicts) = answers(self, baseline);
        let shown: Vec<bool> = self.metrics.iter().map(|metric| self.is_shown(metric)).collect();
        self.metrics.iter_mut().zip(shown).for_each(|(metric, shown)| metric.headline |= shown);
    }

    /// What is asked about one stack beside another.
    pub(super) fn question(&self, metric: &MetricRow, stack: usize, other: usize) -> Question {
        let (row, base) = (&metric.stacks[stack], &metric.stacks[other]);
        let difference = estimate(&paired(&row.values, &base.values));
        let apart = || self.work.get(stack)?.apart(self.work.get(other)?);
        Question {
            difference,
            margin: self.relevant * base.mean.unwrap_or(0.0).abs(),
            better: metric.better,
            exact: !self.draws,
            unequal: if metric.needs_equal_work { apart() } else { None },
        }
    }

    /// The comparison in long form: `metric,unit,stack,mean,half_width,baseline_difference,difference_half_width,verdict,
    /// adjusted_p,reason`; what is not known is empty.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text =
            "metric,unit,stack,mean,half_width,baseline_difference,difference_half_width,verdict,adjusted_p,reason\n"
                .to_owned();
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
        for metric in &self.metrics {
            for row in &metric.stacks {
                let cells = [
                    quoted(&metric.metric),
                    metric.unit.to_owned(),
                    quoted(&row.stack),
                    number(row.mean),
                    number(row.half_width),
                    number(row.baseline_difference),
                    number(row.difference_half_width),
                    row.verdict.map_or("", Verdict::text).to_owned(),
                    number(row.adjusted_p),
                    quoted(row.reason.as_deref().unwrap_or("")),
                ];
                text.push_str(&cells.join(","));
                text.push('\n');
            }
        }
        text
    }

    /// The comparison as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        // Strings and numbers always have a JSON form.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A cell of a CSV file, in quotation marks where it must be.
fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

/// The rows of all metrics from scalars by replication, stack and metric.
fn metrics(names: &[&str], baseline: usize, replications: &[&Vec<Vec<Scalar>>]) -> Vec<MetricRow> {
    let Some(first) = replications.first().and_then(|stacks| stacks.first()) else { return Vec::new() };
    let values = |stack: usize, metric: usize| -> Vec<Option<f64>> {
        replications.iter().map(|stacks| stacks.get(stack)?.get(metric)?.value).collect()
    };
    let row = |metric: usize, scalar: &Scalar| {
        let base = values(baseline, metric);
        let stacks = names.iter().enumerate().map(|(stack, name)| {
            let values = values(stack, metric);
            let mean = estimate(&values.iter().flatten().copied().collect::<Vec<f64>>());
            let difference = if stack == baseline { None } else { estimate(&paired(&values, &base)) };
            StackRow {
                stack: (*name).to_owned(),
                mean: mean.map(|it| it.mean),
                half_width: mean.and_then(|it| it.half_width),
                baseline_difference: difference.map(|it| it.mean),
                difference_half_width: difference.and_then(|it| it.half_width),
                verdict: None,
                adjusted_p: None,
                reason: None,
                values,
            }
        });
        MetricRow {
            metric: scalar.key.clone(),
            unit: scalar.unit,
            better: scalar.better,
            headline: scalar.headline,
            needs_equal_work: scalar.needs_equal_work,
            stacks: stacks.collect(),
        }
    };
    first.iter().enumerate().map(|(metric, scalar)| row(metric, scalar)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn scalar(key: &'static str, better: Better, value: Option<f64>) -> Scalar {
        Scalar { key: key.into(), unit: "s", value, better, headline: true, needs_equal_work: false }
    }

    /// Two stacks, `stay` the baseline, in some replications: waits and something that only `west` has.
    pub(in crate::experiment) fn example(waits: &[(f64, f64)]) -> Comparison {
        let replications: Vec<Vec<Vec<Scalar>>> = waits
            .iter()
            .map(|(stay, west)| {
                vec![
                    vec![scalar("wait_mean_s", Better::Lower, Some(*stay)), scalar("late", Better::Neither, None)],
                    vec![scalar("wait_mean_s", Better::Lower, Some(*west)), scalar("late", Better::Neither, Some(1.5))],
                ]
            })
            .collect();
        let mut comparison = Comparison {
            scenario: "two".to_owned(),
            seed: 1,
            replications: waits.len() as u64,
            confidence: CONFIDENCE,
            baseline: "stay".to_owned(),
            windows: (0..waits.len() as u64).map(|k| Window { replication: k, start_s: 0.0, end_s: 10.0 }).collect(),
            draws: true,
            relevant: 0.005,
            answers: Vec::new(),
            verdicts: Vec::new(),
            work: Vec::new(),
            metrics: metrics(&["stay", "west"], 0, &replications.iter().collect::<Vec<_>>()),
            asked: false,
            baseline_named: false,
        };
        comparison.judge(0);
        comparison
    }

    #[test]
    fn rows_are_paired_with_the_baseline() {
        // Differences -1, -2, -1, -2: mean -1.5, half width 0.9187 (see `statistics`).
        let comparison = example(&[(10.0, 9.0), (20.0, 18.0), (30.0, 29.0), (40.0, 38.0)]);
        let [stay, west] = &comparison.metrics[0].stacks[..] else { panic!("two stacks") };
        assert_eq!((stay.mean, stay.baseline_difference, stay.verdict), (Some(25.0), None, None));
        assert_eq!((west.mean, west.baseline_difference), (Some(23.5), Some(-1.5)));
        assert!(west.difference_half_width.is_some_and(|half| (half - 0.9187).abs() < 1e-4));
        assert_eq!(west.verdict, Some(Verdict::Better));
        // No value of the baseline: a mean, no difference.
        let [stay, west] = &comparison.metrics[1].stacks[..] else { panic!("two stacks") };
        assert_eq!((stay.mean, west.mean, west.baseline_difference), (None, Some(1.5), None));
    }

    #[test]
    fn unknown_cells_are_empty() {
        let comparison = example(&[(10.0, 9.0)]);
        let expected = "metric,unit,stack,mean,half_width,baseline_difference,difference_half_width,verdict,adjusted_p,\
                        reason\n\
                        wait_mean_s,s,stay,10,,,,,,\n\
                        wait_mean_s,s,west,9,,-1,,undecided,,one replication; five or more can tell\n\
                        late,s,stay,,,,,,,\n\
                        late,s,west,1.5,,,,,,\n";
        assert_eq!(comparison.to_csv(), expected);
        assert_eq!(comparison.to_json()["metrics"][0]["stacks"][1]["half_width"], serde_json::Value::Null);
        assert_eq!(quoted("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    #[test]
    fn windows_begin_after_the_warm_up() {
        let window = Window::new(3, SimDuration::from_secs(5), SimTime::from_secs(20));
        assert_eq!(window, Window { replication: 3, start_s: 5.0, end_s: 20.0 });
        assert_eq!(
            Window::new(0, SimDuration::from_secs(50), SimTime::from_secs(20)).start_s.to_bits(),
            20f64.to_bits()
        );
    }
}
