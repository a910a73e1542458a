//! What the difference between two stacks says.

use super::statistics::Estimated;
use super::student::two_sided_p;
use crate::observe::Better;
use serde::Serialize;

/// The chance of a false claim among all that is shown.
const LEVEL: f64 = 0.05;

/// So many replications are named as needed, at most.
const REPLICATIONS_NAMED: f64 = 10_000.0;

/// What a paired difference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// On the better side by more than the least relevant difference.
    Better,
    /// On the worse side by more than that.
    Worse,
    /// The interval lies within the least relevant difference.
    NoRelevantDifference,
    /// The replications do not tell.
    Undecided,
    /// The two do not do the same work, and the metric counts what work takes.
    NotComparable,
}

impl Verdict {
    /// The words of tables.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::NoRelevantDifference => "no relevant difference",
            Self::Undecided => "undecided",
            Self::NotComparable => "not comparable",
        }
    }
}

/// A difference with all that its verdict needs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    /// The paired difference; `None` where no replication has both values.
    pub(super) difference: Option<Estimated>,
    /// The least difference that matters, in the unit of the metric.
    pub(super) margin: f64,
    pub(super) better: Better,
    /// Whether nothing is drawn, so that the difference is exact.
    pub(super) exact: bool,
    /// Why the two cannot be compared.
    pub(super) unequal: Option<String>,
}

impl Question {
    /// The chance to see a difference at least this far beyond the margin where there is none (two-sided, Student's t); `None` where no
    /// difference can be claimed.
    pub(super) fn p(&self) -> Option<f64> {
        let difference = self.difference.filter(|_| self.unequal.is_none() && self.better != Better::Neither)?;
        let beyond = difference.mean.abs() - self.margin;
        if self.exact {
            return Some(if beyond > 0.0 { 0.0 } else { 1.0 });
        }
        let error = difference.standard_error?;
        if beyond <= 0.0 {
            return Some(1.0);
        }
        Some(if error > 0.0 { two_sided_p(beyond / error, difference.count - 1) } else { 0.0 })
    }

    /// The verdict and its reason, once the chance is adjusted to how much is asked; `None` for a metric without a better side and
    /// without a value.
    pub(super) fn verdict(&self, adjusted_p: Option<f64>) -> Option<(Verdict, Option<String>)> {
        if self.better == Better::Neither {
            return None;
        }
        if let Some(why) = &self.unequal {
            return Some((Verdict::NotComparable, Some(why.clone())));
        }
        let difference = self.difference?;
        let Some(p) = adjusted_p else {
            return Some((Verdict::Undecided, Some("one replication; five or more can tell".to_owned())));
        };
        let size = difference.mean.abs();
        if p <= LEVEL && size > self.margin {
            let up = difference.mean > 0.0;
            let verdict = if up == (self.better == Better::Higher) { Verdict::Better } else { Verdict::Worse };
            return Some((verdict, None));
        }
        let half = if self.exact { 0.0 } else { difference.half_width.unwrap_or(f64::INFINITY) };
        if size + half <= self.margin || (size <= 0.0 && half <= 0.0) {
            return Some((Verdict::NoRelevantDifference, None));
        }
        Some((Verdict::Undecided, Some(needed(&difference, self.margin, half))))
    }
}

/// How many replications would decide, if the difference and its spread stay as they are: the half width falls with the root of their number.
fn needed(difference: &Estimated, margin: f64, half: f64) -> String {
    let room = (difference.mean.abs() - margin).abs();
    let count = difference.count as f64 * (half / room) * (half / room);
    if room > 0.0 && count.is_finite() && count <= REPLICATIONS_NAMED {
        format!("about {:.0} replications would decide", count.ceil().max(difference.count as f64 + 1.0))
    } else {
        "the difference lies at the edge of what is relevant".to_owned()
    }
}

/// Holm's adjustment (Scandinavian Journal of Statistics 6, 1979): the chance of each claim if any false claim among all is to be as rare as
/// one alone. `family` is how many claims could be made, at least as many as there are chances here.
pub(super) fn holm(chances: &[f64], family: usize) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    let mut adjusted = vec![1.0; chances.len()];
    let mut most: f64 = 0.0;
    for (rank, at) in order.into_iter().enumerate() {
        let left = family.max(chances.len()) - rank;
        most = most.max((chances[at] * left as f64).min(1.0));
        adjusted[at] = most;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::super::statistics::estimate;
    use super::*;

    fn question(differences: &[f64], margin: f64, better: Better) -> Question {
        Question { difference: estimate(differences), margin, better, exact: false, unequal: None }
    }

    fn verdict(question: &Question) -> Option<Verdict> {
        question.verdict(question.p()).map(|(verdict, _)| verdict)
    }

    #[test]
    fn a_difference_must_lie_beyond_the_margin() {
        // Mean -1.5, half width 0.9187 (by hand in `statistics`).
        let differences = [-1.0, -2.0, -1.0, -2.0];
        assert_eq!(verdict(&question(&differences, 0.5, Better::Lower)), Some(Verdict::Better));
        assert_eq!(verdict(&question(&differences, 0.5, Better::Higher)), Some(Verdict::Worse));
        assert_eq!(verdict(&question(&differences, 0.6, Better::Lower)), Some(Verdict::Undecided));
        assert_eq!(verdict(&question(&differences, 2.4, Better::Lower)), Some(Verdict::Undecided));
        assert_eq!(verdict(&question(&differences, 2.5, Better::Lower)), Some(Verdict::NoRelevantDifference));
        assert_eq!(verdict(&question(&differences, 0.5, Better::Neither)), None);
        // The interval touches the margin where the chance is 5 %.
        let edge = question(&differences, 1.5 - 0.918_693, Better::Lower);
        assert!((edge.p().expect("a chance") - 0.05).abs() < 1e-4, "{:?}", edge.p());
    }

    #[test]
    fn one_replication_decides_only_where_nothing_is_drawn() {
        let mut one = question(&[3.0], 1.0, Better::Lower);
        assert_eq!(verdict(&one), Some(Verdict::Undecided));
        one.exact = true;
        assert_eq!(verdict(&one), Some(Verdict::Worse));
        one.margin = 3.0;
        assert_eq!(verdict(&one), Some(Verdict::NoRelevantDifference));
        one.unequal = Some("does 23.0 % less work".to_owned());
        assert_eq!(verdict(&one), Some(Verdict::NotComparable));
    }

    #[test]
    fn equal_values_are_no_difference_without_any_margin() {
        assert_eq!(verdict(&question(&[0.0, 0.0, 0.0], 0.0, Better::Lower)), Some(Verdict::NoRelevantDifference));
        // A constant difference is beyond any doubt.
        assert_eq!(verdict(&question(&[0.3, 0.3, 0.3], 0.0, Better::Lower)), Some(Verdict::Worse));
    }

    #[test]
    fn undecided_says_how_many_replications_would_do() {
        // Mean 1, deviation 2 over 4: half width 2 x 3.18245 / 2 = 3.18245; without a margin 4 x 3.18245^2 = 40.5.
        let open = question(&[-1.309_401_076_758_503, 1.0, 1.0, 3.309_401_076_758_503], 0.0, Better::Lower);
        let (_, reason) = open.verdict(open.p()).expect("a verdict");
        let half = open.difference.expect("values").half_width.expect("a width");
        let wanted = (4.0 * half * half).ceil();
        assert_eq!(reason.expect("a reason"), format!("about {wanted:.0} replications would decide"));
    }

    #[test]
    fn claims_are_adjusted_to_their_number() {
        // 0.01 x 4, 0.02 x 3, then 0.03 x 2 = 0.06, not less than the one before; 0.9 x 1.
        let adjusted = holm(&[0.03, 0.01, 0.9, 0.02], 4);
        for (found, wanted) in adjusted.iter().zip([0.06, 0.04, 0.9, 0.06]) {
            assert!((found - wanted).abs() < 1e-12, "{adjusted:?}");
        }
        assert!((holm(&[0.01], 10)[0] - 0.1).abs() < 1e-12);
    }
}
