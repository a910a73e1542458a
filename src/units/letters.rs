//! Characters that do something to a terminal or to the text around them instead of being seen.

/// Whether a character is a control character, turns the direction of text, or takes no room at all.
///
/// Unicode general category Cc; the bidirectional controls of UAX #9; line separators; and what Unicode lets programs ignore
/// (Default_Ignorable_Code_Point), but for the selectors of a letter's form, which stand in emoji.
#[must_use]
pub fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{3164}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with such characters written out, as `\u{1b}`; `keep` are left as they are.
#[must_use]
pub fn visible(text: &str, keep: &[char]) -> String {
    let hidden = |letter: char| is_invisible(letter) && !keep.contains(&letter);
    if !text.chars().any(hidden) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        if hidden(letter) { shown.extend(letter.escape_unicode()) } else { shown.push(letter) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_written_out_and_letters_stay() {
        assert_eq!(visible("a\u{1b}]0;x\u{7}b", &[]), "a\\u{1b}]0;x\\u{7}b");
        assert_eq!(visible("safe\u{202e}txt\u{200b}\u{9b}", &[]), "safe\\u{202e}txt\\u{200b}\\u{9b}");
        assert_eq!(visible("two\nlines", &['\n']), "two\nlines");
        for letters in ["东数西算 é e\u{301}", "naïve – ½ ▇█ ✓", "👍🏽"] {
            assert_eq!(visible(letters, &[]), letters);
        }
    }
}
