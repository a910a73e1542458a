//! "Did you mean": the known name that is nearest to an unknown one.

/// The name nearest to a wrong one, if it is near enough to be what was meant.
///
/// Case and the choice of `_`, `-` or space do not count; a third of the letters may be wrong. Ties go to the first.
#[must_use]
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |name: &str| -> String {
        name.chars().map(|c| if c == '_' || c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    };
    // Distances are quadratic in the length; nobody means a name of a few hundred letters.
    if wrong.len() > 200 {
        return None;
    }
    let wrong = plain(wrong);
    let bound = (wrong.chars().count() / 3).max(1);
    let names: Vec<&str> = names.into_iter().collect();
    let near = names
        .iter()
        .copied()
        .filter(|name| name.len().abs_diff(wrong.len()) <= 4 * bound)
        .map(|name| (strsim::damerau_levenshtein(&wrong, &plain(name)), name))
        .filter(|(distance, _)| *distance <= bound)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name);
    // Half of a name, if only one begins so.
    let begins =
        |name: &&str| wrong.len() > 2 && plain(name).strip_prefix(&wrong).is_some_and(|rest| rest.starts_with('-'));
    near.or_else(|| match names.into_iter().filter(begins).collect::<Vec<_>>().as_slice() {
        [only] => Some(*only),
        _ => None,
    })
}

/// Help for an unknown name: the nearest one, else all of them if they are few.
#[must_use]
pub(crate) fn did_you_mean<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(name) = nearest(wrong, names.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let all: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match all.as_slice() {
        [] => None,
        [only] => Some(format!("only {only} is known here")),
        _ if all.len() <= 40 => Some(format!("known here: {}", all.join(", "))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_suggested_and_far_ones_are_not() {
        let names = ["latency", "bandwidth", "power-idle", "at"];
        assert_eq!(nearest("latancy", names), Some("latency"));
        assert_eq!(nearest("power_idle", names), Some("power-idle"));
        assert_eq!(nearest("Bandwith", names), Some("bandwidth"));
        assert_eq!(nearest("price", names), None);
        assert_eq!(nearest("power", names), Some("power-idle"));
        assert_eq!(nearest("power", ["power-idle", "power-peak"]), None);
        assert_eq!(
            did_you_mean("price", names).as_deref(),
            Some("known here: `latency`, `bandwidth`, `power-idle`, `at`")
        );
        assert_eq!(did_you_mean("x", []), None);
    }
}
