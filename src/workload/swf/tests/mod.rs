use super::*;
use crate::model::*;
use crate::rng::Streams;
use crate::units::{SimDuration, SimTime};
use crate::workload::{JobSource, Weighted, traces};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use std::io::Write;

mod odd;

const LOG: &str = "\
; Version: 2.2
; MaxNodes: 338 (batch partition; 512 total)
; MaxProcs: 100
; UnixStartTime: 843480031
;
    1        0 60  97225   56 142.00    -1   56 210000    -1  1   1   1  -1 2 -1 -1 -1
    2   10.5 -1    177   84     -1    -1   -1  14400  2048  0   7   1  -1 3 -1 1 30
";

fn mapping() -> SwfMapping {
    SwfMapping {
        class: ClassId(4),
        name: "log".to_owned(),
        queues: vec![(SwfId::Number(3), ClassId(9))],
        tenant: TenantId(100),
        users: vec![SwfId::Number(1), SwfId::Number(7)],
        tenants: u32::MAX,
        task: PROCESSOR,
        priority: 0,
        round_trip: None,
        origin: vec![Weighted { value: SiteId(2), weight: 1.0 }],
        constraint: ConstraintId(0),
        flex: None,
    }
}

fn records(text: &[u8]) -> (Vec<SwfRecord>, ReadReport) {
    let mut reader = SwfReader::new(text).expect("opens");
    let mut records = Vec::new();
    while let Some((_, record)) = reader.next_record().expect("reads") {
        records.push(record);
    }
    (records, reader.report().clone())
}

fn drain(mut source: SwfSource) -> Result<(Vec<Job>, ReadReport), String> {
    let mut jobs = Vec::new();
    while let Some(job) = source.next_job()? {
        jobs.push(job);
    }
    Ok((jobs, source.report().get().cloned().expect("reported at the end")))
}

fn streamed(text: &str, options: &SwfOptions) -> Result<(Vec<Job>, ReadReport), String> {
    let bytes = std::io::Cursor::new(text.to_owned().into_bytes());
    drain(SwfSource::streaming(bytes, options, mapping(), &Streams::new(1, 0))?)
}

fn lines(lines: &[&str]) -> String {
    lines.join("\n") + "\n"
}

/// A line of 18 fields: number, submission, run, processors, requested time.
fn line(number: u64, submit: i64, run: i64, processors: i64, requested: i64) -> String {
    format!("{number} {submit} -1 {run} {processors} -1 -1 {processors} {requested} -1 1 1 1 1 1 1 -1 -1")
}

#[test]
fn all_fields_and_comments_are_read() {
    let mut reader = SwfReader::new(LOG.as_bytes()).expect("opens");
    let header = reader.header().clone();
    assert_eq!((header.processors(), header.labels["UnixStartTime"].as_str()), (Ok(Some(100)), "843480031"));
    assert_eq!(header.comments.len(), 5);
    let (at, first) = reader.next_record().expect("reads").expect("a record");
    assert_eq!((at, first.number, first.wait, first.cpu_time), (6, 1, Some(60_000_000_000), Some(142_000_000_000)));
    let (_, second) = reader.next_record().expect("reads").expect("a record");
    let expected = SwfRecord {
        number: 2,
        submit: 10_500_000_000,
        run: Some(177_000_000_000),
        processors: Some(84),
        requested_time: Some(14_400_000_000_000),
        requested_memory: Some(Kilobytes(2048)),
        status: Some(0),
        user: Some(SwfId::Number(7)),
        group: Some(SwfId::Number(1)),
        queue: Some(SwfId::Number(3)),
        preceding: Some(1),
        think_time: Some(30_000_000_000),
        ..SwfRecord::default()
    };
    assert_eq!(second, expected);
    assert_eq!(reader.next_record(), Ok(None));
    assert_eq!(reader.next_record(), Ok(None));
}

#[test]
fn line_ends_marks_and_compression_change_nothing() {
    let expected = records(LOG.as_bytes()).0;
    assert_eq!(expected.len(), 2);
    assert_eq!(records(LOG.trim_end().as_bytes()).0, expected);
    assert_eq!(records(LOG.replace('\n', "\r\n").as_bytes()).0, expected);
    assert_eq!(records(format!("\u{FEFF}{LOG}").as_bytes()).0, expected);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(LOG.as_bytes()).expect("packs");
    let packed = gzip.finish().expect("packs");
    assert_eq!(records(&packed).0, expected);
    // Two packed parts one after the other are one file.
    assert_eq!(records(&[packed.clone(), packed.clone()].concat()).0.len(), 4);
    // Cut in the middle: an error with its place, no silent end.
    let mut reader = SwfReader::new(&packed[..packed.len() - 12]);
    let error = loop {
        match reader.as_mut().map_err(|e| e.clone()).and_then(SwfReader::next_record) {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the cut was not noticed"),
            Err(error) => break error,
        }
    };
    assert!(error.starts_with("line "), "{error}");
}

#[test]
fn each_bogus_line_is_counted_with_its_number() {
    let text = lines(&[
        &line(1, 0, 10, 4, 20),
        "garbage here",
        "x 5 -1 10 4 -1 -1 4 20 -1 1 1 1 1 1 1 -1 -1",
        "4 5 -1 10 4",
        "5 6 -1 10 4 ? -1 4 20 -1 done nobody 1 1 1 1 -1 -1",
        "6 7 -5 10 4 -1 -1 4 20 -1 1 -7 1 1 1 1 -1 -1",
        "7 8 -1 -1 4 -1 -1 4 20 -1 1 1 1 1 1 1 -1 -1",
        "8 9 -1 10 0 -1 -1 0 20 -1 1 1 1 1 1 1 -1 -1",
        "9 10 -1 10 4 -1 -1 99999999999 20 -1 1 1 1 1 1 1 -1 -1",
        "10 11 -1 10 4 -1 -1 4 -1 -1 1 1 1 1 1 1 -1 -1 {5,6} q_1d extra",
        "11 -1 -1 10 4 -1 -1 4 20 -1 1 1 1 1 1 1 -1 -1",
        "12 99999999999999999999 -1 10 4 -1 -1 4 20 -1 1 1 1 1 1 1 -1 -1",
    ]);
    let (jobs, report) = streamed(&text, &SwfOptions::default()).expect("reads");
    let names: Vec<_> = jobs.iter().map(|j| j.name.as_ref().map_or_else(String::new, JobName::to_string)).collect();
    assert_eq!(names, ["1", "4", "5", "6", "10"]);
    let seen: Vec<_> = report.notices.iter().map(|(notice, n)| (*notice, n.count, n.lines.clone())).collect();
    assert_eq!(
        seen,
        [
            (Notice::Unreadable(Field(1)), 1, vec![3]),
            (Notice::Unreadable(Field(2)), 2, vec![11, 12]),
            (Notice::Unreadable(Field(8)), 1, vec![9]),
            (Notice::TooFewFields, 1, vec![2]),
            (Notice::FieldsMissing, 1, vec![4]),
            (Notice::FieldUnreadable(Field(6)), 1, vec![5]),
            (Notice::FieldUnreadable(Field(11)), 1, vec![5]),
            (Notice::Negative(Field(3)), 1, vec![6]),
            (Notice::Negative(Field(12)), 1, vec![6]),
            (Notice::RequestMissing, 2, vec![4, 10]),
            (Notice::RunMissing, 1, vec![7]),
            (Notice::ProcessorsMissing, 1, vec![8]),
        ]
    );
    assert_eq!((report.lines, report.records, report.jobs), (12, 7, 5));
    let text = report.to_string();
    assert!(
        text.starts_with("12 lines, 7 records, 5 jobs\n  1 skipped: field 1 (job number) unreadable (line 3)\n"),
        "{text}"
    );
    assert!(text.contains("  1 repaired: field 11 (status) unreadable, taken as not known (line 5)\n"), "{text}");
    assert_eq!(report.strange, Some((2, "garbage here".to_owned())));
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let long = "1 ".repeat(2_000_000);
    let (records, report) = records(format!("{long}\n{}\n", line(2, 0, 1, 1, 1)).as_bytes());
    assert_eq!((records.len(), report.count(Notice::TooLong)), (1, 1));
    assert_eq!(records[0].number, 2);
}

#[test]
fn records_become_jobs() {
    let (jobs, report) = streamed(LOG, &SwfOptions::default()).expect("reads");
    let [first, second] = jobs.as_slice() else { panic!("two jobs") };
    assert_eq!((&first.name, first.ordinal, first.request.tasks), (&Some(JobName::Number(1)), 0, 56));
    assert_eq!((first.request.tenant, first.request.class), (TenantId(100), ClassId(4)));
    assert_eq!((second.request.tenant, second.request.class), (TenantId(101), ClassId(9)));
    assert_eq!((first.request.origin, first.request.task.cores_milli), (SiteId(2), 1000));
    assert_eq!(first.truth.work, Work::Time(SimDuration::from_secs(97_225)));
    assert_eq!(first.request.requested, Work::Time(SimDuration::from_secs(210_000)));
    // Nothing requested: the allocated processors are taken.
    assert_eq!((second.request.tasks, second.request.submit), (84, SimTime(10_500_000_000)));
    assert_eq!(report.notices.keys().collect::<Vec<_>>(), [&Notice::PrecedingIgnored]);
}

#[test]
fn windows_and_load_move_submissions() {
    let text = lines(&[
        &line(1, 100, 10, 1, 10),
        &line(2, 200, 10, 1, 10),
        &line(3, 300, 10, 1, 10),
        &line(4, 500, 10, 1, 10),
    ]);
    let submits = |options: &SwfOptions| -> Vec<u64> {
        let (jobs, _) = streamed(&text, options).expect("reads");
        jobs.iter().map(|j| j.request.submit.0 / 1_000_000_000).collect()
    };
    let base = SwfOptions::default();
    assert_eq!(submits(&base), [100, 200, 300, 500]);
    // Twice the load: half the time after the first job, which stays.
    assert_eq!(submits(&SwfOptions { load: 2.0, ..base }), [100, 150, 200, 300]);
    assert_eq!(submits(&SwfOptions { load: 0.5, clock: Clock::Window, ..base }), [0, 200, 400, 800]);
    let window = SwfOptions { from: Some(SimTime::from_secs(150)), to: Some(SimTime::from_secs(500)), ..base };
    assert_eq!(submits(&window), [200, 300]);
    assert_eq!(submits(&SwfOptions { clock: Clock::Window, ..window }), [50, 150]);
    let error = streamed(&text, &SwfOptions { load: 0.0, ..base }).expect_err("no load");
    assert_eq!(error, "the load factor 0 is not above 0");
}

#[test]
fn the_predictsim_filter_drops_and_cuts() {
    let text = lines(&[
        &line(1, 0, 10, 4, 20),
        &line(2, 1, 10, 101, 20),
        &line(3, 2, 0, 4, 20),
        &line(4, 3, 10, 4, 0),
        &line(5, 4, 30, 100, 20),
    ]);
    let options = SwfOptions { filter: SwfFilter::Predictsim { processors: 100 }, ..SwfOptions::default() };
    let (jobs, report) = streamed(&text, &options).expect("reads");
    assert_eq!(jobs.len(), 2);
    assert_eq!(jobs[1].truth.work, Work::Time(SimDuration::from_secs(20)));
    for notice in [Notice::TooManyProcessors, Notice::RunZero, Notice::RequestZero, Notice::RunCut] {
        assert_eq!(report.count(notice), 1, "{notice:?}");
    }
}

#[test]
fn an_unsorted_log_is_noticed_and_sorted() {
    let text = lines(&[&line(1, 5, 1, 1, 1), &line(2, 3, 1, 1, 1), &line(3, 3, 1, 1, 1)]);
    let options = SwfOptions::default();
    let survey = survey(text.as_bytes(), &options).expect("reads");
    assert!(!survey.sorted);
    assert_eq!(survey.report.notices[&Notice::Unsorted].lines, [2]);
    let error = streamed(&text, &options).expect_err("unsorted");
    assert_eq!(error, "job 2 of the log was submitted before the job above it: sort the log");
    let source = SwfSource::sorted(text.as_bytes(), &options, |_| mapping(), &Streams::new(1, 0)).expect("reads");
    let (jobs, report) = drain(source).expect("sorted");
    let order: Vec<_> =
        jobs.iter().map(|j| (j.name.as_ref().map_or_else(String::new, JobName::to_string), j.ordinal)).collect();
    assert_eq!(order, [("2", 0), ("3", 1), ("1", 2)].map(|(name, ordinal)| (name.to_owned(), ordinal)));
    assert_eq!(report.count(Notice::Unsorted), 1);
}

#[test]
fn a_survey_lists_users_queues_and_widths() {
    let survey = survey(LOG.as_bytes(), &SwfOptions::default()).expect("reads");
    assert!(survey.sorted);
    assert_eq!(survey.users.into_iter().collect::<Vec<_>>(), [1, 7].map(SwfId::Number));
    assert_eq!(survey.queues.into_iter().collect::<Vec<_>>(), [2, 3].map(SwfId::Number));
    assert_eq!((survey.processors_max, survey.first), (84, Some(0)));
}

#[test]
fn origins_are_shared_out_by_weight() {
    let text: String = (0..8000).map(|n| line(n, n as i64, 1, 1, 1) + "\n").collect();
    let origin = vec![Weighted { value: SiteId(0), weight: 1.0 }, Weighted { value: SiteId(1), weight: 3.0 }];
    let spread = SwfMapping { origin, ..mapping() };
    let source = SwfSource::sorted(text.as_bytes(), &SwfOptions::default(), |_| spread, &Streams::new(3, 0));
    let (jobs, _) = drain(source.expect("reads")).expect("reads");
    let first = jobs.iter().filter(|j| j.request.origin == SiteId(0)).count();
    // A quarter of 8000; deviation sqrt(8000 × 3/16) = 39.
    assert!(first.abs_diff(2000) < 156, "{first}");
    let nowhere = SwfMapping { origin: Vec::new(), ..mapping() };
    let error = SwfSource::sorted(text.as_bytes(), &SwfOptions::default(), |_| nowhere, &Streams::new(3, 0));
    assert_eq!(error.err().as_deref(), Some("no origin of the log has a weight"));
}

#[test]
fn a_log_written_reads_back_the_same() {
    let mut reader = SwfReader::new(LOG.as_bytes()).expect("opens");
    let mut writer = SwfWriter::new(Vec::new(), reader.header()).expect("writes");
    let mut before = Vec::new();
    while let Some((_, record)) = reader.next_record().expect("reads") {
        writer.write(&record).expect("writes");
        before.push(record);
    }
    let text = writer.finish().expect("writes");
    let mut again = SwfReader::new(text.as_slice()).expect("opens");
    assert_eq!(again.header(), reader.header());
    for record in &before {
        assert_eq!(again.next_record().expect("reads").map(|(_, r)| r).as_ref(), Some(record));
    }
    let simulated = before[1].clone().simulated(40_500_000_000, 5_000_000_000, true);
    let mut writer = SwfWriter::new(Vec::new(), &SwfHeader::default()).expect("writes");
    writer.write(&simulated).expect("writes");
    let text = String::from_utf8(writer.finish().expect("writes")).expect("text");
    // Submitted at 10.5 s and started at 40.5 s: it waited 30 s.
    assert_eq!(text, "2 10.5 30 5 84 -1 -1 -1 14400 2048 1 7 1 -1 3 -1 1 30\n");
}

#[test]
fn published_logs_give_the_published_numbers_of_jobs() {
    let cases = [
        ("swf/KTH-SP2-raw.swf.gz", Some(100), 28_481),
        ("swf/CTC-SP2-1996-3.1-cln.swf.gz", Some(338), 77_199),
        ("swf/NASA-iPSC-1993-3.1-cln.swf.gz", None, 18_239),
        // 17,900 lines, two of which have a negative run time.
        ("swf/wagap-2013.swf", None, 17_898),
    ];
    for (path, processors, expected) in cases {
        let Some(bytes) = traces::bytes(path) else { continue };
        let filter = processors.map_or(SwfFilter::Runnable, |processors| SwfFilter::Predictsim { processors });
        let found = survey(bytes.as_slice(), &SwfOptions { filter, ..SwfOptions::default() }).expect(path);
        assert_eq!(found.report.jobs, expected, "{path}: {}", found.report);
        if processors.is_some() {
            assert_eq!(found.header.processors(), Ok(processors), "{path}");
        }
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for start in [&b""[..], &b"\x1F\x8B"[..]] {
            let bytes = std::io::Cursor::new([start, &bytes].concat());
            if let Ok(source) = SwfSource::streaming(bytes, &SwfOptions::default(), mapping(), &Streams::new(1, 0)) {
                let _ = drain_any(source);
            }
        }
    }

    #[test]
    fn random_numbers_never_panic(fields in proptest::collection::vec(
        prop_oneof![any::<i64>().prop_map(|n| n.to_string()), any::<f64>().prop_map(|n| n.to_string()), "[-+.0-9eE]{0,30}"],
        0..20,
    )) {
        let text = format!("{}\n", fields.join(" "));
        let options = SwfOptions { load: 1e-300, ..SwfOptions::default() };
        let bytes = std::io::Cursor::new(text.into_bytes());
        if let Ok(source) = SwfSource::streaming(bytes, &options, mapping(), &Streams::new(1, 0)) {
            let _ = drain_any(source);
        }
    }

    #[test]
    fn every_record_written_reads_back(number in any::<u64>(), submit in any::<u64>(), run in any::<Option<u64>>(),
        user in any::<Option<u32>>(), memory in any::<Option<u64>>()) {
        let record = SwfRecord { number, submit, run, user: user.map(SwfId::Number), memory: memory.map(Kilobytes), ..SwfRecord::default() };
        let mut writer = SwfWriter::new(Vec::new(), &SwfHeader::default()).expect("writes");
        writer.write(&record).expect("writes");
        prop_assert_eq!(records(&writer.finish().expect("writes")).0, vec![record]);
    }
}

/// All jobs of a source that may end in an error.
fn drain_any(mut source: SwfSource) -> Result<usize, String> {
    let mut count = 0;
    while source.next_job()?.is_some() {
        count += 1;
    }
    Ok(count)
}
