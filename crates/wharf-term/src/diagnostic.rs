//! Diagnostics for people: what, where, why and how to fix it.
//!
//! The same [`Diagnostic`] gives the machine form through `wharf_diag::report`. The shape with
//! source lines is rustc's, because it is the one that most people can read already.

pub use crate::style::Color;
use crate::style::{Role, style};
use crate::text;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::ops::Range;
use wharf_diag::{Diagnostic, DiagnosticReport, FileId, Label, Severity, SourceMap};

/// Renders one diagnostic, without a line break at its end.
///
/// Labels in files that `sources` does not have are left out; spans that reach behind the end of
/// their file, or into the middle of a character, are moved to the nearest place that exists.
/// Control sequences in messages and files are not passed on.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, color: Color) -> String {
    let snippets = snippets(&diagnostic.labels, sources);
    if snippets.is_empty() {
        without_source(diagnostic, color)
    } else {
        with_source(diagnostic, snippets, color)
    }
}

/// One line that counts: `2 errors, 1 warning`; `None` when there is nothing to count.
pub fn totals<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> Option<String> {
    let (mut errors, mut warnings) = (0, 0);
    for diagnostic in diagnostics {
        match diagnostic.severity {
            Severity::Error => errors += 1,
            Severity::Warning => warnings += 1,
        }
    }
    let parts: Vec<_> = [(errors, "error"), (warnings, "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| text::count(count, word))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn with_source(
    diagnostic: &Diagnostic,
    snippets: Vec<Snippet<'_, Annotation<'_>>>,
    color: Color,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(text::clean_lines(&diagnostic.message)).id(diagnostic.code.0);
    let notes = diagnostic.notes.iter().map(|note| Level::NOTE.message(text::clean_lines(note)));
    let mut groups = vec![title.elements(snippets).elements(notes)];
    groups.extend(
        diagnostic
            .helps
            .iter()
            .map(|help| Group::with_title(Level::HELP.secondary_title(text::clean_lines(help)))),
    );
    renderer(color).render(&groups)
}

/// Renders a resolved diagnostic, whose source lines are not at hand: places are shown as
/// `path:line:column`.
pub fn render_report(report: &DiagnosticReport, color: Color) -> String {
    let mut lines = vec![head(report.severity, report.code, &report.message, color)];
    for label in &report.labels {
        let path = text::clean_line(&label.path);
        let place = format!("{path}:{}:{}", label.start.line, label.start.column);
        let place = color.paint(Role::Path, &place);
        let said = text::clean_line(&label.text);
        let separator = if said.is_empty() { "" } else { ": " };
        lines.push(format!(" --> {place}{separator}{said}"));
    }
    lines.extend(reasons(&report.notes, &report.helps, color));
    lines.join("\n")
}

/// annotate-snippets draws an empty gutter line in front of notes, which means nothing where no
/// source is shown.
fn without_source(diagnostic: &Diagnostic, color: Color) -> String {
    let head = head(diagnostic.severity, diagnostic.code.0, &diagnostic.message, color);
    let reasons = reasons(&diagnostic.notes, &diagnostic.helps, color);
    std::iter::once(head).chain(reasons).collect::<Vec<_>>().join("\n")
}

fn head(severity: Severity, code: &str, message: &str, color: Color) -> String {
    let (word, role) = match severity {
        Severity::Error => ("error", Role::Error),
        Severity::Warning => ("warning", Role::Warning),
    };
    let word = color.paint_style(style(role).bold(), &format!("{word}[{code}]"));
    let message = color.paint(Role::Name, &format!(": {}", text::clean_lines(message)));
    format!("{word}{message}")
}

fn reasons(notes: &[String], helps: &[String], color: Color) -> Vec<String> {
    let note = color.paint(Role::Name, "note");
    let help = color.paint(Role::Hint, "help");
    let notes = notes.iter().map(|text| format!(" = {note}: {}", hang(text, 9)));
    let helps = helps.iter().map(|text| format!("{help}: {}", hang(text, 6)));
    notes.chain(helps).collect()
}

/// Cleans text and indents its further lines to where the first one starts.
fn hang(text: &str, columns: usize) -> String {
    text::clean_lines(text).replace('\n', &format!("\n{}", " ".repeat(columns)))
}

fn renderer(color: Color) -> Renderer {
    match color {
        Color::Never => Renderer::plain(),
        Color::Always => Renderer::styled()
            .error(style(Role::Error).bold())
            .warning(style(Role::Warning).bold())
            .note(style(Role::Name))
            .help(style(Role::Hint))
            .emphasis(style(Role::Name)),
    }
}

/// One snippet per file, the file of the primary place first.
fn snippets<'a>(labels: &'a [Label], sources: &'a SourceMap) -> Vec<Snippet<'a, Annotation<'a>>> {
    let mut files: Vec<FileId> = Vec::new();
    let (primary, context): (Vec<_>, Vec<_>) = labels.iter().partition(|label| label.is_primary);
    for label in primary.into_iter().chain(context) {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files.into_iter().filter_map(|id| snippet(id, labels, sources)).collect()
}

fn snippet<'a>(
    id: FileId,
    labels: &'a [Label],
    sources: &'a SourceMap,
) -> Option<Snippet<'a, Annotation<'a>>> {
    let file = sources.file(id)?;
    let annotations = labels.iter().filter(|label| label.span.file == id).map(|label| {
        let kind = if label.is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let span = existing_range(&file.text, label.span.start, label.span.end);
        let text = (!label.text.is_empty()).then(|| text::clean_line(&label.text).into_owned());
        kind.span(span).label(text)
    });
    Some(Snippet::source(file.text.as_str()).path(file.path.as_str()).annotations(annotations))
}

fn existing_range(text: &str, start: u32, end: u32) -> Range<usize> {
    let start = boundary_before(text, start as usize);
    let end = boundary_before(text, end as usize).max(start);
    start..end
}

fn boundary_before(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
