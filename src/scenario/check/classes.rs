//! Classes of jobs: one for each workload, and one for each name that single jobs give.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::RawScenario;
use super::names;
use crate::model::{Class, ClassId, ClassKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// The class of single jobs that name none.
pub(super) const DEFAULT: &str = "job";

/// All classes by name. Jobs of one class are of one kind: that of its workload, else that which the jobs give.
pub(super) fn by_name(raw: &RawScenario, out: &mut Diagnostics) -> Vec<Class> {
    let mut kinds: BTreeMap<&str, Option<(ClassKind, Range<usize>)>> = BTreeMap::new();
    for (name, workload) in &raw.workload {
        names::allowed(name, "a workload", workload.span(), out);
        kinds.insert(name, Some((workload.get().kind, workload.span())));
    }
    for job in raw.job.iter().map(|job| job.get()) {
        let name = job.class.as_ref().map_or(DEFAULT, |class| class.get());
        if let Some(class) = &job.class {
            names::allowed(name, "a class", class.span(), out);
        }
        let known = kinds.entry(name).or_default();
        match (known.as_ref(), &job.kind) {
            (Some((first, place)), Some(kind)) if first != kind.get() => out.push(
                Diagnostic::error(kind.span(), format!("the jobs of class {name:?} are of different kinds"))
                    .other(place.clone(), "another kind here")
                    .help("all jobs of one class have one kind; give other jobs another `class`"),
            ),
            (None, Some(kind)) => *known = Some((*kind.get(), kind.span())),
            _ => {}
        }
    }
    let class = |(name, kind): (&str, Option<(ClassKind, Range<usize>)>)| Class {
        name: name.to_owned(),
        kind: kind.map(|(kind, _)| kind).unwrap_or_default(),
    };
    kinds.into_iter().map(class).collect()
}

/// The id of a class that exists.
pub(super) fn id(classes: &[Class], name: &str) -> ClassId {
    ClassId::from_index(classes.partition_point(|class| class.name.as_str() < name))
}
