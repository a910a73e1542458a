//! Ctrl-C, SIGTERM and SIGHUP: the first asks the run to end, the second ends the program. Signals that were ignored from the start, as under `nohup`
//! or in a job that a script put into the background, stay ignored.
//!
//! While nothing is being written there is nothing to end well: the first signal ends the program. While a directory of results is written,
//! the run is asked to end; where it does not within [`PATIENCE`], as in a long pass of a policy, the directory is marked here.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

static ASKED: AtomicBool = AtomicBool::new(false);
/// What marks the directory that is being written as interrupted.
static UNDER_WAY: Mutex<Option<Box<dyn FnOnce() + Send>>> = Mutex::new(None);

/// The exit code of an interrupted program: 128 and the number of SIGINT.
pub(crate) const EXIT_CODE: u8 = 130;

/// How long a run has to end by itself.
const PATIENCE: Duration = Duration::from_millis(700);

/// A directory is being written: `mark` notes there that it was interrupted, if the run cannot.
pub(crate) fn begin(mark: impl FnOnce() + Send + 'static) {
    *UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(mark));
}

/// It is written, or given up.
pub(crate) fn end() {
    *UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

/// A signal has come.
fn asked() {
    if ASKED.swap(true, Ordering::SeqCst) {
        leave();
    }
    // The lock is not kept meanwhile: a run that ends takes it.
    if UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
        std::thread::sleep(PATIENCE);
    }
    let mark = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mark) = mark {
        mark();
    }
    let _ = writeln!(std::io::stderr(), "interrupted");
    leave();
}

fn leave() -> ! {
    std::process::exit(i32::from(EXIT_CODE))
}

/// Listens from now on. Where signals cannot be caught, the system's default stays.
#[cfg(unix)]
pub(crate) fn listen() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = super::machine::ignored_signals();
    let heard = [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
    let Ok(mut signals) = signal_hook::iterator::Signals::new(heard) else { return };
    std::thread::spawn(move || {
        for _ in signals.forever() {
            // A thread of its own for each, so that the second is heard while the first waits.
            std::thread::spawn(asked);
        }
    });
}

/// Listens from now on.
#[cfg(not(unix))]
pub(crate) fn listen() {
    let _ = ctrlc::set_handler(asked);
}

/// The flag that a run looks at.
pub(crate) fn flag() -> &'static AtomicBool {
    &ASKED
}
