//! `two-centers`: every figure was worked by hand beside the scenario's first description.

use crate::support::{Scratch, Table, json, near, run_into};
use std::path::{Path, PathBuf};

fn scenario() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/two-centers.toml")
}

struct Files {
    _scratch: Scratch,
    jobs: Table,
    centers: Table,
    links: Table,
    summary: serde_json::Value,
}

fn run(policy: &str) -> Files {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    run_into(&scenario(), &out, &["--policy", policy]).expect(0);
    let files =
        ["jobs.csv", "centers.csv", "links.csv", "timeline.csv", "summary.json", "manifest.json", "scenario.toml"];
    for name in files {
        assert!(out.join(name).is_file(), "no {name}");
    }
    Files {
        jobs: Table::read(&out.join("jobs.csv")),
        centers: Table::read(&out.join("centers.csv")),
        links: Table::read(&out.join("links.csv")),
        summary: json(&out.join("summary.json")),
        _scratch: scratch,
    }
}

impl Files {
    /// Instants and spans of one job, in seconds, to the nanosecond.
    #[track_caller]
    fn job(&self, job: &str, cells: &[(&str, &str)]) {
        for (column, value) in cells {
            assert_eq!(self.jobs.cell(("job", job), column), *value, "{column} of {job}");
        }
    }

    #[track_caller]
    fn total(&self, key: &str, value: f64) {
        let is = self.summary[key].as_f64().unwrap_or_else(|| panic!("no {key} in the summary"));
        near(is, value, key);
    }

    #[track_caller]
    fn center(&self, center: &str, cells: &[(&str, f64)]) {
        for (column, value) in cells {
            near(self.centers.number(("center", center), column), *value, &format!("{column} of {center}"));
        }
    }
}

#[test]
fn everything_stays_in_beijing() {
    let files = run("stay");
    let life = |submit, start, end, wait| {
        let at_submit = [("submit_s", submit), ("brokered_s", submit), ("staged_s", submit)];
        let later = [("start_s", start), ("end_s", end), ("delivered_s", end), ("wait_s", wait)];
        let rest = [("center", "beijing"), ("pool", "cpu"), ("outcome", "completed"), ("reason", "")];
        [&at_submit[..], &later, &rest].concat()
    };
    files.job("a", &life("0", "0", "3600", "0"));
    files.job("b", &life("10", "3600", "7200", "3590"));
    files.job("c", &life("20", "7200", "10800", "7180"));
    files.center(
        "beijing",
        &[("energy_kwh", 1.35), ("energy_cost_cny", 1.08), ("carbon_kg", 0.675), ("utilization", 1.0)],
    );
    files.center(
        "horinger",
        &[("energy_kwh", 0.72), ("energy_cost_cny", 0.288), ("carbon_kg", 0.504), ("utilization", 0.0)],
    );
    files.total("energy_kwh", 2.07);
    files.total("energy_cost_cny", 1.368);
    files.total("transfer_cost_cny", 0.0);
    files.total("cost_cny", 1.368);
    files.total("carbon_kg", 1.179);
    files.total("utilization", 1.0 / 3.0);
    files.total("wait_mean_s", (3590.0 + 7180.0) / 3.0);
    for from in ["beijing", "horinger"] {
        near(files.links.number(("from", from), "bytes"), 0.0, from);
    }
}

#[test]
fn everything_goes_west() {
    let files = run("west");
    files.job("a", &[("staged_s", "0"), ("start_s", "0"), ("end_s", "3600"), ("center", "horinger")]);
    files.job(
        "b",
        &[
            ("brokered_s", "10"),
            ("staged_s", "200.008"),
            ("start_s", "200.008"),
            ("end_s", "3800.008"),
            ("wait_s", "190.008"),
        ],
    );
    files.job(
        "c",
        &[("brokered_s", "20"), ("staged_s", "210.008"), ("start_s", "3600"), ("end_s", "7200"), ("wait_s", "3580")],
    );
    files.center(
        "horinger",
        &[("energy_kwh", 1.2), ("energy_cost_cny", 0.48), ("carbon_kg", 0.84), ("utilization", 0.75)],
    );
    files.center(
        "beijing",
        &[("energy_kwh", 0.3), ("energy_cost_cny", 0.24), ("carbon_kg", 0.15), ("utilization", 0.0)],
    );
    files.total("energy_kwh", 1.5);
    files.total("energy_cost_cny", 0.72);
    files.total("transfer_cost_cny", 25.0);
    files.total("cost_cny", 25.72);
    files.total("carbon_kg", 0.99);
    files.total("utilization", 0.5);
    // 250 GB = 2000 Gb in 7200 s of 10 Gbps.
    let [forth, back] = ["beijing", "horinger"].map(|from| ("from", from));
    near(files.links.number(forth, "bytes"), 250e9, "bytes from beijing");
    near(files.links.number(forth, "utilization"), 1.0 / 36.0, "beijing to horinger");
    near(files.links.number(back, "bytes"), 0.0, "bytes from horinger");
    near(files.links.number(back, "utilization"), 0.0, "horinger to beijing");
}
