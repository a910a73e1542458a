//! Ctrl-C and its kin: the first ends the program within a second, the second at once.
//!
//! A thread of its own waits for signals. As long as nothing is half written it ends the program itself, whatever the others do: read a log,
//! check a scenario, wait for a slow file system. While results are being written it first leaves the run a moment to end by itself, with the
//! rows that it has. A run that does not (it is in a long pass of a queue, or writes a large table) is ended by the thread, after it has done
//! the [`Duty`] that the results need: their manifest says that they were interrupted.

use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

/// The exit code of an interrupted program: 128 and the number of SIGINT.
pub(crate) const EXIT_CODE: u8 = 130;

/// How long a run may take to end by itself.
const GRACE: Duration = Duration::from_millis(600);
/// How long a step that must not be cut may take: the renaming of a directory.
const STEP: Duration = Duration::from_millis(250);
/// How long the last word may take, where nobody reads the standard error.
const WORD: Duration = Duration::from_millis(50);
/// Between two looks at what is waited for.
const LOOK: Duration = Duration::from_millis(5);

static ASKED: AtomicBool = AtomicBool::new(false);
static NEXT: AtomicU64 = AtomicU64::new(0);
static DUTIES: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

/// What is to be done before the program may be ended.
struct Entry {
    number: u64,
    /// Whether whoever is at work may end it in good order first.
    patient: bool,
    work: Box<dyn FnOnce() + Send>,
}

/// Stands for work that an interruption has to do, until it is dropped.
#[derive(Debug)]
pub(crate) struct Duty(u64);

impl Duty {
    /// Results are being written: a run ends in good order if it can, else `work` is done.
    pub(crate) fn of_results(work: impl FnOnce() + Send + 'static) -> Self {
        Self::add(true, Box::new(work))
    }

    /// A file is being written: `work` removes it.
    pub(crate) fn of_file(work: impl FnOnce() + Send + 'static) -> Self {
        Self::add(false, Box::new(work))
    }

    fn add(patient: bool, work: Box<dyn FnOnce() + Send>) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        duties().push(Entry { number, patient, work });
        Self(number)
    }
}

impl Drop for Duty {
    fn drop(&mut self) {
        duties().retain(|entry| entry.number != self.0);
    }
}

fn duties() -> MutexGuard<'static, Vec<Entry>> {
    DUTIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does a short step that an interruption must not cut. One that has begun to end the program is not overtaken: then this never returns.
/// A [`Duty`] can be neither made nor dropped within.
pub(crate) fn whole<T>(step: impl FnOnce() -> T) -> T {
    let _held = duties();
    step()
}

/// Listens from now on. Signals that are ignored from the start stay ignored: SIGHUP under `nohup`, SIGINT of what a script runs in the
/// background. Where signals cannot be caught, the system's default stays.
#[cfg(unix)]
pub(crate) fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = super::machine::ignored_signals();
    let heard = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let Ok(mut signals) = signal_hook::iterator::Signals::new(heard) else { return };
    let wait = move || signals.forever().for_each(|_| asked());
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(wait);
}

/// Listens from now on. Where that is not possible, the system's default stays.
#[cfg(not(unix))]
pub(crate) fn listen() {
    let _ = ctrlc::set_handler(asked);
}

/// The flag that a run looks at.
pub(crate) fn flag() -> &'static AtomicBool {
    &ASKED
}

/// A signal has come. Returns, so that the next one is heard.
fn asked() {
    if ASKED.swap(true, Ordering::SeqCst) {
        std::process::exit(i32::from(EXIT_CODE));
    }
    if thread::Builder::new().name("interruption".to_owned()).spawn(end).is_err() {
        end();
    }
}

/// Ends the program.
fn end() {
    let held = held(STEP);
    let patient = held.as_ref().is_some_and(|duties| duties.iter().any(|entry| entry.patient));
    let held = if patient {
        drop(held);
        thread::sleep(GRACE);
        self::held(STEP)
    } else {
        held
    };
    if let Some(mut duties) = held {
        duties.drain(..).for_each(|entry| (entry.work)());
        // Held to the end: nobody goes on with what was just declared interrupted.
        leave();
    }
    leave();
}

/// The duties, unless somebody holds them for too long.
fn held(most: Duration) -> Option<MutexGuard<'static, Vec<Entry>>> {
    let mut waited = Duration::ZERO;
    loop {
        match DUTIES.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if waited >= most => return None,
            Err(TryLockError::WouldBlock) => thread::sleep(LOOK),
        }
        waited += LOOK;
    }
}

fn leave() -> ! {
    // Another thread may hold the standard error and wait for whoever reads it.
    let said = thread::Builder::new().spawn(|| {
        let _ = writeln!(anstream::stderr().lock(), "\u{1b}[1;31merror\u{1b}[0m: interrupted");
    });
    if let Ok(said) = said {
        let mut waited = Duration::ZERO;
        while !said.is_finished() && waited < WORD {
            thread::sleep(LOOK);
            waited += LOOK;
        }
    }
    std::process::exit(i32::from(EXIT_CODE))
}
