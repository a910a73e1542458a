//! Values by hour of the day and day of the week.

use super::At;
use crate::units::{CarbonIntensity, EnergyPrice};
use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;
use std::marker::PhantomData;

/// The same at all times, or one value an hour from midnight: `{ hourly = [24 values] }`.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Hourly<T> {
    /// Always the same.
    Constant(T),
    /// By hour.
    ByHour(ByHour<T>),
}

/// One value an hour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByHour<T> {
    /// From midnight, 24 of them.
    pub hourly: Vec<T>,
}

impl<T: Serialize> Serialize for Hourly<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(value) => value.serialize(serializer),
            Self::ByHour(table) => table.serialize(serializer),
        }
    }
}

/// A value by itself, or a table of which `M` says the form.
pub(super) struct ValueOr<V, M>(pub(super) PhantomData<(V, M)>, pub(super) &'static str);

/// What [`ValueOr`] found.
pub(super) enum Found<V, M> {
    Value(V),
    Table(M),
}

impl<'de, V: Deserialize<'de>, M: Deserialize<'de>> de::Visitor<'de> for ValueOr<V, M> {
    type Value = Found<V, M>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }
    fn visit_str<E: de::Error>(self, value: &str) -> Result<Self::Value, E> {
        V::deserialize(de::value::StrDeserializer::new(value)).map(Found::Value)
    }
    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Self::Value, E> {
        V::deserialize(de::value::I64Deserializer::new(value)).map(Found::Value)
    }
    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
        V::deserialize(de::value::U64Deserializer::new(value)).map(Found::Value)
    }
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
        V::deserialize(de::value::F64Deserializer::new(value)).map(Found::Value)
    }
    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let table = M::deserialize(MapAccessDeserializer::new(&mut map))?;
        // A kind reads its own name only.
        map.next_key::<NoMore>()?;
        Ok(Found::Table(table))
    }
}

/// A key where none should be.
struct NoMore;

impl<'de> Deserialize<'de> for NoMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        Err(de::Error::custom(format!("`{key}` is one too many: a value has one kind")))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Hourly<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = "one value, or { hourly = [24 values from midnight] }";
        Ok(match deserializer.deserialize_any(ValueOr::<T, ByHour<T>>(PhantomData, what))? {
            Found::Value(value) => Self::Constant(value),
            Found::Table(table) => Self::ByHour(table),
        })
    }
}

/// A price of energy: one, by hour, or by time-of-use windows.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum RawTariff {
    /// Always the same.
    Constant(EnergyPrice),
    /// By hour or by windows.
    ByTime(Box<RawTimeOfUse>),
}

/// `{ hourly = [...] }`, or prices of windows; hours outside all windows are flat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawTimeOfUse {
    /// 24 prices from midnight; excludes all other keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hourly: Option<At<Vec<EnergyPrice>>>,
    /// Price outside all windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat: Option<At<EnergyPrice>>,
    /// Price in `critical-hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<At<EnergyPrice>>,
    /// Price in `peak-hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<At<EnergyPrice>>,
    /// Price in `valley-hours`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valley: Option<At<EnergyPrice>>,
    /// Windows "18-20": from the first hour (included) to the second (excluded); "22-6" goes over midnight.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub critical_hours: Vec<At<String>>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub peak_hours: Vec<At<String>>,
    /// Likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub valley_hours: Vec<At<String>>,
}

impl Serialize for RawTariff {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(price) => price.serialize(serializer),
            Self::ByTime(table) => table.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RawTariff {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = "a price such as \"0.36 CNY/kWh\", or { flat = ..., peak = ..., peak-hours = [...], ... }";
        Ok(match deserializer.deserialize_any(ValueOr::<EnergyPrice, RawTimeOfUse>(PhantomData, what))? {
            Found::Value(price) => Self::Constant(price),
            Found::Table(table) => Self::ByTime(Box::new(table)),
        })
    }
}

/// Carbon intensity: of the grid, and the share of contracted green power that the market-based ledger leaves out.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum RawCarbon {
    /// Of the grid; no green power.
    Constant(CarbonIntensity),
    /// With its parts.
    Parts(RawCarbonParts),
}

/// `{ grid = ..., green-share = ... }`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RawCarbonParts {
    /// Intensity of the grid.
    pub grid: At<Hourly<CarbonIntensity>>,
    /// Share of contracted green power, 0 to 1. Default 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green_share: Option<At<f64>>,
}

impl Serialize for RawCarbon {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(intensity) => intensity.serialize(serializer),
            Self::Parts(table) => table.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for RawCarbon {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = "an intensity such as \"642 g/kWh\", or { grid = ..., green-share = 0.5 }";
        Ok(match deserializer.deserialize_any(ValueOr::<CarbonIntensity, RawCarbonParts>(PhantomData, what))? {
            Found::Value(intensity) => Self::Constant(intensity),
            Found::Table(table) => Self::Parts(table),
        })
    }
}

/// Factors of the hours of a day, scaled to mean 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum DayProfile {
    /// All hours alike.
    Flat,
    /// Working hours: few at night, most from 9 to 18.
    Office,
    /// People online: least at 4, most at 21.
    Online,
    /// From 22 to 6 only.
    Night,
    /// 24 factors from midnight.
    Hours(Vec<f64>),
}

/// Factors of the days of a week, scaled to mean 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum WeekProfile {
    /// All days alike.
    Flat,
    /// Less at weekends.
    Week,
    /// Seven factors from Monday.
    Days(Vec<f64>),
}
