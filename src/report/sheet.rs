//! Tables that people read: plain text of at most 80 columns, or pipe tables of Markdown.

use super::human::Quantity;
use super::look::{Format, Look, Tone};
use crate::units::visible;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns of a usual terminal.
pub const WIDTH: usize = 80;
/// Names are cut to no less than this; words and figures are broken into no narrower columns.
const NAME_MIN: usize = 8;
const WORDS_MIN: usize = 16;
const FIGURE_MIN: usize = 10;
/// Longer heads of figures are broken, unless the figures themselves are as wide.
const HEAD_MAX: usize = 30;

/// What a column holds, which says how it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Names: to the left; they lose their middle where a line would be too long.
    Name,
    /// Running words: to the left, broken into lines where a line would be too long.
    Words,
    /// Signs as they stand: to the left, never broken; code in Markdown.
    Signs,
    /// Figures as they are written: to the right; broken at blanks where nothing else helps.
    Figure,
    /// Numbers of one quantity: in text each with a unit of its size, in Markdown all in the unit that the head names.
    Quantity(Quantity),
}

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// As it is.
    Text(String),
    /// As it is, and whether that is good.
    Judged(String, Tone),
    /// A number of the column's quantity; `None` is no data.
    Number(Option<f64>),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Option<f64>> for Cell {
    fn from(value: Option<f64>) -> Self {
        Self::Number(value)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(Some(value))
    }
}

impl From<u64> for Cell {
    fn from(value: u64) -> Self {
        Self::Number(Some(value as f64))
    }
}

/// A table: heads and kinds of its columns, and its rows, a cell a column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    columns: Vec<(String, Kind)>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
    indent: usize,
    gap: usize,
}

impl Sheet {
    /// A table without rows yet.
    #[must_use]
    pub fn new(columns: &[(&str, Kind)]) -> Self {
        let columns = columns.iter().map(|(head, kind)| ((*head).to_owned(), *kind)).collect();
        Self { columns, rows: Vec::new(), indent: 2, gap: 1 }
    }

    /// The same, set with other blanks before it and between its columns; the latter become single ones where a line would be too long.
    #[must_use]
    pub fn spaced(mut self, indent: usize, gap: usize) -> Self {
        (self.indent, self.gap) = (indent, gap);
        self
    }

    /// Adds a row.
    pub fn push<const N: usize>(&mut self, row: [Cell; N]) {
        self.rows.push(row.into());
    }

    /// The table, each line with its end.
    #[must_use]
    pub fn render(&self, look: Look) -> String {
        match look.format {
            Format::Text => self.text(look),
            Format::Markdown => self.markdown(look),
        }
    }

    /// A cell as text, and its tone.
    fn cell(&self, cell: &Cell, kind: Kind, look: Look) -> (String, Tone) {
        // The breaks between the lines of a cell stay.
        let text = |text: &str| {
            let text = visible(text, &['\n']);
            if kind == Kind::Name { text } else { look.letters(&text) }
        };
        match (cell, kind) {
            (Cell::Text(it), _) => (text(it), Tone::Plain),
            (Cell::Judged(it, tone), _) => (text(it), *tone),
            (Cell::Number(None), _) => ("-".to_owned(), Tone::Plain),
            (Cell::Number(Some(value)), Kind::Quantity(quantity)) => (quantity.text(*value), Tone::Plain),
            (Cell::Number(Some(value)), _) => (Quantity::Number.text(*value), Tone::Plain),
        }
    }

    /// Whether a terminal shows the table unbroken when names have so much room.
    #[must_use]
    pub fn fits(&self, name: usize) -> bool {
        let widths = self.natural(&self.cells(Look::default()));
        let width = |(at, width): (usize, &usize)| match self.columns[at].1 {
            Kind::Name => name.min(*width),
            _ => *width,
        };
        let closest = self.indent + self.columns.len().saturating_sub(1);
        closest + widths.iter().enumerate().map(width).sum::<usize>() <= WIDTH
    }

    fn text(&self, look: Look) -> String {
        let rows = self.cells(look);
        let wide = self.between() + self.natural(&rows).iter().sum::<usize>() > WIDTH;
        if wide && self.gap > 1 {
            return self.clone().spaced(self.indent, 1).text(look);
        }
        let widths = self.widths(&rows);
        let mut text = String::new();
        for (at, row) in rows.iter().enumerate() {
            self.text_row(&mut text, row, &widths, look, at == 0);
        }
        text
    }

    /// All cells as text, the heads first.
    fn cells(&self, look: Look) -> Vec<Vec<(String, Tone)>> {
        let row = |row: &Vec<Cell>| -> Vec<(String, Tone)> {
            row.iter().zip(&self.columns).map(|(cell, (_, kind))| self.cell(cell, *kind, look)).collect()
        };
        let head = self.columns.iter().map(|(head, _)| (visible(head, &['\n']), Tone::Plain)).collect();
        std::iter::once(head).chain(self.rows.iter().map(row)).collect()
    }

    /// Whether a column is set to the left.
    fn left(&self, at: usize) -> bool {
        matches!(self.columns[at].1, Kind::Name | Kind::Words | Kind::Signs)
    }

    /// Columns of a line that no cell has.
    fn between(&self) -> usize {
        self.indent + self.gap * self.columns.len().saturating_sub(1)
    }

    /// Each column as wide as its widest cell.
    fn natural(&self, rows: &[Vec<(String, Tone)>]) -> Vec<usize> {
        let lines = |text: &str| text.lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
        let widest = |at: usize| {
            let body =
                rows.iter().skip(1).filter_map(|row| row.get(at)).map(|(text, _)| lines(text)).max().unwrap_or(0);
            let head = lines(&self.columns[at].0);
            body.max(if self.columns[at].1 == Kind::Figure { head.min(HEAD_MAX) } else { head })
        };
        (0..self.columns.len()).map(widest).collect()
    }

    /// The natural widths, but words, then names, then figures narrower until a line fits.
    fn widths(&self, rows: &[Vec<(String, Tone)>]) -> Vec<usize> {
        let mut widths = self.natural(rows);
        for (kind, least) in [(Kind::Words, WORDS_MIN), (Kind::Name, NAME_MIN), (Kind::Figure, FIGURE_MIN)] {
            while self.between() + widths.iter().sum::<usize>() > WIDTH {
                let may = |at: &usize| self.columns[*at].1 == kind && widths[*at] > least;
                // The widest gives way first.
                let Some(at) = (0..widths.len()).filter(may).max_by_key(|at| widths[*at]) else { break };
                widths[at] -= 1;
            }
        }
        widths
    }

    /// A row, in as many lines as its highest cell has.
    fn text_row(&self, text: &mut String, row: &[(String, Tone)], widths: &[usize], look: Look, head: bool) {
        let broken = |(at, (cell, _)): (usize, &(String, Tone))| -> Vec<String> {
            match self.columns[at].1 {
                Kind::Name => vec![clipped(cell, widths[at])],
                Kind::Signs => vec![cell.clone()],
                Kind::Words => wrapped(cell, widths[at]),
                _ => cell.lines().flat_map(|line| wrapped(line, widths[at])).collect(),
            }
        };
        let cells: Vec<Vec<String>> = row.iter().enumerate().map(broken).collect();
        for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
            let mut out = " ".repeat(self.indent);
            for (at, cell) in cells.iter().enumerate() {
                let part = cell.get(line).map_or("", String::as_str);
                let blanks = " ".repeat(widths[at].saturating_sub(part.width()));
                let left = self.left(at);
                let tone = if head { Tone::Plain } else { row[at].1 };
                let part = look.toned(part, tone);
                out.push_str(&if left { part + &blanks } else { blanks + &part });
                out.push_str(&" ".repeat(self.gap));
            }
            text.push_str(out.trim_end());
            text.push('\n');
        }
    }

    /// A pipe table: names to the left, figures to the right, units in the heads, all bars under each other.
    fn markdown(&self, look: Look) -> String {
        let scales: Vec<Option<Scale>> = (0..self.columns.len())
            .map(|at| Scale::of(self.columns[at].1, self.rows.iter().map(|row| &row[at])))
            .collect();
        let head = self.columns.iter().zip(&scales).map(|((head, _), scale)| match scale {
            Some(scale) if !scale.unit.is_empty() => markdown_text(&format!("{head} ({})", scale.unit)),
            _ => markdown_text(head),
        });
        let mut rows: Vec<Vec<String>> = vec![head.collect()];
        for row in &self.rows {
            let cell = |(at, cell): (usize, &Cell)| match (cell, &scales[at]) {
                (Cell::Number(Some(value)), Some(scale)) => scale.text(*value),
                (cell, _) => {
                    let kind = self.columns[at].1;
                    let (text, _) = self.cell(cell, kind, look);
                    if kind == Kind::Signs {
                        return text;
                    }
                    markdown_text(&text.lines().collect::<Vec<_>>().join(" "))
                }
            };
            rows.push(row.iter().enumerate().map(cell).collect());
        }
        let width = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0).max(3);
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let rule = widths.iter().enumerate().map(|(at, width)| {
            if self.left(at) { format!(":{}", "-".repeat(width - 1)) } else { format!("{}:", "-".repeat(width - 1)) }
        });
        rows.insert(1, rule.collect());
        let mut text = String::new();
        for row in &rows {
            for (at, cell) in row.iter().enumerate() {
                let blanks = " ".repeat(widths[at].saturating_sub(cell.width()));
                let cell = if self.left(at) { format!("{cell}{blanks}") } else { format!("{blanks}{cell}") };
                text.push_str(&format!("| {cell} "));
            }
            text.push_str("|\n");
        }
        text
    }
}

/// The unit of a column's numbers and how many decimals they all have.
struct Scale {
    unit: &'static str,
    size: f64,
    decimals: usize,
}

impl Scale {
    fn of<'a>(kind: Kind, cells: impl Iterator<Item = &'a Cell>) -> Option<Self> {
        let Kind::Quantity(quantity) = kind else { return None };
        let numbers = cells.filter_map(|cell| match cell {
            Cell::Number(Some(value)) if *value != 0.0 => Some(value.abs()),
            _ => None,
        });
        let (least, most) = numbers.fold((f64::INFINITY, 0.0f64), |(low, high), it| (low.min(it), high.max(it)));
        let (size, unit) = quantity.unit(most);
        let decimals = if quantity.is_whole() || most == 0.0 {
            0
        } else {
            // Three digits of the largest, and one of the smallest as far as four decimals show it.
            let digits = |value: f64, digits: i32| (digits - 1 - (value / size).log10().floor() as i32).clamp(0, 4);
            digits(most, 3).max(digits(least, 1)) as usize
        };
        Some(Self { unit, size, decimals })
    }

    fn text(&self, value: f64) -> String {
        super::human::grouped(&format!("{:.*}", self.decimals, value / self.size))
    }
}

/// Long names lose their middle, so that what tells them apart at either end stays.
pub(super) fn clipped(name: &str, width: usize) -> String {
    if name.width() <= width {
        return name.to_owned();
    }
    let room = width.saturating_sub(1);
    let tail = part(name.chars().rev(), room / 2).into_iter().rev();
    part(name.chars(), room.div_ceil(2)).into_iter().chain(['~']).chain(tail).collect()
}

/// As many letters as have room.
fn part(letters: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut used = 0;
    let fits = |letter: &char| {
        used += letter.width().unwrap_or(0);
        used <= room
    };
    letters.take_while(fits).collect()
}

/// A word of more bytes is longer than any line.
const LONG_BYTES: usize = 1000;

/// The lines of a paragraph, broken at blanks; a word that is wider than a line is broken too. What is not seen is written out.
#[must_use]
pub fn wrapped(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let paragraph = visible(paragraph, &BLANKS);
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => {
                let mut rest = word;
                // The width of a long word is not found anew for each of its lines.
                while rest.len() > LONG_BYTES || rest.width() > width.max(2) {
                    let head: String = part(rest.chars(), width.max(2)).into_iter().collect();
                    rest = &rest[head.len()..];
                    lines.push(head);
                }
                lines.push(rest.to_owned());
            }
        }
    }
    lines
}

/// Control characters that are as good as blanks.
const BLANKS: [char; 3] = ['\n', '\r', '\t'];

/// A text that means itself in Markdown: no bar ends a cell, no letter begins markup. An underscore inside a word is none. What is not seen is
/// written out.
#[must_use]
pub fn markdown_text(text: &str) -> String {
    let letters: Vec<char> = visible(text, &BLANKS).chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, letter) in letters.iter().enumerate() {
        let beside = |other: Option<usize>| other.and_then(|at| letters.get(at)).is_some_and(|it| it.is_alphanumeric());
        let marks = match letter {
            '\\' | '|' | '*' | '`' | '[' | ']' | '~' => true,
            '<' => beside(Some(at + 1)) || letters.get(at + 1).is_some_and(|it| "/!?".contains(*it)),
            '_' => !(beside(at.checked_sub(1)) && beside(Some(at + 1))),
            _ => false,
        };
        if marks {
            out.push('\\');
        }
        out.push(if letter.is_control() { ' ' } else { *letter });
    }
    out
}

#[cfg(test)]
#[path = "sheet_tests.rs"]
mod tests;
