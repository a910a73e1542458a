//! Output directories: written as `DIR.partial`, renamed when whole; what is not ours is never replaced.
//!
//! A run takes the lock `DIR.lock`, ends what a killed run left, and makes `DIR.partial`, which is its own. When all is written and on the disk,
//! `DIR.partial` and an old `DIR` exchange their names, and the old one is removed. So `DIR` is at any instant the old directory or the new one,
//! each whole, and a run that is killed at any point leaves nothing that the next one does not clear away.

mod exchange;
pub(crate) mod file;
mod lock;
mod target;

use self::lock::Lock;
use super::failure::Failure;
use super::interrupt::{self, Duty};
use super::manifest::{Counters, MANIFEST, Manifest, State};
use eastwest::scenario::Scenario;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A directory that is being written.
#[derive(Debug)]
pub(crate) struct OutputDirectory {
    target: PathBuf,
    partial: PathBuf,
    manifest: Manifest,
    /// Marks the directory as interrupted where the program is ended from outside.
    _duty: Duty,
    /// Held until the directory has its name, so that two runs never share one.
    _lock: Lock,
}

impl OutputDirectory {
    /// Makes `DIR.partial` with a manifest that says "running". What an earlier run left there is removed. Whatever can be refused is refused here,
    /// before the run.
    pub(crate) fn create(target: &Path, manifest: Manifest) -> Result<Self, Failure> {
        let target = target::plain(target)?;
        let partial = target::beside(&target, ".partial");
        if let Some(parent) = target.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(|error| Failure::path("make", parent, &error))?;
        }
        let lock = Lock::take(&target)?;
        let duty = {
            let (partial, lock, manifest) = (partial.clone(), lock.path().to_owned(), manifest.clone());
            Duty::of_results(move || leave(&partial, &lock, manifest))
        };
        exchange::recover(&target)?;
        target::may_replace(&target)?;
        target::clear_partial(&partial)?;
        fs::create_dir(&partial).map_err(|error| Failure::path("make", &partial, &error))?;
        let directory = Self { target, partial, manifest, _duty: duty, _lock: lock };
        directory.write_manifest()?;
        Ok(directory)
    }

    /// Where it is now.
    pub(crate) fn partial(&self) -> &Path {
        &self.partial
    }

    /// Opens a file to stream to.
    pub(crate) fn open(&mut self, name: &str) -> Result<BufWriter<File>, Failure> {
        let path = self.partial.join(name);
        let file = File::create(&path).map_err(|error| Failure::path("write", &path, &error))?;
        self.manifest.files.push(name.to_owned());
        Ok(BufWriter::with_capacity(1 << 16, file))
    }

    /// Writes a file piece by piece.
    pub(crate) fn stream(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let mut file = self.open(name)?;
        write(&mut file).and_then(|()| file.flush()).map_err(|error| self.file_failure(name, &error))
    }

    /// Writes a whole file.
    pub(crate) fn write(&mut self, name: &str, content: &[u8]) -> Result<(), Failure> {
        let path = self.partial.join(name);
        fs::write(&path, content).map_err(|error| Failure::path("write", &path, &error))?;
        self.manifest.files.push(name.to_owned());
        Ok(())
    }

    /// Writes a scenario as it was run, and the logs that it names, so that the directory can be run again.
    pub(crate) fn scenario(&mut self, scenario: &Scenario) -> Result<(), Failure> {
        self.write("scenario.toml", scenario.effective.as_bytes())?;
        for log in &scenario.logs {
            self.stream(&log.copy, |file| io::copy(&mut log.bytes.open()?, file).map(drop))?;
        }
        Ok(())
    }

    /// Notes files that others wrote.
    pub(crate) fn add_files(&mut self, names: Vec<String>) {
        self.manifest.files.extend(names);
    }

    /// What went wrong with a file of this directory.
    pub(crate) fn file_failure(&self, name: &str, error: &io::Error) -> Failure {
        Failure::path("write", &self.partial.join(name), error)
    }

    /// Ends the directory as its content came out: whole, with what the runs counted, or abandoned. Gives what is to be shown, and where
    /// the results are.
    pub(crate) fn conclude<T>(self, content: Result<(T, Counters), Failure>) -> Result<(T, PathBuf), Failure> {
        match content {
            Ok((shown, counters)) => Ok((shown, self.finish(counters)?)),
            Err(failure) => {
                self.abandon(&failure);
                Err(failure)
            }
        }
    }

    /// All is written: the directory gets its name, and what of ours was there is removed.
    pub(crate) fn finish(mut self, counters: Counters) -> Result<PathBuf, Failure> {
        self.manifest.files.sort();
        self.manifest.end(State::Complete, None, Some(counters));
        interrupt::whole(|| self.write_manifest())?;
        exchange::sync_all(&self.partial).map_err(|error| Failure::path("write", &self.partial, &error))?;
        interrupt::whole(|| {
            target::may_replace(&self.target)?;
            exchange::put(&self.partial, &self.target)
        })?;
        Ok(self.target.clone())
    }

    /// The run failed or was interrupted: the directory keeps `.partial` and says why. A problem of writing even that gives way
    /// to the failure itself.
    pub(crate) fn abandon(mut self, failure: &Failure) {
        let state = if matches!(failure, Failure::Interrupted(_)) { State::Interrupted } else { State::Failed };
        self.manifest.files.sort();
        self.manifest.end(state, Some(failure.to_string()), None);
        let _ = interrupt::whole(|| self.write_manifest());
    }

    fn write_manifest(&self) -> Result<(), Failure> {
        write_manifest(&self.partial, &self.manifest).map_err(|error| self.file_failure(MANIFEST, &error))
    }
}

/// Writes a manifest whole or not at all.
fn write_manifest(directory: &Path, manifest: &Manifest) -> io::Result<()> {
    let (fresh, path) = (directory.join(format!("{MANIFEST}.new")), directory.join(MANIFEST));
    fs::write(&fresh, manifest.text())?;
    fs::rename(&fresh, &path)
}

/// What an interruption does where the run does not end by itself: the directory keeps `.partial`, and its manifest says why and what is in it.
fn leave(partial: &Path, lock: &Path, mut manifest: Manifest) {
    let mut files = Vec::new();
    if target::manifest_of(partial).is_some() && target::list(partial, Path::new(""), &mut files).is_ok() {
        files.retain(|name| !target::is_manifest(name));
        files.sort();
        manifest.files = files;
        manifest.end(State::Interrupted, Some("interrupted".to_owned()), None);
        // Nobody could be told more than that the program ends.
        let _ = write_manifest(partial, &manifest);
    }
    let _ = fs::remove_file(lock);
}

/// A name as a part of a path: letters, digits, `.`, `-`, `_`; everything else becomes `-`.
pub(crate) fn path_part(name: &str) -> String {
    let part: String = name.chars().map(|c| if c.is_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    // Neither hidden nor a step upward.
    match part.trim_start_matches('.') {
        "" => "-".to_owned(),
        visible => visible.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A directory that is gone when the test is over.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("eastwest-output-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&path);
            fs::create_dir_all(&path).expect("temporary directory");
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn manifest() -> Manifest {
        Manifest::begin("s", "00", vec!["west".to_owned()], 1)
    }

    fn create(target: &Path) -> OutputDirectory {
        OutputDirectory::create(target, manifest()).expect("creates")
    }

    fn state(directory: &Path) -> String {
        let text = fs::read_to_string(directory.join(MANIFEST)).expect("manifest");
        serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["state"].as_str().expect("state").to_owned()
    }

    #[test]
    fn a_whole_directory_gets_its_name_and_replaces_an_older_one() {
        let scratch = Scratch::new("whole");
        let target = scratch.0.join("deep/er/run");
        for content in ["one", "two"] {
            let mut out = create(&target);
            assert_eq!(state(out.partial()), "running");
            out.write("summary.json", content.as_bytes()).expect("writes");
            out.open("jobs.csv").expect("opens").write_all(b"job\n").expect("writes");
            assert_eq!(out.finish(Counters::default()).expect("finishes"), target);
            assert_eq!(fs::read_to_string(target.join("summary.json")).expect("there"), content);
            assert_eq!(state(&target), "complete");
            assert!(!target.with_file_name("run.partial").exists());
        }
        let text = fs::read_to_string(target.join(MANIFEST)).expect("manifest");
        let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(manifest["files"], serde_json::json!(["jobs.csv", "summary.json"]));
        assert!(manifest["started"].as_str().is_some_and(|date| date.ends_with('Z')));
    }

    #[test]
    fn what_is_not_ours_is_not_replaced() {
        let scratch = Scratch::new("foreign");
        let target = scratch.0.join("thesis");
        fs::create_dir(&target).expect("makes");
        fs::write(target.join("chapter.txt"), "years of work").expect("writes");
        let error = OutputDirectory::create(&target, manifest()).expect_err("refused");
        assert_eq!(error.code(), 4);
        fs::write(target.join(MANIFEST), "{\"format\": \"other/1\"}").expect("writes");
        assert!(OutputDirectory::create(&target, manifest()).is_err());
        assert!(!scratch.0.join("thesis.partial").exists());
        assert_eq!(fs::read_to_string(target.join("chapter.txt")).expect("there"), "years of work");
        // A file is not a directory; an empty directory is no loss; no name is no place.
        assert_eq!(OutputDirectory::create(&target.join("chapter.txt"), manifest()).expect_err("file").code(), 4);
        assert_eq!(OutputDirectory::create(Path::new("/"), manifest()).expect_err("root").code(), 4);
        let empty = scratch.0.join("empty");
        fs::create_dir(&empty).expect("makes");
        create(&empty).finish(Counters::default()).expect("finishes");
        // Somebody else's `.partial`.
        fs::create_dir(scratch.0.join("x.partial")).expect("makes");
        fs::write(scratch.0.join("x.partial/a"), "a").expect("writes");
        assert!(OutputDirectory::create(&scratch.0.join("x"), manifest()).is_err());
    }

    #[test]
    fn an_interrupted_run_leaves_its_state_and_the_next_starts_afresh() {
        let scratch = Scratch::new("partial");
        let target = scratch.0.join("run");
        let mut out = create(&target);
        out.write("half.csv", b"a").expect("writes");
        out.abandon(&Failure::Interrupted("interrupted at 5 s".to_owned()));
        let partial = scratch.0.join("run.partial");
        assert_eq!(state(&partial), "interrupted");
        assert!(!target.exists());
        create(&target).abandon(&Failure::Run("broken".to_owned()));
        assert_eq!(state(&partial), "failed");
        assert!(!partial.join("half.csv").exists());
    }

    #[test]
    fn two_runs_never_share_a_directory() {
        let scratch = Scratch::new("lock");
        let target = scratch.0.join("run");
        let first = create(&target);
        let error = OutputDirectory::create(&target, manifest()).expect_err("in use");
        assert!(error.to_string().starts_with("another run is writing to"), "{error}");
        first.finish(Counters::default()).expect("finishes");
    }

    #[test]
    fn names_become_parts_of_paths() {
        assert_eq!(path_part("west-2.0_a"), "west-2.0_a");
        assert_eq!(path_part("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(path_part(".."), "-");
        assert_eq!(path_part("东数 西算"), "东数-西算");
    }
}
