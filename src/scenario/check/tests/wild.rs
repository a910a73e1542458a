//! Many mistakes at once, and numbers that nobody would write.

use super::{WHOLE, look, with};
use crate::scenario::check::check;
use crate::scenario::diagnostic::Diagnostics;
use crate::scenario::raw::RawScenario;
use proptest::prelude::*;

#[test]
fn ten_mistakes_are_ten_reports() {
    let text = with(&[
        ("format = 1", "format = 3"),
        ("warm-up = \"12 h\"", "warm-up = \"8 d\""),
        ("pue = 1.5", "pue = 0.5"),
        ("cores = 64", "cores = 0"),
        ("[\"shanghai\", \"ix\"]", "[\"shanghai\", \"xi\"]"),
        ("at = [\"beijing\"]", "at = [\"peking\"]"),
        ("tenants = \"firms\"", "tenants = \"firma\""),
        ("sigma = 1.2", "sigma = -1.2"),
        ("runtime = \"1 h\"", ""),
        ("{ link = \"ix-zhongwei\" }", "{ link = \"zhongwei\" }"),
    ]);
    let (scenario, out) = look(&text);
    assert!(scenario.is_none());
    assert_eq!(out.errors(), 10, "{:#?}", out.list);
    let lines: Vec<usize> = out.sorted().iter().filter_map(|p| out.sources.locate(&p.span)).map(|l| l.line).collect();
    assert_eq!(lines.len(), 10, "each has a place");
    assert!(lines.windows(2).all(|pair| pair[0] <= pair[1]), "in the order of the file");
}

#[test]
fn what_is_wrong_elsewhere_hides_nothing() {
    // A wrong PUE and an unknown tenant say nothing about whether a job fits or its data arrive.
    let link = "[link.shanghai-ix]\nbetween = [\"shanghai\", \"ix\"]\nlatency = \"6 ms\"\nbandwidth = \"100 Gbps\"\n";
    let text = with(&[
        ("pue = 1.5", "pue = 0.5"),
        ("tenants = \"firms\"", "tenants = \"firma\""),
        (link, ""),
        ("beijing = 0.3, shanghai", "shanghai"),
        ("origin = \"shanghai\"\ncores = 4", "tenant = \"nobody\"\norigin = \"shanghai\"\ncores = 400"),
    ]);
    let (_, out) = look(&text);
    let words = ["the PUE", "firma", "its data at shanghai", "nobody", "impossible job"];
    for word in words {
        assert!(out.list.iter().any(|problem| problem.message.contains(word)), "{word}: {:#?}", out.list);
    }
    assert_eq!(out.errors(), words.len(), "{:#?}", out.list);
    // A pool that is wrong is not judged by.
    let (_, out) = look(&with(&[
        ("cores = 64", "cores = 0"),
        ("origin = \"shanghai\"\ncores = 4", "origin = \"shanghai\"\ncores = 60\nregions = [\"china\"]"),
    ]));
    assert_eq!(out.errors(), 1, "{:#?}", out.list);
}

#[test]
fn the_order_of_tables_changes_nothing() {
    let ordered = super::good(WHOLE);
    // Blocks from "[center.zhongwei]" to "[metro" go before "[center.beijing]".
    let (head, rest) = WHOLE.split_once("[center.beijing]").expect("beijing");
    let (beijing, rest) = rest.split_once("[center.zhongwei]").expect("zhongwei");
    let (zhongwei, rest) = rest.split_once("[metro").expect("metro");
    let text = format!("{head}[center.zhongwei]{zhongwei}[center.beijing]{beijing}[metro{rest}");
    assert_eq!(super::good(&text), ordered);
}

/// Numbers of the scenario, as byte ranges.
fn numbers() -> Vec<std::ops::Range<usize>> {
    let bytes = WHOLE.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let end = (at..bytes.len()).find(|i| !(bytes[*i].is_ascii_digit() || bytes[*i] == b'.')).unwrap_or(bytes.len());
        // Not digits within names and dates.
        let before = at.checked_sub(1).map_or(b' ', |i| bytes[i]);
        if end > at && bytes[at].is_ascii_digit() && matches!(before, b' ' | b'"' | b'[') {
            found.push(at..end);
        }
        at = end.max(at + 1);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever numbers stand there, the check answers, and a scenario that it lets pass has sound ids.
    #[test]
    fn numbers_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop_oneof![
            Just("0".to_owned()), Just("-1".to_owned()), Just("1e300".to_owned()), Just("1e24".to_owned()), Just("1e19".to_owned()),
            Just("18446744073709551615".to_owned()), Just("9223372036854775807".to_owned()), Just("4294967295".to_owned()),
            Just("1000000000".to_owned()), Just("inf".to_owned()), Just("nan".to_owned()), Just("1e-300".to_owned()), Just("0.0004".to_owned()),
            (0u64..100).prop_map(|n| n.to_string()),
        ]), 1..4)
    ) {
        let places = numbers();
        let mut text = WHOLE.to_owned();
        let mut edits: Vec<(std::ops::Range<usize>, String)> =
            changes.into_iter().map(|(at, number)| (at.get(&places).clone(), number)).collect();
        edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        edits.dedup_by_key(|(range, _)| range.start);
        for (range, number) in edits {
            text.replace_range(range, &number);
        }
        if let Ok(raw) = toml::from_str::<RawScenario>(&text) {
            let mut out = Diagnostics::default();
            if let Some(scenario) = check(&raw, &mut out) {
                prop_assert!(scenario.platform.pools.iter().all(|pool| pool.nodes <= pool.nodes_max));
                prop_assert!(scenario.jobs.iter().all(|job| job.request.constraint.index() < scenario.platform.constraints.len()));
                let _ = crate::scenario::inventory(&scenario);
            } else {
                prop_assert!(out.has_errors());
            }
        }
    }
}
