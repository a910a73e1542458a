//! The totals of a summary as a list, and any figure of it by name: for comparisons, sweeps and thresholds.

use super::Summary;
use crate::observe::glossary::{Better, Entry, glossary};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// One total of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// Its key in `summary.json`, or the path to it.
    pub key: Cow<'static, str>,
    /// Its unit; empty for counts and shares.
    pub unit: &'static str,
    /// Its value; `None` is no data.
    pub value: Option<f64>,
    /// Which way is better.
    pub better: Better,
    /// Whether it belongs in a short table.
    pub headline: bool,
    /// Whether runs can be compared in it only if they do the same work.
    pub needs_equal_work: bool,
}

impl Scalar {
    fn new(key: Cow<'static, str>, entry: &Entry, value: &Value) -> Option<Self> {
        (value.is_number() || value.is_null()).then(|| Self {
            key,
            unit: entry.unit,
            value: value.as_f64(),
            better: entry.better,
            headline: entry.headline,
            needs_equal_work: entry.needs_equal_work(),
        })
    }
}

impl Summary {
    /// All totals, in the order of the glossary: the same keys for every run.
    #[must_use]
    pub fn scalars(&self) -> Vec<Scalar> {
        // Its own serialization is the one list of its keys.
        let Ok(Value::Object(values)) = serde_json::to_value(self) else { return Vec::new() };
        let scalar = |entry: &Entry| Scalar::new(entry.key.into(), entry, values.get(entry.key)?);
        glossary().iter().filter_map(scalar).collect()
    }

    /// A figure by its path in `summary.json`: a total (`wait_mean_s`), or one of a list (`classes.training.wait_p95_s`,
    /// `centers.zhongwei.utilization`, `pools.zhongwei/ai.waiting_peak`, `links.cable/beijing.full_share` for the direction that begins at
    /// Beijing, `rejected_by_reason.storage-full`). `None` where there is no such figure.
    #[must_use]
    pub fn scalar(&self, path: &str) -> Option<Scalar> {
        let Ok(Value::Object(values)) = serde_json::to_value(self) else { return None };
        let entry = |key: &str| glossary().iter().find(|entry| entry.key == key);
        let Some((list, rest)) = path.split_once('.') else {
            return Scalar::new(path.to_owned().into(), entry(path)?, values.get(path)?);
        };
        let key = Cow::from(path.to_owned());
        match values.get(list)? {
            // A reason that never came up is 0 jobs.
            Value::Object(counts) => Scalar::new(key, entry(list)?, counts.get(rest).unwrap_or(&Value::from(0))),
            Value::Array(rows) => {
                let (name, column) = rest.rsplit_once('.')?;
                let row =
                    rows.iter().filter_map(Value::as_object).find(|row| row_name(row).as_deref() == Some(name))?;
                Scalar::new(key, entry(column)?, row.get(column)?)
            }
            _ => None,
        }
    }
}

/// What a row of a list is called.
fn row_name(row: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| row.get(key).and_then(Value::as_str);
    if let (Some(center), Some(pool)) = (text("center"), text("pool")) {
        return Some(format!("{center}/{pool}"));
    }
    if let (Some(link), Some(from)) = (text("link"), text("from")) {
        return Some(format!("{link}/{from}"));
    }
    ["class", "center", "tenant", "name"].into_iter().find_map(text).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::{ClassSummary, LinkSummary, PoolSummary};
    use super::*;

    #[test]
    fn figures_are_found_by_their_path() {
        let class = ClassSummary { class: "a.b".to_owned(), wait_mean_s: Some(7.0), ..ClassSummary::default() };
        let pool =
            PoolSummary { center: "east".to_owned(), pool: "ai".to_owned(), waiting_peak: 3, ..PoolSummary::default() };
        let link = |from: &str, bytes| LinkSummary {
            link: "cable".to_owned(),
            from: from.to_owned(),
            bytes,
            ..LinkSummary::default()
        };
        let summary = Summary {
            jobs: 5,
            classes: vec![class],
            pools: vec![pool],
            links: vec![link("east", 1.0), link("west", 2.0)],
            rejected_by_reason: [("policy".to_owned(), 4)].into(),
            ..Summary::default()
        };
        let value = |path: &str| summary.scalar(path).map(|scalar| scalar.value);
        assert_eq!(value("jobs"), Some(Some(5.0)));
        assert_eq!(value("wait_mean_s"), Some(None), "it is there, without data");
        assert_eq!(value("classes.a.b.wait_mean_s"), Some(Some(7.0)));
        assert_eq!(value("pools.east/ai.waiting_peak"), Some(Some(3.0)));
        assert_eq!(value("links.cable/west.bytes"), Some(Some(2.0)));
        assert_eq!(value("rejected_by_reason.policy"), Some(Some(4.0)));
        assert_eq!(value("rejected_by_reason.too-large"), Some(Some(0.0)));
        for wrong in
            ["", "job", "classes", "classes.x.jobs", "classes.a.b", "classes.a.b.class", "pools.east.jobs", "jobs.x"]
        {
            assert_eq!(value(wrong), None, "{wrong}");
        }
        let scalar = summary.scalar("classes.a.b.wait_mean_s").unwrap();
        assert_eq!((scalar.unit, scalar.better), ("s", Better::Lower));
    }
}
