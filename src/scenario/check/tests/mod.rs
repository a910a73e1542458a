//! Every refusal with its message and place, and what a good scenario becomes.

mod built;
mod refused_work;
mod refused_world;
mod wild;

use super::super::Scenario;
use super::super::diagnostic::{Diagnostics, Severity};
use super::super::raw::RawScenario;
use super::check;

/// A scenario with something of everything, in which nothing is wrong.
pub(in crate::scenario) const WHOLE: &str = r#"
format = 1
name = "whole"

[run]
start = "2023-12-25T00:00:00+08:00"
until = "7 d"
warm-up = "12 h"

[center.beijing]
tier = "regional"
side = "east"
province = "hebei"
place = { lat = 39.9, lon = 116.4 }
pue = 1.5
tariff = { flat = "0.36 CNY/kWh", peak = "0.54 CNY/kWh", valley = "0.18 CNY/kWh", peak-hours = ["7-9", "17-22"], valley-hours = ["22-6"] }
carbon = { grid = "642 g/kWh", green-share = 0.5 }
storage = { space = "10 PB", filled = "1 PB" }
labels = { security = "level-3" }
pool.cpu = { nodes = 4, cores = 8, memory = "64 GiB", fp64 = "1 TFLOPS", power-idle = "100 W", power-peak = "300 W", closed-share = 0.25 }

[center.zhongwei]
tier = "national-hub"
side = "west"
regions = ["china"]
pool.ai = { nodes = 2, cores = 64, accelerators = { kind = "card", count = 8, memory = "64 GiB", fp16 = "280 TFLOPS" } }

[metro.shanghai]
[exchange.ix]

[link.beijing-ix]
between = ["beijing", "ix"]
latency = "1 ms"
bandwidth = "10 Gbps"
[link.ix-zhongwei]
between = ["ix", "zhongwei"]
latency = "9 ms"
bandwidth = "400 Gbps"
price = "0.10 CNY/GB"
background = 0.3
[link.shanghai-ix]
between = ["shanghai", "ix"]
latency = "6 ms"
bandwidth = "100 Gbps"

[dataset.archive]
size = "2 PB"
at = ["beijing"]

[tenants.firms]
count = 10
share = { zipf = { exponent = 1.1 } }

[workload.training]
tenants = "firms"
arrivals = { poisson = { rate = "140 / d", by-hour = "office", by-day = "week" } }
origin = { beijing = 0.3, shanghai = 0.7 }
tasks = { choice = { 1 = 0.5, 2 = 0.5 } }
accelerators = { kind = "card", per-task = 4 }
runtime = { log-normal = { median = "8 h", sigma = 1.2, max = "14 d" } }
requested = { factor = { uniform = { min = 1.0, max = 4.0 } } }
input = { log-normal = { median = "1 TB", sigma = 1.5 } }
output = "50 GB"
deadline = { after-submit = "3 d" }
regions = ["china"]

[[job]]
id = "a"
submit = "0 s"
origin = "shanghai"
cores = 4
runtime = "1 h"
dataset = "archive"

[[event]]
at = "2 d"
for = "6 h"
down = { link = "ix-zhongwei" }

[policy.spread]
broker = { least-loaded = {} }
"#;

/// Checks a text; places are ranges of its source map.
pub(super) fn look(text: &str) -> (Option<Scenario>, Diagnostics) {
    let mut out = Diagnostics::default();
    out.sources.add("test.toml", text);
    // The source map begins at 1.
    let raw: RawScenario = toml::from_str(&format!("\n{text}")).unwrap_or_else(|error| panic!("{error}"));
    let scenario = check(&raw, &mut out);
    assert_eq!(scenario.is_none(), out.has_errors());
    (scenario, out)
}

/// A scenario in which nothing is wrong.
pub(in crate::scenario) fn good(text: &str) -> Scenario {
    let (scenario, out) = look(text);
    scenario.unwrap_or_else(|| panic!("{:#?}", out.list))
}

/// The whole scenario with some texts replaced, each of which must be there once.
pub(in crate::scenario) fn with(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(WHOLE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from}");
        text.replace(from, to)
    })
}

fn found(severity: Severity, changes: &[(&str, &str)], at: &str, words: &[&str]) {
    let text = with(changes);
    let (_, out) = look(&text);
    let list: Vec<_> = out.list.iter().filter(|problem| problem.severity == severity).collect();
    assert_eq!(list.len(), 1, "one {severity:?} after {changes:?}, not {:#?}", out.list);
    let place = out.sources.slice(&list[0].span);
    assert!(place.starts_with(at), "{place:?} is not {at:?}: {:?}", list[0]);
    let said = format!("{} {}", list[0].message, list[0].help.as_deref().unwrap_or(""));
    for word in words {
        assert!(said.contains(word), "{word:?} is not in {said:?}");
    }
}

/// The changes make exactly one error, whose place begins with a text and whose message and help have these words.
pub(super) fn refused(changes: &[(&str, &str)], at: &str, words: &[&str]) {
    found(Severity::Error, changes, at, words);
}

/// The changes make exactly one warning and no error.
pub(super) fn warned(changes: &[(&str, &str)], at: &str, words: &[&str]) {
    assert!(!look(&with(changes)).1.has_errors());
    found(Severity::Warning, changes, at, words);
}
