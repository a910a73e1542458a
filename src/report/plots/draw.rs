//! Draws figures. Coordinates are whole numbers of 1/50 mm, so that whole numbers are fine enough for print.

use super::figure::{Axis, Figure, Ink, Mark, Panel};
use crate::units::visible;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::Shift;
use plotters::coord::cartesian::Cartesian2d;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::coord::types::RangedCoordf64;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Rectangle, Text};
use plotters::series::{DashedLineSeries, LineSeries};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{BLACK, Color, FontTransform, IntoFont, RGBColor, ShapeStyle, TextStyle, WHITE};
use plotters_svg::SVGBackend;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<Scale, Scale>>;
type Failed = DrawingAreaErrorKind<std::io::Error>;

/// An axis whose ticks are given.
struct Scale {
    range: RangedCoordf64,
    ticks: Vec<(f64, String)>,
}

impl Scale {
    fn of(axis: &Axis) -> Self {
        Self { range: (axis.low..axis.high).into(), ticks: axis.ticks.clone() }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, limit: (i32, i32)) -> i32 {
        self.range.map(value, limit)
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // Ticks without words there are none.
        if hint.weight().allow_light_points() { Vec::new() } else { self.ticks.iter().map(|(at, _)| *at).collect() }
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.range.range()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|(at, _)| at.to_bits() == value.to_bits());
        tick.map_or_else(String::new, |(_, word)| clean(word, NAME_MAX))
    }
}

/// Units of a millimeter.
const UNITS: f64 = 50.0;
/// Points of type in units.
const POINT: f64 = 25.4 / 72.0 * UNITS;
/// Faces that most readers of SVG have.
const FAMILY: &str = "Helvetica, Arial, sans-serif";
/// Sizes of type, in points.
const BODY: f64 = 7.0;
const HEAD: f64 = 8.0;
/// Letters of a name at most; longer ones end with an ellipsis.
const NAME_MAX: usize = 26;

/// Colors of Okabe and Ito, "Color Universal Design", 2008, the darker ones first; yellow, which fades on white, is left out.
const PALETTE: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(0, 0, 0),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
];

/// A figure as an SVG file so many millimeters wide.
pub(super) fn svg(figure: &Figure, width_mm: f64) -> String {
    let width = (width_mm * UNITS).round() as u32;
    let rows = legend_rows(figure, f64::from(width));
    let head = (HEAD + 6.0) * POINT + rows.len() as f64 * (BODY + 3.0) * POINT;
    let height = (figure.height_mm * UNITS + head).round() as u32;
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (width, height)).into_drawing_area();
        // A text takes everything: there is nothing that fails.
        let _ = draw(&root, figure, &rows, head).and_then(|()| root.present());
    }
    let size = format!("width=\"{width}\" height=\"{height}\"");
    let millimeters = format!("width=\"{width_mm}mm\" height=\"{}mm\"", f64::from(height) / UNITS);
    // The mark says whose file it is, so that it may be replaced.
    text.replacen(&size, &millimeters, 1).replacen("<svg ", "<svg data-generator=\"eastwest\" ", 1)
}

fn draw(root: &Area<'_>, figure: &Figure, rows: &[Vec<usize>], head: f64) -> Result<(), Failed> {
    root.fill(&WHITE)?;
    let title = type_of(HEAD).pos(Pos::new(HPos::Left, VPos::Top));
    root.draw(&Text::new(
        clean(&figure.title, letters(root, HEAD)),
        ((2.0 * POINT) as i32, (3.0 * POINT) as i32),
        title,
    ))?;
    legend(root, figure, rows)?;
    let (_, body) = root.split_vertically(head as i32);
    let areas = body.split_evenly((1, figure.panels.len().max(1)));
    for (panel, area) in figure.panels.iter().zip(&areas) {
        draw_panel(area, panel)?;
    }
    Ok(())
}

/// Which series stand in each row of the legend.
fn legend_rows(figure: &Figure, width: f64) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut used = width;
    if figure.legend.len() > 1 {
        for (at, (name, _)) in figure.legend.iter().enumerate() {
            let needs = legend_width(name);
            if used + needs > width - 4.0 * POINT {
                rows.push(Vec::new());
                used = 2.0 * POINT;
            }
            used += needs;
            if let Some(row) = rows.last_mut() {
                row.push(at);
            }
        }
    }
    rows
}

/// What a series takes in the legend.
fn legend_width(name: &str) -> f64 {
    text_width(&clean(name, NAME_MAX)) + 24.0 * POINT
}

fn legend(root: &Area<'_>, figure: &Figure, rows: &[Vec<usize>]) -> Result<(), Failed> {
    for (row, series) in rows.iter().enumerate() {
        let y = ((HEAD + 8.0 + row as f64 * (BODY + 3.0)) * POINT) as i32;
        let mut x = 2.0 * POINT;
        for at in series {
            let Some((name, ink)) = figure.legend.get(*at) else { continue };
            let (from, to) = (x as i32, (x + 12.0 * POINT) as i32);
            match ink {
                Ink::Series(at) if *at >= PALETTE.len() => {
                    for part in 0..3 {
                        let (from, to) = (x + f64::from(part) * 4.5 * POINT, x + (f64::from(part) * 4.5 + 3.0) * POINT);
                        root.draw(&PathElement::new([(from as i32, y), (to as i32, y)], line(*ink)))?;
                    }
                }
                Ink::Series(_) => root.draw(&PathElement::new([(from, y), (to, y)], line(*ink)))?,
                Ink::Shade(_) => {
                    let half = (2.5 * POINT) as i32;
                    root.draw(&Rectangle::new([(from, y - half), (to, y + half)], color(*ink).filled()))?;
                }
            }
            let style = type_of(BODY).pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(clean(name, NAME_MAX), (to + (3.0 * POINT) as i32, y), style))?;
            x += legend_width(name);
        }
    }
    Ok(())
}

fn draw_panel(area: &Area<'_>, panel: &Panel) -> Result<(), Failed> {
    let widest = panel.y.ticks.iter().map(|(_, word)| text_width(&clean(word, NAME_MAX))).fold(0.0, f64::max);
    let described = if panel.y.label.is_empty() { 4.0 } else { 14.0 };
    let below = if panel.x.upright {
        panel.x.ticks.iter().map(|(_, word)| text_width(&clean(word, NAME_MAX))).fold(0.0, f64::max) + 18.0 * POINT
    } else {
        24.0 * POINT
    };
    let mut chart = ChartBuilder::on(area)
        .margin_right((10.0 * POINT) as i32)
        // Where no words stand before the axis, half of its first tick's does.
        .margin_left((if widest > 0.0 { 2.0 } else { 8.0 } * POINT) as i32)
        .margin_top((3.0 * POINT) as i32)
        .margin_bottom((2.0 * POINT) as i32)
        .x_label_area_size(below as i32)
        .y_label_area_size((widest + described * POINT) as i32)
        .build_cartesian_2d(Scale::of(&panel.x), Scale::of(&panel.y))?;
    let (x_axis, y_axis) = (Scale::of(&panel.x), Scale::of(&panel.y));
    // Upright words are drawn below.
    let x_words = |at: &f64| if panel.x.upright { String::new() } else { x_axis.format_ext(at) };
    let y_words = |at: &f64| y_axis.format_ext(at);
    let mut mesh = chart.configure_mesh();
    mesh.bold_line_style(RGBColor(222, 222, 222).stroke_width(units(0.5)))
        .light_line_style(WHITE.mix(0.0))
        .axis_style(BLACK.stroke_width(units(0.5)))
        .set_all_tick_mark_size((2.0 * POINT) as i32)
        .label_style(type_of(BODY))
        .axis_desc_style(type_of(BODY))
        .x_labels(panel.x.ticks.len().max(2))
        .y_labels(panel.y.ticks.len().max(2))
        .x_label_formatter(&x_words)
        .y_label_formatter(&y_words)
        .x_desc(clean(&panel.x.label, letters(area, BODY)))
        .y_desc(clean(&panel.y.label, 60));
    if !panel.x.grid {
        mesh.disable_x_mesh();
    }
    if !panel.y.grid {
        mesh.disable_y_mesh();
    }
    mesh.draw()?;
    if panel.x.upright {
        upright_words(area, &chart, panel)?;
    }
    panel.marks.iter().try_for_each(|mark| draw_mark(&mut chart, mark))
}

/// The words of an axis below it, each upright and ending at its tick: the library centers them there.
fn upright_words(area: &Area<'_>, chart: &Chart<'_, '_>, panel: &Panel) -> Result<(), Failed> {
    let base = area.get_base_pixel();
    let font = (FAMILY, BODY * POINT * 1.24).into_font().transform(FontTransform::Rotate270);
    let style = font.color(&BLACK).pos(Pos::new(HPos::Right, VPos::Center));
    panel.x.ticks.iter().try_for_each(|(at, word)| {
        let (x, y) = chart.backend_coord(&(*at, panel.y.low));
        let place = (x - base.0, y - base.1 + (4.0 * POINT) as i32);
        area.draw(&Text::new(clean(word, NAME_MAX), place, style.clone()))
    })
}

fn draw_mark(chart: &mut Chart<'_, '_>, mark: &Mark) -> Result<(), Failed> {
    match mark {
        Mark::Line(points, ink @ Ink::Series(at)) if *at >= PALETTE.len() => {
            let dashes = DashedLineSeries::new(points.iter().copied(), units(3.0), units(1.5), line(*ink));
            chart.draw_series(dashes)?;
        }
        Mark::Line(points, ink) => {
            chart.draw_series(LineSeries::new(points.iter().copied(), line(*ink)))?;
        }
        Mark::Bar(corners, ink) => {
            chart.draw_series([Rectangle::new(*corners, color(*ink).filled())])?;
        }
        Mark::Dot(at, ink) => {
            chart.draw_series([Circle::new(*at, units(1.8), color(*ink).filled())])?;
        }
        Mark::Label(at, text, light) => {
            let ink = if *light { WHITE } else { BLACK };
            let style = type_of(BODY - 1.0).pos(Pos::new(HPos::Center, VPos::Center)).color(&ink);
            chart.draw_series([Text::new(clean(text, NAME_MAX), *at, style)])?;
        }
    }
    Ok(())
}

fn units(points: f64) -> u32 {
    (points * POINT).round() as u32
}

fn type_of(points: f64) -> TextStyle<'static> {
    // The library divides the size by 1.24 when it writes it.
    (FAMILY, points * POINT * 1.24).into_font().color(&BLACK)
}

fn color(ink: Ink) -> RGBColor {
    match ink {
        Ink::Series(at) => PALETTE[at % PALETTE.len()],
        Ink::Shade(share) => {
            let part = |from: f64, to: f64| (from + (to - from) * share.clamp(0.0, 1.0)).round() as u8;
            RGBColor(part(247.0, 0.0), part(251.0, 68.0), part(255.0, 136.0))
        }
    }
}

fn line(ink: Ink) -> ShapeStyle {
    color(ink).stroke_width(units(0.9))
}

/// Letters that fit the width of an area.
fn letters(area: &Area<'_>, points: f64) -> usize {
    (f64::from(area.dim_in_pixel().0) / (points * POINT * 0.56)) as usize
}

/// The width of a line of body type, estimated: half an em a letter, a whole one a sign of East Asia.
fn text_width(text: &str) -> f64 {
    let ems: f64 = text.chars().map(|c| if u32::from(c) >= 0x1100 { 1.0 } else { 0.56 }).sum();
    ems * BODY * POINT
}

/// A text as it may stand in XML, no longer than so many letters.
fn clean(text: &str, most: usize) -> String {
    let allowed = |c: &char| !matches!(*c, '\u{fffe}' | '\u{ffff}');
    let letters: Vec<char> = visible(text, &[]).chars().filter(allowed).collect();
    if letters.len() <= most {
        return letters.into_iter().collect();
    }
    letters.iter().take(most.saturating_sub(1)).chain(['\u{2026}'].iter()).collect()
}
