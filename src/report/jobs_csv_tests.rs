use super::*;
use crate::model::{RejectReason, TenantGroup};
use crate::observe::sample::{Story, job, leak, platform, s, stay, tell, west};

fn written(platform: Platform, records: JobRecords, story: &Story) -> String {
    let mut csv = JobsCsv::new(Vec::new(), Arc::new(platform), records);
    tell(&mut csv, story);
    String::from_utf8(csv.finish().expect("memory can be written")).expect("text")
}

#[test]
fn two_centers_to_the_millisecond() {
    // Instants of two-centers.md; 125 GB at 0.10 CNY/GB is 12.5 CNY.
    let tail = ",1,1,125000000000,0,12.5,completed,,,,1,0,0,0,0\n";
    let rows = [
        "a,job,one,beijing,horinger,cpu,0,0,0,0,3600,3600,0,0,0,3600,1,1,1,0,0,0,completed,,,,1,0,0,0,0\n".to_owned(),
        // Slowdown 3790.008 / 3600 = 1.052780 (in billionths, rounded); c: 7180 / 3600 = 1.994444.
        format!(
            "b,job,one,beijing,horinger,cpu,10,10,200.008,200.008,3800.008,3800.008,190.008,190.008,0,3790.008,1.05278{tail}"
        ),
        format!(
            "c,job,one,beijing,horinger,cpu,20,20,210.008,3600,7200,7200,3580,190.008,3389.992,7180,1.994444444{tail}"
        ),
    ];
    assert_eq!(written(platform(), JobRecords::All, &west()), format!("{JOBS_HEADER}\n{}", rows.concat()));
    let stay = written(platform(), JobRecords::All, &stay());
    let starts: Vec<_> = stay.lines().skip(1).map(|row| row.split(',').nth(9).unwrap_or_default()).collect();
    assert_eq!(starts, ["0", "3600", "7200"]);
}

#[test]
fn what_never_happened_is_an_empty_cell_and_odd_names_are_quoted() {
    let mut platform = platform();
    platform.classes[0].name = "a,b".to_owned();
    platform.tenants.groups = vec![
        TenantGroup { name: "q\"q".to_owned(), first: TenantId(0), count: 2, weight: 1.0 },
        TenantGroup { name: "plain".to_owned(), first: TenantId(2), count: 2_000_000, weight: 1.0 },
    ];
    let tenants = platform.tenants.clone();
    let mut story = Story::new();
    let life = leak(Life { round_trip_missed: Some(true), ..Life::default() });
    for (number, tenant) in [(0, 1), (1, 2), (2, 12), (3, 1_234_567)] {
        let mut job = job(number, s(7));
        job.name = None;
        job.request.tenant = TenantId(tenant);
        job.request.deadline = Some(s(9));
        story.push((
            s(7),
            Record::Finished { job: leak(job), life, outcome: Outcome::Rejected(RejectReason::TooLarge) },
        ));
    }
    let text = written(platform, JobRecords::All, &story);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows of the header's length");
    for (row, tenant) in rows.iter().zip([1, 2, 12, 1_234_567]) {
        assert_eq!(&row[2], tenants.name(TenantId(tenant)), "as the model names it");
    }
    assert_eq!(
        text.lines().nth(1),
        Some("\"a,b-0\",\"a,b\",\"q\"\"q-000001\",beijing,,,7,,,,,,,,,,,,,0,0,0,rejected,too-large,1,1,,,,,")
    );
}

#[test]
fn a_sample_is_a_choice_of_jobs_and_not_of_times() {
    assert_eq!("sample:3".parse(), Ok(JobRecords::Sample(3)));
    assert_eq!("none".parse(), Ok(JobRecords::None));
    for wrong in ["sample:0", "sample:", "some", ""] {
        assert!(wrong.parse::<JobRecords>().expect_err(wrong).contains("sample:N"), "{wrong}");
    }
    let covered = |one_in| (0..10_000).filter(|n| JobRecords::Sample(one_in).covers(JobNumber(*n))).count();
    assert_eq!((covered(1), covered(0)), (10_000, 0));
    // 1000 expected, standard deviation 30.
    assert!((900..1100).contains(&covered(10)), "{}", covered(10));
    assert_eq!(written(platform(), JobRecords::None, &west()), format!("{JOBS_HEADER}\n"));
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
    let mut csv = JobsCsv::new(Full, Arc::new(platform()), JobRecords::All);
    for _ in 0..2000 {
        tell(&mut csv, &west());
    }
    assert!(csv.rows() < 2000, "it stopped writing after the first failure: {}", csv.rows());
    assert_eq!(csv.finish().err().map(|e| e.to_string()), Some("disk full".to_owned()));
}
