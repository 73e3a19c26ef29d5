//! Text as a terminal shows it: cleaned of control sequences, measured in display columns.

use crate::style::{Color, Role};
use std::borrow::Cow;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Characters that change the direction of the text around them; in text that is not ours they
/// could make a line read as something else (CVE-2021-42574).
const BIDI_CONTROLS: [std::ops::RangeInclusive<char>; 2] =
    ['\u{202a}'..='\u{202e}', '\u{2066}'..='\u{2069}'];

/// Removes everything from one line of foreign text that a terminal would act upon: escape
/// sequences, control characters (a tab or line break becomes a space), overrides of direction.
pub(crate) fn clean_line(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_active) {
        return Cow::Borrowed(text);
    }
    let visible = anstream::adapter::strip_str(text).to_string().replace(['\t', '\n'], " ");
    Cow::Owned(visible.chars().filter(|character| !is_active(*character)).collect())
}

/// As [`clean_line`], for text of several lines: line breaks stay.
pub(crate) fn clean_lines(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(clean_line).collect();
    lines.join("\n")
}

fn is_active(character: char) -> bool {
    character.is_control() || BIDI_CONTROLS.iter().any(|range| range.contains(&character))
}

/// Display columns of a line without control characters.
///
/// Terminals disagree on joined emoji; the wider reading is taken, because a line that is thought
/// too wide is cut one column early, and one thought too narrow wraps.
pub(crate) fn width(text: &str) -> usize {
    let by_character: usize = text.chars().map(|it| it.width().unwrap_or(0)).sum();
    by_character.max(text.width())
}

/// Cuts a line to a number of columns; what is cut is marked by an ellipsis.
pub(crate) fn truncate(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut used = 0;
    let mut kept: String = text
        .chars()
        .take_while(|it| {
            used += it.width().unwrap_or(0);
            used <= room
        })
        .collect();
    while width(&kept) > room {
        kept.pop();
    }
    kept.push('…');
    Cow::Owned(kept)
}

/// Fills a line with spaces up to a number of columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// As [`pad`], with the spaces in front.
pub(crate) fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// A number and what it counts: `1 action`, `2 actions`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// A line in parts with roles, so that it is measured and cut before it is painted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line {
    parts: Vec<(Option<Role>, String)>,
}

impl Line {
    /// Adds text without a role.
    pub(crate) fn plain(mut self, text: impl Into<String>) -> Self {
        self.parts.push((None, text.into()));
        self
    }

    /// Adds text with a role.
    pub(crate) fn role(mut self, role: Role, text: impl Into<String>) -> Self {
        self.parts.push((Some(role), text.into()));
        self
    }

    /// Cuts the line to a number of columns, where there is a limit, and paints it. Spaces at
    /// the end are left out.
    pub(crate) fn paint(mut self, limit: Option<usize>, color: Color) -> String {
        self.trim_end();
        if let Some(columns) = limit {
            self.cut(columns);
        }
        let paint = |(role, text): &(Option<Role>, String)| match role {
            Some(role) => color.paint(*role, text),
            None => text.clone(),
        };
        self.parts.iter().map(paint).collect()
    }

    fn trim_end(&mut self) {
        while let Some((_, last)) = self.parts.last_mut() {
            last.truncate(last.trim_end().len());
            if !last.is_empty() {
                return;
            }
            self.parts.pop();
        }
    }

    fn cut(&mut self, columns: usize) {
        let total: usize = self.parts.iter().map(|(_, text)| width(text.as_str())).sum();
        if total <= columns {
            return;
        }
        let mut room = columns;
        for index in 0..self.parts.len() {
            let Some((_, text)) = self.parts.get_mut(index) else { return };
            let needed = width(text);
            // A part that just fills the line must give way to the mark of what follows it.
            if needed >= room {
                *text = truncate(&format!("{text} "), room).into_owned();
                self.parts.truncate(index + 1);
                return;
            }
            room -= needed;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_escape_sequences_whole_and_control_characters_singly() {
        assert_eq!(clean_line("\u{1b}[31mred\u{1b}[0m\u{7}"), "red");
        assert_eq!(clean_line("\u{1b}]0;title\u{7}after"), "after");
        assert_eq!(clean_line("a\tb\u{8}\u{9b}c"), "a bc");
        assert_eq!(clean_line("user\u{202e}txt.exe"), "usertxt.exe");
    }

    #[test]
    fn leaves_ordinary_text_as_it_is() {
        assert!(matches!(clean_line("größe 東京 🚢"), Cow::Borrowed("größe 東京 🚢")));
    }

    #[test]
    fn keeps_the_breaks_of_text_with_several_lines() {
        assert_eq!(clean_lines("one\r\n\u{1b}[1mtwo"), "one\ntwo");
    }

    #[test]
    fn cuts_by_columns_and_never_in_the_middle_of_a_wide_character() {
        assert_eq!(truncate("abcdef", 6), "abcdef");
        assert_eq!(truncate("abcdef", 4), "abc…");
        assert_eq!(truncate("東京都庁", 5), "東京…");
        assert_eq!(truncate("東京都庁", 4), "東…");
        assert_eq!(truncate("abc", 1), "…");
        assert_eq!(truncate("abc", 0), "");
        for columns in 0..12 {
            let hearts = truncate("❤\u{fe0f}❤\u{fe0f}👩\u{200d}🚀e\u{301}x", columns).into_owned();
            assert!(width(&hearts) <= columns, "{hearts} in {columns}");
        }
    }

    #[test]
    fn a_line_is_cut_over_its_parts_and_keeps_their_styles() {
        let line = Line::default().plain("ab").role(Role::Error, "cdef").plain("gh");
        assert_eq!(line.clone().paint(Some(8), Color::Never), "abcdefgh");
        assert_eq!(line.clone().paint(Some(7), Color::Never), "abcdef…");
        assert_eq!(line.clone().paint(Some(6), Color::Never), "abcde…");
        assert_eq!(line.clone().paint(Some(4), Color::Always), "ab\u{1b}[31mc…\u{1b}[0m");
        assert_eq!(line.paint(Some(0), Color::Never), "");
    }

    #[test]
    fn a_line_ends_without_spaces() {
        let line = Line::default().plain("a ").role(Role::Dim, "  ").plain("");
        assert_eq!(line.paint(None, Color::Always), "a");
    }
}
