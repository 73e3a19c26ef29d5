//! Fills variables into every value of a tree.
//!
//! Values only, never keys; before files are merged; and what a variable gives is never parsed
//! as YAML again (Compose Specification, interpolation).

mod template;

pub(crate) use template::{Absent, Fault, FaultKind, Lookup, Part, expand, leading_name, parse};

use crate::source::Variables;
use crate::yaml::{Node, Scalar, Value};
use indexmap::IndexMap;
use std::ops::Range;
use wharf_diag::{Diagnostic, Diagnostics, SourceMap, Span, codes};

/// What the trees asked of the environment.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    /// Variables without a value and a default, with the places of their use.
    pub(crate) unset: IndexMap<String, Vec<Span>>,
    /// Variables that `${NAME:?message}` requires, with message and places.
    pub(crate) required: IndexMap<(String, String), Vec<Span>>,
}

/// Fills variables into all values below `node`.
pub(crate) fn interpolate(
    node: &mut Node,
    variables: &Variables<'_>,
    sources: &SourceMap,
    uses: &mut Uses,
    diagnostics: &mut Diagnostics,
) {
    Interpolator { variables, sources, uses, diagnostics }.node(node);
}

struct Interpolator<'a> {
    variables: &'a Variables<'a>,
    sources: &'a SourceMap,
    uses: &'a mut Uses,
    diagnostics: &'a mut Diagnostics,
}

impl Interpolator<'_> {
    fn node(&mut self, node: &mut Node) {
        let span = node.span;
        match &mut node.value {
            Value::Map(map) => map.values_mut().for_each(|entry| self.node(&mut entry.node)),
            Value::List(items) => items.iter_mut().for_each(|item| self.node(item)),
            Value::Scalar(scalar) if scalar.text.contains('$') => self.scalar(scalar, span),
            Value::Scalar(_) => {}
        }
    }

    fn scalar(&mut self, scalar: &mut Scalar, span: Span) {
        let written = Written::new(self.sources, span, &scalar.text);
        let parts = match parse(&scalar.text) {
            Ok(parts) => parts,
            Err(fault) => {
                self.diagnostics.push(describe_fault(&fault, &scalar.text, &written));
                return;
            }
        };
        let is_template = parts.iter().any(|part| matches!(part, Part::Variable(_)));
        let mut lookup = Recorder { variables: self.variables, uses: self.uses, written: &written };
        let filled = expand(&parts, &mut lookup);
        let template = std::mem::replace(&mut scalar.text, filled);
        scalar.is_plain = false;
        scalar.template = is_template.then(|| template.into_boxed_str());
    }
}

struct Recorder<'a> {
    variables: &'a Variables<'a>,
    uses: &'a mut Uses,
    written: &'a Written<'a>,
}

impl Lookup for Recorder<'_> {
    fn value(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(str::to_owned)
    }

    fn unset(&mut self, name: &str, range: &Range<usize>) {
        let span = self.written.span(range);
        add_place(self.uses.unset.entry(name.to_owned()).or_default(), span);
    }

    fn absent(&mut self, absent: Absent) {
        let span = self.written.span(&absent.range);
        add_place(self.uses.required.entry((absent.name, absent.message)).or_default(), span);
    }
}

/// An aliased value is met once per alias, at one and the same place.
fn add_place(places: &mut Vec<Span>, span: Span) {
    if places.last() != Some(&span) && !places.contains(&span) {
        places.push(span);
    }
}

/// Text of a scalar and the bytes of the file that it was written as.
struct Written<'a> {
    text: &'a str,
    raw: &'a str,
    span: Span,
}

impl<'a> Written<'a> {
    fn new(sources: &'a SourceMap, span: Span, text: &'a str) -> Self {
        let file = sources.file(span.file).map_or("", |file| file.text.as_str());
        let raw = file.get(span.start as usize..span.end as usize).unwrap_or("");
        Self { text, raw, span }
    }

    /// Place in the file of some bytes of the text.
    ///
    /// Escapes and line folding make the two differ; the piece is then looked for, counting how
    /// often it stands before, and the whole scalar is the answer when it is not there.
    fn span(&self, range: &Range<usize>) -> Span {
        let Some(piece) = self.text.get(range.clone()) else { return self.span };
        let earlier = self.text[..range.start].matches(piece).count();
        let Some((at, _)) = self.raw.match_indices(piece).nth(earlier) else { return self.span };
        let start = self.span.start as usize + at;
        Span::new(self.span.file, start, start + piece.len())
    }
}

fn describe_fault(fault: &Fault, text: &str, written: &Written<'_>) -> Diagnostic {
    let piece = text.get(fault.range.clone()).unwrap_or("$");
    let first_line = piece.lines().next().unwrap_or(piece);
    let (message, label, help) = match fault.kind {
        FaultKind::Lone => (
            "`$` begins a variable, but no name follows".to_owned(),
            "expected a name, `{` or another `$`",
            format!("write `$${}` for a dollar sign that is meant as such", &piece[1..]),
        ),
        FaultKind::Unclosed => (
            format!("`{first_line}` is not closed"),
            "the closing `}` is missing",
            "end the variable with `}`, or write `$${` when no variable is meant".to_owned(),
        ),
        FaultKind::Name => (
            format!("`{first_line}` does not begin with the name of a variable"),
            "names consist of letters, digits and `_` and do not begin with a digit",
            "correct the name, or write `$${` when no variable is meant".to_owned(),
        ),
        FaultKind::Operator => (
            format!("`{first_line}` has an unknown operator behind the name"),
            "expected `}`, `:-`, `-`, `:?`, `?`, `:+` or `+` behind the name",
            "a default is written `${NAME:-default}`; for a shell's own expansion in the container write `$${`"
                .to_owned(),
        ),
    };
    Diagnostic::error(codes::compose::INTERPOLATION, message)
        .at(written.span(&fault.range), label)
        .help(help)
}
