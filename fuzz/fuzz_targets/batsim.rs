//! Any bytes as a Batsim workload.
#![no_main]

use eastwest::model::{ClassId, ConstraintId, SiteId, TenantId};
use eastwest::workload::batsim::{BatsimMapping, BatsimWorkload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mapping =
        BatsimMapping { class: ClassId(0), tenant: TenantId(0), origin: SiteId(0), constraint: ConstraintId(0) };
    if let Ok(workload) = BatsimWorkload::read(bytes, mapping) {
        let _ = workload.into_source();
    }
});
