use super::*;

const LONG: &str = "the-center-with-the-longest-name-of-all-that-stands-in-the-far-north-west-of-the-country";
const WIDE: &str =
    "\u{4e2d}\u{536b}\u{6570}\u{636e}\u{4e2d}\u{5fc3}\u{7b2c}\u{4e00}\u{671f}\u{5317}\u{533a}\u{4e8c}\u{53f7}\u{697c}";

fn sheet() -> Sheet {
    let mut sheet = Sheet::new(&[
        ("center", Kind::Name),
        ("jobs", Kind::Quantity(Quantity::Count)),
        ("energy", Kind::Quantity(Quantity::Energy)),
        ("own", Kind::Figure),
    ]);
    sheet.push(["guizhou".into(), 12_345u64.into(), 1_234_000.0.into(), "1 ms".into()]);
    sheet.push([WIDE.into(), 7u64.into(), 50_000.0.into(), "12 ms".into()]);
    sheet.push(["a|b_c <i> *d*".into(), None.into(), None.into(), "".into()]);
    sheet
}

#[test]
fn text_stands_in_columns_whatever_the_letters() {
    let text = sheet().render(Look::default());
    let wanted = [
        "  center                         jobs   energy   own",
        "  guizhou                      12,345 1.23 GWh  1 ms",
        &format!("  {WIDE}      7   50 MWh 12 ms"),
        "  a|b_c <i> *d*                     -        -",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), wanted, "\n{text}");
    assert!(text.lines().take(3).all(|line| line.width() == 52), "{text}");
}

#[test]
fn markdown_has_one_unit_a_column_and_nothing_of_a_name_is_markup() {
    let text = sheet().render(Format::Markdown.into());
    // 1,234,000 kWh are 1.234 GWh: three digits of it, and one of 0.05.
    let wanted = [
        "| center                       |   jobs | energy (GWh) |   own |",
        "| :--------------------------- | -----: | -----------: | ----: |",
        "| guizhou                      | 12,345 |         1.23 |  1 ms |",
        &format!("| {WIDE} |      7 |         0.05 | 12 ms |"),
        "| a\\|b_c \\<i> \\*d\\*            |      - |            - |       |",
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), wanted, "\n{text}");
}

#[test]
fn markup_in_texts_means_itself() {
    for (text, wanted) in [
        ("wait_mean_s", "wait_mean_s"),
        ("_x_ `y` [z](u) ~w~", "\\_x\\_ \\`y\\` \\[z\\](u) \\~w\\~"),
        ("<script>alert(1)</script>", "\\<script>alert(1)\\</script>"),
        ("1 < 2", "1 < 2"),
        ("a\nb", "a b"),
        ("a\\|b", "a\\\\\\|b"),
    ] {
        assert_eq!(markdown_text(text), wanted);
    }
}

#[test]
fn a_line_is_never_wider_than_a_terminal() {
    let mut sheet = Sheet::new(&[
        ("from > to", Kind::Name),
        ("side", Kind::Name),
        ("a head that is longer than what it stands over, by far", Kind::Figure),
        ("meaning", Kind::Words),
    ]);
    for name in [LONG, WIDE, "x"] {
        sheet.push([
            format!("{name} > {LONG}").into(),
            LONG.into(),
            "123,456.789 \u{b1} 0.001 (+1234.5 %)".into(),
            format!("{LONG} {WIDE} and more words than there is room for in one line").into(),
        ]);
    }
    for look in [Look::default(), Look { ascii: true, ..Look::default() }] {
        let text = sheet.render(look);
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert!(text.contains("the-cen~try") || text.contains('~'), "{text}");
    }
    // Colors take no room.
    let mut judged = Sheet::new(&[("stack", Kind::Name), ("verdict", Kind::Figure)]);
    judged.push([LONG.into(), Cell::Judged("worse".to_owned(), Tone::Bad)]);
    let color = Look { color: true, ..Look::default() };
    let colored = judged.render(color);
    assert!(colored.contains("\u{1b}[38;5;166mworse\u{1b}[0m"), "{colored}");
    assert_eq!(colored.replace("\u{1b}[38;5;166m", "").replace("\u{1b}[0m", ""), judged.render(Look::default()));
}

#[test]
fn long_names_keep_both_ends() {
    assert_eq!(clipped("guizhou", 14), "guizhou");
    assert_eq!(clipped("beijing-tianjin-hebei", 14), "beijing~-hebei");
    assert_eq!(clipped(WIDE, 9), "\u{4e2d}\u{536b}~\u{53f7}\u{697c}");
}

#[test]
fn paragraphs_are_broken_at_blanks() {
    assert_eq!(wrapped("a bb\tccc\u{1b}[1m d", 14), ["a bb", "ccc\\u{1b}[1m d"]);
    assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
}

#[test]
fn what_is_not_seen_is_written_out_in_every_form() {
    let mut sheet =
        Sheet::new(&[("na\u{7}me", Kind::Name), ("words", Kind::Words), ("signs", Kind::Signs), ("x", Kind::Figure)]);
    sheet.push(["\u{1b}]0;t\u{7}", "a\u{202e}b", "\u{9b}1m", "\u{200b}1"].map(Into::into));
    sheet.rows[0][1] = Cell::Judged("a\u{202e}b".to_owned(), Tone::Good);
    for look in [Look::default(), Look { ascii: true, ..Look::default() }, Format::Markdown.into()] {
        let text = sheet.render(look);
        assert!(!text.chars().any(|letter| letter != '\n' && crate::units::is_invisible(letter)), "{text:?}");
        for shown in ["na", "u{7}me", "u{1b}", "a\\", "u{202e}b", "u{9b}1m", "u{200b}1"] {
            assert!(text.contains(shown), "no {shown} in\n{text}");
        }
    }
    let colored = sheet.render(Look { color: true, ..Look::default() });
    assert_eq!(colored.matches('\u{1b}').count(), 2, "only the color of the verdict: {colored:?}");
    assert_eq!(markdown_text("a\u{1b}[31m|b\tc"), "a\\\\u{1b}\\[31m\\|b c");
}

#[test]
fn a_word_of_a_megabyte_is_broken_once() {
    // Each line of it looked at anew would be thirteen thousand times half a megabyte.
    for (letter, lines) in [('x', 62_500), ('京', 125_000)] {
        let word: String = std::iter::repeat_n(letter, 5_000_000).collect();
        let broken = wrapped(&word, 80);
        assert_eq!((broken.len(), broken.concat() == word), (lines, true));
    }
}
