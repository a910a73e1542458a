//! Exact reading of "12.5 GB": a decimal number, a unit from a table, an integer of base units. No float in between.

use super::UnitError;

/// A table of units: spelling and size in base units. The first spelling of a size is the one written back.
pub(super) type Units = &'static [(&'static str, u128)];

/// A decimal number as written: `digits × 10^exponent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Decimal {
    digits: u128,
    exponent: i32,
}

/// Splits a text into its number and its unit, at the first character that cannot belong to a number.
fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() {
        let c = bytes[end];
        let exponent = (c == b'e' || c == b'E')
            && end > 0
            && matches!(bytes.get(end + 1), Some(n) if n.is_ascii_digit() || ((*n == b'+' || *n == b'-') && matches!(bytes.get(end + 2), Some(d) if d.is_ascii_digit())));
        let sign_of_exponent = (c == b'+' || c == b'-') && end > 0 && matches!(bytes[end - 1], b'e' | b'E');
        if c.is_ascii_digit() || c == b'.' || c == b'_' || exponent || sign_of_exponent {
            end += 1;
        } else {
            break;
        }
    }
    (&text[..end], text[end..].trim())
}

fn decimal(number: &str) -> Option<Decimal> {
    let (mantissa, exponent) = match number.find(['e', 'E']) {
        Some(at) => (&number[..at], number[at + 1..].parse::<i32>().ok()?),
        None => (number, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits: u128 = 0;
    for c in whole.chars().chain(fraction.chars()).filter(|c| *c != '_') {
        digits = digits.checked_mul(10)?.checked_add(u128::from(c.to_digit(10)?))?;
    }
    let scale = i32::try_from(fraction.chars().filter(|c| *c != '_').count()).ok()?;
    Some(Decimal { digits, exponent: exponent.checked_sub(scale)? })
}

/// `number × unit` as an exact integer, `Err` with the reason where there is none.
fn exact(number: Decimal, unit: u128) -> Result<u128, &'static str> {
    let mut value = number.digits.checked_mul(unit).ok_or("too large")?;
    if value == 0 {
        return Ok(0);
    }
    for _ in 0..number.exponent.max(0) {
        value = value.checked_mul(10).ok_or("too large")?;
    }
    for _ in number.exponent..0 {
        if value % 10 != 0 {
            return Err("finer than the simulator's resolution");
        }
        value /= 10;
    }
    Ok(value)
}

fn unit_names(units: Units) -> String {
    units.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn find(units: Units, name: &str) -> Option<u128> {
    let plain: String = name.chars().filter(|c| !c.is_whitespace()).collect();
    units.iter().find(|(unit, _)| unit.chars().filter(|c| !c.is_whitespace()).eq(plain.chars())).map(|(_, size)| *size)
}

fn fail<T>(expected: &'static str, text: &str, problem: impl Into<String>) -> Result<T, UnitError> {
    Err(UnitError { expected, found: text.to_owned(), problem: problem.into() })
}

/// What is wrong with a unit, and which was perhaps meant: the one that differs least, if only in a letter or its case.
fn unknown_unit<'a>(unit: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let lower = unit.to_lowercase();
    let near = names
        .clone()
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| unit.len() <= 16 && *distance <= 1)
        .min_by_key(|(distance, _)| *distance);
    let all = names.collect::<Vec<_>>().join(", ");
    match near {
        Some((_, name)) => format!("unknown unit {unit:?}, did you mean {name:?}? (one of {all})"),
        None => format!("unknown unit {unit:?} (one of {all})"),
    }
}

/// Reads one quantity as an exact integer of base units.
pub(super) fn integer(text: &str, expected: &'static str, units: Units) -> Result<u128, UnitError> {
    let (number, unit) = split(text);
    if number.is_empty() {
        return fail(expected, text, "a number must come first");
    }
    let Some(value) = decimal(number) else {
        return fail(expected, text, format!("{number:?} is not a decimal number"));
    };
    if unit.is_empty() {
        return fail(expected, text, format!("the unit is missing (one of {})", unit_names(units)));
    }
    let Some(size) = find(units, unit) else {
        return fail(expected, text, unknown_unit(unit, units.iter().map(|(name, _)| *name)));
    };
    exact(value, size).or_else(|problem| fail(expected, text, problem))
}

/// Reads one quantity whose base unit is a float: rates of computing, which span 24 orders of magnitude.
pub(super) fn float(
    text: &str,
    expected: &'static str,
    units: &'static [(&'static str, f64)],
) -> Result<f64, UnitError> {
    let names = || units.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (number, unit) = split(text);
    let cleaned = number.replace('_', "");
    let Ok(value) = cleaned.parse::<f64>() else {
        return fail(expected, text, "a number must come first");
    };
    let plain: String = unit.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.is_empty() {
        return fail(expected, text, format!("the unit is missing (one of {})", names()));
    }
    let Some((_, size)) = units.iter().find(|(name, _)| name.chars().filter(|c| !c.is_whitespace()).eq(plain.chars()))
    else {
        return fail(expected, text, unknown_unit(unit, units.iter().map(|(name, _)| *name)));
    };
    let result = value * size;
    if result.is_finite() { Ok(result) } else { fail(expected, text, "too large") }
}

/// Writes an integer of base units with the largest unit that needs no fraction.
pub(super) fn integer_text(value: u128, units: Units) -> String {
    let best = units
        .iter()
        .filter(|(_, size)| value.is_multiple_of(*size) && (value >= *size || *size == 1))
        .max_by_key(|(_, size)| *size);
    match best {
        Some((name, size)) => format!("{} {name}", value / size),
        None => units
            .iter()
            .min_by_key(|(_, size)| *size)
            .map_or_else(String::new, |(name, size)| decimal_text(value, *size, name)),
    }
}

/// Writes `value / size` exactly, as a decimal fraction; `size` is a power of ten.
fn decimal_text(value: u128, size: u128, name: &str) -> String {
    let width = size.ilog10() as usize;
    let fraction = format!("{:0width$}", value % size);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { format!("{} {name}", value / size) } else { format!("{}.{fraction} {name}", value / size) }
}

/// Implements text form, serde and schema for a newtype over an unsigned integer of base units.
macro_rules! integer_quantity {
    ($type:ident, $inner:ty, $expected:literal, $units:expr) => {
        impl std::str::FromStr for $type {
            type Err = $crate::units::UnitError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let value = $crate::units::parse::integer(text, $expected, $units)?;
                <$inner>::try_from(value).map(Self).map_err(|_| $crate::units::UnitError {
                    expected: $expected,
                    found: text.to_owned(),
                    problem: "too large".to_owned(),
                })
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&$crate::units::parse::integer_text(u128::from(self.0), $units))
            }
        }
        $crate::units::parse::text_serde!($type, $expected);
    };
}

/// Implements serde (as text) and the schema of a quantity that has `FromStr` and `Display`.
macro_rules! text_serde {
    ($type:ident, $expected:literal) => {
        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("a string with ", $expected))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                deserializer.deserialize_any(Text)
            }
        }
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "description": $expected })
            }
        }
    };
}

pub(super) use {integer_quantity, text_serde};

#[cfg(test)]
mod tests {
    use super::*;

    const UNITS: Units = &[("B", 1), ("kB", 1000)];

    #[test]
    fn reads_exactly_and_says_what_is_wrong() {
        assert_eq!(integer("12.5 kB", "bytes", UNITS), Ok(12_500));
        assert_eq!(integer("2e3kB", "bytes", UNITS), Ok(2_000_000));
        assert_eq!(integer("1_000 B", "bytes", UNITS), Ok(1000));
        for (text, word) in [
            ("12", "unit is missing"),
            ("x B", "number must come first"),
            ("1 MB", "unknown unit"),
            ("0.5 B", "finer"),
            ("1e60 B", "too large"),
            ("1.2.3 B", "not a decimal"),
            ("", "number must"),
            ("-1 B", "number must"),
            ("1e999999999 kB", "too large"),
            ("1e-999999999 kB", "finer"),
        ] {
            let error = integer(text, "bytes", UNITS).expect_err(text);
            assert!(error.problem.contains(word), "{text}: {error}");
        }
    }
}
