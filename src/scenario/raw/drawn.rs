//! Quantities that are drawn: a value by itself, or `{ log-normal = { median = "8 h", sigma = 1.2 } }`.

use super::profile::{Found, ValueOr};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// Always the same, or drawn from a distribution.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(untagged)]
pub enum Drawn<T> {
    /// Always the same.
    Constant(T),
    /// Drawn for each job.
    From(Amount<T>),
}

/// A distribution of an amount.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Amount<T> {
    /// Evenly between two bounds.
    Uniform {
        /// Least value.
        min: T,
        /// Largest value.
        max: T,
    },
    /// Exponential.
    Exponential {
        /// Its mean.
        mean: T,
        /// Least value.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<T>,
        /// Largest value.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<T>,
    },
    /// The logarithm is normal.
    LogNormal {
        /// Its median.
        median: T,
        /// Standard deviation of the natural logarithm.
        sigma: f64,
        /// Least value.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<T>,
        /// Largest value.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<T>,
    },
    /// Weibull.
    Weibull {
        /// Scale.
        scale: T,
        /// Shape: 1 is exponential, less has a heavier tail.
        shape: f64,
        /// Least value.
        #[serde(skip_serializing_if = "Option::is_none")]
        min: Option<T>,
        /// Largest value.
        #[serde(skip_serializing_if = "Option::is_none")]
        max: Option<T>,
    },
    /// One of a few values, by weight: `{ "1 TB" = 0.7, "5 TB" = 0.3 }`.
    Choice(BTreeMap<String, f64>),
    /// Corners of a cumulative distribution, from probability 0 to 1, linear in between: `[[0, "1 s"], [1, "1 h"]]`.
    Empirical(Vec<(f64, T)>),
}

impl<T: Serialize> Serialize for Drawn<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Constant(value) => value.serialize(serializer),
            Self::From(amount) => amount.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Drawn<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let what = "one value, or a distribution such as { log-normal = { median = ..., sigma = ... } }";
        Ok(match deserializer.deserialize_any(ValueOr::<T, Amount<T>>(PhantomData, what))? {
            Found::Value(value) => Self::Constant(value),
            Found::Table(table) => Self::From(table),
        })
    }
}
