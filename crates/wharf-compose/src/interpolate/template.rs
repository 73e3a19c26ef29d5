//! The little language of `$NAME` and `${NAME...}`.
//!
//! Source of the rules: the template package of compose-go. Names are letters, digits and `_`;
//! what stands behind an operator is a template itself; braces inside it are counted.

use std::ops::Range;

/// A piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    Text(&'t str),
    Variable(Variable<'t>),
}

/// A variable in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable<'t> {
    pub(crate) name: &'t str,
    /// Bytes of the whole text, from `$` on.
    pub(crate) range: Range<usize>,
    pub(crate) rule: Rule<'t>,
}

/// What happens when the variable has no value, or when it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule<'t> {
    /// `$NAME`, `${NAME}`: the value or nothing.
    Plain,
    /// `${NAME:-text}`, `${NAME-text}`: the text in place of a missing value.
    Default { when: When, text: Vec<Part<'t>> },
    /// `${NAME:?text}`, `${NAME?text}`: an error in place of a missing value. Its text is shown as
    /// it is written: what variables in it would give may be secret.
    Required { when: When, text: &'t str },
    /// `${NAME:+text}`, `${NAME+text}`: the text in place of a value.
    Replacement { when: When, text: Vec<Part<'t>> },
}

/// When a value counts as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// With a colon: unset or empty.
    UnsetOrEmpty,
    /// Without: unset only.
    Unset,
}

/// Why a template is not valid, and which bytes of the text are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) range: Range<usize>,
    pub(crate) kind: FaultKind,
}

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// `$` and then neither a name, nor `{`, nor `$`.
    Lone,
    /// `${` without `}`.
    Unclosed,
    /// `${` and then no name.
    Name,
    /// `${NAME` and then no operator that is known.
    Operator,
}

/// Takes a template apart.
///
/// # Errors
/// The first fault.
pub(crate) fn parse(text: &str) -> Result<Vec<Part<'_>>, Fault> {
    parse_from(text, 0)
}

/// `base` is where `text` begins in the whole text.
fn parse_from(text: &str, base: usize) -> Result<Vec<Part<'_>>, Fault> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        if dollar > 0 {
            parts.push(Part::Text(&rest[..dollar]));
        }
        let at = base + text.len() - rest.len() + dollar;
        let behind = &rest[dollar + 1..];
        let length = match behind.as_bytes().first() {
            Some(b'$') => {
                parts.push(Part::Text("$"));
                2
            }
            Some(b'{') => {
                let (variable, length) = braced(behind, at)?;
                parts.push(Part::Variable(variable));
                length
            }
            _ => {
                let name = leading_name(behind);
                if name.is_empty() {
                    let shown = behind.chars().next().map_or(0, char::len_utf8);
                    return Err(Fault { range: at..at + 1 + shown, kind: FaultKind::Lone });
                }
                let range = at..at + 1 + name.len();
                parts.push(Part::Variable(Variable { name, range, rule: Rule::Plain }));
                1 + name.len()
            }
        };
        rest = &rest[dollar + length..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest));
    }
    Ok(parts)
}

/// Parses `{...}`; returns the variable and the length of it with the dollar.
fn braced(text: &str, at: usize) -> Result<(Variable<'_>, usize), Fault> {
    let Some(close) = closing_brace(text) else {
        let line = text.find('\n').unwrap_or(text.len());
        return Err(Fault { range: at..at + 1 + line, kind: FaultKind::Unclosed });
    };
    let range = at..at + close + 2;
    let inner = &text[1..close];
    let name = leading_name(inner);
    if name.is_empty() {
        return Err(Fault { range, kind: FaultKind::Name });
    }
    let tail = &inner[name.len()..];
    let when = if tail.starts_with(':') { When::UnsetOrEmpty } else { When::Unset };
    let operator = tail.strip_prefix(':').unwrap_or(tail);
    let nested = |operator: &'_ str| {
        let skipped = close - operator.len() + 1;
        parse_from(&text[skipped..close], at + 1 + skipped)
    };
    let rule = match operator.as_bytes().first() {
        None if tail.is_empty() => Rule::Plain,
        Some(b'-') => Rule::Default { when, text: nested(operator)? },
        Some(b'?') => Rule::Required { when, text: &operator[1..] },
        Some(b'+') => Rule::Replacement { when, text: nested(operator)? },
        _ => return Err(Fault { range, kind: FaultKind::Operator }),
    };
    Ok((Variable { name, range, rule }, close + 2))
}

/// Finds the `}` that closes the `{` at the beginning.
fn closing_brace(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open += 1,
            b'}' => {
                open -= 1;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// The longest name that the text begins with; may be empty.
pub(crate) fn leading_name(text: &str) -> &str {
    let is_first = |char: char| char.is_ascii_alphabetic() || char == '_';
    if !text.starts_with(is_first) {
        return "";
    }
    let end = text.find(|char: char| !char.is_ascii_alphanumeric() && char != '_');
    &text[..end.unwrap_or(text.len())]
}

/// A required variable without a value, met during expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Absent {
    pub(crate) name: String,
    pub(crate) range: Range<usize>,
    /// What the file says about it; may be empty.
    pub(crate) message: String,
}

/// Gives values to variables, and hears about those that have none.
pub(crate) trait Lookup {
    /// The value; `None` when the variable is not set.
    fn value(&self, name: &str) -> Option<String>;

    /// Called for `$NAME` and `${NAME}` without a value.
    fn unset(&mut self, name: &str, range: &Range<usize>);

    /// Called for `${NAME:?...}` and `${NAME?...}` without a value.
    fn absent(&mut self, absent: Absent);
}

/// Fills in the variables.
pub(crate) fn expand(parts: &[Part<'_>], lookup: &mut dyn Lookup) -> String {
    let mut output = String::new();
    expand_into(&mut output, parts, lookup);
    output
}

fn expand_into(output: &mut String, parts: &[Part<'_>], lookup: &mut dyn Lookup) {
    for part in parts {
        match part {
            Part::Text(text) => output.push_str(text),
            Part::Variable(variable) => expand_variable(output, variable, lookup),
        }
    }
}

fn expand_variable(output: &mut String, variable: &Variable<'_>, lookup: &mut dyn Lookup) {
    let present = |when: When| {
        lookup.value(variable.name).filter(|value| when == When::Unset || !value.is_empty())
    };
    match &variable.rule {
        Rule::Plain => match present(When::Unset) {
            Some(value) => output.push_str(&value),
            None => lookup.unset(variable.name, &variable.range),
        },
        Rule::Default { when, text } => match present(*when) {
            Some(value) => output.push_str(&value),
            None => expand_into(output, text, lookup),
        },
        Rule::Replacement { when, text } => {
            if present(*when).is_some() {
                expand_into(output, text, lookup);
            }
        }
        Rule::Required { when, text } => match present(*when) {
            Some(value) => output.push_str(&value),
            None => {
                let message = (*text).to_owned();
                lookup.absent(Absent {
                    name: variable.name.to_owned(),
                    range: variable.range.clone(),
                    message,
                });
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Table {
        values: BTreeMap<&'static str, &'static str>,
        unset: Vec<String>,
        absent: Vec<String>,
    }

    impl Lookup for Table {
        fn value(&self, name: &str) -> Option<String> {
            self.values.get(name).map(|value| (*value).to_owned())
        }

        fn unset(&mut self, name: &str, _: &Range<usize>) {
            self.unset.push(name.into());
        }

        fn absent(&mut self, absent: Absent) {
            self.absent.push(format!("{}: {}", absent.name, absent.message));
        }
    }

    fn table() -> Table {
        Table { values: [("SET", "v"), ("EMPTY", "")].into(), ..Table::default() }
    }

    #[test]
    fn fills_in_every_form() {
        for (template, expected) in [
            ("plain", "plain"),
            ("$SET-${SET}", "v-v"),
            ("a${NONE}b$NONE", "ab"),
            ("${SET:-d}${EMPTY:-d}${NONE:-d}", "vdd"),
            ("${SET-d}${EMPTY-d}${NONE-d}", "vd"),
            ("${SET:+r}${EMPTY:+r}${NONE:+r}", "r"),
            ("${SET+r}${EMPTY+r}${NONE+r}", "rr"),
            ("${SET:?e}${SET?e}${EMPTY?e}", "vv"),
            ("${NONE:-${SET}/x}", "v/x"),
            ("${NONE:-${OTHER:-deep}}", "deep"),
            ("${NONE:-{\"a\": {}}}!", "{\"a\": {}}!"),
            ("$$SET $${SET} $$$SET", "$SET ${SET} $v"),
            ("${NONE:-a:?b-c+d}", "a:?b-c+d"),
            ("${NONE-a:-b}", "a:-b"),
            ("ä$SET€", "äv€"),
            ("${NONE:-}", ""),
        ] {
            let mut table = table();
            let parts = parse(template).unwrap();
            assert_eq!(expand(&parts, &mut table), expected, "{template}");
        }
    }

    #[test]
    fn says_which_variables_are_unset_or_required() {
        let mut table = table();
        let parts = parse("$A ${B} ${C:-$D} ${E:?give $SET} ${EMPTY?} ${EMPTY:?no}").unwrap();
        expand(&parts, &mut table);
        assert_eq!(table.unset, ["A", "B", "D"]);
        assert_eq!(table.absent, ["E: give $SET", "EMPTY: no"]);
    }

    #[test]
    fn points_at_what_is_not_a_variable() {
        for (template, range, kind) in [
            ("a $(date)", 2..4, FaultKind::Lone),
            ("cost: 5$", 7..8, FaultKind::Lone),
            ("$1", 0..2, FaultKind::Lone),
            ("x ${A", 2..5, FaultKind::Unclosed),
            ("${A:-${B}", 0..9, FaultKind::Unclosed),
            ("${}", 0..3, FaultKind::Name),
            ("${1A}", 0..5, FaultKind::Name),
            ("${A/x/y}", 0..8, FaultKind::Operator),
            ("${A:}", 0..5, FaultKind::Operator),
            ("${A:-${B!}}", 5..10, FaultKind::Operator),
            ("${A b}", 0..6, FaultKind::Operator),
        ] {
            assert_eq!(parse(template), Err(Fault { range, kind }), "{template}");
        }
    }
}
