//! Values by hour to series from the run's start: power usage effectiveness, tariffs, carbon, closed shares, background use.

use super::super::diagnostic::{Diagnostic, Diagnostics};
use super::super::raw::{At, Hourly, RawCarbon, RawTariff, RawTimeOfUse};
use super::amounts::ppm;
use super::limits::{CARBON_MAX, PUE_MAX, TARIFF_MAX};
use crate::signals::{Calendar, Series};
use crate::units::{CarbonIntensity, EnergyPrice, SimDuration};
use std::ops::Range;

/// 24 values from midnight as a series that repeats every day.
fn daily(hours: &[u64; 24], calendar: Calendar) -> Series {
    let steps: Vec<(SimDuration, u64)> = calendar.daily(hours);
    Series::steps(&steps, Some(SimDuration::DAY)).unwrap_or(Series::Constant(hours[0]))
}

/// A value for each hour, or one for all, through `convert`, which says what is wrong with a value.
///
/// A wrong value counts as `stand_in`, so that the check can go on.
fn hourly<T: Copy>(
    value: &Hourly<T>,
    span: &Range<usize>,
    what: &str,
    calendar: Calendar,
    convert: impl Fn(T) -> Result<u64, String>,
    out: &mut Diagnostics,
) -> Option<Series> {
    match value {
        Hourly::Constant(value) => match convert(*value) {
            Ok(value) => Some(Series::Constant(value)),
            Err(problem) => {
                out.error(span.clone(), format!("{what} {problem}"));
                None
            }
        },
        Hourly::ByHour(table) => of_day(&table.hourly, span, what, calendar, convert, out),
    }
}

/// 24 values from midnight.
fn of_day<T: Copy>(
    values: &[T],
    span: &Range<usize>,
    what: &str,
    calendar: Calendar,
    convert: impl Fn(T) -> Result<u64, String>,
    out: &mut Diagnostics,
) -> Option<Series> {
    if values.len() != 24 {
        let problem = format!("{what} by hour needs 24 values from midnight, not {}", values.len());
        out.error(span.clone(), problem);
        return None;
    }
    let mut hours = [0u64; 24];
    for (hour, (slot, value)) in hours.iter_mut().zip(values).enumerate() {
        match convert(*value) {
            Ok(value) => *slot = value,
            Err(problem) => {
                out.error(span.clone(), format!("{what} of hour {hour} {problem}"));
                return None;
            }
        }
    }
    Some(daily(&hours, calendar))
}

/// Power usage effectiveness in ten-thousandths.
pub(super) fn pue(raw: Option<&At<Hourly<f64>>>, calendar: Calendar, out: &mut Diagnostics) -> Series {
    let convert = |value: f64| {
        if (1.0..=PUE_MAX).contains(&value) {
            Ok(libm::round(value * 1e4) as u64)
        } else {
            Err(format!("must be from 1 to {PUE_MAX}, not {value}"))
        }
    };
    raw.and_then(|value| hourly(value.get(), &value.span(), "the PUE", calendar, convert, out))
        .unwrap_or(Series::Constant(10_000))
}

/// A share from 0 to 1, in parts per million.
pub(super) fn share(raw: Option<&At<Hourly<f64>>>, what: &str, calendar: Calendar, out: &mut Diagnostics) -> Series {
    raw.and_then(|value| hourly(value.get(), &value.span(), what, calendar, ppm, out)).unwrap_or(Series::Constant(0))
}

/// Carbon intensity of the grid in mg per kWh, and the share of green power in parts per million.
pub(super) fn carbon(raw: Option<&At<RawCarbon>>, calendar: Calendar, out: &mut Diagnostics) -> (Series, u64) {
    let convert = |value: CarbonIntensity| {
        if value.0 <= CARBON_MAX { Ok(value.0) } else { Err(format!("must be at most 100 kg/kWh, not {value}")) }
    };
    let what = "the carbon intensity";
    let none = Series::Constant(0);
    let Some(raw) = raw else { return (none, 0) };
    match raw.get() {
        RawCarbon::Constant(value) => {
            let series = hourly(&Hourly::Constant(*value), &raw.span(), what, calendar, convert, out);
            (series.unwrap_or(none), 0)
        }
        RawCarbon::Parts(parts) => {
            let series = hourly(parts.grid.get(), &parts.grid.span(), what, calendar, convert, out);
            let green = parts.green_share.as_ref().and_then(|share| match ppm(*share.get()) {
                Ok(green) => Some(green),
                Err(problem) => {
                    out.error(share.span(), format!("the share of green power {problem}"));
                    None
                }
            });
            (series.unwrap_or(none), green.unwrap_or(0))
        }
    }
}

fn price(value: EnergyPrice) -> Result<u64, String> {
    if value.0 <= TARIFF_MAX { Ok(value.0) } else { Err(format!("must be at most 1000 CNY/kWh, not {value}")) }
}

/// Price of energy in µCNY per kWh.
pub(super) fn tariff(raw: Option<&At<RawTariff>>, calendar: Calendar, out: &mut Diagnostics) -> Series {
    let series = raw.and_then(|raw| match raw.get() {
        RawTariff::Constant(value) => {
            hourly(&Hourly::Constant(*value), &raw.span(), "the tariff", calendar, price, out)
        }
        RawTariff::ByTime(table) => by_time(table, &raw.span(), calendar, out),
    });
    series.unwrap_or(Series::Constant(0))
}

/// The kinds of windows, the more important first, as `(name, price, windows)`.
type Windows<'a> = [(&'static str, Option<&'a At<EnergyPrice>>, &'a [At<String>]); 3];

fn by_time(table: &RawTimeOfUse, span: &Range<usize>, calendar: Calendar, out: &mut Diagnostics) -> Option<Series> {
    let kinds: Windows<'_> = [
        ("critical", table.critical.as_ref(), &table.critical_hours),
        ("peak", table.peak.as_ref(), &table.peak_hours),
        ("valley", table.valley.as_ref(), &table.valley_hours),
    ];
    if let Some(values) = &table.hourly {
        let windows = kinds.iter().any(|(_, price, hours)| price.is_some() || !hours.is_empty());
        if windows || table.flat.is_some() {
            let problem = "a tariff is given by `hourly` or by windows, not by both";
            out.push(Diagnostic::error(values.span(), problem).help("take out `hourly` or all other keys"));
        }
        return of_day(values.get(), &values.span(), "the tariff", calendar, price, out);
    }
    let mut hours: [Option<(&'static str, u64, Range<usize>)>; 24] = Default::default();
    let mut sound = true;
    for (kind, value, windows) in kinds {
        sound &= paint(kind, value, windows, &mut hours, out);
    }
    let flat = table.flat.as_ref().map(|value| (value, price(*value.get())));
    if let Some((value, Err(problem))) = &flat {
        out.error(value.span(), format!("the flat price {problem}"));
        return None;
    }
    let flat = flat.and_then(|(_, price)| price.ok());
    let bare: Vec<usize> = (0..24).filter(|hour| hours[*hour].is_none()).collect();
    if flat.is_none() && !bare.is_empty() && sound {
        let problem = format!("the tariff says nothing about hour {}", bare[0]);
        out.push(Diagnostic::error(span.clone(), problem).help("add a `flat` price, which holds outside all windows"));
        return None;
    }
    let prices = std::array::from_fn(|hour| hours[hour].as_ref().map_or(flat.unwrap_or(0), |(_, price, _)| *price));
    sound.then(|| daily(&prices, calendar))
}

/// Puts one kind's price into its hours. Windows of two kinds on one hour are reported.
fn paint(
    kind: &'static str,
    value: Option<&At<EnergyPrice>>,
    windows: &[At<String>],
    hours: &mut [Option<(&'static str, u64, Range<usize>)>; 24],
    out: &mut Diagnostics,
) -> bool {
    let before = out.errors();
    let amount = match (value, windows) {
        (None, []) => return true,
        (None, [first, ..]) => {
            out.error(first.span(), format!("`{kind}-hours` need a price: {kind} = \"... CNY/kWh\""));
            0
        }
        (Some(value), []) => {
            out.error(value.span(), format!("the {kind} price needs `{kind}-hours`"));
            0
        }
        (Some(value), _) => price(*value.get()).unwrap_or_else(|problem| {
            out.error(value.span(), format!("the {kind} price {problem}"));
            0
        }),
    };
    for text in windows {
        let Some((from, to)) = window(text, out) else { continue };
        let length = if to > from { to - from } else { 24 - from + to };
        let mut told = false;
        for hour in (from..from + length).map(|hour| hour % 24) {
            match &hours[hour] {
                Some((other, _, place)) if *other != kind && !told => {
                    let problem = format!("hour {hour} is {other} and {kind} at once");
                    out.push(Diagnostic::error(text.span(), problem).other(place.clone(), format!("{other} here")));
                    told = true;
                }
                Some(_) => {}
                None => hours[hour] = Some((kind, amount, text.span())),
            }
        }
    }
    before == out.errors()
}

/// "18-20", "22-6", "0-24": from an hour (included) to an hour (excluded).
fn window(text: &At<String>, out: &mut Diagnostics) -> Option<(usize, usize)> {
    let parts = text.get().split_once('-');
    let hour = |part: &str| {
        let part = part.trim();
        let plain = !part.is_empty() && part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<usize>().ok().filter(|hour| plain && *hour <= 24)
    };
    let Some((from, to)) = parts.and_then(|(from, to)| Some((hour(from)?, hour(to)?))) else {
        let problem = format!("{:?} is not a window of hours", text.get());
        out.push(
            Diagnostic::error(text.span(), problem)
                .help("write \"18-20\", or \"22-6\" over midnight; hours are 0 to 24"),
        );
        return None;
    };
    if from == to || from == 24 {
        out.push(
            Diagnostic::error(text.span(), format!("the window {:?} is empty", text.get()))
                .help("the first hour is included, the second is not; the whole day is \"0-24\""),
        );
        return None;
    }
    Some((from, to))
}
