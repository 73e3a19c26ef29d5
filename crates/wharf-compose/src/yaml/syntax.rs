//! Words for what the YAML parser refuses.

use granit_parser::{ErrorKind, ScanError};
use wharf_diag::{Diagnostic, FileId, Span, codes};

/// Explains a syntax error; `last` is where the last complete piece of the file ended.
pub(super) fn diagnose(error: &ScanError, file: FileId, text: &str, last: usize) -> Diagnostic {
    let start = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let span = Span::new(file, start, end_of_word(text, start));
    if matches!(error.kind(), ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement)
        && let Some(found) = line_above(file, text, start)
    {
        return found;
    }
    let span = match error.kind() {
        ErrorKind::UnknownQuotedScalarEscape => bad_escape(file, text, start).unwrap_or(span),
        _ => span,
    };
    let (message, label, help) = words(error.kind(), text, start);
    let mut diagnostic = Diagnostic::error(codes::compose::SYNTAX, message).at(span, label);
    if is_about_a_quote(error.kind())
        && let Some(open) = opening_quote(text, last, start)
    {
        diagnostic = diagnostic.also(Span::new(file, open, open + 1), "the quote is opened here");
    }
    diagnostic.help(help)
}

fn words(kind: &ErrorKind, text: &str, at: usize) -> (String, &'static str, &'static str) {
    match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::InvalidBlockEntryWhitespace
        | ErrorKind::InvalidMappingValueWhitespace
        | ErrorKind::TabInPlainScalar => (
            "a tab is used for indentation".into(),
            "YAML allows only spaces here",
            "replace the tab by spaces; two per level is usual",
        ),
        kind if is_about_a_quote(kind) => (
            "a quoted text is not closed".into(),
            "the file goes on outside of the text here",
            "close the quote on its line, or remove it",
        ),
        ErrorKind::InvalidTrailingSingleQuotedScalar
        | ErrorKind::InvalidTrailingDoubleQuotedScalar => (
            "text follows a closing quote".into(),
            "nothing may follow the quote",
            "put the whole value into one pair of quotes",
        ),
        ErrorKind::UnknownQuotedScalarEscape => (
            "unknown escape in a text with double quotes".into(),
            "a backslash begins an escape here",
            "write `\\\\` for a backslash, or use single quotes",
        ),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a `:` is not allowed here".into(),
            "a second `: ` on one line, or a wrong indentation",
            "put a value that contains `: ` into quotes, and indent the keys of one section alike",
        ),
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::InvalidIndentation
        | ErrorKind::SimpleKeyExpected
        | ErrorKind::MappingKeyNotAllowed => (
            format!("{} does not fit the lines above it", piece(text, at)),
            "its indentation belongs to no section, or a `:` is missing",
            "indent it exactly as its siblings, and end every key with `:`",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator => (
            "a `[` or `{` is not closed, or a comma is missing".into(),
            "the list or mapping does not go on like this",
            "separate the items by commas and close the bracket",
        ),
        ErrorKind::MisplacedFlowCollectionEnd | ErrorKind::MismatchedFlowCollectionEnd { .. } => (
            "a closing bracket does not match".into(),
            "no bracket of this kind is open",
            "remove it, or open it before",
        ),
        ErrorKind::RecursionLimitExceeded => (
            "the file is nested too deeply".into(),
            "more than 255 levels",
            "a compose file needs fewer than 20 levels; look for a repeated bracket",
        ),
        ErrorKind::UnexpectedCharacter { character } => (
            format!("unexpected character `{character}`"),
            "no YAML value begins like this",
            "put the value into quotes",
        ),
        _ => (
            format!("this is not valid YAML: {kind}"),
            "the file cannot be read from here on",
            "check the indentation, quotes and brackets of this line and the one above",
        ),
    }
}

/// A `:` is refused where the line above is the beginning of something that should have ended.
fn line_above(file: FileId, text: &str, at: usize) -> Option<Diagnostic> {
    let line_start = text.get(..at)?.rfind('\n')?;
    let above = text.get(..line_start)?.trim_end();
    let above_start = above.rfind('\n').map_or(0, |end| end + 1);
    let line = above.get(above_start..)?;
    let content = line.trim_start();
    let start = above_start + line.len() - content.len();
    for (open, close) in [('[', ']'), ('{', '}')] {
        if let Some(bracket) = line.rfind(open)
            && !line.contains(close)
        {
            let place = Span::new(file, above_start + bracket, above_start + bracket + 1);
            return Some(
                Diagnostic::error(codes::compose::SYNTAX, format!("a `{open}` is not closed"))
                    .at(place, "opened here")
                    .also(Span::new(file, at, at + 1), "this line cannot be a part of it")
                    .help(format!("add `{close}` at the end of it")),
            );
        }
    }
    if content.is_empty() || content.contains(':') || content.starts_with(['#', '-', '"', '\'']) {
        return None;
    }
    let word = content.split_whitespace().next()?;
    let rest = content[word.len()..].trim();
    Some(
        Diagnostic::error(codes::compose::SYNTAX, format!("a `:` is missing behind `{word}`"))
            .at(Span::new(file, start, start + content.len()), "this line is not `key: value`")
            .help(format!("write `{}`", format!("{word}: {rest}").trim_end())),
    )
}

/// The backslash of the first escape that YAML does not know.
fn bad_escape(file: FileId, text: &str, start: usize) -> Option<Span> {
    let rest = text.get(start..)?;
    let mut chars = rest.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if char == '\\' {
            let (_, escaped) = chars.next()?;
            if !"0abt\tnvfre \"/\\N_LPxuU\n\r".contains(escaped) {
                let end = start + at + 1 + escaped.len_utf8();
                return Some(Span::new(file, start + at, end));
            }
        }
    }
    None
}

fn is_about_a_quote(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnclosedQuotedScalar
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::DocumentIndicatorInQuotedScalar
    )
}

fn opening_quote(text: &str, last: usize, before: usize) -> Option<usize> {
    let skipped = text.get(last..before)?;
    skipped.find(['"', '\'']).map(|at| last + at)
}

fn piece(text: &str, at: usize) -> String {
    let line = text.get(at..).unwrap_or("").lines().next().unwrap_or("").trim_end();
    let word: String = line.chars().take_while(|char| !char.is_whitespace()).take(30).collect();
    if word.is_empty() { String::from("this line") } else { format!("`{word}`") }
}

fn end_of_word(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or("");
    let mut chars = rest.char_indices();
    let first = chars.next().map_or(0, |(_, char)| if char == '\n' { 0 } else { char.len_utf8() });
    let word = rest.find(|char: char| char.is_whitespace()).unwrap_or(rest.len());
    start + word.max(first)
}
