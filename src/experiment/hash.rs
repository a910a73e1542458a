//! What tells scenarios apart in the names of directories.

use crate::rng::fnv_1a;

/// The 64-bit FNV-1a hash of an effective scenario without its seed and its default stack, as 16 hexadecimal digits: runs of
/// one scenario under other seeds and stacks share it.
///
/// The text is that which the loader makes: tables in order, a key a line. A nation's has two million characters; they are not parsed again.
#[must_use]
pub fn scenario_hash(effective: &str) -> String {
    let mut bare = String::with_capacity(effective.len());
    let mut in_run = false;
    for line in effective.lines() {
        if line.starts_with('[') {
            in_run = line == "[run]";
        }
        // The header of a table says nothing where all of the table is left out.
        let left_out = in_run && ["[run]", "seed = ", "policy = "].iter().any(|start| line.starts_with(start));
        if !left_out && !line.is_empty() {
            bare.push_str(line);
            bare.push('\n');
        }
    }
    format!("{:016x}", fnv_1a(&bare))
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
