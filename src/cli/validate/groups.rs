//! What the centers of a tier, side, hub, province or operator have.

use super::{count, short};
use comfy_table::Table;
use eastwest::scenario::Capacity;
use std::collections::BTreeMap;

/// One row a group. EFLOPS are FP32, of cores and accelerators; `AI` is the accelerators' part.
pub(super) fn table(groups: &BTreeMap<String, Capacity>) -> Table {
    let mut table = Table::new();
    table.set_header(["", "centers", "racks", "servers", "cards", "EFLOPS", "AI", "storage", "filled"]);
    for (name, group) in groups {
        let fp32 = |rates: &BTreeMap<&'static str, f64>| rates.get("fp32").copied().unwrap_or(0.0);
        let intelligent = fp32(&group.accelerator_eflops);
        table.add_row([
            clipped(name),
            count(group.centers),
            compact(group.racks),
            compact(group.nodes),
            compact(group.accelerators.values().sum()),
            short(fp32(&group.cpu_eflops) + intelligent),
            short(intelligent),
            storage(group),
            filled(group),
        ]);
    }
    table
}

/// A count in at most seven characters.
fn compact(value: u64) -> String {
    match value {
        0..100_000 => count(value),
        100_000..1_000_000 => format!("{:.0} k", value as f64 / 1e3),
        1_000_000..10_000_000 => format!("{:.2} M", value as f64 / 1e6),
        _ => format!("{:.1} M", value as f64 / 1e6),
    }
}

/// The space of those that say it.
fn storage(group: &Capacity) -> String {
    match group.storage_pb {
        pb if pb <= 0.0 => "-".to_owned(),
        pb if pb >= 1e6 => format!("{} ZB", short(pb / 1e6)),
        pb if pb >= 1e3 => format!("{} EB", short(pb / 1e3)),
        pb => format!("{} PB", short(pb)),
    }
}

fn filled(group: &Capacity) -> String {
    if group.storage_pb <= 0.0 {
        "-".to_owned()
    } else {
        format!("{:.0} %", group.stored_pb / group.storage_pb * 100.0)
    }
}

/// Long names lose their end.
fn clipped(name: &str) -> String {
    const WIDTH: usize = 18;
    if name.chars().count() <= WIDTH {
        return name.to_owned();
    }
    name.chars().take(WIDTH - 1).chain(['~']).collect()
}
