use super::*;
use crate::model::{Outcome, Platform, RejectReason};
use crate::observe::sample::{Story, job, leak, platform, s, tell, west};
use crate::observe::{Life, Metrics, Record, Timeline};
use crate::report::{self, JobRecords, JobsCsv};
use crate::units::SimDuration;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use std::sync::Arc;

/// Every cell of a Parquet file as the CSV writes it: the header, then rows.
fn read(bytes: Vec<u8>) -> Vec<Vec<String>> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).expect("a Parquet file");
    let schema = reader.metadata().file_metadata().schema_descr();
    let header = schema.columns().iter().map(|column| column.name().to_owned()).collect();
    let mut rows: Vec<Vec<String>> = vec![header];
    for row in reader.get_row_iter(None).expect("rows") {
        let row = row.expect("a row");
        let cells = row.get_column_iter().map(|(_, field)| match field {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            Field::Long(value) => value.to_string(),
            Field::Double(value) => format!("{value:?}"),
            other => panic!("{other:?}"),
        });
        rows.push(cells.collect());
    }
    rows
}

/// The cells of a CSV file; numbers as a double is written, where the other file holds one.
#[track_caller]
fn same(csv: &[u8], parquet: Vec<u8>) {
    let found = read(parquet);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv);
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    assert_eq!(found.len(), rows.len());
    for (row, cells) in rows.iter().zip(&found) {
        assert_eq!(row.len(), cells.len());
        for (wanted, found) in row.iter().zip(cells) {
            let equal = wanted == found
                || matches!((wanted.parse::<f64>(), found.parse::<f64>()), (Ok(a), Ok(b)) if a.to_bits() == b.to_bits());
            assert!(equal, "{wanted:?} became {found:?}");
        }
    }
}

fn csv_of(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut bytes).expect("memory can be written");
    bytes
}

#[test]
fn tables_hold_what_the_csv_files_hold() {
    let platform = Arc::new(platform());
    let mut metrics = Metrics::new(Arc::clone(&platform));
    let mut timeline = Timeline::new(platform, SimDuration::HOUR);
    tell(&mut metrics, &west());
    tell(&mut timeline, &west());
    let summary = metrics.summary(s(7200));
    let tenants = metrics.tenants(s(7200));
    same(&csv_of(|w| report::centers_csv(&summary, w)), csv_of(|w| centers_parquet(&summary, w)));
    same(&csv_of(|w| report::pools_csv(&summary, w)), csv_of(|w| pools_parquet(&summary, w)));
    same(&csv_of(|w| report::links_csv(&summary, w)), csv_of(|w| links_parquet(&summary, w)));
    same(&csv_of(|w| report::classes_csv(&summary, w)), csv_of(|w| classes_parquet(&summary, w)));
    same(&csv_of(|w| report::services_csv(&summary, w)), csv_of(|w| services_parquet(&summary, w)));
    same(&csv_of(|w| report::tenants_csv(&tenants, w)), csv_of(|w| tenants_parquet(&tenants, w)));
    same(&csv_of(|w| report::tenant_groups_csv(&summary, w)), csv_of(|w| tenant_groups_parquet(&summary, w)));
    let rows = || timeline.rows(s(7200));
    same(&csv_of(|w| report::timeline_csv(rows(), w)), csv_of(|w| timeline_parquet(rows(), w)));
    // The same bytes every time.
    assert_eq!(csv_of(|w| centers_parquet(&summary, w)), csv_of(|w| centers_parquet(&summary, w)));
}

fn jobs(platform: Platform, story: &Story) -> (Vec<u8>, Vec<u8>) {
    let platform = Arc::new(platform);
    let mut csv = JobsCsv::new(Vec::new(), Arc::clone(&platform), JobRecords::All);
    let mut bytes = Vec::new();
    let mut parquet = JobsParquet::new(&mut bytes, platform, JobRecords::All);
    tell(&mut csv, story);
    tell(&mut parquet, story);
    parquet.finish().expect("memory can be written");
    (csv.finish().expect("memory can be written"), bytes)
}

#[test]
fn jobs_hold_what_the_csv_file_holds() {
    let (csv, parquet) = jobs(platform(), &west());
    same(&csv, parquet);
    // Odd names, and a job of which little is known, more rows than a group has.
    let mut odd = platform();
    odd.classes[0].name = "a,\"b\"\n中".to_owned();
    let life = leak(Life { round_trip_missed: Some(true), ..Life::default() });
    let mut story = west();
    let mut job = job(0, s(7));
    (job.name, job.request.deadline) = (None, Some(s(9)));
    let job = leak(job);
    let outcome = Outcome::Rejected(RejectReason::TooLarge);
    story.extend((0..120_000).map(|_| (s(7), Record::Finished { job, life, outcome })));
    let (csv, parquet) = jobs(odd, &story);
    let reader = SerializedFileReader::new(bytes::Bytes::from(parquet.clone())).expect("a Parquet file");
    assert_eq!(reader.metadata().num_row_groups(), 2);
    same(&csv, parquet);
}

#[test]
fn an_error_of_the_writer_is_kept() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::other("disk full"))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut parquet = JobsParquet::new(Full, Arc::new(platform()), JobRecords::All);
    tell(&mut parquet, &west());
    assert!(parquet.finish().expect_err("a full disk").to_string().contains("disk full"));
}
