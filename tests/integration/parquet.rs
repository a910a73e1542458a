//! `run --tables`: Parquet files hold what the CSV files hold.

use crate::support::{Scratch, Table, eastwest, run_into, same_contents};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::fs::File;
use std::path::Path;

const TABLES: [&str; 8] = ["jobs", "centers", "pools", "links", "classes", "tenants", "tenant_groups", "timeline"];

fn hubs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/hubs-10.toml")
}

/// Every cell of both files: texts alike, numbers equal as doubles, nulls where cells are empty. Gives how many cells there were.
fn same_cells(csv: &Path, parquet: &Path) -> usize {
    let wanted = Table::read(csv);
    let reader = SerializedFileReader::new(File::open(parquet).expect("opens")).expect("a Parquet file");
    let columns = reader.metadata().file_metadata().schema_descr().columns().to_vec();
    for (column, name) in columns.iter().zip(wanted.columns()) {
        assert_eq!(column.name(), name);
    }
    let mut rows = 0;
    for (found, row) in reader.get_row_iter(None).expect("rows").zip(&wanted.rows) {
        for ((name, field), cell) in found.expect("a row").get_column_iter().zip(row) {
            let same = match field {
                Field::Null => cell.is_empty(),
                Field::Str(text) => text == cell,
                Field::Long(value) => value.to_string() == *cell,
                Field::Double(value) => cell.parse::<f64>().is_ok_and(|cell| cell.to_bits() == value.to_bits()),
                other => panic!("{name}: {other:?}"),
            };
            assert!(same, "{}, row {rows}, {name}: {field:?} for {cell:?}", parquet.display());
        }
        rows += 1;
    }
    assert_eq!(rows, wanted.rows.len());
    assert_eq!(reader.metadata().file_metadata().num_rows(), rows as i64);
    rows * columns.len()
}

#[test]
fn both_forms_hold_the_same() {
    let scratch = Scratch::new();
    let (both, only, csv) = (scratch.path("both"), scratch.path("only"), scratch.path("csv"));
    let short = ["--set", "run.until=\"6 h\"", "--set", "run.warm-up=\"0 s\"", "--no-report"];
    let more = |tables: &'static str| [&short[..], &["--tables", tables]].concat();
    run_into(&hubs(), &both, &more("both")).expect(0);
    let cells: usize = TABLES
        .iter()
        .map(|table| same_cells(&both.join(format!("{table}.csv")), &both.join(format!("{table}.parquet"))))
        .sum();
    assert!(cells > 100_000, "{cells} cells");
    // Each form alone is the same to the byte.
    run_into(&hubs(), &only, &more("parquet")).expect(0);
    run_into(&hubs(), &csv, &short).expect(0);
    assert!(!only.join("jobs.csv").exists() && !csv.join("jobs.parquet").exists());
    for table in TABLES {
        let (name, plain) = (format!("{table}.parquet"), format!("{table}.csv"));
        assert!(std::fs::read(only.join(&name)).expect("reads") == std::fs::read(both.join(&name)).expect("reads"));
        std::fs::remove_file(both.join(name)).expect("removes");
        std::fs::remove_file(only.join(format!("{table}.parquet"))).expect("removes");
        std::fs::copy(csv.join(&plain), only.join(&plain)).expect("copies");
    }
    same_contents(&both, &csv);
    same_contents(&only, &csv);
}

#[test]
fn what_needs_the_csv_says_so() {
    let scratch = Scratch::new();
    let out = scratch.path("out");
    let two = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/two-centers.toml");
    run_into(&two, &out, &["--policy", "west", "--tables", "parquet", "--job-records", "none"]).expect(0);
    assert!(out.join("report.html").exists() && !out.join("jobs.parquet").exists());
    let report = ["report".as_ref(), out.as_os_str()];
    eastwest(&report).expect(4).says(&["tables as Parquet only", "--tables both"]);
    eastwest(&["run", "two-centers", "--tables", "excel"]).expect(2).says(&["csv, parquet, both"]);
}
