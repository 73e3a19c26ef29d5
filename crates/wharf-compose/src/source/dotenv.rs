//! Environment files: `.env` and those that `env_file` names.
//!
//! Source of the rules: the dotenv package of compose-go. `NAME=value`, `NAME: value`, a bare
//! `NAME` that takes its value from outside, `export`, comments, quotes over several lines,
//! escapes in double quotes, variables outside of single quotes.
//!
//! The text of these files is kept for messages with its values masked: messages end up in
//! terminals and logs, and the values may be secrets.

mod mask;

use crate::interpolate::{Absent, Fault, Lookup, expand, parse};
use mask::masked;
use std::collections::BTreeMap;
use std::ops::Range;
use wharf_diag::{Diagnostic, Diagnostics, FileId, SourceMap, Span, codes};

/// One line of an environment file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    /// `None` for a bare name that nothing outside gives a value.
    pub(crate) value: Option<String>,
    /// Place of the name.
    pub(crate) span: Span,
}

/// Where a file's variables take their values from.
type Outside<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Parses an environment file; problems are added to `diagnostics`.
///
/// Variables in values are looked up outside first, then among the lines above.
pub(crate) fn parse_dotenv(
    shown: String,
    text: &str,
    outside: &Outside<'_>,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Vec<Assignment> {
    let file = sources.add(shown, masked(text));
    let mut parser = DotenvParser {
        text,
        at: 0,
        file,
        scope: Scope { outside, above: BTreeMap::new(), absent: Vec::new() },
        found: Vec::new(),
        diagnostics,
    };
    while parser.skip_to_statement() {
        parser.statement();
    }
    parser.found
}

/// Parses a file of `format: raw`: every line is `NAME=value`, taken literally.
pub(crate) fn parse_raw(
    shown: String,
    text: &str,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Vec<Assignment> {
    let file = sources.add(shown, masked(text));
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        let is_blank = content.trim().is_empty() || content.trim_start().starts_with('#');
        let span = Span::new(file, start, start + content.len());
        start += line.len();
        if is_blank {
            continue;
        }
        match content.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => found.push(Assignment {
                name: name.trim().to_owned(),
                value: Some(value.to_owned()),
                span,
            }),
            _ => diagnostics.push(not_an_assignment(span)),
        }
    }
    found
}

fn not_an_assignment(span: Span) -> Diagnostic {
    Diagnostic::error(codes::environment::SYNTAX, "this line is not `NAME=value`")
        .at(span, "expected a name and `=`")
        .note("values are shown as stars, because they may be secrets")
        .help("begin a comment with `#`, and put a value of several lines into quotes")
}

struct DotenvParser<'t, 'a> {
    text: &'t str,
    at: usize,
    file: FileId,
    scope: Scope<'a>,
    found: Vec<Assignment>,
    diagnostics: &'a mut Diagnostics,
}

impl<'t> DotenvParser<'t, '_> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Skips empty lines and comments; false at the end of the file.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.is_empty() {
                return false;
            }
            if !trimmed.starts_with('#') {
                return true;
            }
            self.skip_line();
        }
    }

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    fn statement(&mut self) {
        if let Some(behind) = self.rest().strip_prefix("export")
            && behind.starts_with([' ', '\t'])
        {
            self.at += "export".len() + behind.len() - behind.trim_start_matches([' ', '\t']).len();
        }
        let line = self.rest().lines().next().unwrap_or("");
        let end = line.find(['=', ':']).unwrap_or(line.len());
        let name = line[..end].trim_end();
        let span = Span::new(self.file, self.at, self.at + name.len());
        if !self.is_name(name, line, span) {
            self.skip_line();
            return;
        }
        if end == line.len() {
            // A bare name: the value comes from outside, if anything gives one.
            let value = (self.scope.outside)(name);
            self.push(name, value, span);
            self.skip_line();
            return;
        }
        self.at += end + 1;
        let blanks = self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
        self.at += blanks;
        if let Some(value) = self.value() {
            self.push(name, Some(value), span);
        }
    }

    fn is_name(&mut self, name: &str, line: &str, span: Span) -> bool {
        let is_part = |char: char| char.is_alphanumeric() || "_.-[]".contains(char);
        if !name.is_empty() && name.chars().all(is_part) {
            return true;
        }
        let found = if !line.contains('=') {
            let end = span.start as usize + line.trim_end().len();
            not_an_assignment(Span::new(self.file, span.start as usize, end))
        } else if name.is_empty() {
            Diagnostic::error(codes::environment::SYNTAX, "a value without a name")
                .at(Span::new(self.file, self.at, self.at + 1), "the name is missing here")
                .help("write `NAME=value`")
        } else {
            let odd = name.chars().find(|char| !is_part(*char)).unwrap_or(' ');
            Diagnostic::error(
                codes::environment::SYNTAX,
                format!("the name of a variable contains {odd:?}"),
            )
            .at(span, "names consist of letters, digits, `_`, `.` and `-`")
            .help("write `NAME=value`, without spaces before the `=` or in the name")
        };
        self.diagnostics.push(found);
        false
    }

    fn push(&mut self, name: &str, value: Option<String>, span: Span) {
        if let Some(value) = &value {
            self.scope.above.insert(name.to_owned(), value.clone());
        }
        self.found.push(Assignment { name: name.to_owned(), value, span });
    }

    /// Reads a value and what follows it to the end of the line.
    fn value(&mut self) -> Option<String> {
        let quote = self.rest().chars().next().filter(|char| matches!(char, '"' | '\''));
        let Some(quote) = quote else { return self.unquoted() };
        let start = self.at;
        let Some(length) = closing_quote(&self.text[start + 1..], quote) else {
            self.diagnostics.push(
                Diagnostic::error(codes::environment::SYNTAX, "a quoted value is not closed")
                    .at(Span::new(self.file, start, start + 1), "the quote is opened here")
                    .help(format!("close the value with `{quote}`, or remove the quote")),
            );
            self.at = self.text.len();
            return None;
        };
        let inner = &self.text[start + 1..start + 1 + length];
        self.at = start + length + 2;
        let tail = self.rest().lines().next().unwrap_or("").trim();
        if !tail.is_empty() && !tail.starts_with('#') {
            let at = self.at;
            self.diagnostics.push(
                Diagnostic::error(codes::environment::SYNTAX, "text follows a closing quote")
                    .at(Span::new(self.file, at, at + 1), "nothing but a comment may follow")
                    .help("put the whole value into one pair of quotes"),
            );
            self.skip_line();
            return None;
        }
        self.skip_line();
        if quote == '\'' {
            Some(inner.to_owned())
        } else {
            self.expand(&unescape(inner), start + 1)
        }
    }

    fn unquoted(&mut self) -> Option<String> {
        let start = self.at;
        let line = self.rest().lines().next().unwrap_or("");
        let comment =
            line.match_indices('#').find(|(at, _)| *at == 0 || line[..*at].ends_with([' ', '\t']));
        let content = line[..comment.map_or(line.len(), |(at, _)| at)].trim_end();
        self.skip_line();
        self.expand(content, start)
    }

    fn expand(&mut self, value: &str, start: usize) -> Option<String> {
        if !value.contains('$') {
            return Some(value.to_owned());
        }
        let parts = match parse(value) {
            Ok(parts) => parts,
            Err(fault) => {
                self.diagnostics.push(self.describe(&fault, start));
                return None;
            }
        };
        let filled = expand(&parts, &mut self.scope);
        for absent in self.scope.absent.drain(..) {
            let span = Span::new(self.file, start, start + 1);
            let what =
                if absent.message.is_empty() { "it is required".into() } else { absent.message };
            self.diagnostics.push(
                Diagnostic::error(
                    codes::environment::REQUIRED,
                    format!("the variable `{}` has no value: {what}", absent.name),
                )
                .at(span, "required by this value")
                .help(format!("set `{}` above this line or in the shell", absent.name)),
            );
        }
        Some(filled)
    }

    fn describe(&self, fault: &Fault, start: usize) -> Diagnostic {
        let span = Span::new(self.file, start + fault.range.start, start + fault.range.end);
        Diagnostic::error(
            codes::environment::SYNTAX,
            "`$` in a value does not begin a valid variable",
        )
        .at(span, "expected `$NAME`, `${NAME}` or `${NAME:-default}`")
        .note("values are shown as stars, because they may be secrets")
        .help("put the value into single quotes to keep `$` as it is")
    }
}

/// Length of the quoted text; a backslash protects what follows it, in double quotes.
fn closing_quote(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    for (at, char) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if char == '\\' && quote == '"' {
            is_escaped = true;
        } else if char == quote {
            return Some(at);
        }
    }
    None
}

/// Resolves escapes; `\$` becomes `$$`, which the template turns into a dollar sign.
fn unescape(text: &str) -> String {
    let mut output = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            output.push(char);
            continue;
        }
        match chars.next() {
            Some('n') => output.push('\n'),
            Some('r') => output.push('\r'),
            Some('t') => output.push('\t'),
            Some('a') => output.push('\u{7}'),
            Some('b') => output.push('\u{8}'),
            Some('f') => output.push('\u{c}'),
            Some('v') => output.push('\u{b}'),
            Some('$') => output.push_str("$$"),
            Some(other @ ('"' | '\\')) => output.push(other),
            Some(other) => {
                output.push('\\');
                output.push(other);
            }
            None => output.push('\\'),
        }
    }
    output
}

struct Scope<'a> {
    outside: &'a Outside<'a>,
    above: BTreeMap<String, String>,
    absent: Vec<Absent>,
}

impl Lookup for Scope<'_> {
    fn value(&self, name: &str) -> Option<String> {
        (self.outside)(name).or_else(|| self.above.get(name).cloned())
    }

    fn unset(&mut self, _: &str, _: &Range<usize>) {}

    fn absent(&mut self, absent: Absent) {
        self.absent.push(absent);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> (Vec<(String, Option<String>)>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let mut sources = SourceMap::default();
        let outside = |name: &str| (name == "HOST").then(|| "outer".to_owned());
        let found = parse_dotenv(".env".into(), text, &outside, &mut sources, &mut diagnostics);
        let pairs = found.into_iter().map(|line| (line.name, line.value)).collect();
        (pairs, diagnostics.into_sorted().into_iter().map(|item| item.message).collect())
    }

    #[test]
    fn reads_every_form_of_a_line() {
        for (line, name, value) in [
            ("A=1", "A", Some("1")),
            ("export A=1", "A", Some("1")),
            ("A = 1 ", "A", Some("1")),
            ("A: yaml", "A", Some("yaml")),
            ("A=", "A", Some("")),
            ("HOST", "HOST", Some("outer")),
            ("NOBODY", "NOBODY", None),
            ("A=b # comment", "A", Some("b")),
            ("A=b#no", "A", Some("b#no")),
            ("A=# comment", "A", Some("")),
            ("A='$X \\n'", "A", Some("$X \\n")),
            ("A=\"x\\ny\\\"z\\$HOST\" # c", "A", Some("x\ny\"z$HOST")),
            ("A=\"$HOST-${B:-d}\"", "A", Some("outer-d")),
            ("A=${HOST}/x", "A", Some("outer/x")),
            ("a.b-c=1", "a.b-c", Some("1")),
            ("A=http://h:1/p?q=1", "A", Some("http://h:1/p?q=1")),
            ("A='l1\nl2'", "A", Some("l1\nl2")),
            ("A=1\r", "A", Some("1")),
        ] {
            let (pairs, problems) = parse_text(line);
            assert!(problems.is_empty(), "{line:?}: {problems:?}");
            assert_eq!(pairs, [(name.to_owned(), value.map(str::to_owned))], "{line:?}");
        }
    }

    #[test]
    fn later_lines_see_earlier_ones() {
        let (pairs, _) = parse_text("# c\n\nA=1\nB=${A}2\nA=3\n");
        let values: Vec<_> = pairs.into_iter().filter_map(|(_, value)| value).collect();
        assert_eq!(values, ["1", "12", "3"]);
    }

    #[test]
    fn reports_every_line_that_it_cannot_read() {
        let (pairs, problems) =
            parse_text("A=1\nnot a line\n=x\nB B=2\nC='x' y\nD=${\nE=\"open\nF=1\n");
        assert_eq!(pairs.len(), 1);
        assert_eq!(problems.len(), 6, "{problems:?}");
    }
}
