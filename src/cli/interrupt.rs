//! Ctrl-C and its kin: the first asks the run to end, the second ends the program.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// The exit code of an interrupted program: 128 and the number of SIGINT.
pub(crate) const EXIT_CODE: u8 = 130;

/// Listens from now on. Where signals cannot be caught, Ctrl-C ends the program at once, as ever.
pub(crate) fn listen() {
    // An error means that there is no such signal here or somebody else listens: the system's default stays.
    let _ = ctrlc::set_handler(|| {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(EXIT_CODE));
        }
    });
}

/// The flag that a run looks at.
pub(crate) fn flag() -> &'static AtomicBool {
    &ASKED
}
