//! What the tests share: the binary and its output files, and runs through the library with an auditor listening.

use eastwest::model::{Job, JobName, Outcome};
use eastwest::observe::{Auditor, Life, Metrics, Observer, Record, Summary, Violation};
use eastwest::policy::Stack;
use eastwest::rng::Streams;
use eastwest::scenario::{self, Input, Scenario};
use eastwest::sim::{self, Options, RunStats};
use eastwest::units::SimTime;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use unicode_width::UnicodeWidthStr;

/// A directory of its own that is gone when the test is over.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("eastwest-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes a file and says where it is.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("writes");
        path
    }

    /// The names in the directory, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        names(&self.0)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What came of running the binary.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Ends the test if the exit code is another one.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Ends the test if the messages lack one of these.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in the messages:\n{}", self.stderr);
        }
        self
    }
}

/// Runs the binary in the top directory of the project, without colors.
pub(crate) fn eastwest<S: AsRef<std::ffi::OsStr>>(arguments: &[S]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_eastwest"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .output()
        .expect("the binary runs");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let words: Vec<_> = arguments.iter().map(|word| word.as_ref().to_string_lossy()).collect();
    if !words.iter().any(|word| ["json", "markdown", "schema", "completions"].contains(&&**word)) {
        // Whatever a test asks for, a terminal can show.
        let wide = stdout.lines().find(|line| line.width() > 80);
        assert_eq!(wide, None, "wider than 80 columns: eastwest {words:?}");
    }
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `eastwest run SCENARIO --out DIR` and more words.
pub(crate) fn run_into(scenario: &Path, out: &Path, more: &[&str]) -> Ran {
    let mut arguments = vec!["run".as_ref(), scenario.as_os_str(), "--out".as_ref(), out.as_os_str()];
    arguments.extend(more.iter().map(|word| std::ffi::OsStr::new(*word)));
    eastwest(&arguments)
}

/// All files under a directory but manifests, by path.
pub(crate) fn contents(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for name in names(&next) {
            let path = next.join(&name);
            if path.is_dir() {
                open.push(path);
            } else if name != "manifest.json" {
                let inside = path.strip_prefix(directory).expect("inside").to_string_lossy().into_owned();
                files.insert(inside, fs::read(&path).expect("reads"));
            }
        }
    }
    files
}

/// Ends the test at the first difference of two directories, manifests aside.
#[track_caller]
pub(crate) fn same_contents(one: &Path, other: &Path) {
    let (one, other) = (contents(one), contents(other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, bytes) in &one {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(*bytes == other[name], "{name} differs:\n{}\n{}", text(bytes), text(&other[name]));
    }
}

/// A CSV file with a header.
pub(crate) struct Table {
    columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Table {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).expect("a CSV file");
        let columns = reader.headers().expect("a header").iter().map(str::to_owned).collect();
        let row = |row: csv::Result<csv::StringRecord>| row.expect("a row").iter().map(str::to_owned).collect();
        Self { columns, rows: reader.records().map(row).collect() }
    }

    #[track_caller]
    fn column(&self, name: &str) -> usize {
        let at = self.columns.iter().position(|column| column == name);
        at.unwrap_or_else(|| panic!("no column {name} among {:?}", self.columns))
    }

    /// The names of the columns.
    #[cfg(feature = "parquet")]
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// All cells of a column.
    #[track_caller]
    pub(crate) fn cells(&self, column: &str) -> Vec<&str> {
        let at = self.column(column);
        self.rows.iter().map(|row| row[at].as_str()).collect()
    }

    /// The cell of the row whose `key` column is `value`.
    #[track_caller]
    pub(crate) fn cell(&self, key: (&str, &str), column: &str) -> &str {
        let at = self.column(key.0);
        let row = self.rows.iter().find(|row| row[at] == key.1).unwrap_or_else(|| panic!("no row with {key:?}"));
        &row[self.column(column)]
    }

    #[track_caller]
    pub(crate) fn number(&self, key: (&str, &str), column: &str) -> f64 {
        let cell = self.cell(key, column);
        cell.parse().unwrap_or_else(|_| panic!("{key:?} has {cell:?} in {column}"))
    }
}

#[track_caller]
pub(crate) fn json(path: &Path) -> serde_json::Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// Equal but for the rounding of sums.
#[track_caller]
pub(crate) fn near(is: f64, should: f64, what: &str) {
    assert!((is - should).abs() <= 1e-9 * should.abs().max(1e-9), "{what}: {is} for {should}");
}

/// A scenario from its text.
#[track_caller]
pub(crate) fn load(text: &str) -> Scenario {
    let input = Input::Text { name: "test.toml".to_owned(), text: text.to_owned(), files: BTreeMap::new() };
    scenario::load(&input, &[]).unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// What the messages are about a text that is no scenario.
#[track_caller]
pub(crate) fn refused(text: &str) -> String {
    let input = Input::Text { name: "test.toml".to_owned(), text: text.to_owned(), files: BTreeMap::new() };
    match scenario::load(&input, &[]) {
        Ok(_) => panic!("it was not refused"),
        Err(problems) => problems.render(false),
    }
}

/// One job's story as the records told it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Told {
    pub(crate) job: Job,
    pub(crate) life: Life,
    pub(crate) outcome: Outcome,
}

impl Told {
    pub(crate) fn name(&self) -> Cow<'_, str> {
        self.job.name.as_ref().map(JobName::text).unwrap_or_default()
    }
}

/// Keeps all stories, by job number.
#[derive(Default)]
struct Stories(BTreeMap<u64, Told>);

impl Observer for Stories {
    fn record(&mut self, _: SimTime, record: &Record<'_>) -> Result<(), Violation> {
        if let Record::Finished { job, life, outcome } = *record {
            self.0.insert(job.request.number.0, Told { job: job.clone(), life: *life, outcome });
        }
        Ok(())
    }
}

/// A run that the auditor found nothing wrong with.
pub(crate) struct Audited {
    pub(crate) stats: RunStats,
    pub(crate) summary: Summary,
    /// In the order of submission.
    pub(crate) jobs: Vec<Told>,
}

impl Audited {
    /// The story of a named job.
    #[track_caller]
    pub(crate) fn job(&self, name: &str) -> &Told {
        self.jobs.iter().find(|told| told.name() == name).unwrap_or_else(|| panic!("no job {name}"))
    }

    /// The center of a job, by its place in the order of submission.
    pub(crate) fn centers(&self, scenario: &Scenario) -> Vec<Option<String>> {
        let center = |told: &Told| told.life.pool.map(|pool| scenario.platform.center_of(pool).name.clone());
        self.jobs.iter().map(center).collect()
    }
}

/// Runs with policies of the test's own.
#[track_caller]
pub(crate) fn audited_with(scenario: &Scenario, stack: Stack, seed: u64) -> Audited {
    let platform = &scenario.platform;
    let (mut auditor, mut metrics) = (Auditor::new(platform.clone()), Metrics::new(platform.clone()));
    let mut stories = Stories::default();
    let options = Options { seed: Some(seed), ..Options::default() };
    let observers: &mut [&mut dyn Observer] = &mut [&mut auditor, &mut metrics, &mut stories];
    let stats = sim::run(scenario, stack, observers, options).unwrap_or_else(|error| panic!("{error}"));
    let summary = metrics.summary(stats.end);
    let judged = auditor.finish(stats.end).and_then(|()| auditor.compare(&summary));
    judged.unwrap_or_else(|violation| panic!("{violation}"));
    Audited { stats, summary, jobs: stories.0.into_values().collect() }
}

/// Runs a stack of the scenario.
#[track_caller]
pub(crate) fn audited(scenario: &Scenario, stack: &str, seed: u64) -> Audited {
    let spec = &scenario.stacks[stack];
    let stack = spec.build(&scenario.platform, &Streams::new(seed, 0)).unwrap_or_else(|error| panic!("{error}"));
    audited_with(scenario, stack, seed)
}
