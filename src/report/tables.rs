//! One CSV a table: the header is the names of the fields, an empty cell is no data.

use crate::observe::{
    CenterSummary, ClassSummary, LinkSummary, PoolSummary, ServiceCenterSummary, Summary, TenantGroupSummary,
    TenantSummary, TimelineRow,
};
use serde::Serialize;
use std::io;

/// `centers.csv`: one row a center.
///
/// # Errors
/// Those of the writer.
pub fn centers_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.centers, &CenterSummary::default(), writer)
}

/// `pools.csv`: one row a pool.
///
/// # Errors
/// Those of the writer.
pub fn pools_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.pools, &PoolSummary::default(), writer)
}

/// `links.csv`: one row a direction of a link.
///
/// # Errors
/// Those of the writer.
pub fn links_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.links, &LinkSummary::default(), writer)
}

/// `classes.csv`: one row a class.
///
/// # Errors
/// Those of the writer.
pub fn classes_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.classes, &ClassSummary::default(), writer)
}

/// `services.csv`: one row a service and center that serves some of it.
///
/// # Errors
/// Those of the writer.
pub fn services_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.service_centers, &ServiceCenterSummary::default(), writer)
}

/// `tenants.csv`: one row a tenant, from [`Metrics::tenants`](crate::observe::Metrics::tenants).
///
/// # Errors
/// Those of the writer.
pub fn tenants_csv(tenants: &[TenantSummary], writer: impl io::Write) -> io::Result<()> {
    table(tenants, &TenantSummary::default(), writer)
}

/// `tenant_groups.csv`: one row a group of tenants.
///
/// # Errors
/// Those of the writer.
pub fn tenant_groups_csv(summary: &Summary, writer: impl io::Write) -> io::Result<()> {
    table(&summary.tenant_groups, &TenantGroupSummary::default(), writer)
}

/// `timeline.csv`: one row an interval and center, province of closed centers, or direction of a link in use, as
/// [`Timeline::rows`](crate::observe::Timeline::rows) gives them.
///
/// # Errors
/// Those of the writer.
pub fn timeline_csv<'a>(rows: impl IntoIterator<Item = TimelineRow<'a>>, writer: impl io::Write) -> io::Result<()> {
    table(rows, &TimelineRow::default(), writer)
}

/// A table without rows still has its header, taken from a row of no data.
fn table<T: Serialize>(
    rows: impl IntoIterator<Item = T>,
    no_data: &impl Serialize,
    writer: impl io::Write,
) -> io::Result<()> {
    let header = {
        let mut sample = csv::Writer::from_writer(Vec::new());
        sample.serialize(no_data)?;
        let bytes = sample.into_inner().map_err(|error| error.into_error())?;
        bytes.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default().to_vec()
    };
    let mut writer = io::BufWriter::new(writer);
    io::Write::write_all(&mut writer, &header)?;
    let mut csv = csv::WriterBuilder::new().has_headers(false).from_writer(writer);
    for row in rows {
        csv.serialize(row)?;
    }
    csv.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::sample::{platform, s, tell, west};
    use crate::observe::{Metrics, Timeline, glossary};
    use crate::report::{JOBS_HEADER, RunInfo, summary_json, summary_value};
    use crate::units::SimDuration;
    use std::collections::BTreeSet;
    use std::sync::Arc;

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes).expect("memory can be written");
        String::from_utf8(bytes).expect("text")
    }

    fn tables() -> (Summary, Vec<(&'static str, String)>) {
        let platform = Arc::new(platform());
        let mut metrics = Metrics::new(Arc::clone(&platform));
        let mut timeline = Timeline::new(platform, SimDuration::HOUR);
        tell(&mut metrics, &west());
        tell(&mut timeline, &west());
        let summary = metrics.summary(s(7200));
        let tables = vec![
            ("centers", text(|w| centers_csv(&summary, w))),
            ("pools", text(|w| pools_csv(&summary, w))),
            ("links", text(|w| links_csv(&summary, w))),
            ("classes", text(|w| classes_csv(&summary, w))),
            ("services", text(|w| services_csv(&summary, w))),
            ("tenants", text(|w| tenants_csv(&metrics.tenants(s(7200)), w))),
            ("tenant_groups", text(|w| tenant_groups_csv(&summary, w))),
            ("timeline", text(|w| timeline_csv(timeline.rows(s(7200)), w))),
            ("allocation", text(|w| crate::report::allocation_csv(&[], w))),
        ];
        (summary, tables)
    }

    fn column<'a>(table: &'a str, name: &str) -> Vec<&'a str> {
        let mut lines = table.lines();
        let at = lines.next().and_then(|h| h.split(',').position(|c| c == name)).expect("the column");
        lines.map(|row| row.split(',').nth(at).unwrap_or_default()).collect()
    }

    #[test]
    fn tables_hold_the_parts_of_two_centers() {
        let (_, tables) = tables();
        let table = |name: &str| &tables.iter().find(|(n, _)| *n == name).expect("a table").1;
        assert_eq!(column(table("centers"), "center"), ["beijing", "horinger"]);
        assert_eq!(column(table("centers"), "energy_kwh"), ["0.3", "1.2"]);
        assert_eq!(column(table("centers"), "utilization"), ["0.0", "0.75"]);
        assert_eq!(column(table("centers"), "operator"), ["", ""], "no data is an empty cell");
        assert_eq!(column(table("pools"), "pool"), ["cpu", "cpu"]);
        assert_eq!(column(table("links"), "transfer_cost_cny"), ["25.0", "0.0"]);
        assert_eq!(column(table("links"), "to"), ["horinger", "beijing"]);
        assert_eq!(column(table("classes"), "completed"), ["3"]);
        assert_eq!(column(table("tenants"), "tenant"), ["one"]);
        assert_eq!(column(table("timeline"), "kind"), ["center", "center", "link"].repeat(2));
        assert_eq!(column(table("timeline"), "running_mean").len(), 6);
        // No rows, but the header.
        let empty = text(|w| links_csv(&Summary::default(), w));
        assert_eq!(Some(empty.trim_end()), table("links").lines().next());
    }

    #[test]
    fn every_column_and_key_is_in_the_glossary_and_nothing_else_is() {
        let (summary, tables) = tables();
        let mut names: BTreeSet<String> = JOBS_HEADER.split(',').map(str::to_owned).collect();
        for (_, table) in &tables {
            names.extend(table.lines().next().expect("a header").split(',').map(str::to_owned));
        }
        // A run without services has none of their keys.
        let mut summary = summary;
        summary.services.push(crate::observe::ServiceSummary::default());
        let info = RunInfo {
            expectations: vec![crate::report::Judged::default()],
            anchors: vec![crate::report::AnchorRow::default()],
            ..RunInfo::default()
        };
        let value = summary_value(&info, &summary);
        let keys = |value: &serde_json::Value| value.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        names.extend(keys(&value).expect("an object"));
        for (key, list) in value.as_object().expect("an object") {
            for row in list.as_array().into_iter().flatten().filter(|row| row.is_object()) {
                assert_ne!(key, "rejected_by_reason");
                names.extend(keys(row).expect("an object"));
            }
        }
        let defined: BTreeSet<String> = glossary().iter().map(|e| e.key.to_owned()).collect();
        assert_eq!(defined.len(), glossary().len(), "a key is defined once");
        let lacking: Vec<_> = names.difference(&defined).collect();
        assert!(lacking.is_empty(), "not in the glossary: {lacking:?}");
        let stale: Vec<_> = defined.difference(&names).collect();
        assert!(stale.is_empty(), "in the glossary only: {stale:?}");
        let markdown = crate::observe::glossary_markdown();
        assert_eq!(markdown.lines().count(), glossary().len() + 2);
    }

    #[test]
    fn the_unit_of_a_key_is_at_its_end() {
        for entry in glossary() {
            // Of a unit of work: the unit of the amount stands before it.
            let work = ["_per_card_h", "_per_core_h", "_per_million_requests"];
            let amount = work.iter().find_map(|work| entry.key.strip_suffix(work));
            let (key, unit) = amount.map_or((entry.key, entry.unit), |key| (key, entry.unit.trim_end_matches("/h")));
            let suffix = match unit {
                "s" => "_s",
                "h" => "_h",
                "1/h" => "_per_h",
                "kWh" => "_kwh",
                "kW" => "_kw",
                "CNY" => "_cny",
                "CNY/h" => "_cny_per_h",
                "kg" => "_kg",
                "kg/h" => "_kg_per_h",
                "B" => "bytes",
                "bit/s" => "_bps",
                "%" => "_pct",
                "" => "",
                other => panic!("{}: unknown unit {other}", entry.key),
            };
            assert!(key.ends_with(suffix), "{} in {}", entry.key, entry.unit);
        }
    }

    #[test]
    fn scalars_are_the_totals() {
        let (summary, _) = tables();
        let scalars = summary.scalars();
        let find = |key: &str| scalars.iter().find(|s| s.key == key).expect(key);
        assert_eq!(find("energy_kwh").value.map(f64::to_bits), Some(1.5f64.to_bits()));
        assert_eq!(find("completed").value.map(|v| v as u64), Some(3));
        assert_eq!(find("pue_mean").unit, "");
        assert_eq!(find("deadline_missed_share").value, None, "no data stays in the list");
        assert!(find("cost_cny").headline && find("cost_cny").better == crate::observe::Better::Lower);
        assert!(!scalars.iter().any(|s| s.key == "classes"));
        let keys = |s: &Summary| s.scalars().iter().map(|s| s.key.clone()).collect::<Vec<_>>();
        assert_eq!(keys(&summary), keys(&Summary::default()), "the same keys for every run");
    }

    #[test]
    fn a_summary_reads_back_from_its_file() {
        let (summary, _) = tables();
        let info = RunInfo { name: "two-centers".to_owned(), seed: u64::MAX, ..RunInfo::default() };
        let text = summary_json(&info, &summary);
        assert_eq!(serde_json::from_str::<Summary>(&text).expect("json"), summary);
        assert!(text.contains("\"seed\": 18446744073709551615") && text.ends_with("}\n"), "{text}");
        let value: serde_json::Value = serde_json::from_str(&text).expect("json");
        assert_eq!(value["transfer_cost_cny"], 25.0);
        assert_eq!(value["centers"][1]["operator"], serde_json::Value::Null);
    }
}
