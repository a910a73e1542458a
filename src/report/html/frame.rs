//! The page around its data.

use super::pack::{escaped, script_json};

const FRAME: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// The script in the order in which its parts use one another.
const SCRIPT: &[&str] = &[
    include_str!("page/base.js"),
    include_str!("page/format.js"),
    include_str!("page/figure.js"),
    include_str!("page/chart.js"),
    include_str!("page/heat.js"),
    include_str!("page/map.js"),
    include_str!("page/use.js"),
    include_str!("page/jobs.js"),
    include_str!("page/flows.js"),
    include_str!("page/gantt.js"),
    include_str!("page/services.js"),
    include_str!("page/bill.js"),
    include_str!("page/run.js"),
    include_str!("page/compare.js"),
    include_str!("page/check.js"),
];

/// What stands in the page without the script.
pub(super) struct Frame<'a> {
    pub(super) title: &'a str,
    pub(super) subtitle: &'a str,
    pub(super) description: &'a str,
    /// Key, name and text of the headline figures, and their exact value.
    pub(super) figures: Vec<(&'static str, &'static str, String, String)>,
    /// Paragraphs as HTML.
    pub(super) story: &'a str,
    /// JSON.
    pub(super) data: &'a str,
}

/// The whole page.
pub(super) fn page(frame: &Frame<'_>) -> String {
    let mut figures = String::new();
    for (key, name, text, value) in &frame.figures {
        figures.push_str(&format!(
            "<div class=\"tile\"><dt>{}</dt><dd><data data-key=\"{key}\" value=\"{}\">{}</data></dd></div>\n",
            escaped(name),
            escaped(value),
            escaped(text),
        ));
    }
    let script = SCRIPT.concat();
    let data = script_json(frame.data);
    let (title, subtitle, description) = (escaped(frame.title), escaped(frame.subtitle), escaped(frame.description));
    let version = env!("CARGO_PKG_VERSION");
    fill(
        FRAME,
        &[
            ("title", &title),
            ("subtitle", &subtitle),
            ("description", &description),
            ("version", version),
            ("style", STYLE),
            ("figures", &figures),
            ("story", frame.story),
            ("data", &data),
            ("script", &script),
        ],
    )
}

/// Puts texts in the places `{{name}}` of a template; what is put in is not looked at again.
fn fill(template: &str, slots: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(template.len() + slots.iter().map(|slot| slot.1.len()).sum::<usize>());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        page.push_str(slots.iter().find(|slot| slot.0 == name).map_or("", |slot| slot.1));
        rest = after;
    }
    page.push_str(rest);
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_filled_once() {
        assert_eq!(fill("a {{x}} b {{y}} {{x}}", &[("x", "{{y}}"), ("y", "1")]), "a {{y}} b 1 {{y}}");
    }

    #[test]
    fn the_page_needs_nothing_from_outside() {
        let data = "{\"name\":\"</script><script>alert(1)</script>\"}";
        let name = "<script>alert(1)</script>";
        let frame = Frame { title: name, subtitle: name, description: name, figures: Vec::new(), story: "", data };
        let page = page(&frame);
        assert!(!page.contains("<script>alert"), "a name became a script");
        for outside in ["http:", "https:", "src=", "@import", "url(", "fetch(", "XMLHttpRequest", "eval("] {
            assert!(!page.contains(outside), "{outside} is in the page");
        }
        assert!(page.contains("default-src 'none'"), "nothing may be loaded");
        assert!(!page.contains("{{"), "a slot was left open");
        for part in SCRIPT {
            assert!(!part.contains("innerHTML"), "texts are set as text");
            assert!(part.lines().count() <= 400);
        }
    }
}
