//! What is to be drawn, in units of the data.

/// A figure: panels side by side under one title and one legend.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Figure {
    pub(super) title: String,
    pub(super) panels: Vec<Panel>,
    /// Name and look of each series; not drawn where there is no more than one.
    pub(super) legend: Vec<(String, Ink)>,
    /// Of the panels alone, in millimeters.
    pub(super) height_mm: f64,
}

/// Two axes and what lies between them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Panel {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) marks: Vec<Mark>,
}

/// From where to where, where ticks stand, and what they say.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Axis {
    pub(super) label: String,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<(f64, String)>,
    /// Whether lines lead from its ticks through the panel.
    pub(super) grid: bool,
    /// Whether its words stand upright, as long names below an axis must.
    pub(super) upright: bool,
}

/// The look of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Ink {
    /// One of the palette, by place; solid the first time around, dashed the next.
    Series(usize),
    /// From white to dark by a share.
    Shade(f64),
}

/// Something in a panel.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    Line(Vec<(f64, f64)>, Ink),
    Bar([(f64, f64); 2], Ink),
    Dot((f64, f64), Ink),
    /// A text in the middle of a place, light on dark where the flag says so.
    Label((f64, f64), String, bool),
}

impl Axis {
    /// An axis of names, from 0 up: one a unit.
    pub(super) fn of_names(names: &[String]) -> Self {
        let ticks = names.iter().enumerate().map(|(at, name)| (at as f64 + 0.5, name.clone())).collect();
        Self { high: names.len().max(1) as f64, ticks, ..Self::default() }
    }
}
