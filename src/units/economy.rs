//! Power, prices and carbon intensities.

use super::amount::Bytes;
use super::parse::{Units, integer_quantity};

/// Electric power in milliwatts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Power(pub u64);

const POWER: Units = &[("mW", 1), ("W", 1_000), ("kW", 1_000_000), ("MW", 1_000_000_000), ("GW", 1_000_000_000_000)];

integer_quantity!(Power, u64, "a power such as \"300 W\"", POWER);

/// A price of electricity in µCNY per kWh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EnergyPrice(pub u64);

const ENERGY_PRICE: Units = &[("CNY/kWh", 1_000_000), ("CNY/MWh", 1_000)];

integer_quantity!(EnergyPrice, u64, "a price of energy such as \"0.36 CNY/kWh\"", ENERGY_PRICE);

/// A price of data transfer in µCNY per decimal gigabyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TransferPrice(pub u64);

impl TransferPrice {
    /// The price of an amount of data in µCNY, rounded down. No product of both need fit 128 bits.
    #[must_use]
    pub const fn of(self, data: Bytes) -> u128 {
        const GB: u128 = 1_000_000_000;
        let price = self.0 as u128;
        (data.0 / GB).saturating_mul(price).saturating_add(data.0 % GB * price / GB)
    }
}

const TRANSFER_PRICE: Units = &[("CNY/GB", 1_000_000), ("CNY/TB", 1_000)];

integer_quantity!(TransferPrice, u64, "a price of transfer such as \"0.10 CNY/GB\"", TRANSFER_PRICE);

/// Carbon intensity of electricity in milligrams of CO2 equivalent per kWh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CarbonIntensity(pub u64);

const CARBON: Units = &[("g/kWh", 1_000), ("kg/kWh", 1_000_000), ("kg/MWh", 1_000), ("t/MWh", 1_000_000)];

integer_quantity!(CarbonIntensity, u64, "a carbon intensity such as \"642 g/kWh\"", CARBON);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_exact() {
        assert_eq!("0.80 CNY/kWh".parse(), Ok(EnergyPrice(800_000)));
        assert_eq!(EnergyPrice(800_000).to_string(), "800 CNY/MWh");
        assert_eq!(EnergyPrice(0).to_string().parse(), Ok(EnergyPrice(0)));
        assert_eq!(EnergyPrice(1_234_567).to_string().parse(), Ok(EnergyPrice(1_234_567)));
        assert_eq!("642.3 g/kWh".parse(), Ok(CarbonIntensity(642_300)));
        assert_eq!("1.9 kW".parse(), Ok(Power(1_900_000)));
        assert_eq!("0.10 CNY/GB".parse(), Ok(TransferPrice(100_000)));
        assert_eq!(TransferPrice(100_000).of(Bytes(12_345_678_901)), 1_234_567);
        // All that mankind stores a hundred thousand times, at a million CNY/GB.
        assert_eq!(TransferPrice(1_000_000_000_000).of(Bytes(10u128.pow(27) + 1)), 10u128.pow(30) + 1000);
    }
}
