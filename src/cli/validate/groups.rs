//! What the centers of a tier, side, hub, province or operator have.

use super::short;
use eastwest::report::{Kind, Quantity, Sheet};
use eastwest::scenario::Capacity;
use std::collections::BTreeMap;

/// One row a group. EFLOPS are FP32, of cores and accelerators; `AI` is the accelerators' part.
pub(super) fn sheet(groups: &BTreeMap<String, Capacity>) -> Sheet {
    let mut sheet = Sheet::new(&[
        ("", Kind::Name),
        ("centers", Kind::Quantity(Quantity::Count)),
        ("racks", Kind::Quantity(Quantity::ShortCount)),
        ("servers", Kind::Quantity(Quantity::ShortCount)),
        ("cards", Kind::Quantity(Quantity::ShortCount)),
        ("EFLOPS", Kind::Figure),
        ("AI", Kind::Figure),
        ("storage", Kind::Quantity(Quantity::Bytes)),
        ("filled", Kind::Quantity(Quantity::WholeShare)),
    ]);
    for (name, group) in groups {
        let fp32 = |rates: &BTreeMap<&'static str, f64>| rates.get("fp32").copied().unwrap_or(0.0);
        let intelligent = fp32(&group.accelerator_eflops);
        sheet.push([
            name.as_str().into(),
            group.centers.into(),
            group.racks.into(),
            group.nodes.into(),
            group.accelerators.values().sum::<u64>().into(),
            short(fp32(&group.cpu_eflops) + intelligent).into(),
            short(intelligent).into(),
            known(group.storage_pb * 1e15).into(),
            known(group.storage_pb).map(|space| group.stored_pb / space).into(),
        ]);
    }
    sheet
}

/// The space of those that say it.
fn known(space: f64) -> Option<f64> {
    (space > 0.0).then_some(space)
}
