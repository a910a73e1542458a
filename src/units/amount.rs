//! Amounts of data.

use super::parse::{Units, integer_quantity};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

/// A number of bytes. 128 bits, since the country's stored data (1.73 ZB) do not fit 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes(pub u128);

const UNITS: Units = &[
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("PB", 1_000_000_000_000_000),
    ("EB", 1_000_000_000_000_000_000),
    ("ZB", 1_000_000_000_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
];

integer_quantity!(Bytes, u128, "an amount of data in bytes such as \"125 GB\" or \"16 GiB\"", UNITS);

impl Bytes {
    /// No data.
    pub const ZERO: Self = Self(0);
    /// The amount as a number with a fraction.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        // The same number, and for what occurs not a call into the runtime. The branch that is never taken is a call of its own, or the
        // compiler would see that both convert 128 bits and make them one.
        if self.0 >> 64 == 0 { self.0 as u64 as f64 } else { wide_f64(self.0) }
    }
    /// The amount as bits, for the fluid model of the network.
    #[must_use]
    pub fn bits_f64(self) -> f64 {
        self.as_f64() * 8.0
    }
    /// The difference, zero if `other` is larger.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

#[cold]
#[inline(never)]
fn wide_f64(bytes: u128) -> f64 {
    bytes as f64
}

impl Add for Bytes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Bytes {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.saturating_sub(other)
    }
}

impl AddAssign for Bytes {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Bytes {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_not_bits() {
        assert_eq!("125 GB".parse(), Ok(Bytes(125_000_000_000)));
        assert_eq!("16 GiB".parse(), Ok(Bytes(16 << 30)));
        assert_eq!(Bytes(16 << 30).to_string(), "16 GiB");
        assert_eq!("1.73 ZB".parse(), Ok(Bytes(1_730_000_000_000_000_000_000)));
        let error = "125 Gb".parse::<Bytes>().expect_err("bits");
        assert!(error.to_string().contains("unknown unit \"Gb\""), "{error}");
    }
}
