//! Quantities with their units: what a number means is in its type, and its text form carries the unit.
//!
//! Every quantity that is summed is an integer in a base unit small enough that no figure of a scenario is
//! rounded (time in ns, price in µCNY, power in mW), so totals do not depend on the order of additions. A bare number is
//! refused where a quantity is meant, and bits and bytes are different types.

mod amount;
mod economy;
mod error;
mod letters;
mod parse;
mod rate;
mod time;

pub use amount::Bytes;
pub use economy::{CarbonIntensity, EnergyPrice, Power, TransferPrice};
pub use error::UnitError;
pub use letters::{is_invisible, visible};
pub use rate::{BitsPerSec, Flop, Flops, PerSecond};
pub use time::{SimDuration, SimTime, seconds_text};
