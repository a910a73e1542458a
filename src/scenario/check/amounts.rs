//! From figures as written to whole numbers of a base unit, checked on the way.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::At;
use super::limits::TIME_MAX;
use crate::units::{Bytes, Flop, Flops, SimDuration};
use std::ops::Range;

/// A quantity that can be drawn: its number in the base unit, and how it is written.
pub(super) trait Quantity: Copy + std::fmt::Display {
    /// The number in the base unit (ns, bytes, FLOP, 1).
    fn base(self) -> f64;
    /// Reads the keys of a `choice`.
    fn read(text: &str) -> Result<Self, String>;
    /// Writes a number of the base unit.
    fn show(base: f64) -> String;
}

impl Quantity for f64 {
    fn base(self) -> f64 {
        self
    }
    fn read(text: &str) -> Result<Self, String> {
        text.trim().parse().map_err(|_| format!("{text:?} is not a number"))
    }
    fn show(base: f64) -> String {
        base.to_string()
    }
}

impl Quantity for Bytes {
    fn base(self) -> f64 {
        self.0 as f64
    }
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: crate::units::UnitError| error.to_string())
    }
    fn show(base: f64) -> String {
        Self(base as u128).to_string()
    }
}

impl Quantity for SimDuration {
    fn base(self) -> f64 {
        self.0 as f64
    }
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: crate::units::UnitError| error.to_string())
    }
    fn show(base: f64) -> String {
        Self(base as u64).to_string()
    }
}

impl Quantity for Flop {
    fn base(self) -> f64 {
        self.0
    }
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: crate::units::UnitError| error.to_string())
    }
    fn show(base: f64) -> String {
        Self(base).to_string()
    }
}

/// A share from 0 to 1 in parts per million, or what is wrong with it.
pub(super) fn ppm(share: f64) -> Result<u64, String> {
    if (0.0..=1.0).contains(&share) {
        Ok(libm::round(share * 1e6) as u64)
    } else {
        Err(format!("must be from 0 to 1, not {share}"))
    }
}

/// A positive finite factor up to a limit, or a report.
pub(super) fn factor(value: f64, what: &str, span: Range<usize>, max: f64, out: &mut Diagnostics) -> Option<f64> {
    if value > 0.0 && value <= max {
        return Some(value);
    }
    out.error(span, format!("{what} must be above 0 and at most {max:e}, not {value}"));
    None
}

/// A weight: not negative, finite.
pub(super) fn weight(value: f64, span: Range<usize>, out: &mut Diagnostics) -> Option<f64> {
    if (0.0..=super::limits::WEIGHT_MAX).contains(&value) {
        return Some(value);
    }
    out.error(span, format!("a weight must be 0 or more, not {value}"));
    None
}

/// A computing rate, where one is given; 0 is none.
pub(super) fn rate(value: Option<&At<Flops>>, out: &mut Diagnostics) -> Option<f64> {
    let value = value?;
    let rate = value.get().0;
    if rate > 0.0 && rate <= super::limits::FLOP_MAX {
        return Some(rate);
    }
    let problem = format!("a computing rate must be above 0 and at most 1e36 FLOPS, not {rate}");
    out.push(Diagnostic::error(value.span(), problem).help("leave it out where it is not known"));
    None
}

/// A time that is not longer than a run can be; else a report and the longest.
pub(super) fn time(value: &At<SimDuration>, what: &str, out: &mut Diagnostics) -> SimDuration {
    if *value.get() > TIME_MAX {
        out.error(value.span(), format!("{what} is longer than a hundred years"));
    }
    (*value.get()).min(TIME_MAX)
}

/// Data that a center, a dataset or a job can have; else a report and nothing.
pub(super) fn bytes(value: &At<Bytes>, what: &str, out: &mut Diagnostics) -> Bytes {
    let max = super::limits::BYTES_MAX;
    if *value.get() > max {
        out.error(value.span(), format!("{what} is more than 1,000,000 ZB"));
        return Bytes::ZERO;
    }
    *value.get()
}

/// Thousandths of a number of cores or accelerators; `None` with a report where it is none.
pub(super) fn milli(value: f64, what: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<u32> {
    let problem = match milli_or(value, what) {
        Ok(milli) => return Some(milli),
        Err(problem) => problem,
    };
    out.error(span, problem);
    None
}

/// Thousandths, or what is wrong.
fn milli_or(value: f64, what: &str) -> Result<u32, String> {
    if !(0.0..=f64::from(super::limits::CORES_MAX)).contains(&value) {
        return Err(format!("{what} must be from 0 to 4,000,000, not {value}"));
    }
    let milli = libm::round(value * 1000.0);
    if milli < 1.0 && value > 0.0 {
        return Err(format!("{what}: {value} is less than a thousandth"));
    }
    Ok(milli as u32)
}
