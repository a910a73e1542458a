//! What tells scenarios apart in the names of directories.

use crate::rng::fnv_1a;

/// The 64-bit FNV-1a hash of an effective scenario without its seed and its default stack, as 16 hexadecimal digits: runs of
/// one scenario under other seeds and stacks share it.
#[must_use]
pub fn scenario_hash(effective: &str) -> String {
    let bare = effective.parse::<toml::Table>().ok().and_then(|mut table| {
        if let Some(run) = table.get_mut("run").and_then(toml::Value::as_table_mut) {
            run.remove("seed");
            run.remove("policy");
        }
        table.retain(|_, value| value.as_table().is_none_or(|table| !table.is_empty()));
        toml::to_string(&table).ok()
    });
    format!("{:016x}", fnv_1a(bare.as_deref().unwrap_or(effective)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_and_default_stack_change_nothing_and_all_else_does() {
        let plain = scenario_hash("format = 1\n[center.a]\npue = 1.1\n");
        assert_eq!(plain.len(), 16);
        let seeded = scenario_hash("format = 1\n[run]\nseed = 7\npolicy = \"west\"\n[center.a]\npue = 1.1\n");
        assert_eq!(plain, seeded);
        assert_ne!(plain, scenario_hash("format = 1\n[center.a]\npue = 1.2\n"));
        assert_ne!(plain, scenario_hash("format = 1\n[run]\nuntil = \"1 d\"\n[center.a]\npue = 1.1\n"));
        // FNV-1a of the empty text is its offset basis.
        assert_eq!(scenario_hash(""), "cbf29ce484222325");
    }
}
