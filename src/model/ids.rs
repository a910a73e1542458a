//! Typed ids. Each indexes a vector of the platform; a job's identity is its number, never its slot.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub struct $name(pub $inner);

        impl $name {
            /// The id as an index.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
            /// The id of an index.
            #[must_use]
            pub const fn from_index(index: usize) -> Self {
                Self(index as $inner)
            }
        }
    };
}

id!(/// A node of the network: a center, a metro or an exchange point.
    SiteId, u32);
id!(/// A computing center.
    CenterId, u32);
id!(/// A pool of like nodes in a center.
    PoolId, u32);
id!(/// A full-duplex link between two sites.
    LinkId, u32);
id!(/// One direction of a link: `2 × link` from the first to the second site of `between`, `2 × link + 1` back.
    LaneId, u32);
id!(/// A named dataset.
    DatasetId, u32);
id!(/// A class of jobs: one `[workload.NAME]` table, or one name given to `[[job]]`s.
    ClassId, u32);
id!(/// One tenant. Groups hold consecutive tenants.
    TenantId, u32);
id!(/// A kind of accelerator, by name.
    AcceleratorId, u32);
id!(/// A set of placement constraints (regions, labels) shared by many jobs.
    ConstraintId, u32);
id!(/// An online service, by name.
    ServiceId, u32);
id!(/// Where a job in the system is kept. Slots are reused.
    JobSlot, u32);
id!(/// A job's identity: its place in the order of submission. The last tie-break of every decision.
    JobNumber, u64);

impl LinkId {
    /// One direction of this link.
    #[must_use]
    pub const fn lane(self, direction: super::Direction) -> LaneId {
        LaneId(
            self.0 * 2
                + match direction {
                    super::Direction::Forth => 0,
                    super::Direction::Back => 1,
                },
        )
    }
}

impl LaneId {
    /// The link that this is a direction of.
    #[must_use]
    pub const fn link(self) -> LinkId {
        LinkId(self.0 / 2)
    }
    /// Which of the two directions.
    #[must_use]
    pub const fn direction(self) -> super::Direction {
        if self.0.is_multiple_of(2) { super::Direction::Forth } else { super::Direction::Back }
    }
}
