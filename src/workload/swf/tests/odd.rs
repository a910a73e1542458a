//! Logs that are not as they should be, and what is said of them.

use super::*;

/// A line of a status: number, submission, run and status, on 2 processors.
fn part(number: u64, submit: i64, run: i64, status: i64) -> String {
    format!("{number} {submit} 10 {run} 2 -1 -1 -1 -1 -1 {status} 5 -1 -1 -1 -1 -1 -1")
}

/// Name, submission and run time in seconds of the jobs of a log, however it is read.
fn short(text: &str) -> (Vec<(String, u64, u64)>, ReadReport) {
    let options = SwfOptions::default();
    let source = SwfSource::sorted(text.as_bytes(), &options, |_| mapping(), &Streams::new(1, 0)).expect("reads");
    let (jobs, report) = drain(source).expect("reads");
    let brief = |job: &Job| {
        let Work::Time(run) = job.truth.work else { panic!("a time") };
        let name = job.name.as_ref().map_or_else(String::new, JobName::to_string);
        (name, job.request.submit.0 / 1_000_000_000, run.0 / 1_000_000_000)
    };
    let found = survey(text.as_bytes(), &options).expect("reads");
    assert_eq!(found.report, report);
    if found.sorted {
        assert_eq!(streamed(text, &options), Ok((jobs.clone(), report.clone())));
    }
    (jobs.iter().map(brief).collect(), report)
}

#[test]
fn parts_of_a_job_with_a_line_of_its_own_are_left_out() {
    let whole = |number, submit| part(number, submit, 100, 1);
    let job = |name: &str, submit| (name.to_owned(), submit, 100);
    // Behind the whole, before it, without a submission, and under each status that a whole can have.
    let behind = lines(&[&whole(1, 0), &part(1, 0, 50, 2), &part(1, 200, 50, 3), &whole(2, 5)]);
    let (jobs, report) = short(&behind);
    assert_eq!(jobs, [job("1", 0), job("2", 5)]);
    assert_eq!(report.notices[&Notice::PartialExecution], NoticeCount { count: 2, lines: vec![2, 3] });
    assert!(!report.notices.contains_key(&Notice::Unsorted), "{report}");
    let before =
        lines(&[&part(1, 0, 50, 2), &whole(2, 5), &part(1, -1, 50, 4), &part(1, 0, 100, 0), &part(2, -1, 7, 3)]);
    let (jobs, report) = short(&before);
    assert_eq!(jobs, [job("1", 0), job("2", 5)]);
    assert_eq!(report.notices[&Notice::PartialExecution], NoticeCount { count: 3, lines: vec![1, 3, 5] });
    let (jobs, report) = short(&lines(&[&part(1, 0, 50, 2), &part(1, 0, 50, 4), &part(1, 0, 100, 5)]));
    assert_eq!((jobs, report.count(Notice::PartialExecution)), (vec![job("1", 0)], 2));
    // A status that is not known is that of a whole job, too.
    let (jobs, report) = short(&lines(&[&part(1, 0, 100, -1), &part(1, 0, 50, 3)]));
    assert_eq!((jobs, report.count(Notice::PartialExecution)), (vec![job("1", 0)], 1));
}

#[test]
fn parts_without_a_whole_are_joined_where_the_first_stands() {
    let text =
        lines(&[&part(1, 0, 9, 1), &part(7, 4, 50, 2), &part(2, 4, 8, 1), &part(7, -1, 20, 3), &part(9, -1, 20, 3)]);
    let (jobs, report) = short(&text);
    let job = |name: &str, submit, run| (name.to_owned(), submit, run);
    assert_eq!(jobs, [job("1", 0, 9), job("7", 4, 70), job("2", 4, 8)]);
    assert_eq!(report.notices[&Notice::PartsJoined], NoticeCount { count: 2, lines: vec![2, 4] });
    assert_eq!(report.notices[&Notice::PartsWithoutSubmission].lines, [5]);
    assert!(!survey(text.as_bytes(), &SwfOptions::default()).expect("reads").sorted, "it has to be sorted");
    let error = streamed(&text, &SwfOptions::default()).expect_err("not as it comes");
    assert!(error.contains("partial executions"), "{error}");
    // The window is that of the submission.
    let options = SwfOptions { from: Some(SimTime::from_secs(5)), ..SwfOptions::default() };
    let found = survey(text.as_bytes(), &options).expect("reads");
    assert_eq!((found.report.jobs, found.report.count(Notice::OutsideWindow)), (0, 3));
}

#[test]
fn names_tell_users_apart_and_never_meet_numbers() {
    let line = |number: u64, user: &str| {
        format!("{number} {number} -1 10 4\t-1 -1 4 20 -1 1 {user} g\u{e9} app-1 batch p1 -1 -1")
    };
    let text =
        lines(&[&line(1, "ann"), &line(2, "7"), &line(3, "bob"), &line(4, "ann"), &line(5, "-1"), &line(6, "07")]);
    let found = survey(text.as_bytes(), &SwfOptions::default()).expect("reads");
    let users: Vec<String> = found.users.iter().map(|id| found.names.text(*id)).collect();
    assert_eq!(users, ["7", "ann", "bob"]);
    assert!(found.report.notices.is_empty(), "{}", found.report);
    let known = SwfMapping { users: found.users.into_iter().collect(), ..mapping() };
    let source = SwfSource::sorted(text.as_bytes(), &SwfOptions::default(), |_| known, &Streams::new(1, 0));
    let (jobs, _) = drain(source.expect("reads")).expect("reads");
    let tenants: Vec<u32> = jobs.iter().map(|job| job.request.tenant.0).collect();
    assert_eq!(tenants, [101, 100, 102, 101, 100, 100]);
    // Written back as it was.
    let mut reader = SwfReader::new(text.as_bytes()).expect("opens");
    let record = reader.next_record().expect("reads").expect("a record").1;
    let mut writer = SwfWriter::new(Vec::new(), reader.header()).expect("writes").naming(reader.names().clone());
    writer.write(&record).expect("writes");
    let text = String::from_utf8(writer.finish().expect("writes")).expect("text");
    assert_eq!(text, "1 1 -1 10 4 -1 -1 4 20 -1 1 ann g\u{e9} app-1 batch p1 -1 -1\n");
}

#[test]
fn what_is_ignored_is_counted() {
    let follow = |number: u64, preceding: &str, think: &str| {
        format!("{number} {number} -1 10 4 -1 -1 4 20 -1 1 1 1 1 1 1 {preceding} {think}")
    };
    let text = lines(&[
        &follow(1, "-1", "-1"),
        &follow(2, "1", "30"),
        &follow(3, "0", "-1"),
        &follow(4, "-1", "5"),
        &follow(4, "3", "-1"),
    ]);
    let (_, report) = short(&text);
    let counts: Vec<(Notice, u64)> = report.notices.iter().map(|(notice, kept)| (*notice, kept.count)).collect();
    assert_eq!(counts, [(Notice::PrecedingIgnored, 2), (Notice::ThinkTimeIgnored, 1), (Notice::NumberTwice, 1)]);
}

#[test]
fn a_log_without_jobs_says_why() {
    let why = |text: &[u8]| survey(text, &SwfOptions::default()).map(|found| found.report.nothing().expect("no job"));
    assert_eq!(why(b""), Ok("no job that can be run (0 lines): it is empty".to_owned()));
    let comments = why(b"; MaxProcs: 4\n\n").expect("reads");
    assert_eq!(comments, "no job that can be run (2 lines): it holds comments and blank lines only");
    let strange = why(b"job;user\n1;\x1b[31mx\n").expect("reads");
    assert_eq!(
        strange,
        "no job that can be run (2 lines): 2 skipped: fewer than 5 fields (line 1, 2); line 1 is \"job;user\""
    );
    let wide: Vec<u8> = LOG.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(why(&wide).is_err_and(|problem| problem.contains("UTF-16")));
}
