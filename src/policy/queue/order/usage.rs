//! Usage by tenant.

use crate::model::TenantId;
use crate::model::caches::bring;

/// A number for each tenant that was ever charged: open addressing with linear probing, each number beside its tenant, so that a look costs one
/// line of memory. Every job asks three times, and thousands of tenants are known to each of many pools. Its order is never seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Usages {
    slots: Vec<Slot>,
    len: usize,
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    /// [`NOBODY`] where the slot is empty.
    tenant: u64,
    usage: f64,
}

const NOBODY: u64 = u64::MAX;

const EMPTY: Slot = Slot { tenant: NOBODY, usage: 0.0 };

const SLOTS_MIN: usize = 4;

impl Usages {
    /// The slot that a tenant is in, or the empty one where it would be.
    fn find(&self, tenant: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = self.home(tenant);
        while self.slots[at].tenant != tenant && self.slots[at].tenant != NOBODY {
            at = (at + 1) & mask;
        }
        at
    }

    /// Brings the line where a tenant is into the processor's caches.
    pub(super) fn bring(&self, tenant: TenantId) {
        if !self.slots.is_empty() {
            bring(&self.slots[self.home(tenant.0.into())]);
        }
    }

    /// Where a search begins.
    fn home(&self, tenant: u64) -> usize {
        // Fibonacci hashing: the middle bits of a multiple of 2^64 over the golden ratio.
        (tenant.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (self.slots.len() - 1)
    }

    /// A tenant's usage; 0 where there is none.
    pub(super) fn get(&self, tenant: TenantId) -> f64 {
        if self.slots.is_empty() { 0.0 } else { self.slots[self.find(tenant.0.into())].usage }
    }

    /// A tenant's usage, to be changed; 0 where there was none.
    pub(super) fn get_mut(&mut self, tenant: TenantId) -> &mut f64 {
        // At most three quarters are in use.
        if (self.len + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let at = self.find(tenant.0.into());
        let slot = &mut self.slots[at];
        if slot.tenant == NOBODY {
            slot.tenant = tenant.0.into();
            self.len += 1;
        }
        &mut slot.usage
    }

    fn grow(&mut self) {
        let larger = vec![EMPTY; (self.slots.len() * 2).max(SLOTS_MIN)];
        for known in std::mem::replace(&mut self.slots, larger) {
            if known.tenant != NOBODY {
                let at = self.find(known.tenant);
                self.slots[at] = known;
            }
        }
    }

    /// Multiplies all by the same.
    pub(super) fn scale(&mut self, by: f64) {
        self.slots.iter_mut().for_each(|slot| slot.usage *= by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn they_are_an_ordered_map() {
        let (mut usages, mut map) = (Usages::default(), BTreeMap::new());
        let mut state = 1_u64;
        for round in 0..5000_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let tenant = TenantId(((state >> 33) % 700) as u32 * [1, 64, 5_000_000][round as usize % 3]);
            *usages.get_mut(tenant) += f64::from(round);
            *map.entry(tenant).or_insert(0.0) += f64::from(round);
            if round % 999 == 0 {
                usages.scale(0.5);
                map.values_mut().for_each(|usage| *usage *= 0.5);
            }
            let other = TenantId(tenant.0 + 1);
            assert_eq!(usages.get(other).to_bits(), map.get(&other).copied().unwrap_or(0.0).to_bits());
        }
        assert_eq!(usages.len, map.len());
        assert!(map.iter().all(|(tenant, usage)| usages.get(*tenant).to_bits() == usage.to_bits()));
    }
}
