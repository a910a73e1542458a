//! Everything that does not change during a run.

use super::{
    AcceleratorKind, CenterId, Class, ClassId, Dataset, Fragmentation, JobName, Link, Pool, PoolId, Service, Site,
    SiteId, Tenants, TypicalTask,
};
use crate::signals::Series;
use crate::units::Bytes;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Which tier a center belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// A cluster of a national hub.
    NationalHub,
    /// A regional center.
    Regional,
    /// A local or edge center.
    Local,
    /// A store outside the computing centers (of enterprises, of devices): storage without computing. It counts in storage,
    /// not among the centers.
    Store,
}

/// Which side of "East Data, West Computing" a place is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Where data are born.
    East,
    /// Neither.
    Central,
    /// Where power and land are cheap.
    West,
}

macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ }) => {
        impl $type {
            /// All values in the order of reports.
            pub const ALL: &[Self] = &[$(Self::$variant),+];
            /// The word in scenarios and reports.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}
words!(Tier { NationalHub => "national-hub", Regional => "regional", Local => "local", Store => "store" });
words!(Side { East => "east", Central => "central", West => "west" });

/// A place on the map, in degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// A center's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Storage {
    /// All of it.
    pub space: Bytes,
    /// What is stored there before the run and stays.
    pub filled: Bytes,
}

/// A computing center.
#[derive(Debug, Clone, PartialEq)]
pub struct Center {
    /// Its name in the scenario.
    pub name: String,
    /// Its node in the network.
    pub site: SiteId,
    /// Its tier.
    pub tier: Option<Tier>,
    /// Its side.
    pub side: Option<Side>,
    /// Its province.
    pub province: Option<String>,
    /// The national hub it belongs to, for reports.
    pub hub: Option<String>,
    /// Who runs it.
    pub operator: Option<String>,
    /// Standard racks, for the inventory only.
    pub racks: Option<u64>,
    /// How many of them are occupied, for the inventory only.
    pub racks_occupied: Option<u64>,
    /// Power usage effectiveness in ten-thousandths, over time.
    pub pue: Series,
    /// Price of energy in µCNY per kWh, over time.
    pub tariff: Series,
    /// Carbon intensity of the grid in mg per kWh, over time (location-based ledger).
    pub carbon: Series,
    /// Share of energy from contracted green power in parts per million; the market-based ledger counts the rest only.
    pub green_share_ppm: u64,
    /// Storage; `None` is without bound.
    pub storage: Option<Storage>,
    /// Labels of computing resource identification.
    pub labels: BTreeMap<String, String>,
    /// Its pools.
    pub pools: Range<u32>,
}

impl Center {
    /// Whether it is a store: storage without computing.
    #[must_use]
    pub fn is_store(&self) -> bool {
        self.tier == Some(Tier::Store)
    }

    /// The ids of its pools.
    pub fn pool_ids(&self) -> impl Iterator<Item = PoolId> + use<> {
        self.pools.clone().map(PoolId)
    }
}

/// A set of placement constraints, resolved: which pools satisfy regions, labels and kind of accelerator, and have a
/// computing rate at the precision of work that is given in operations.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// Pools allowed, in id order.
    pub pools: Vec<PoolId>,
}

/// All that is fixed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Platform {
    /// Nodes of the network, by name.
    pub sites: Vec<Site>,
    /// Centers, by name.
    pub centers: Vec<Center>,
    /// Pools, by center and name.
    pub pools: Vec<Pool>,
    /// Links, by name.
    pub links: Vec<Link>,
    /// Datasets, by name.
    pub datasets: Vec<Dataset>,
    /// Classes of jobs, by name.
    pub classes: Vec<Class>,
    /// Online services, by name.
    pub services: Vec<Service>,
    /// Groups of tenants, by name.
    pub tenants: Tenants,
    /// Kinds of accelerators, by name.
    pub accelerators: Vec<AcceleratorKind>,
    /// Constraint sets in order of first use.
    pub constraints: Vec<Constraint>,
    /// Kinds of tasks that come often, which fragmentation is measured by; empty where it is not measured.
    pub typical: Vec<TypicalTask>,
    /// TCP-like bound on one flow's rate: `window × streams / RTT`, in bytes of window; `None` is off.
    pub flow_window: Option<Bytes>,
}

impl Platform {
    /// The center of a pool.
    #[must_use]
    pub fn center_of(&self, pool: PoolId) -> &Center {
        &self.centers[self.pools[pool.index()].center.index()]
    }

    /// The site of a pool's center.
    #[must_use]
    pub fn site_of(&self, pool: PoolId) -> SiteId {
        self.center_of(pool).site
    }

    /// How fragmentation is measured on a pool; `None` without typical tasks.
    #[must_use]
    pub fn fragmentation(&self, pool: PoolId) -> Option<Fragmentation> {
        Fragmentation::new(&self.typical, |kind| {
            let node = self.pools[pool.index()].node;
            let wanted = kind.task.accelerator.is_none_or(|wanted| Some(wanted) == node.accelerator);
            wanted && self.constraints[kind.constraint.index()].pools.binary_search(&pool).is_ok()
        })
    }

    /// The name of a class; nothing for one that does not exist.
    #[must_use]
    pub fn class_name(&self, class: ClassId) -> &str {
        self.classes.get(class.index()).map_or("", |class| class.name.as_str())
    }

    /// The name of a site; nothing for one that does not exist.
    #[must_use]
    pub fn site_name(&self, site: SiteId) -> &str {
        self.sites.get(site.index()).map_or("", |site| site.name.as_str())
    }

    /// What a job is called: by its own name if it has one, else `<class>-<ordinal>`.
    #[must_use]
    pub fn job_name<'a>(&self, class: ClassId, ordinal: u64, own: Option<&'a JobName>) -> Cow<'a, str> {
        own.map_or_else(|| Cow::Owned(format!("{}-{ordinal}", self.class_name(class))), JobName::text)
    }

    /// The center of a name.
    #[must_use]
    pub fn center_named(&self, name: &str) -> Option<CenterId> {
        self.centers.binary_search_by(|c| c.name.as_str().cmp(name)).ok().map(CenterId::from_index)
    }

    /// The site of a name.
    #[must_use]
    pub fn site_named(&self, name: &str) -> Option<SiteId> {
        self.sites.binary_search_by(|s| s.name.as_str().cmp(name)).ok().map(SiteId::from_index)
    }
}
