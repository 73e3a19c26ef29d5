//! A tree as YAML, with the quoting of the Go library that Docker Compose uses.

use super::Out;
use crate::yaml::{Resolved, Scalar};
use std::fmt::Write as _;

/// Prints a tree; two spaces per level, lists indented below their key.
pub(super) fn emit(root: &Out) -> String {
    let mut output = String::new();
    match root {
        Out::Map(pairs) => map(&mut output, pairs, 0),
        other => value(&mut output, other, 0),
    }
    output
}

fn map(output: &mut String, pairs: &[(String, Out)], level: usize) {
    for (index, (key, item)) in pairs.iter().enumerate() {
        // The first key of a list item stands behind its dash already.
        if index > 0 || !output.ends_with("- ") {
            indent(output, level);
        }
        output.push_str(&scalar(key, level));
        output.push(':');
        value(output, item, level);
    }
}

/// What follows a colon, to the end of the line and below it.
fn value(output: &mut String, item: &Out, level: usize) {
    match item {
        Out::Map(pairs) if !pairs.is_empty() => {
            output.push('\n');
            map(output, pairs, level + 1);
        }
        Out::List(items) if !items.is_empty() => {
            output.push('\n');
            list(output, items, level + 1);
        }
        other => {
            output.push(' ');
            output.push_str(&inline(other, level));
            output.push('\n');
        }
    }
}

fn list(output: &mut String, items: &[Out], level: usize) {
    for item in items {
        indent(output, level);
        output.push_str("- ");
        match item {
            Out::Map(pairs) if !pairs.is_empty() => map(output, pairs, level + 1),
            Out::List(items) if !items.is_empty() => {
                output.push('\n');
                list(output, items, level + 1);
            }
            other => {
                output.push_str(&inline(other, level));
                output.push('\n');
            }
        }
    }
}

fn indent(output: &mut String, level: usize) {
    output.extend(std::iter::repeat_n("  ", level));
}

fn inline(item: &Out, level: usize) -> String {
    match item {
        Out::Null => "null".into(),
        Out::Bool(value) => value.to_string(),
        Out::Integer(value) => value.to_string(),
        Out::Float(value) => value.to_string(),
        Out::Text(text) => scalar(text, level),
        Out::List(_) => "[]".into(),
        Out::Map(_) => "{}".into(),
    }
}

fn scalar(text: &str, level: usize) -> String {
    if text.contains('\n') && is_printable(text) {
        return literal(text, level);
    }
    if !is_printable(text) || reads_as_something_else(text) {
        return double_quoted(text);
    }
    if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

fn is_printable(text: &str) -> bool {
    text.chars().all(|char| char == '\n' || (char != '\u{feff}' && !char.is_control()))
}

/// Without quotes the text would be a number, a boolean, null or a date.
fn reads_as_something_else(text: &str) -> bool {
    let scalar = Scalar { text: text.to_owned(), is_plain: true, template: None };
    let is_old_bool = matches!(
        text,
        "y" | "Y"
            | "yes"
            | "Yes"
            | "YES"
            | "on"
            | "On"
            | "ON"
            | "n"
            | "N"
            | "no"
            | "No"
            | "NO"
            | "off"
            | "Off"
            | "OFF"
    );
    let is_special = matches!(
        text.trim_start_matches(['-', '+']),
        ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN"
    );
    scalar.resolve() != Resolved::Text
        || is_old_bool
        || is_special
        || text == "<<"
        || is_date(text)
        || is_base_60(text)
}

/// `2001-01-01`, also with a time behind it.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    bytes.len() >= 10
        && digits(0..4)
        && bytes[4] == b'-'
        && digits(5..7)
        && bytes[7] == b'-'
        && digits(8..10)
        && (bytes.len() == 10 || matches!(bytes[10], b'T' | b't' | b' '))
}

/// `22:22` was a number in YAML 1.1: `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let whole = unsigned.split('.').next().unwrap_or("");
    let mut parts = whole.split(':');
    let first = parts.next().unwrap_or("");
    let rest: Vec<&str> = parts.collect();
    let is_first = first.starts_with(|char: char| char.is_ascii_digit())
        && first.chars().all(|char| char.is_ascii_digit() || char == '_');
    is_first
        && !rest.is_empty()
        && rest.iter().all(|part| part.len() <= 2 && part.parse::<u8>().is_ok_and(|part| part < 60))
}

/// Whether a text needs no quotes outside of brackets.
fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let second_is_blank = text[first.len_utf8()..].chars().next().is_none_or(char::is_whitespace);
    let starts_badly = "#,[]{}&*!|>'\"%@`".contains(first)
        || (matches!(first, '-' | '?' | ':') && second_is_blank)
        || text.starts_with("---")
        || text.starts_with("...");
    let has_blank_ends = text.starts_with(' ') || text.ends_with(' ');
    !(starts_badly
        || has_blank_ends
        || text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #"))
}

fn literal(text: &str, level: usize) -> String {
    let chomp = match text.len() - text.trim_end_matches('\n').len() {
        0 => "-",
        1 => "",
        _ => "+",
    };
    let hint = if text.starts_with([' ', '\n']) { "2" } else { "" };
    let mut output = format!("|{hint}{chomp}");
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        output.push('\n');
        if !line.is_empty() {
            indent(&mut output, level + 1);
            output.push_str(line);
        }
    }
    output
}

fn double_quoted(text: &str) -> String {
    let mut output = String::from("\"");
    for char in text.chars() {
        match char {
            '"' => output.push_str("\\\""),
            '\\' => output.push_str("\\\\"),
            '\n' => output.push_str("\\n"),
            '\t' => output.push_str("\\t"),
            '\r' => output.push_str("\\r"),
            '\u{1b}' => output.push_str("\\e"),
            '\0' => output.push_str("\\0"),
            char if u32::from(char) < 0x100 && char.is_control() => {
                // Writing to a text cannot fail.
                let _ = write!(output, "\\x{:02X}", u32::from(char));
            }
            '\u{feff}' => output.push_str("\\uFEFF"),
            char => output.push(char),
        }
    }
    output.push('"');
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_texts_that_would_read_as_something_else() {
        for (text, expected) in [
            ("plain", "plain"),
            ("", "\"\""),
            ("yes", "\"yes\""),
            ("n", "\"n\""),
            ("8080", "\"8080\""),
            ("1.5", "\"1.5\""),
            ("null", "\"null\""),
            ("22:22", "\"22:22\""),
            ("8080:80", "8080:80"),
            ("2001-01-01", "\"2001-01-01\""),
            ("a: b", "'a: b'"),
            ("it's: x", "'it''s: x'"),
            ("it's", "it's"),
            ("#x", "'#x'"),
            ("*", "'*'"),
            ("-x", "-x"),
            ("- x", "'- x'"),
            ("--", "--"),
            ("a #b", "'a #b'"),
            (" a", "' a'"),
            ("a\tb", "\"a\\tb\""),
            ("a\nb\n", "|\n  a\n  b"),
            ("a\n\nb", "|-\n  a\n\n  b"),
        ] {
            assert_eq!(scalar(text, 0), expected, "{text:?}");
        }
    }

    #[test]
    fn indents_maps_and_lists() {
        let tree = Out::Map(vec![
            (
                "a".into(),
                Out::List(vec![Out::Map(vec![
                    ("b".into(), Out::Null),
                    ("c".into(), Out::Integer(1)),
                ])]),
            ),
            ("d".into(), Out::Map(vec![])),
            ("e".into(), Out::Map(vec![("f".into(), Out::texts(["x"]))])),
        ]);
        assert_eq!(emit(&tree), "a:\n  - b: null\n    c: 1\nd: {}\ne:\n  f:\n    - x\n");
    }
}
