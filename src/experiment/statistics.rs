//! Means over replications, their intervals, and paired differences.

use super::student::t_quantile;
use serde::Serialize;

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;

/// A mean over replications.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimated {
    /// The mean of the values there are.
    pub mean: f64,
    /// Half the width of its interval, `t s / sqrt(n)` with Student's t of n - 1 degrees and the sample's deviation s; `None` with
    /// fewer than two values.
    pub half_width: Option<f64>,
    /// The standard error of the mean, s / sqrt(n); `None` with fewer than two values.
    #[serde(skip)]
    pub standard_error: Option<f64>,
    /// How many values there are.
    pub count: u64,
}

/// The mean of some values and its interval; `None` without a value.
#[must_use]
pub fn estimate(values: &[f64]) -> Option<Estimated> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    // Taken as differences to the first value, so that equal values have a deviation of exactly zero.
    let first = values[0];
    let mean = first + values.iter().map(|value| value - first).sum::<f64>() / count;
    let quantile = t_quantile(CONFIDENCE, values.len() as u64 - 1);
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    let standard_error = quantile.map(|_| (squares / (count - 1.0) / count).sqrt());
    let half_width = quantile.zip(standard_error).map(|(t, error)| t * error);
    Some(Estimated { mean, half_width, standard_error, count: values.len() as u64 })
}

/// The differences of the replications that both have a value for.
#[must_use]
pub fn paired(values: &[Option<f64>], baseline: &[Option<f64>]) -> Vec<f64> {
    values.iter().zip(baseline).filter_map(|(value, base)| Some((*value)? - (*base)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) {
        assert!((value - expected).abs() < 1e-3, "{value} is not {expected}");
    }

    #[test]
    fn mean_and_interval_by_hand() {
        // 2, 4, 6, 8: mean 5; squares 9 + 1 + 1 + 9 = 20, / 3 = 6.6667, / 4 = 1.6667, root 1.29099; t(3) = 3.18245; half 4.1085.
        let it = estimate(&[2.0, 4.0, 6.0, 8.0]).expect("values");
        close(it.mean, 5.0);
        close(it.half_width.expect("interval"), 4.1085);
        assert_eq!(it.count, 4);
        assert_eq!(estimate(&[]), None);
        assert_eq!(estimate(&[7.0]), Some(Estimated { mean: 7.0, half_width: None, standard_error: None, count: 1 }));
    }

    #[test]
    fn pairing_sees_what_means_do_not() {
        // Both swing from 10 to 40 with the replication, the difference is 1, 2, 1, 2 below: mean -1.5, squares 4 x 0.25 = 1,
        // / 3 / 4 = 0.08333, root 0.288675, x 3.18245 = 0.9187: the interval is [-2.42, -0.58].
        let base = [10.0, 20.0, 30.0, 40.0].map(Some);
        let other = [9.0, 18.0, 29.0, 38.0].map(Some);
        let difference = estimate(&paired(&other, &base)).expect("pairs");
        close(difference.mean, -1.5);
        close(difference.half_width.expect("interval"), 0.9187);
        // The means alone overlap widely: 23.5 and 25 with half widths of some 20.
        assert!(estimate(&[10.0, 20.0, 30.0, 40.0]).expect("values").half_width.expect("interval") > 20.0);
    }

    #[test]
    fn equal_values_show_no_difference() {
        let same = [0.1, 0.1, 0.1].map(Some);
        let difference = estimate(&paired(&same, &same)).expect("pairs");
        assert_eq!(difference, Estimated { mean: 0.0, half_width: Some(0.0), standard_error: Some(0.0), count: 3 });
        // A constant difference is seen: its interval is a point.
        let up = estimate(&[0.3, 0.3, 0.3]).expect("values");
        assert_eq!(up.half_width, Some(0.0));
    }

    #[test]
    fn gaps_are_left_out() {
        let difference = estimate(&paired(&[Some(3.0), None], &[Some(1.0), Some(2.0)])).expect("one pair");
        assert_eq!(difference, Estimated { mean: 2.0, half_width: None, standard_error: None, count: 1 });
        assert!(paired(&[None], &[Some(1.0)]).is_empty());
    }
}
