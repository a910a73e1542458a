//! Where ticks stand.

use super::figure::Axis;

/// Ticks of an axis as wide as a figure.
pub(super) const WHOLE: f64 = 6.0;
/// Ticks of an axis half as wide.
pub(super) const HALF: f64 = 4.0;

/// A linear axis over values, from 0 where they are not negative, with about so many ticks at 1, 2 or 5 times a power of ten. Very large
/// and very small numbers are told in thousands, millions and so on, which stand before the unit.
pub(super) fn linear((label, unit): (&str, &str), most: f64, values: impl IntoIterator<Item = f64>) -> Axis {
    let (mut low, mut high) = (0.0_f64, 0.0_f64);
    for value in values.into_iter().filter(|value| value.is_finite()) {
        (low, high) = (low.min(value), high.max(value));
    }
    if high - low <= 0.0 {
        high = low + 1.0;
    }
    let step = step((high - low) / (most - 1.0));
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let peak = high.max(-low);
    let power = if (0.01..10_000.0).contains(&peak) { 0 } else { 3 * (libm::log10(peak) / 3.0).floor() as i32 };
    let scale = libm::pow(10.0, f64::from(power));
    let places = (-libm::log10(step / scale)).ceil().clamp(0.0, 6.0) as usize;
    let count = (last - first).round() as i32;
    let tick = |at: i32| {
        let value = (first + f64::from(at)) * step;
        // A hyphen is no minus.
        (value, format!("{:.places$}", value / scale).replace('-', "\u{2212}"))
    };
    let ticks: Vec<(f64, String)> = (0..=count).map(tick).collect();
    let label = match (power, unit) {
        (0, "") => label.to_owned(),
        (0, unit) => format!("{label} ({unit})"),
        (power, unit) => format!("{label} ({})", format!("10{} {unit}", raised(power)).trim_end()),
    };
    Axis { label, low: first * step, high: last * step, ticks, grid: true, upright: false }
}

/// An exponent in raised digits.
fn raised(power: i32) -> String {
    const DIGITS: [char; 10] = [
        '\u{2070}', '\u{b9}', '\u{b2}', '\u{b3}', '\u{2074}', '\u{2075}', '\u{2076}', '\u{2077}', '\u{2078}',
        '\u{2079}',
    ];
    let digit = |c: char| c.to_digit(10).map_or('\u{207b}', |digit| DIGITS[digit as usize]);
    power.to_string().chars().map(digit).collect()
}

/// The least of 1, 2 and 5 times a power of ten that is no less.
fn step(least: f64) -> f64 {
    let power = libm::pow(10.0, libm::log10(least).floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * (1.0 - 1e-9))
        .unwrap_or(10.0 * power)
}

/// A logarithmic axis up to a value: points stand at [`log`] of theirs. `units` are the ticks, with their words.
pub(super) fn logarithmic(label: &str, least: f64, most: f64, units: &[(f64, &str)]) -> Axis {
    let most = most.max(least * 10.0);
    // Ticks closer than a thirteenth of the axis would touch.
    let (low, high) = (log(least), log(most));
    let mut ticks: Vec<(f64, String)> = Vec::new();
    for (value, word) in units.iter().filter(|(value, _)| (least..=most).contains(value)) {
        let at = log(*value);
        if ticks.last().is_none_or(|(last, _)| at - last > (high - low) / 9.0) {
            ticks.push((at, (*word).to_owned()));
        }
    }
    Axis { label: label.to_owned(), low, high, ticks, grid: true, upright: false }
}

/// Where a value stands on a logarithmic axis.
pub(super) fn log(value: f64) -> f64 {
    libm::log10(value.max(1e-12))
}

/// Time since the start of a run: in hours up to two days, else in days.
pub(super) fn time(end_s: f64) -> (Axis, f64) {
    let (unit, label) = if end_s <= 172_800.0 { (3600.0, "h") } else { (86_400.0, "d") };
    let mut axis = linear(("Time", label), WHOLE, [end_s / unit]);
    axis.high = end_s / unit;
    axis.ticks.retain(|(at, _)| *at <= axis.high);
    axis.grid = false;
    (axis, unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|(_, word)| word.as_str()).collect()
    }

    fn over(values: &[f64]) -> Axis {
        linear(("Cost", "CNY"), WHOLE, values.iter().copied())
    }

    #[test]
    fn ticks_are_round() {
        assert_eq!(words(&over(&[0.0, 1.0])), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(words(&over(&[37.0])), ["0", "10", "20", "30", "40"]);
        assert_eq!(words(&over(&[-0.3, 0.3])), ["\u{2212}0.4", "\u{2212}0.2", "0.0", "0.2", "0.4"]);
        assert_eq!(words(&over(&[])).len(), 6);
        for most in [1e-9, 0.07, 3.0, 99.0, 12_345.0, 7e12] {
            let axis = over(&[most]);
            assert!((2..=7).contains(&axis.ticks.len()) && axis.high >= most, "{most}: {axis:?}");
            assert!(words(&axis).iter().all(|word| word.chars().count() <= 5), "{most}: {axis:?}");
        }
    }

    #[test]
    fn large_numbers_are_told_in_thousands() {
        let axis = over(&[2.5e6]);
        assert_eq!(
            (words(&axis), axis.label.as_str()),
            (vec!["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"], "Cost (10\u{2076} CNY)")
        );
        let axis = linear(("Share", ""), HALF, [0.003]);
        assert_eq!((words(&axis), axis.label.as_str()), (vec!["0", "1", "2", "3"], "Share (10\u{207b}\u{b3})"));
        assert_eq!(over(&[12.0]).label, "Cost (CNY)");
        assert_eq!(linear(("Jobs", ""), WHOLE, [12.0]).label, "Jobs");
    }

    #[test]
    fn time_and_logarithms() {
        assert_eq!(words(&time(604_800.0).0), ["0", "2", "4", "6"]);
        assert_eq!(words(&time(7200.0).0), ["0.0", "0.5", "1.0", "1.5", "2.0"]);
        let axis = logarithmic("", 1.0, 3600.0, &[(1.0, "1 s"), (60.0, "1 min"), (90.0, "near"), (3600.0, "1 h")]);
        assert_eq!(words(&axis), ["1 s", "1 min", "1 h"]);
    }
}
