//! Rates: bandwidth, computing, arrivals.

use super::UnitError;
use super::parse::{self, Units, integer_quantity, text_serde};

/// Bandwidth in bits per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BitsPerSec(pub u64);

const BANDWIDTH: Units = &[
    ("bps", 1),
    ("kbps", 1_000),
    ("Mbps", 1_000_000),
    ("Gbps", 1_000_000_000),
    ("Tbps", 1_000_000_000_000),
    ("Pbps", 1_000_000_000_000_000),
];

integer_quantity!(BitsPerSec, u64, "a bandwidth in bits per second such as \"400 Gbps\"", BANDWIDTH);

impl BitsPerSec {
    /// The rate for the fluid model.
    #[must_use]
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

macro_rules! float_quantity {
    ($(#[$doc:meta])* $type:ident, $expected:literal, $units:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $type(pub f64);

        impl std::str::FromStr for $type {
            type Err = UnitError;
            fn from_str(text: &str) -> Result<Self, UnitError> {
                parse::float(text, $expected, $units).map(Self)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                // The largest unit whose number is still at least 1 and reads back to the same value.
                let units: &[(&str, f64)] = $units;
                let mut best = (self.0, units[0].0);
                for (name, size) in units {
                    let number = self.0 / size;
                    if number >= 1.0 && number < best.0 && (number * size).to_bits() == self.0.to_bits() {
                        best = (number, name);
                    }
                }
                f.pad(&format!("{} {}", best.0, best.1))
            }
        }

        text_serde!($type, $expected);
    };
}

float_quantity!(
    /// Computing rate in floating-point operations per second. The precision is named where the rate stands.
    Flops,
    "a computing rate such as \"280 TFLOPS\"",
    &[("FLOPS", 1.0), ("kFLOPS", 1e3), ("MFLOPS", 1e6), ("GFLOPS", 1e9), ("TFLOPS", 1e12), ("PFLOPS", 1e15), ("EFLOPS", 1e18), ("ZFLOPS", 1e21)]
);

float_quantity!(
    /// An amount of computing in floating-point operations.
    Flop,
    "an amount of computing such as \"3.5 EFLOP\"",
    &[("FLOP", 1.0), ("kFLOP", 1e3), ("MFLOP", 1e6), ("GFLOP", 1e9), ("TFLOP", 1e12), ("PFLOP", 1e15), ("EFLOP", 1e18), ("ZFLOP", 1e21), ("YFLOP", 1e24)]
);

float_quantity!(
    /// How often something happens, per second.
    PerSecond,
    "a rate such as \"140 / d\" or \"2 / s\"",
    &[("/ s", 1.0), ("/ min", 1.0 / 60.0), ("/ h", 1.0 / 3600.0), ("/ d", 1.0 / 86_400.0), ("/ w", 1.0 / 604_800.0)]
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_read_and_write() {
        assert_eq!("400 Gbps".parse(), Ok(BitsPerSec(400_000_000_000)));
        assert_eq!(BitsPerSec(1_500_000_000).to_string(), "1500 Mbps");
        assert!("10 GBps".parse::<BitsPerSec>().is_err());
        assert_eq!("280 TFLOPS".parse::<Flops>().map(|f| f.0), Ok(2.8e14));
        assert_eq!("46.7 TFLOPS".parse::<Flops>().map(|f| f.to_string()), Ok("46.7 TFLOPS".to_owned()));
        assert_eq!("86400 / d".parse::<PerSecond>().map(|r| r.0), Ok(1.0));
        assert_eq!("2e6/s".parse::<PerSecond>().map(|r| r.0), Ok(2e6));
        assert!("12".parse::<PerSecond>().is_err());
    }

    #[test]
    fn a_float_quantity_reads_back_what_it_wrote() {
        for text in ["140 / d", "0.3 / h", "1 / w", "46.7 TFLOPS"] {
            if let Ok(rate) = text.parse::<PerSecond>() {
                assert_eq!(
                    rate.to_string().parse::<PerSecond>().map(|r| r.0.to_bits()),
                    Ok(rate.0.to_bits()),
                    "{text}"
                );
            }
        }
    }
}
