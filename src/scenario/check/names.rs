//! Names: what may be one, who has which, and what was probably meant.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, Named, RawScenario};
use crate::model::SiteId;
use crate::units::is_invisible;
use std::collections::BTreeMap;
use std::ops::Range;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Characters of the longest name.
const NAME_MAX: usize = 100;
/// How many names a message lists.
const LISTED: usize = 12;

/// What a named place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SiteForm {
    /// A center.
    Center,
    /// A metro.
    Metro,
    /// An exchange point.
    Exchange,
}

impl SiteForm {
    const fn word(self) -> &'static str {
        match self {
            Self::Center => "a center",
            Self::Metro => "a metro",
            Self::Exchange => "an exchange point",
        }
    }
}

/// The nodes of the network by name. The id of a site is its place in the order of names.
#[derive(Debug)]
pub(super) struct Sites {
    list: Vec<(String, SiteForm)>,
}

impl Sites {
    /// Centers, metros and exchange points together; a name that stands for two of them is reported.
    pub(super) fn new(raw: &RawScenario, out: &mut Diagnostics) -> Self {
        let centers = raw.center.iter().map(|(name, center)| (name, SiteForm::Center, center.span()));
        let metros = raw.metro.iter().map(|(name, metro)| (name, SiteForm::Metro, metro.span()));
        let exchanges = raw.exchange.iter().map(|(name, exchange)| (name, SiteForm::Exchange, exchange.span()));
        let mut known: BTreeMap<&String, (SiteForm, Range<usize>)> = BTreeMap::new();
        for (name, form, span) in centers.chain(metros).chain(exchanges) {
            allowed(name, form.word(), span.clone(), out);
            if matches!(name.as_str(), "origin" | "stay") {
                let problem = format!("no place can be called {name:?}: the word has a meaning in `output-to`");
                out.error(span.clone(), problem);
            }
            match known.get(name) {
                Some((first, at)) => out.push(
                    Diagnostic::error(span, format!("{name:?} is {} and {} at once", first.word(), form.word()))
                        .other(at.clone(), format!("{} here", first.word()))
                        .help("names are unique over centers, metros and exchange points; rename one of them"),
                ),
                None => {
                    known.insert(name, (form, span));
                }
            }
        }
        Self { list: known.into_iter().map(|(name, (form, _))| (name.clone(), form)).collect() }
    }

    /// Names and what they stand for, in id order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, SiteForm)> {
        self.list.iter().map(|(name, form)| (name.as_str(), *form))
    }

    /// The id of a name.
    pub(super) fn id(&self, name: &str) -> Option<SiteId> {
        self.list.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok().map(SiteId::from_index)
    }

    /// A site of any kind, or a report.
    pub(super) fn any(&self, name: &At<String>, out: &mut Diagnostics) -> Option<SiteId> {
        let found = self.id(name.get());
        if found.is_none() {
            let help = hint(name.get(), "places", self.iter().map(|(name, _)| name), out);
            out.push(Diagnostic::error(name.span(), format!("unknown place {:?}", name.get())).maybe_help(help));
        }
        found
    }

    /// A place where users or data can be, or a report.
    pub(super) fn populated(&self, name: &str, span: Range<usize>, out: &mut Diagnostics) -> Option<SiteId> {
        let inhabited = || self.iter().filter(|(_, form)| *form != SiteForm::Exchange).map(|(name, _)| name);
        let found = self.id(name);
        match found.map(|id| self.list[id.index()].1) {
            Some(SiteForm::Center | SiteForm::Metro) => found,
            Some(SiteForm::Exchange) => {
                let problem = format!("{name:?} is an exchange point, where no users and no data are");
                let help = hint(name, "centers and metros", inhabited(), out);
                out.push(Diagnostic::error(span, problem).maybe_help(help));
                None
            }
            None => {
                let help = hint(name, "centers and metros", inhabited(), out);
                out.push(Diagnostic::error(span, format!("unknown center or metro {name:?}")).maybe_help(help));
                None
            }
        }
    }
}

/// Reports a text that cannot be a name of `what` ("a center"). Letters of all scripts are fine.
pub(super) fn allowed(name: &str, what: &str, span: Range<usize>, out: &mut Diagnostics) -> bool {
    let problem = if name.trim().is_empty() {
        format!("the name of {what} is empty")
    } else if name.chars().count() > NAME_MAX {
        format!("the name of {what} has {} characters; at most {NAME_MAX} are allowed", name.chars().count())
    } else if name.chars().any(char::is_control) {
        format!("the name of {what} has a control character: {name:?}")
    } else if name.chars().any(|letter| is_invisible(letter) || is_selector(letter)) {
        format!("the name of {what} has a character that is not seen: \"{}\"", written_out(name))
    } else if !is_nfc(name) {
        let problem = format!("the name of {what} is written with letters and marks apart: {name:?}");
        let help = format!(
            "write it in composed form (NFC), {:?}, so that no two names look alike",
            name.nfc().collect::<String>()
        );
        out.push(Diagnostic::error(span, problem).help(help));
        return false;
    } else {
        return true;
    };
    out.error(span, problem);
    false
}

/// Whether a letter only chooses a form of the one before it: two names that differ in it look alike.
const fn is_selector(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn written_out(name: &str) -> String {
    let hidden = |letter: char| is_invisible(letter) || is_selector(letter);
    let shown = |letter: char| if hidden(letter) { letter.escape_unicode().to_string() } else { letter.to_string() };
    name.chars().map(shown).collect()
}

/// Names that a spreadsheet takes for a formula when it opens a table of results: one warning that names the first few.
pub(super) fn formulas(raw: &RawScenario, out: &mut Diagnostics) {
    fn of<T>(named: &Named<T>) -> impl Iterator<Item = (&str, Range<usize>)> {
        named.iter().map(|(name, at)| (name.as_str(), at.span()))
    }
    let pools = raw.center.values().flat_map(|center| of(&center.get().pool));
    let jobs = raw
        .job
        .iter()
        .flat_map(|job| [&job.get().id, &job.get().class])
        .flatten()
        .map(|id| (id.get().as_str(), id.span()));
    let sites = of(&raw.center).chain(of(&raw.metro)).chain(of(&raw.exchange)).chain(pools).chain(of(&raw.link));
    let work = of(&raw.dataset).chain(of(&raw.tenants)).chain(of(&raw.workload)).chain(of(&raw.service)).chain(jobs);
    let all = std::iter::once((raw.name.get().as_str(), raw.name.span())).chain(sites).chain(work);
    let found: Vec<_> = all.chain(of(&raw.policy)).filter(|(name, _)| name.starts_with(['=', '+', '-', '@'])).collect();
    let Some((_, first)) = found.first() else { return };
    let names: Vec<String> = found.iter().map(|(name, _)| format!("{name:?}")).collect();
    let names = list(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let problem = format!(
        "a spreadsheet that opens the tables of results runs names that begin with = + - @ as formulas: {names}"
    );
    out.push(
        Diagnostic::warning(first.clone(), problem).help("begin them with a letter, or import their columns as text"),
    );
}

/// Reports a text that cannot be part of a path: names of scenarios and stacks become directories.
pub(super) fn allowed_as_directory(name: &str, what: &str, span: Range<usize>, out: &mut Diagnostics) {
    if !allowed(name, what, span.clone(), out) {
        return;
    }
    if name.contains(['/', '\\', ':']) || name.starts_with('.') {
        let problem = format!("{name:?} cannot be the name of {what}: a directory of results is named after it");
        out.push(Diagnostic::error(span, problem).help("use no `/`, `\\` or `:`, and no dot at the beginning"));
    }
}

/// Looks at the scenario's own name, its format, and what the loader should have taken out.
pub(super) fn scenario(raw: &RawScenario, out: &mut Diagnostics) {
    if *raw.format.get() != 1 {
        let problem = format!("format {} of the scenario language is not known", raw.format.get());
        out.push(Diagnostic::error(raw.format.span(), problem).help("this program reads format = 1"));
    }
    allowed_as_directory(raw.name.get(), "a scenario", raw.name.span(), out);
    let workloads = raw.workload.values().filter_map(|workload| workload.get().origin_table.as_ref());
    for table in workloads.chain(raw.service.values().filter_map(|service| service.get().origin_table.as_ref())) {
        out.error(table.span(), "internal problem: the table of origins was not read");
    }
}

/// Problems with a hint at a name; comparing thousands of wrong names with thousands of right ones would take minutes.
const HINTS_MAX: usize = 100;

/// [`suggestion`] for the first problems.
pub(super) fn hint<'a>(
    name: &str,
    kind: &str,
    known: impl Iterator<Item = &'a str>,
    out: &Diagnostics,
) -> Option<String> {
    (out.list.len() < HINTS_MAX).then(|| suggestion(name, kind, known))
}

/// What to say about an unknown name: the nearest one, and what there is. `kind` is a plural.
pub(super) fn suggestion<'a>(name: &str, kind: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    if known.is_empty() {
        return format!("there are no {kind}");
    }
    let listed = list(&known);
    match nearest(name, &known) {
        Some(near) => format!("did you mean {near:?}? {kind}: {listed}"),
        None => format!("{kind}: {listed}"),
    }
}

/// The first few of some names.
pub(super) fn list(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// The known name with the fewest typing slips, where there are few; the first in order of those alike.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    // Distances are quadratic in the length.
    if name.len() > 4 * NAME_MAX {
        return None;
    }
    let lower = name.to_lowercase();
    let distance = |other: &str| strsim::damerau_levenshtein(&lower, &other.to_lowercase());
    let slips = (name.chars().count() / 3).max(1);
    // A name that is shorter or longer by more letters than may be wrong is not looked at.
    let letters = name.chars().count();
    let near = |other: &&&str| other.chars().count().abs_diff(letters) <= slips;
    known
        .iter()
        .filter(near)
        .map(|other| (distance(other), *other))
        .filter(|(d, _)| *d <= slips)
        .min()
        .map(|(_, other)| other)
}
