//! Values at hand: what is about to be needed is brought into the processor's caches.
//!
//! A large run keeps more than the caches hold, and what its events touch lies all over it: the processor would stand still for each line of
//! memory, one after another. What is known to come soon can be asked for while something else is done.

/// Asks for the line of memory where a value begins. Nothing waits for it, and nothing comes of it but time.
#[inline(always)]
pub(crate) fn bring<T>(value: &T) {
    prefetch_index::prefetch_index(std::slice::from_ref(value), 0);
}

/// The same of all lines of something that begins with a value and takes so many bytes.
#[inline(always)]
pub(crate) fn bring_lines<T>(first: &T, bytes: usize) {
    const LINE: usize = 64;
    for at in (0..bytes).step_by(LINE) {
        prefetch_index::prefetch_index(std::slice::from_ref(first), at / size_of::<T>());
    }
}
