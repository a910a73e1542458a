//! `--plots`: figures of runs and comparisons as files.

use crate::support::{Scratch, contents, eastwest, run_into};
use std::path::Path;

fn two_centers() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/two-centers.toml")
}

#[test]
fn a_run_and_its_directory_give_the_same_figures() {
    let scratch = Scratch::new();
    let (out, of_run, of_directory) = (scratch.path("out"), scratch.path("plots"), scratch.path("again/plots"));
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let ran = run_into(&two_centers(), &out, &["--policy", "west", "--plots", &text(&of_run)]).expect(0);
    assert!(ran.stderr.contains("plots: 8 in "), "{}", ran.stderr);
    eastwest(&["report", &text(&out), "--plots", &text(&of_directory)]).expect(0);
    let plots = contents(&of_run);
    assert_eq!(plots.len(), 8);
    assert!(plots.iter().all(|(name, svg)| name.ends_with(".svg") && svg.starts_with(b"<svg ")));
    assert!(plots == contents(&of_directory));
    // Without a page there are figures too, and nothing else that a page needs.
    let bare = scratch.path("bare");
    let more = ["--policy", "west", "--no-report", "--plots", &text(&of_run), "--plot-width", "183"];
    run_into(&two_centers(), &bare, &more).expect(0);
    assert!(!bare.join("digest.json").exists() && !bare.join("report.html").exists());
    let wide = contents(&of_run);
    assert!(wide.values().all(|svg| String::from_utf8_lossy(svg).contains("width=\"183mm\"")));
}

#[test]
fn a_comparison_has_a_figure_of_each_headline_metric() {
    let scratch = Scratch::new();
    let (out, of_run, of_directory) = (scratch.path("out"), scratch.path("plots"), scratch.path("again"));
    let text = |path: &Path| path.to_str().expect("text").to_owned();
    let file = text(&two_centers());
    let words = ["compare", &file, "--out", &text(&out), "--plots", &text(&of_run)];
    eastwest(&words).expect(0);
    eastwest(&["report", &text(&out), "--plots", &text(&of_directory)]).expect(0);
    let plots = contents(&of_run);
    assert!(plots.contains_key("wait_mean_s.svg") && plots.len() > 5, "{:?}", plots.keys());
    assert!(plots == contents(&of_directory));
}

#[test]
fn a_place_that_cannot_be_written_is_said_before_the_run() {
    let scratch = Scratch::new();
    let file = scratch.write("a-file", "something");
    let out = scratch.path("out");
    let plots = file.join("plots");
    let more = ["--policy", "west", "--plots", plots.to_str().expect("text")];
    run_into(&two_centers(), &out, &more).expect(4).says(&["a-file/plots"]);
    assert_eq!(scratch.names(), ["a-file"], "nothing was run");
    eastwest(&["run", "two-centers", "--plots", "p", "--plot-width", "5"]).expect(2).says(&["from 60 to 400"]);
}
