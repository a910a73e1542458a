//! Figures in words: with the digits that mean something, their intervals, and units of their size.

use crate::report::Quantity;

/// A figure in the unit of its size, with its interval.
pub(super) fn figure(value: f64, half_width: Option<f64>, unit: &str) -> String {
    let quantity = match unit {
        "B" => Quantity::Bytes,
        "kWh" => Quantity::Energy,
        "kg" => Quantity::Carbon,
        "CNY" => Quantity::Money,
        "s" => return in_fitting_unit(value, half_width, unit),
        "" => return with_half_width(value, half_width, false),
        _ => return format!("{} {unit}", with_half_width(value, half_width, false)),
    };
    let (size, word) = quantity.unit(value.abs());
    format!("{} {word}", with_half_width(value / size, half_width.map(|half| half / size), false))
}

/// A difference with its sign and interval.
pub(super) fn signed(value: f64, half_width: Option<f64>) -> String {
    match half_width.filter(|half| *half > 0.0) {
        Some(_) => with_half_width(value, half_width, true),
        None => format!("{value:+.1}"),
    }
}

/// A time in the largest unit of which there are two; anything else as it is.
pub(super) fn in_fitting_unit(value: f64, half_width: Option<f64>, unit: &str) -> String {
    if unit != "s" {
        return with_half_width(value, half_width, false);
    }
    let units = [(86_400.0, "d"), (3600.0, "h"), (60.0, "min")];
    let (scale, word) = units.into_iter().find(|(scale, _)| value.abs() >= 2.0 * scale).unwrap_or((1.0, "s"));
    let (value, half_width) = (value / scale, half_width.map(|half| half / scale));
    match half_width.filter(|half| *half > 0.0) {
        Some(_) => format!("{} {word}", with_half_width(value, half_width, false)),
        None => format!("{} {word}", grouped(value, decimals(value, 3))),
    }
}

/// A mean beside the baseline: the difference in percent, or how many times as much from ten times on.
pub(super) fn compared(mean: f64, difference: f64, base: Option<f64>) -> Option<String> {
    let times = mean / base.filter(|base| *base > 0.0).unwrap_or(f64::INFINITY);
    if times >= 10.0 { Some(format!("x {}", grouped(times, decimals(times, 3)))) } else { part_of(difference, base) }
}

/// A difference as a part of the baseline, which is not zero.
pub(super) fn part_of(difference: f64, base: Option<f64>) -> Option<String> {
    let base = base.filter(|base| base.abs() > 0.0)?;
    let percent = format!("{:+.1}", difference / base.abs() * 100.0);
    let percent = if percent.trim_start_matches(['+', '-']) == "0.0" { "0.0" } else { &percent };
    Some(format!("{percent} %"))
}

/// A value and its half width to the second digit of the latter; where that is nothing, to five digits.
pub(super) fn with_half_width(value: f64, half_width: Option<f64>, signed: bool) -> String {
    let sign = match value {
        v if v < 0.0 => "-",
        v if v > 0.0 && signed => "+",
        _ => "",
    };
    let text = match half_width.filter(|half| *half > 0.0) {
        Some(half) => {
            let decimals = decimals(half, 2).max(decimals(value, 1));
            return format!("{sign}{} ± {}", grouped(value.abs(), decimals), grouped(half, decimals));
        }
        None => grouped(value.abs(), decimals(value, 5)),
    };
    // Zeros at the end say nothing where no interval says how exact the value is.
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if half_width.is_some() { format!("{sign}{text} ± 0") } else { format!("{sign}{text}") }
}

/// A number with so many decimals, its thousands set apart from 10,000 on.
pub(super) fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let whole = text.find('.').unwrap_or(text.len());
    if whole < 5 {
        return text;
    }
    let mut grouped = String::with_capacity(text.len() + whole / 3);
    for (at, digit) in text.char_indices() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Decimals that show so many digits of a value, at most nine.
pub(super) fn decimals(value: f64, digits: usize) -> usize {
    let mut decimals = digits.saturating_sub(1);
    let mut size = value.abs();
    while size >= 10.0 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size < 1.0 && size > 0.0 && decimals < 9 {
        size *= 10.0;
        decimals += 1;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_show_the_digits_that_mean_something() {
        assert_eq!(with_half_width(1234.5678, Some(12.34), false), "1235 ± 12");
        assert_eq!(with_half_width(0.123_456, Some(0.004_56), false), "0.1235 ± 0.0046");
        assert_eq!(with_half_width(-1.5, Some(0.9187), true), "-1.50 ± 0.92");
        assert_eq!(with_half_width(23.5, None, false), "23.5");
        assert_eq!(with_half_width(123_456_789.0, None, true), "+123,456,789");
        assert_eq!(with_half_width(-12_345.6, Some(200.0), true), "-12,346 ± 200");
        assert_eq!(with_half_width(1.0 / 3.0, Some(0.0), false), "0.33333 ± 0");
        assert_eq!(with_half_width(0.0, Some(0.0), true), "0 ± 0");
        assert_eq!(grouped(9999.5, 1), "9999.5");
    }

    #[test]
    fn times_have_a_fitting_unit() {
        let time = |value| in_fitting_unit(value, None, "s");
        let wanted = ["0.644 s", "119 s", "2.00 min", "2.00 h", "12.9 d"];
        assert_eq!([0.644_44, 119.0, 120.0, 7200.0, 1_111_867.0].map(time), wanted);
        assert_eq!(in_fitting_unit(7200.0, Some(360.0), "s"), "2.00 ± 0.10 h");
        assert_eq!(in_fitting_unit(7200.0, None, "kg"), "7200");
        assert_eq!(compared(34_800.0, 34_793.9, Some(6.147)).as_deref(), Some("x 5661"));
        assert_eq!(compared(5.0, -5.0, Some(10.0)).as_deref(), Some("-50.0 %"));
        assert_eq!(compared(5.0, 5.0, Some(0.0)), None);
    }

    #[test]
    fn figures_have_the_unit_of_their_size() {
        assert_eq!(figure(40_600.0, Some(1900.0), "kg"), "40.6 ± 1.9 t");
        assert_eq!(figure(-17_477.0, None, "CNY"), "-17,477 CNY");
        assert_eq!(figure(0.25, Some(0.0), ""), "0.25 ± 0");
        assert_eq!(figure(1.5, None, "CNY/h"), "1.5 CNY/h");
        assert_eq!((signed(5.24, None), signed(-5.24, Some(0.31))), ("+5.2".to_owned(), "-5.24 ± 0.31".to_owned()));
    }
}
