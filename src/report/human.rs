//! Numbers as people read them: three or four digits and a unit of their size.

/// What a number measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    /// A number without a unit.
    Number,
    /// A whole number.
    Count,
    /// A whole number in at most seven characters: the last digits of large ones become a letter.
    ShortCount,
    /// A large number, as of requests: its thousands may become a letter.
    Amount,
    /// A share, as percent.
    Share,
    /// A share, as whole percent.
    WholeShare,
    /// A span of time in seconds.
    Seconds,
    /// An energy in kWh.
    Energy,
    /// A mass of carbon in kg.
    Carbon,
    /// Money in CNY.
    Money,
    /// Data in bytes.
    Bytes,
    /// A rate of data in bit/s.
    BitRate,
}

type Units = &'static [(f64, &'static str)];

const SECONDS: Units =
    &[(1e-9, "ns"), (1e-6, "us"), (1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (86_400.0, "d")];
const ENERGY: Units = &[(1.0, "kWh"), (1e3, "MWh"), (1e6, "GWh"), (1e9, "TWh")];
const CARBON: Units = &[(1.0, "kg"), (1e3, "t"), (1e6, "kt"), (1e9, "Mt")];
const MONEY: Units = &[(1.0, "CNY"), (1e6, "M CNY"), (1e9, "G CNY")];
const BYTES: Units =
    &[(1.0, "B"), (1e3, "kB"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB"), (1e15, "PB"), (1e18, "EB"), (1e21, "ZB")];
const BIT_RATE: Units = &[(1.0, "bps"), (1e3, "kbps"), (1e6, "Mbps"), (1e9, "Gbps"), (1e12, "Tbps"), (1e15, "Pbps")];

impl Quantity {
    /// A number as text, in the unit of its size.
    #[must_use]
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Number => number(value),
            Self::Count => grouped(&format!("{value:.0}")),
            Self::ShortCount => short_count(value),
            Self::Amount => amount(value),
            Self::Share => percent(value),
            Self::WholeShare => format!("{:.0} %", value * 100.0),
            Self::Seconds => seconds(value),
            Self::Energy => energy(value),
            Self::Carbon => carbon(value),
            Self::Money => money(value),
            Self::Bytes => bytes(value),
            Self::BitRate => bit_rate(value),
        }
    }

    /// The unit in which a number of this size is at least 1, and the size of that unit.
    #[must_use]
    pub fn unit(self, size: f64) -> (f64, &'static str) {
        let units: Units = match self {
            Self::Number | Self::Count | Self::ShortCount => &[(1.0, "")],
            Self::Amount => &[(1.0, ""), (1e6, "millions"), (1e9, "billions")],
            Self::Share | Self::WholeShare => &[(0.01, "%")],
            Self::Seconds => &SECONDS[2..6],
            Self::Energy => ENERGY,
            Self::Carbon => CARBON,
            Self::Money => MONEY,
            Self::Bytes => BYTES,
            Self::BitRate => BIT_RATE,
        };
        units.iter().rev().find(|unit| size >= unit.0).copied().unwrap_or(units[0])
    }

    /// Whether such numbers have no decimals.
    pub(super) const fn is_whole(self) -> bool {
        matches!(self, Self::Count | Self::ShortCount | Self::WholeShare)
    }
}

fn short_count(value: f64) -> String {
    match value {
        v if v < 1e5 => grouped(&format!("{v:.0}")),
        v if v < 1e6 => format!("{:.0} k", v / 1e3),
        v if v < 1e7 => format!("{:.2} M", v / 1e6),
        v => format!("{:.1} M", v / 1e6),
    }
}

/// A large number with its thousands in a letter: `1.21 G`.
pub(super) fn amount(value: f64) -> String {
    let units = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")];
    match units.into_iter().find(|(size, _)| value.abs() >= *size) {
        Some((1e4, letter)) => format!("{}{letter}", number(value / 1e3)),
        Some((size, letter)) => format!("{}{letter}", number(value / size)),
        None => number(value),
    }
}

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

/// A number with its thousands set off.
pub(super) fn grouped(digits: &str) -> String {
    let (digits, decimals) = digits.find('.').map_or((digits, ""), |point| digits.split_at(point));
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(decimals);
    text
}

/// The value in the largest of the units in which it is at least 1, else in the first. Units ascend.
fn scaled(value: f64, units: Units) -> String {
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
    if value >= 172_800.0 { scaled(value, &SECONDS[6..]) } else { scaled(value, &SECONDS[..6]) }
}

/// An energy.
pub(super) fn energy(kwh: f64) -> String {
    scaled(kwh, ENERGY)
}

/// A mass of carbon.
pub(super) fn carbon(kg: f64) -> String {
    scaled(kg, CARBON)
}

/// An amount of money.
pub(super) fn money(cny: f64) -> String {
    scaled(cny, MONEY)
}

/// An amount of data.
pub(super) fn bytes(value: f64) -> String {
    scaled(value, BYTES)
}

/// A rate of data.
pub(super) fn bit_rate(value: f64) -> String {
    scaled(value, BIT_RATE)
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
        assert_eq!([1.21e12, 9.0e9, 25_000.0, 9_999.0, 0.5].map(amount), ["1.21 T", "9 G", "25 k", "9,999", "0.5"]);
        let short = [99_999.0, 123_456.0, 1_234_567.0, 27_000_000.0].map(short_count);
        assert_eq!(short, ["99,999", "123 k", "1.23 M", "27.0 M"]);
        assert_eq!(grouped("-1234567.25"), "-1,234,567.25");
    }
}
