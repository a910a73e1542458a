//! Factors of arrivals by hour of the day and day of the week.
//!
//! The named profiles are estimates: shapes that everyone would agree on, not measurements. A study that depends on the
//! shape gives its own factors (`hours`, `days`).

use super::super::diagnostic::Diagnostics;
use super::super::raw::{At, DayProfile, WeekProfile};
use std::ops::Range;

/// Working hours: a tenth of the daily peak at night, a rise from 7, the peak from 9 to 18 with a dip at noon, and an
/// evening that fades out. Estimate.
const OFFICE: [f64; 24] = [
    0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.2, 0.4, 0.7, 1.0, 1.0, 0.9, 0.6, 0.8, 1.0, 1.0, 1.0, 0.9, 0.6, 0.5, 0.4, 0.3, 0.2,
    0.1,
];

/// People online: least at 4, a plateau over the day, most at 21. Estimate.
const ONLINE: [f64; 24] = [
    0.45, 0.30, 0.22, 0.17, 0.15, 0.18, 0.28, 0.42, 0.55, 0.62, 0.66, 0.70, 0.74, 0.70, 0.66, 0.65, 0.67, 0.70, 0.76,
    0.86, 0.95, 1.00, 0.90, 0.68,
];

/// From 22 to 6, evenly: work that is put off to the night. Estimate.
const NIGHT: [f64; 24] = [
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0,
    1.0,
];

/// Five working days, a Saturday of a half and a Sunday of two fifths. Estimate.
const WEEK: [f64; 7] = [1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.4];

/// The factors of the 168 hours of a week from Monday midnight, of mean 1: hour times day.
pub(super) fn weekly(
    by_hour: Option<&At<DayProfile>>,
    by_day: Option<&At<WeekProfile>>,
    out: &mut Diagnostics,
) -> Option<Box<[f64; 168]>> {
    let hours = match by_hour.map(|profile| (profile.get(), profile.span())) {
        None | Some((DayProfile::Flat, _)) => Some([1.0; 24]),
        Some((DayProfile::Office, _)) => Some(OFFICE),
        Some((DayProfile::Online, _)) => Some(ONLINE),
        Some((DayProfile::Night, _)) => Some(NIGHT),
        Some((DayProfile::Hours(factors), span)) => given(factors, "hours", span, out),
    };
    let days = match by_day.map(|profile| (profile.get(), profile.span())) {
        None | Some((WeekProfile::Flat, _)) => Some([1.0; 7]),
        Some((WeekProfile::Week, _)) => Some(WEEK),
        Some((WeekProfile::Days(factors), span)) => given(factors, "days", span, out),
    };
    let (hours, days) = (hours?, days?);
    // Each is scaled by itself: the mean over hours and days of the product is then the product of the means, 1.
    let (hour_mean, day_mean) = (hours.iter().sum::<f64>() / 24.0, days.iter().sum::<f64>() / 7.0);
    Some(Box::new(std::array::from_fn(|at| hours[at % 24] / hour_mean * (days[at / 24] / day_mean))))
}

/// Factors as given: the right number of them, none negative, not all zero.
fn given<const N: usize>(factors: &[f64], what: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<[f64; N]> {
    let Ok(array) = <[f64; N]>::try_from(factors) else {
        out.error(span, format!("`{what}` needs {N} factors, not {}", factors.len()));
        return None;
    };
    if let Some(wrong) = array.iter().find(|factor| !(0.0..=1e9).contains(*factor)) {
        out.error(span, format!("a factor of `{what}` must be 0 or more, not {wrong}"));
        return None;
    }
    if array.iter().sum::<f64>() <= 0.0 {
        out.error(span, format!("the factors of `{what}` are all 0"));
        return None;
    }
    Some(array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_have_mean_one() {
        for by_hour in [DayProfile::Flat, DayProfile::Office, DayProfile::Online, DayProfile::Night] {
            for by_day in [WeekProfile::Flat, WeekProfile::Week] {
                let mut out = Diagnostics::default();
                let profile =
                    weekly(Some(&At::nowhere(by_hour.clone())), Some(&At::nowhere(by_day)), &mut out).expect("known");
                let mean = profile.iter().sum::<f64>() / 168.0;
                assert!((mean - 1.0).abs() < 1e-12, "{by_hour:?}: {mean}");
            }
        }
        // The peaks and the troughs are where the documentation of the language says.
        let of = |factors: &[f64; 24], better: fn(f64, f64) -> bool| {
            (1..24).fold(0, |best, hour| if better(factors[hour], factors[best]) { hour } else { best })
        };
        assert_eq!((of(&ONLINE, |a, b| a < b), of(&ONLINE, |a, b| a > b)), (4, 21));
    }
}
