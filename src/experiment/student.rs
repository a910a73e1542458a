//! Student's t distribution for a whole number of degrees of freedom.
//!
//! Its cumulative function is then a finite sum (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4): with theta = atan(t / sqrt(n)), the
//! chance that |T| <= t is
//!
//! ```text
//! n = 1       2/pi theta
//! n odd       2/pi (theta + sin theta (cos theta + 2/3 cos^3 theta + ... + (2 4 ... (n-3))/(1 3 ... (n-2)) cos^(n-2) theta))
//! n even      sin theta (1 + 1/2 cos^2 theta + (1 3)/(2 4) cos^4 theta + ... + (1 3 ... (n-3))/(2 4 ... (n-2)) cos^(n-2) theta)
//! ```
//!
//! Nothing but `+ - * / sqrt` and `libm::atan` is used, so that an interval has the same bytes on every machine; crate statrs,
//! which calls the platform's logarithms, is the oracle of the test.

/// Beyond this the sums are long and the quantile moves by less than 2 in 100,000: the next ones use it.
const DEGREES_MAX: u64 = 20_000;

/// The chance that |T| <= `t`.
fn two_sided(t: f64, degrees: u64) -> f64 {
    let ratio = t / (degrees as f64).sqrt();
    let theta = libm::atan(ratio);
    let cos = 1.0 / (1.0 + ratio * ratio).sqrt();
    let sin = ratio * cos;
    let square = cos * cos;
    let odd = degrees % 2 == 1;
    // The first term and, from each term, the factor to the next: k/(k+1) cos^2.
    let (mut term, mut k) = if odd { (cos, 2u64) } else { (1.0, 1) };
    let mut sum = if odd && degrees == 1 { 0.0 } else { term };
    while k + 2 <= degrees.saturating_sub(1) {
        term *= square * k as f64 / (k + 1) as f64;
        sum += term;
        k += 2;
    }
    if odd { std::f64::consts::FRAC_2_PI * (theta + sin * sum) } else { sin * sum }
}

/// The chance that |T| > `t`, for `t` of at least 0 and a degree of freedom or more.
pub(super) fn two_sided_p(t: f64, degrees: u64) -> f64 {
    (1.0 - two_sided(t, degrees.clamp(1, DEGREES_MAX))).clamp(0.0, 1.0)
}

/// The `t` that |T| stays within with a chance of `confidence`; `None` without a degree of freedom.
///
/// ```
/// let t = eastwest::experiment::t_quantile(0.95, 9).unwrap();
/// assert!((t - 2.262).abs() < 0.0005);
/// ```
#[must_use]
pub fn t_quantile(confidence: f64, degrees: u64) -> Option<f64> {
    if degrees == 0 || !(0.0..1.0).contains(&confidence) {
        return None;
    }
    let degrees = degrees.min(DEGREES_MAX);
    let mut high = 1.0;
    while two_sided(high, degrees) < confidence {
        high *= 2.0;
    }
    let mut low = 0.0;
    // Halving until the two are neighbors: at most 60 steps from a power of two.
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if two_sided(middle, degrees) < confidence {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};

    #[test]
    fn equals_the_tables_and_the_oracle() {
        // The table in every textbook, two-sided 95 %.
        for (degrees, table) in [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (30, 2.042), (120, 1.980)]
        {
            let t = t_quantile(0.95, degrees).expect("degrees");
            assert!((t - table).abs() < 0.000_6, "{degrees}: {t}");
        }
        for degrees in (1..60).chain([99, 1000, 5001]) {
            for confidence in [0.5, 0.9, 0.95, 0.99] {
                let oracle =
                    StudentsT::new(0.0, 1.0, degrees as f64).expect("valid").inverse_cdf(0.5 + confidence / 2.0);
                let t = t_quantile(confidence, degrees).expect("degrees");
                assert!((t - oracle).abs() < 1e-6 * oracle, "{degrees} {confidence}: {t} {oracle}");
            }
        }
        assert_eq!(t_quantile(0.95, 0), None);
        assert_eq!(t_quantile(1.0, 3), None);
        assert_eq!(t_quantile(f64::NAN, 3), None);
    }
}
