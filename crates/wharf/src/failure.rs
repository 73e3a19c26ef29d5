//! Why a command ended early: diagnostics and an exit code.

use crate::exit::Exit;
use crate::settings::Format;
use wharf_diag::{Diagnostic, Diagnostics, SourceMap, report};
use wharf_engine::{EngineError, ErrorKind};
use wharf_term::Output;
use wharf_term::diagnostic::render;

/// How many problems are shown; more are counted.
const MOST: usize = 20;

/// Why a command ended early.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What to tell, in order.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics point into.
    pub(crate) sources: SourceMap,
    /// How the process ends.
    pub(crate) exit: Exit,
}

impl Failure {
    /// One problem that is in no file.
    pub(crate) fn of(diagnostic: Diagnostic, exit: Exit) -> Self {
        Self { diagnostics: vec![diagnostic], sources: SourceMap::default(), exit }
    }

    /// Problems of the user's files.
    pub(crate) fn invalid(diagnostics: Diagnostics, sources: SourceMap) -> Self {
        Self { diagnostics: diagnostics.into_sorted(), sources, exit: Exit::Invalid }
    }

    /// Tells everything on stderr.
    pub(crate) fn print(&self, output: &Output, format: Format) {
        print(&self.diagnostics, &self.sources, output, format);
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let exit = match error.kind {
            ErrorKind::Unreachable
            | ErrorKind::Permission
            | ErrorKind::Endpoint
            | ErrorKind::TooOld => Exit::Unreachable,
            _ => Exit::Failed,
        };
        Self::of(error.to_diagnostic(), exit)
    }
}

/// Tells diagnostics on stderr, as text or one JSON object per line.
pub(crate) fn print(
    diagnostics: &[Diagnostic],
    sources: &SourceMap,
    output: &Output,
    format: Format,
) {
    // A program can read them all.
    let most = if format == Format::Text { MOST } else { usize::MAX };
    for diagnostic in diagnostics.iter().take(most) {
        match format {
            Format::Text => {
                output.tell(&render(diagnostic, sources, output.stderr().color()));
                output.tell("");
            }
            Format::Json => {
                let report = serde_json::to_string(&report(diagnostic, sources));
                output.tell(&report.unwrap_or_default());
            }
        }
    }
    if format == Format::Text && diagnostics.len() > MOST {
        output.tell(&format!("... and {} more", diagnostics.len() - MOST));
    }
}
