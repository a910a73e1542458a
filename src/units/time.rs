//! Simulated time: integer nanoseconds, with instants and durations as different types.

use super::parse::{self, text_serde};
use super::{UnitError, parse::Units};
use std::ops::{Add, AddAssign, Sub};

const NANOS_PER_SEC: u64 = 1_000_000_000;

/// An instant: nanoseconds since the scenario's start. 584 years fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize)]
pub struct SimTime(pub u64);

/// A span of simulated time in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SimDuration(pub u64);

const UNITS: Units = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", NANOS_PER_SEC as u128),
    ("min", 60 * NANOS_PER_SEC as u128),
    ("h", 3600 * NANOS_PER_SEC as u128),
    ("d", 86_400 * NANOS_PER_SEC as u128),
    ("w", 604_800 * NANOS_PER_SEC as u128),
];

const EXPECTED: &str = "a duration such as \"20 ms\", \"1 h\" or \"2 d 22 h\"";

impl SimTime {
    /// The scenario's start.
    pub const ZERO: Self = Self(0);
    /// Later than every event.
    pub const MAX: Self = Self(u64::MAX);
    /// The end of the clock: 500 years after the start. No run goes on beyond it. What lies behind it is left for sums, which stop at
    /// [`SimTime::MAX`], so that instants that are handled are never mixed up with those that could not be told apart.
    pub const END: Self = Self(5 * 36_525 * SimDuration::DAY.0);

    /// The span from `earlier` to this instant; zero if `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> SimDuration {
        SimDuration(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the start, for display and statistics.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// The instant a given number of whole seconds after the start.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SEC))
    }
}

impl SimDuration {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than every run.
    pub const MAX: Self = Self(u64::MAX);
    /// One hour.
    pub const HOUR: Self = Self(3600 * NANOS_PER_SEC);
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400 * NANOS_PER_SEC);

    /// A span of whole seconds.
    #[must_use]
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(NANOS_PER_SEC))
    }

    /// The nearest span to a number of seconds; negative and not-a-number become zero, too large becomes the maximum.
    #[must_use]
    pub fn from_secs_f64(seconds: f64) -> Self {
        // Float-to-integer casts saturate and send NaN to 0; adding one half rounds to nearest without libm.
        Self((seconds * NANOS_PER_SEC as f64 + 0.5) as u64)
    }

    /// The span in seconds, for display and statistics.
    #[must_use]
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NANOS_PER_SEC as f64
    }

    /// The sum, at most [`SimDuration::MAX`].
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Add<SimDuration> for SimTime {
    type Output = Self;
    fn add(self, span: SimDuration) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl AddAssign<SimDuration> for SimTime {
    fn add_assign(&mut self, span: SimDuration) {
        *self = *self + span;
    }
}

impl Sub for SimTime {
    type Output = SimDuration;
    fn sub(self, earlier: Self) -> SimDuration {
        self.since(earlier)
    }
}

impl Add for SimDuration {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.saturating_add(other)
    }
}

/// Nanoseconds as exact decimal seconds without trailing zeros: `20008000000` is `20.008`.
#[must_use]
pub fn seconds_text(nanos: u64) -> String {
    let (whole, fraction) = (nanos / NANOS_PER_SEC, nanos % NANOS_PER_SEC);
    if fraction == 0 {
        return whole.to_string();
    }
    let digits = format!("{fraction:09}");
    format!("{whole}.{}", digits.trim_end_matches('0'))
}

/// Splits "2 d 22 h" before each number that follows a unit; the `e` of "1e3 s" is no unit.
fn parts(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut starts = vec![0];
    let mut in_unit = false;
    for (at, c) in text.char_indices() {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        let exponent = matches!(c, 'e' | 'E') && at > 0 && digit(at - 1) && digit(at + 1 + usize::from(signed));
        if c.is_ascii_alphabetic() && !exponent {
            in_unit = true;
        } else if in_unit && c.is_ascii_digit() {
            starts.push(at);
            in_unit = false;
        }
    }
    starts
        .iter()
        .enumerate()
        .map(|(i, &start)| text[start..starts.get(i + 1).copied().unwrap_or(text.len())].trim())
        .collect()
}

impl std::str::FromStr for SimDuration {
    type Err = UnitError;
    fn from_str(text: &str) -> Result<Self, UnitError> {
        let too_large = || UnitError {
            expected: EXPECTED,
            found: text.to_owned(),
            problem: "too large (at most 584 years)".to_owned(),
        };
        // "1e3 s" is one number, not two: only a text with several parts that each parse is a sum.
        if let Ok(value) = parse::integer(text, EXPECTED, UNITS) {
            return u64::try_from(value).map(Self).map_err(|_| too_large());
        }
        let pieces = parts(text);
        if pieces.len() < 2 {
            parse::integer(text, EXPECTED, UNITS)?;
        }
        let mut total: u128 = 0;
        for piece in pieces {
            total += parse::integer(piece, EXPECTED, UNITS).map_err(|e| UnitError { found: text.to_owned(), ..e })?;
        }
        u64::try_from(total).map(Self).map_err(|_| too_large())
    }
}

impl std::fmt::Display for SimDuration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&parse::integer_text(u128::from(self.0), UNITS))
    }
}

text_serde!(SimDuration, "a duration such as \"20 ms\", \"1 h\" or \"2 d 22 h\"");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_and_write() {
        for (text, nanos, back) in [
            ("20 ms", 20_000_000, "20 ms"),
            ("2 d 22 h", 252_000 * NANOS_PER_SEC, "70 h"),
            ("1.5h", 5400 * NANOS_PER_SEC, "90 min"),
            ("1e3 s", 1000 * NANOS_PER_SEC, "1000 s"),
            ("0 s", 0, "0 ns"),
            ("2w", 2 * 604_800 * NANOS_PER_SEC, "2 w"),
        ] {
            let span: SimDuration = text.parse().expect(text);
            assert_eq!(span, SimDuration(nanos), "{text}");
            assert_eq!(span.to_string(), back);
            assert_eq!(back.parse(), Ok(span));
        }
        for text in ["", "5", "h", "5 parsecs", "1 h 5", "1e40 w", "-3 s"] {
            assert!(text.parse::<SimDuration>().is_err(), "{text}");
        }
        assert_eq!("1 h 2e1 s".parse(), Ok(SimDuration(3620 * NANOS_PER_SEC)));
        for text in ["1e40 w", "1e30 s", "1e+30 s", "1 h 1e30 s"] {
            let error = text.parse::<SimDuration>().expect_err(text).to_string();
            assert!(error.contains("too large"), "{error}");
        }
    }

    #[test]
    fn seconds_are_written_exactly() {
        assert_eq!(seconds_text(20_008_000_000), "20.008");
        assert_eq!(seconds_text(3_600_000_000_000), "3600");
        assert_eq!(seconds_text(1), "0.000000001");
    }
}
