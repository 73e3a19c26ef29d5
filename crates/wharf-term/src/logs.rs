//! Lines of merged logs: whose line it is, in front of what it says.

use crate::style::Color;
use crate::text;
use anstyle::{AnsiColor, Style};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Colours of the prefixes, in the order in which services get them. Red and yellow are left
/// out: they mean something.
const CYCLE: [AnsiColor; 8] = [
    AnsiColor::Cyan,
    AnsiColor::Green,
    AnsiColor::Magenta,
    AnsiColor::Blue,
    AnsiColor::BrightCyan,
    AnsiColor::BrightGreen,
    AnsiColor::BrightMagenta,
    AnsiColor::BrightBlue,
];

/// Whether lines say whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prefix {
    /// `service-n  | ` in front of every line.
    #[default]
    Shown,
    /// Nothing in front (`--no-log-prefix`).
    Hidden,
}

/// The container that a line comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Name of the service.
    pub service: String,
    /// Number of the replica; `None` shows the name alone, for containers without a number.
    pub number: Option<u32>,
}

impl Source {
    fn name(&self) -> String {
        match self.number {
            Some(number) => text::clean_line(&format!("{}-{number}", self.service)).into_owned(),
            None => text::clean_line(&self.service).into_owned(),
        }
    }
}

/// Formats the lines of many containers.
#[derive(Debug, Clone)]
pub struct Logs {
    prefix: Prefix,
    times: Option<TimeZone>,
    color: Color,
    styles: BTreeMap<String, Style>,
    width: usize,
}

impl Logs {
    /// Prepares for the containers that are known. Services get their colours in the order of
    /// `sources`, so give the project's order: then a service has the same colour every time.
    ///
    /// With `times`, every line begins with its time in that zone (`--timestamps`).
    pub fn new<'a>(
        sources: impl IntoIterator<Item = &'a Source>,
        prefix: Prefix,
        times: Option<TimeZone>,
        color: Color,
    ) -> Self {
        let mut logs = Self { prefix, times, color, styles: BTreeMap::new(), width: 0 };
        sources.into_iter().for_each(|source| logs.add(source));
        logs
    }

    /// Adds a container that came later; the prefixes grow when its name is the longest.
    pub fn add(&mut self, source: &Source) {
        self.width = self.width.max(text::width(&source.name()));
        if !self.styles.contains_key(&source.service) {
            let color = CYCLE[self.styles.len() % CYCLE.len()];
            self.styles.insert(source.service.clone(), color.on_default());
        }
    }

    /// Formats one line, with one line break at its end.
    ///
    /// Bytes that are not UTF-8 are replaced. Where colour is on, the program's own colours stay
    /// and are reset at the end of the line; sequences that do anything but colour (clear the
    /// screen, move the cursor, set the title) are dropped, because the screen is shared. Of text
    /// that was overwritten after a carriage return, what a terminal would show in the end is
    /// shown.
    pub fn line(&mut self, source: &Source, time: Option<Timestamp>, bytes: &[u8]) -> String {
        self.add(source);
        let mut line = String::new();
        if self.prefix == Prefix::Shown {
            let style = self.styles.get(&source.service).copied().unwrap_or_default();
            let prefix = format!("{}  |", text::pad(&source.name(), self.width));
            let _ = write!(line, "{} ", self.color.paint_style(style, &prefix));
        }
        if let (Some(zone), Some(time)) = (&self.times, time) {
            let time = time.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z");
            let _ = write!(line, "{time} ");
        }
        line.push_str(&content(&String::from_utf8_lossy(bytes), self.color));
        line.truncate(line.trim_end_matches(' ').len());
        line.push('\n');
        line
    }
}

fn content(text: &str, color: Color) -> String {
    let text = text.trim_end_matches(['\r', '\n']);
    let last = text.rsplit('\r').find(|part| !part.is_empty()).unwrap_or("");
    match color {
        Color::Never => visible(last),
        Color::Always => colored(last),
    }
}

/// The text without any sequence; tabs stay, as they are the program's own layout.
fn visible(text: &str) -> String {
    let stripped = anstream::adapter::strip_str(text).to_string();
    stripped.chars().filter(|it| *it == '\t' || !it.is_control()).collect()
}

/// The text with its colours only.
fn colored(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    let mut has_style = false;
    while let Some(start) = rest.find("\u{1b}[") {
        shown.push_str(&visible(&rest[..start]));
        let sequence = &rest[start..];
        let end = sequence[2..].find(|it: char| ('\u{40}'..='\u{7e}').contains(&it));
        let Some(end) = end.map(|at| at + 3) else { return shown + reset(has_style) };
        if is_style(&sequence[2..end]) {
            has_style = true;
            shown.push_str(&sequence[..end]);
        }
        rest = &sequence[end..];
    }
    shown.push_str(&visible(rest));
    shown + reset(has_style)
}

/// Whether the body of a control sequence is `Select Graphic Rendition` (ECMA-48, 8.3.117).
fn is_style(body: &str) -> bool {
    let parameters = body.strip_suffix('m');
    parameters.is_some_and(|it| it.chars().all(|c| c.is_ascii_digit() || ";:".contains(c)))
}

fn reset(has_style: bool) -> &'static str {
    if has_style { "\u{1b}[0m" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(service: &str, number: u32) -> Source {
        Source { service: service.to_owned(), number: Some(number) }
    }

    fn logs(color: Color) -> Logs {
        let sources = [source("api", 1), source("api", 2), source("postgres", 1)];
        Logs::new(&sources, Prefix::Shown, None, color)
    }

    #[test]
    fn prefixes_are_as_wide_as_the_longest_name() {
        let mut logs = logs(Color::Never);
        let lines = [
            logs.line(&source("api", 1), None, b"listening on 80"),
            logs.line(&source("postgres", 1), None, b"ready\r\n"),
            logs.line(&source("api", 2), None, b""),
            logs.line(&source("a-much-longer-name", 1), None, b"came later"),
            logs.line(&source("api", 1), None, b"goes on"),
        ];
        insta::assert_snapshot!(lines.concat(), @"
        api-1       | listening on 80
        postgres-1  | ready
        api-2       |
        a-much-longer-name-1  | came later
        api-1                 | goes on
        ");
    }

    #[test]
    fn replicas_share_the_colour_of_their_service() {
        let mut logs = logs(Color::Always);
        let lines = [
            logs.line(&source("api", 1), None, b"one"),
            logs.line(&source("api", 2), None, b"two"),
            logs.line(&source("postgres", 1), None, b"three"),
        ];
        insta::assert_snapshot!(lines.concat().replace('\u{1b}', "^"), @"
        ^[36mapi-1       |^[0m one
        ^[36mapi-2       |^[0m two
        ^[32mpostgres-1  |^[0m three
        ");
    }

    #[test]
    fn the_colours_start_again_when_all_are_used() {
        let sources: Vec<_> = (0..9).map(|number| source(&format!("s{number}"), 1)).collect();
        let mut logs = Logs::new(&sources, Prefix::Shown, None, Color::Always);
        let first = logs.line(&sources[0], None, b"x").replace("s0", "");
        let last = logs.line(&sources[8], None, b"x").replace("s8", "");
        assert_eq!(first, last);
    }

    #[test]
    fn colours_of_the_program_stay_and_end_with_the_line() {
        let mut logs = Logs::new([], Prefix::Hidden, None, Color::Always);
        let mut line = |bytes: &[u8]| logs.line(&source("api", 1), None, bytes);
        assert_eq!(line(b"\x1b[1;31mred"), "\u{1b}[1;31mred\u{1b}[0m\n");
        assert_eq!(line(b"\x1b[2J\x1b[Hnew\x1b[38:5:1mx"), "new\u{1b}[38:5:1mx\u{1b}[0m\n");
        assert_eq!(line(b"\x1b]0;title\x07text\x08"), "text\n");
        assert_eq!(line(b"cut \x1b[3"), "cut\n");
        assert_eq!(line(b"plain\tx"), "plain\tx\n");
    }

    #[test]
    fn without_colour_no_sequence_is_left() {
        let mut logs = Logs::new([], Prefix::Hidden, None, Color::Never);
        let line = logs.line(&source("api", 1), None, b"\x1b[31mred\x1b[0m \x1b[2Jx\x1b");
        assert_eq!(line, "red x\n");
    }

    #[test]
    fn carriage_returns_leave_what_a_terminal_would_show() {
        let mut logs = Logs::new([], Prefix::Hidden, None, Color::Never);
        let mut line = |bytes: &[u8]| logs.line(&source("api", 1), None, bytes);
        assert_eq!(line(b"10%\r50%\r100%\r\n"), "100%\n");
        assert_eq!(line(b"\r\r\n"), "\n");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_replaced() {
        let mut logs = Logs::new([], Prefix::Hidden, None, Color::Always);
        assert_eq!(logs.line(&source("api", 1), None, b"a\xff\xfeb"), "a\u{fffd}\u{fffd}b\n");
    }

    #[test]
    fn times_are_in_the_zone_that_was_asked_for() {
        let zone = TimeZone::fixed(jiff::tz::offset(1));
        let mut logs = Logs::new([], Prefix::Shown, Some(zone), Color::Never);
        let time = "2026-11-20T03:44:00.1234Z".parse().unwrap();
        let line = logs.line(&source("api", 1), Some(time), b"hello");
        assert_eq!(line, "api-1  | 2026-11-20T04:44:00.123+01:00 hello\n");
    }
}
