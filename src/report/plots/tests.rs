use super::*;
use crate::model::Platform;
use crate::observe::sample::{platform, s, tell, west};
use crate::observe::{DigestObserver, Metrics, Timeline};
use crate::report::{RunInfo, RunPage, TimelineGrid};
use crate::units::SimDuration;
use std::sync::Arc;

fn drawn(platform: Platform, width_mm: f64) -> Vec<Plot> {
    let platform = Arc::new(platform);
    let mut metrics = Metrics::new(Arc::clone(&platform));
    let mut timeline = Timeline::new(Arc::clone(&platform), SimDuration::HOUR);
    let mut digest = DigestObserver::new(&platform, SimDuration::HOUR);
    tell(&mut metrics, &west());
    tell(&mut timeline, &west());
    tell(&mut digest, &west());
    let mut grid = TimelineGrid::new(&platform);
    timeline.rows(s(7200)).for_each(|row| grid.push(&platform, &row));
    let digest = digest.finish(&metrics, s(7200));
    let page = RunPage {
        info: &RunInfo::default(),
        summary: &metrics.summary(s(7200)),
        platform: &platform,
        timeline: &grid,
        digest: &digest,
        start: None,
        known: &[],
        base_map: None,
    };
    run_plots(&page, width_mm)
}

/// The texts of a figure, and that it is sound: tags in pairs, nothing that XML forbids.
fn texts(svg: &str) -> Vec<&str> {
    assert!(svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"), "{svg}");
    assert!(!svg.chars().any(|c| c.is_control() && c != '\n'), "a control character");
    for part in svg.split('&').skip(1) {
        let entity = part.split_once(';').map(|(name, _)| name);
        assert!(matches!(entity, Some("lt" | "gt" | "amp" | "quot" | "apos")), "&{part}");
    }
    assert_eq!(svg.matches("<text ").count(), svg.matches("</text>").count());
    svg.split("<text ").skip(1).filter_map(|rest| Some(rest.split_once(">\n")?.1.split_once('<')?.0.trim())).collect()
}

#[test]
fn west_has_its_figures() {
    let plots = drawn(platform(), 89.0);
    let names: Vec<&str> = plots.iter().map(|plot| plot.name.as_str()).collect();
    assert_eq!(names, ["utilization", "queue", "wait", "slowdown", "links", "power", "carbon", "origins"]);
    for plot in &plots {
        assert!(plot.svg.contains("width=\"89mm\""), "{}", plot.name);
        assert!(!plot.svg.contains("NaN") && !plot.svg.contains("inf"), "{}", plot.name);
        assert!(texts(&plot.svg).len() > 4, "{}: {:?}", plot.name, texts(&plot.svg));
    }
    let utilization = texts(&plots[0].svg);
    assert!(utilization.contains(&"Utilization (%)") && utilization.contains(&"Time (h)"), "{utilization:?}");
    assert!(utilization.contains(&"east") && utilization.contains(&"west"), "{utilization:?}");
    // All jobs came from Beijing and ran in Horinger.
    let origins = texts(&plots[7].svg);
    assert!(["beijing", "horinger", "100"].iter().all(|word| origins.contains(word)), "{origins:?}");
    assert!(texts(&plots[4].svg).contains(&"beijing &gt; horinger"));
    assert_eq!(drawn(platform(), 89.0), plots, "the same bytes");
    assert!(drawn(platform(), 183.0).iter().all(|plot| plot.svg.contains("width=\"183mm\"")));
}

#[test]
fn hostile_names_are_texts() {
    let odd = "</text><script>alert(1)</script>\"'&\u{1}\u{ffff}\n中";
    let mut platform = platform();
    for name in [&mut platform.sites[0].name, &mut platform.centers[1].name, &mut platform.classes[0].name] {
        odd.clone_into(name);
    }
    platform.classes[0].name.push_str(&"long".repeat(100));
    for plot in drawn(platform, 89.0) {
        assert!(!plot.svg.contains("<script") && !plot.svg.contains('\u{1}'), "{}", plot.name);
        texts(&plot.svg);
    }
}

#[test]
fn metrics_of_stacks_have_intervals_and_differences() {
    let stack = |name: &str, mean: f64, half: f64, difference: Option<f64>| {
        serde_json::json!({
            "stack": name, "mean": mean, "half_width": half, "baseline_difference": difference,
            "difference_half_width": difference.map(|_| 0.5), "values": []
        })
    };
    let comparison = serde_json::json!({
        "scenario": "two", "baseline": "stay", "confidence": 0.95, "replications": 4,
        "metrics": [
            { "metric": "classes.a/b<c>.wait_mean_s", "unit": "s", "headline": true,
              "stacks": [stack("stay", 10.0, 1.0, None), stack("west<&>", 8.0, 1.5, Some(-2.0))] },
            { "metric": "hidden", "unit": "", "headline": false, "stacks": [stack("stay", 1.0, 1.0, None)] },
            { "metric": "empty", "unit": "", "headline": true, "stacks": [{ "stack": "stay", "mean": null }] }
        ]
    });
    let plots = compare_plots(&comparison, 183.0);
    assert_eq!(plots.iter().map(|plot| plot.name.as_str()).collect::<Vec<_>>(), ["classes.a-b-c-.wait_mean_s"]);
    let texts = texts(&plots[0].svg);
    assert!(texts.contains(&"Difference to stay (s)") && texts.contains(&"west&lt;&amp;&gt;"), "{texts:?}");
    assert!(texts.contains(&"Mean and 95 % interval, 4 replications"), "{texts:?}");
    // A dot for each mean and each difference.
    assert_eq!(plots[0].svg.matches("<circle ").count(), 3);
    assert!(compare_plots(&serde_json::json!({}), 89.0).is_empty());
}
