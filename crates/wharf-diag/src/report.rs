//! The machine form of a diagnostic: places resolved to path, line and column.

use crate::{Diagnostic, Label, Position, Severity, SourceMap};
use serde::Serialize;

/// A diagnostic with its places resolved; what `--format json` prints.
#[derive(Debug, Clone, Serialize)]
pub struct DiagnosticReport {
    /// Version of this form; 1.
    pub v: u32,
    /// `error` or `warning`.
    pub severity: Severity,
    /// Stable name, `area::kebab-case`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where, the primary place first.
    pub labels: Vec<LabelReport>,
    /// Why.
    pub notes: Vec<String>,
    /// How to fix it.
    pub helps: Vec<String>,
}

/// One resolved place.
#[derive(Debug, Clone, Serialize)]
pub struct LabelReport {
    /// Path of the file.
    pub path: String,
    /// First character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
    /// What is said of it.
    pub text: String,
    /// Whether the message is about this place.
    pub primary: bool,
}

/// Resolves a diagnostic against the files that were read.
pub fn report(diagnostic: &Diagnostic, sources: &SourceMap) -> DiagnosticReport {
    let mut labels: Vec<_> =
        diagnostic.labels.iter().filter_map(|label| resolve(label, sources)).collect();
    labels.sort_by_key(|label| !label.primary);
    DiagnosticReport {
        v: 1,
        severity: diagnostic.severity,
        code: diagnostic.code.0,
        message: diagnostic.message.clone(),
        labels,
        notes: diagnostic.notes.clone(),
        helps: diagnostic.helps.clone(),
    }
}

fn resolve(label: &Label, sources: &SourceMap) -> Option<LabelReport> {
    let file = sources.file(label.span.file)?;
    Some(LabelReport {
        path: file.path.clone(),
        start: file.position(label.span.start),
        end: file.position(label.span.end),
        text: label.text.clone(),
        primary: label.is_primary,
    })
}
