//! An observer of a run: one that the run owns, or one that it borrows.

use crate::observe::Observer;
use std::any::Any;

/// An observer that can be copied with all that it noted, and be asked for by its type.
pub(super) trait Owned: Observer {
    /// A copy with all that it noted so far.
    fn copy(&self) -> Box<dyn Owned>;
    /// Itself, as something whose type can be asked for.
    fn as_any(&self) -> &dyn Any;
    /// The observer.
    fn as_observer(&mut self) -> &mut dyn Observer;
}

impl<T: Observer + Clone + 'static> Owned for T {
    fn copy(&self) -> Box<dyn Owned> {
        Box::new(self.clone())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_observer(&mut self) -> &mut dyn Observer {
        self
    }
}

/// An observer of a run.
pub(super) enum Listener<'o> {
    /// It belongs to the run, and a fork of the run has a copy.
    Owned(Box<dyn Owned>),
    /// It belongs to the caller. It cannot be copied.
    Borrowed(&'o mut dyn Observer),
}

impl Listener<'_> {
    /// The observer.
    pub(super) fn observer(&mut self) -> &mut dyn Observer {
        match self {
            Self::Owned(owned) => owned.as_observer(),
            Self::Borrowed(borrowed) => *borrowed,
        }
    }

    /// A copy with all that it noted; `None` where it is borrowed.
    pub(super) fn copy(&self) -> Option<Self> {
        match self {
            // The trait's own method, not that of the box.
            Self::Owned(owned) => Some(Self::Owned((**owned).copy())),
            Self::Borrowed(_) => None,
        }
    }

    /// The observer, if the run owns it and it is of this type.
    pub(super) fn get<T: 'static>(&self) -> Option<&T> {
        match self {
            // The trait's own method, not that of the box.
            Self::Owned(owned) => (**owned).as_any().downcast_ref(),
            Self::Borrowed(_) => None,
        }
    }
}
