//! Numbers as people read them: three or four digits and a unit of their size.

/// A number with three significant digits or so, no exponent: `0.0123`, `1.23`, `12.3`, `123`, `1,234,567`.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let text = if size >= 99.95 {
        grouped(&format!("{value:.0}"))
    } else if size >= 9.995 {
        format!("{value:.1}")
    } else if size >= 0.9995 {
        format!("{value:.2}")
    } else if size >= 0.0001 {
        format!("{value:.4}")
    } else {
        "<0.0001".to_owned()
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A whole number with its thousands set off.
pub(super) fn count(value: u64) -> String {
    grouped(&value.to_string())
}

fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The value in the largest of the units in which it is at least 1, else in the first. Units ascend.
fn scaled(value: f64, units: &[(f64, &str)]) -> String {
    let mut best = units[0];
    for unit in units {
        if value.abs() >= unit.0 {
            best = *unit;
        }
    }
    format!("{} {}", number(value / best.0), best.1)
}

/// A span of time.
pub(super) fn seconds(value: f64) -> String {
    if value == 0.0 {
        return "0 s".to_owned();
    }
    // Days only from two on: "1.5 d" is harder to read than "36 h".
    let units = [(1e-9, "ns"), (1e-6, "us"), (1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (172_800.0, "d")];
    if value >= 172_800.0 { format!("{} d", number(value / 86_400.0)) } else { scaled(value, &units[..6]) }
}

/// An energy.
pub(super) fn energy(kwh: f64) -> String {
    scaled(kwh, &[(1.0, "kWh"), (1e3, "MWh"), (1e6, "GWh"), (1e9, "TWh")])
}

/// A mass of carbon.
pub(super) fn carbon(kg: f64) -> String {
    scaled(kg, &[(1.0, "kg"), (1e3, "t"), (1e6, "kt"), (1e9, "Mt")])
}

/// An amount of money.
pub(super) fn money(cny: f64) -> String {
    scaled(cny, &[(1.0, "CNY"), (1e6, "M CNY"), (1e9, "G CNY")])
}

/// An amount of data.
pub(super) fn bytes(value: f64) -> String {
    let units =
        [(1.0, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB"), (1e15, "PB"), (1e18, "EB"), (1e21, "ZB")];
    scaled(value, &units)
}

/// A rate of data.
pub(super) fn bit_rate(value: f64) -> String {
    scaled(value, &[(1.0, "bps"), (1e3, "kbps"), (1e6, "Mbps"), (1e9, "Gbps"), (1e12, "Tbps"), (1e15, "Pbps")])
}

/// A share as percent.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent == 0.0 {
        "0 %".to_owned()
    } else if percent < 0.05 {
        "<0.1 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_have_a_unit_of_their_size() {
        assert_eq!(number(1_234_567.0), "1,234,567");
        assert_eq!(number(999.6), "1,000");
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(1.0), "1");
        assert_eq!(number(0.5), "0.5");
        assert_eq!(number(1e-9), "<0.0001");
        assert_eq!(seconds(3_800.008), "1.06 h");
        assert_eq!(seconds(0.02), "20 ms");
        assert_eq!(seconds(190.008), "3.17 min");
        assert_eq!(seconds(604_800.0), "7 d");
        assert_eq!(seconds(129_600.0), "36 h");
        assert_eq!(energy(2.07), "2.07 kWh");
        assert_eq!(energy(1_234_000.0), "1.23 GWh");
        assert_eq!(bytes(250e9), "250 GB");
        assert_eq!(bit_rate(4e11), "400 Gbps");
        assert_eq!(money(25.72), "25.7 CNY");
        assert_eq!(carbon(0.99), "0.99 kg");
        assert_eq!(percent(1.0 / 36.0), "2.8 %");
        assert_eq!(percent(1e-5), "<0.1 %");
        assert_eq!(count(200_000), "200,000");
    }
}
