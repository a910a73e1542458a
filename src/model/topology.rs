//! The network as it is built: sites and full-duplex links.

use super::{CenterId, Place, Side, SiteId};
use crate::signals::Series;
use crate::units::{BitsPerSec, SimDuration, TransferPrice};

/// What a node of the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// A computing center.
    Center(CenterId),
    /// A place where data are born, without computing.
    Metro,
    /// A point where links meet.
    Exchange,
}

/// A node of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct Site {
    /// Its name; unique over centers, metros and exchanges.
    pub name: String,
    /// What it is.
    pub kind: SiteKind,
    /// East or west.
    pub side: Option<Side>,
    /// Its province.
    pub province: Option<String>,
    /// Where it is on the map.
    pub place: Option<Place>,
}

/// One of the two directions of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// From the first site of `between` to the second.
    Forth,
    /// From the second to the first.
    Back,
}

/// A full-duplex link.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its name in the scenario.
    pub name: String,
    /// Its two ends.
    pub between: [SiteId; 2],
    /// One way.
    pub latency: SimDuration,
    /// Of each direction, at the start of the run.
    pub bandwidth: BitsPerSec,
    /// Of each byte, in both directions.
    pub price: TransferPrice,
    /// Share of the bandwidth that others use, in parts per million, over time; the same both ways.
    pub background: Series,
    /// What kind of line it is (`trunk`, `interconnection`, `leased`, ...), for reports.
    pub kind: Option<String>,
    /// How many cables it stands for, for the inventory only.
    pub cables: u64,
}
