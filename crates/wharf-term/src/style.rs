//! Styles by role, and whether to use them. Colour never carries a meaning alone: words or
//! symbols say the same.

use anstyle::{AnsiColor, Style};

/// Whether text is styled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// Plain text.
    Never,
    /// Text with ANSI styles.
    Always,
}

/// What a piece of text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Done, healthy, added.
    Success,
    /// Changed, skipped, to be looked at.
    Warning,
    /// Failed, removed, lost.
    Error,
    /// What to do next.
    Hint,
    /// A file, or the address of something.
    Path,
    /// The name of a thing.
    Name,
    /// Times, ids, what can be overlooked.
    Dim,
}

/// The one theme table.
pub const fn style(role: Role) -> Style {
    match role {
        Role::Success => AnsiColor::Green.on_default(),
        Role::Warning => AnsiColor::Yellow.on_default(),
        Role::Error => AnsiColor::Red.on_default(),
        Role::Hint | Role::Path => AnsiColor::Cyan.on_default(),
        Role::Name => Style::new().bold(),
        Role::Dim => Style::new().dimmed(),
    }
}

impl Color {
    /// Paints text in the style of a role; empty text stays empty.
    pub fn paint(self, role: Role, text: &str) -> String {
        self.paint_style(style(role), text)
    }

    pub(crate) fn paint_style(self, style: Style, text: &str) -> String {
        match self {
            Self::Always if !text.is_empty() => format!("{style}{text}{style:#}"),
            _ => text.to_owned(),
        }
    }
}

/// The user's word on colour, `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Decides for one stream. The flag wins; then `NO_COLOR` (no-color.org), then
    /// `CLICOLOR_FORCE` (bixense.com/clicolors), then what the stream can show.
    pub fn resolve(self, around: Surroundings) -> Color {
        let is_colored = match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if around.no_color => false,
            Self::Auto if around.clicolor_force => true,
            Self::Auto => around.is_terminal && around.shows_color(),
        };
        if is_colored { Color::Always } else { Color::Never }
    }
}

/// What a stream is connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` is set and neither empty nor `0`.
    pub clicolor_force: bool,
    /// What `TERM` says.
    pub term: Term,
    /// `CI` is set and neither empty nor `false` nor `0`.
    pub is_ci: bool,
    /// The stream is a terminal.
    pub is_terminal: bool,
}

/// What `TERM` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Term {
    /// Not set.
    #[default]
    Missing,
    /// `dumb`: no cursor movement, no colour.
    Dumb,
    /// Anything else.
    Capable,
}

impl Surroundings {
    /// Reads the variables that matter through `lookup`, for one stream.
    pub fn read(lookup: impl Fn(&str) -> Option<String>, is_terminal: bool) -> Self {
        let is_set = |name: &str, off: &[&str]| {
            lookup(name).is_some_and(|value| !value.is_empty() && !off.contains(&value.as_str()))
        };
        let term = match lookup("TERM").as_deref() {
            None | Some("") => Term::Missing,
            Some("dumb") => Term::Dumb,
            Some(_) => Term::Capable,
        };
        Self {
            no_color: is_set("NO_COLOR", &[]),
            clicolor_force: is_set("CLICOLOR_FORCE", &["0"]),
            term,
            is_ci: is_set("CI", &["false", "0"]),
            is_terminal,
        }
    }

    /// Whether a frame may be redrawn in place: a terminal that moves its cursor, with a person
    /// in front of it. CI systems offer terminals too, but keep every byte as a log.
    pub fn redraws(self) -> bool {
        self.is_terminal && self.term == Term::Capable && !self.is_ci
    }

    /// CI systems often leave `TERM` out and show colours nevertheless.
    fn shows_color(self) -> bool {
        match self.term {
            Term::Capable => true,
            Term::Missing => self.is_ci,
            Term::Dumb => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case<'a> = (&'a [(&'a str, &'a str)], bool, Color);

    fn resolve(choice: ColorChoice, variables: &[(&str, &str)], is_terminal: bool) -> Color {
        let lookup = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        choice.resolve(Surroundings::read(lookup, is_terminal))
    }

    #[test]
    fn the_flag_wins_over_everything() {
        let against = [("NO_COLOR", "1"), ("TERM", "dumb")];
        assert_eq!(resolve(ColorChoice::Always, &against, false), Color::Always);
        let in_favour = [("CLICOLOR_FORCE", "1"), ("TERM", "xterm")];
        assert_eq!(resolve(ColorChoice::Never, &in_favour, true), Color::Never);
    }

    #[test]
    fn auto_follows_the_environment_then_the_stream() {
        let cases: [Case; 11] = [
            (&[("TERM", "xterm")], true, Color::Always),
            (&[("TERM", "xterm")], false, Color::Never),
            (&[("TERM", "dumb")], true, Color::Never),
            (&[("TERM", "dumb"), ("CI", "true")], true, Color::Never),
            (&[], true, Color::Never),
            (&[("CI", "true")], true, Color::Always),
            (&[("CI", "false")], true, Color::Never),
            (&[("TERM", "xterm"), ("NO_COLOR", "1")], true, Color::Never),
            (&[("TERM", "xterm"), ("NO_COLOR", "")], true, Color::Always),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true, Color::Never),
            (&[("CLICOLOR_FORCE", "1")], false, Color::Always),
        ];
        for (variables, is_terminal, expected) in cases {
            let got = resolve(ColorChoice::Auto, variables, is_terminal);
            assert_eq!(got, expected, "{variables:?}, terminal: {is_terminal}");
        }
    }

    #[test]
    fn empty_text_gets_no_escape_sequences() {
        assert_eq!(Color::Always.paint(Role::Error, ""), "");
        assert_eq!(Color::Always.paint(Role::Error, "x"), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(Color::Never.paint(Role::Error, "x"), "x");
    }
}
