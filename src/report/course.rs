//! The course of a run as lines of signs.

use super::human::{number, percent, seconds};
use super::look::{Format, Look};
use super::sheet::{Cell, Kind, Sheet};
use crate::observe::Course;

/// Signs of a line at most: with a name, the least and the most they fill a terminal's line.
pub const COURSE_SIGNS: usize = 48;
/// Centers that have a line, those used most.
pub const COURSE_CENTERS: usize = 3;

/// The title of the table.
pub(super) fn title(course: &Course) -> String {
    format!("Utilization and queue over the run, a sign for {}", seconds(course.span_s))
}

/// A line a share, between nothing and all, and one of the jobs that wait, between none and their most; without rows where a line would be
/// shorter than two signs.
pub(super) fn sheet(course: &Course, look: Look) -> Sheet {
    let mut sheet = Sheet::new(&[("", Kind::Name), ("", Kind::Signs), ("least", Kind::Figure), ("most", Kind::Figure)]);
    if course.waiting.len() < 2 {
        return sheet;
    }
    let line = |name: &str, values: &[Option<f64>], whole: f64, write: fn(f64) -> String| -> [Cell; 4] {
        let there = || values.iter().flatten().copied();
        let text = |value: Option<f64>| Cell::from(value.map_or_else(|| "-".to_owned(), write));
        let signs = signs(values, whole, look);
        let signs = if look.format == Format::Markdown { format!("`{signs}`") } else { signs };
        [name.into(), signs.into(), text(there().reduce(f64::min)), text(there().reduce(f64::max))]
    };
    for (name, shares) in &course.utilization {
        sheet.push(line(name, shares, 1.0, percent));
    }
    let waiting: Vec<Option<f64>> = course.waiting.iter().copied().map(Some).collect();
    let most = course.waiting.iter().copied().fold(0.0, f64::max);
    sheet.push(line("jobs queued", &waiting, most, number));
    sheet
}

/// A sign a value: eight steps from nothing to the whole, a blank where there is no data.
fn signs(values: &[Option<f64>], whole: f64, look: Look) -> String {
    let steps = look.steps();
    let sign = |value: &Option<f64>| {
        let Some(value) = value else { return ' ' };
        let part = if whole > 0.0 { value / whole } else { 0.0 };
        steps[((part * steps.len() as f64) as usize).min(steps.len() - 1)]
    };
    values.iter().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_signs_by_hand() {
        // Eighths: 0.99 is in the eighth of them, 0.5 begins the fifth.
        let course = Course {
            span_s: 10_800.0,
            utilization: vec![("all".to_owned(), vec![Some(0.0), Some(0.5), None, Some(0.99), Some(1.0)])],
            waiting: vec![0.0, 2.0, 4.0, 1.0, 0.0],
        };
        assert_eq!(title(&course), "Utilization and queue over the run, a sign for 3 h");
        let text = sheet(&course, Look::default()).render(Look::default());
        let wanted = "                    least    most\n  all         \u{2581}\u{2585} \u{2588}\u{2588}   0 % 100.0 %\n  \
                      jobs queued \u{2581}\u{2585}\u{2588}\u{2583}\u{2581}     0       4\n";
        assert_eq!(text, wanted, "\n{text}");
        let ascii = Look { ascii: true, ..Look::default() };
        let text = sheet(&course, ascii).render(ascii);
        assert!(text.is_ascii() && text.contains(" all         _= ## "), "\n{text}");
        let page = sheet(&course, Format::Markdown.into()).render(Format::Markdown.into());
        assert!(page.contains("| `\u{2581}\u{2585} \u{2588}\u{2588}` |"), "\n{page}");
        assert!(sheet(&Course::default(), Look::default()).rows.is_empty());
    }
}
