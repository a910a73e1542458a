//! Dates: RFC 3339 to nanoseconds since 1970, day of the week and time of day.

use crate::signals::Calendar;
use crate::units::SimDuration;

const DAY_NS: i128 = 86_400 * 1_000_000_000;

/// An instant on the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instant {
    /// Nanoseconds since the beginning of 1970, universal time.
    pub(super) universal: i128,
    /// Where it lies in the week on its own clock.
    pub(super) calendar: Calendar,
}

/// Days from 1970-01-01 to a date of the proleptic Gregorian calendar.
///
/// The year is taken to begin in March, so that the leap day is its last; then a day's number within 400 years is a sum.
/// After H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// So many decimal digits at the front of a text, and the rest.
fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    number.bytes().all(|b| b.is_ascii_digit()).then(|| Some((number.parse().ok()?, rest)))?
}

/// One character of a few at the front, and the rest.
fn mark<'a>(text: &'a str, marks: &[char]) -> Option<&'a str> {
    text.strip_prefix(marks)
}

/// Fraction of a second in ns, at most nine digits.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let count = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (value, rest) = digits(rest, count).filter(|_| (1..=9).contains(&count))?;
    Some((value * 10_i64.pow(9 - u32::try_from(count).ok()?), rest))
}

/// Seconds that a clock is ahead of universal time.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = digits(mark(text, &['+', '-'])?, 2)?;
    let (minutes, rest) = digits(mark(rest, &[':'])?, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Whether a text looks like a date rather than a duration: four digits and a hyphen.
pub(super) fn looks_like_date(text: &str) -> bool {
    let text = text.trim();
    digits(text, 4).is_some_and(|(_, rest)| rest.starts_with('-'))
}

/// Reads a date with time and offset (RFC 3339). `Err` says what is wrong.
pub(super) fn parse(text: &str) -> Result<Instant, String> {
    let fields = || {
        let (year, rest) = digits(text.trim(), 4)?;
        let (month, rest) = digits(mark(rest, &['-'])?, 2)?;
        let (day, rest) = digits(mark(rest, &['-'])?, 2)?;
        let (hour, rest) = digits(mark(rest, &['T', 't', ' '])?, 2)?;
        let (minute, rest) = digits(mark(rest, &[':'])?, 2)?;
        let (second, rest) = digits(mark(rest, &[':'])?, 2)?;
        let (nanos, rest) = fraction(rest)?;
        Some(([year, month, day], [hour, minute, second, nanos], offset(rest)?))
    };
    let Some(([year, month, day], [hour, minute, second, nanos], ahead)) = fields() else {
        return Err(format!("{text:?} is not a date with time and offset"));
    };
    if !(1..=12).contains(&month) || !(1..=days_in_month(year, month)).contains(&day) {
        return Err(format!("there is no day {year:04}-{month:02}-{day:02}"));
    }
    if hour > 23 || minute > 59 || second > 59 {
        return Err(format!("there is no time {hour:02}:{minute:02}:{second:02}"));
    }
    let number = days(year, month, day);
    let local = i128::from(hour * 3600 + minute * 60 + second) * 1_000_000_000 + i128::from(nanos);
    // The first of January 1970 was a Thursday; 0 is Monday.
    let weekday = (number + 3).rem_euclid(7);
    Ok(Instant {
        universal: i128::from(number) * DAY_NS + local - i128::from(ahead) * 1_000_000_000,
        calendar: Calendar {
            time_of_day: SimDuration(u64::try_from(local).unwrap_or(0)),
            weekday: u8::try_from(weekday).unwrap_or(0),
        },
    })
}

/// An example for messages.
pub(super) const EXAMPLE: &str = "write \"2023-12-25T00:00:00+08:00\"";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_of_the_week_and_differences() {
        // Christmas of 2023 was a Monday; leap years; offsets that cross midnight.
        for (text, weekday, seconds) in [
            ("1970-01-01T00:00:00Z", 3, 0),
            ("2023-12-25T00:00:00+08:00", 0, 1_703_433_600),
            ("2024-02-29T23:59:59Z", 3, 1_709_251_199),
            ("2000-02-29T00:00:00Z", 1, 951_782_400),
            ("1999-12-31T20:00:00-05:00", 4, 946_688_400),
        ] {
            let found = parse(text).expect(text);
            assert_eq!(i128::from(found.calendar.weekday), weekday, "{text}");
            assert_eq!(found.universal, seconds * 1_000_000_000, "{text}");
        }
        let half = parse("2023-12-25T13:30:00.5+08:00").expect("fraction");
        assert_eq!(half.calendar.time_of_day, SimDuration(48_600_500_000_000));
    }

    #[test]
    fn what_is_no_date() {
        for (text, word) in [
            ("2023-02-29T00:00:00Z", "no day"),
            ("2023-13-01T00:00:00Z", "no day"),
            ("2023-12-25T24:00:00Z", "no time"),
            ("2023-12-25T00:00:00", "not a date"),
            ("2023-12-25", "not a date"),
            ("2023-12-25T00:00:00.Z", "not a date"),
            ("2023-12-25T00:00:00+8:00", "not a date"),
            ("2023-12-25T00:00:00+08:00x", "not a date"),
            ("２023-12-25T00:00:00Z", "not a date"),
            ("", "not a date"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(word), "{text}: {error}");
        }
        assert!(looks_like_date("2023-12"));
        assert!(!looks_like_date("2 d 22 h"));
    }
}
