//! The diagnostic value and its collector.

use crate::{Code, Span};
use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is done until this is mended.
    Error,
    /// Work goes on; the user should know.
    Warning,
}

/// A place in a file, and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said of it; may be empty on the primary label.
    pub text: String,
    /// The place that the message is about; the others are context.
    pub is_primary: bool,
}

/// One problem: what, where, why and how to fix it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Its stable name.
    pub code: Code,
    /// What is wrong, as a lower-case fragment with subjects in backticks.
    pub message: String,
    /// Where; empty for problems of the world.
    pub labels: Vec<Label>,
    /// Why, one sentence each.
    pub notes: Vec<String>,
    /// How to fix it, one suggestion each.
    pub helps: Vec<String>,
}

impl Diagnostic {
    /// Starts an error.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            labels: Vec::new(),
            notes: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// Starts a warning.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds the place that the message is about.
    pub fn at(mut self, span: impl Into<Option<Span>>, text: impl Into<String>) -> Self {
        if let Some(span) = span.into() {
            self.labels.push(Label { span, text: text.into(), is_primary: true });
        }
        self
    }

    /// Adds a place that explains the primary one.
    pub fn also(mut self, span: impl Into<Option<Span>>, text: impl Into<String>) -> Self {
        if let Some(span) = span.into() {
            self.labels.push(Label { span, text: text.into(), is_primary: false });
        }
        self
    }

    /// Adds a reason.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a way to fix it.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    fn place(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.is_primary).map(|label| label.span)
    }
}

/// All problems found so far.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a problem; one that is already there is dropped.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.items.contains(&diagnostic) {
            self.items.push(diagnostic);
        }
    }

    /// Whether any problem is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.severity == Severity::Error)
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The problems in the order of their places; those without a place come last, as found.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.items.sort_by_key(|item| {
            let place = item.place();
            (place.is_none(), place)
        });
        self.items
    }

    /// The problems in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, items: I) {
        items.into_iter().for_each(|item| self.push(item));
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { items: vec![diagnostic] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileId;

    #[test]
    fn sorts_by_place_and_puts_problems_of_the_world_last() {
        let at = |start| Span::new(FileId(0), start, start + 1);
        let mut found = Diagnostics::default();
        found.push(Diagnostic::error(Code("a::world"), "w"));
        found.push(Diagnostic::error(Code("a::late"), "l").at(at(9), ""));
        found.push(Diagnostic::warning(Code("a::early"), "e").at(at(2), ""));
        found.push(Diagnostic::warning(Code("a::early"), "e").at(at(2), ""));
        let codes: Vec<_> = found.into_sorted().iter().map(|item| item.code.0).collect();
        assert_eq!(codes, ["a::early", "a::late", "a::world"]);
    }
}
