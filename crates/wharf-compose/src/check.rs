//! Rules that no single value can break: references, names, ports, circles.
//!
//! One function per rule; each reports all that it finds.

mod clashes;
mod cycles;
mod references;

use crate::model::Project;
use wharf_diag::{Diagnostics, SourceMap, Span};

/// Runs all rules over the active services.
pub(crate) fn check(project: &Project, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    references::dependencies(project, sources, diagnostics);
    references::networks(project, sources, diagnostics);
    references::volumes(project, sources, diagnostics);
    references::stores(project, sources, diagnostics);
    cycles::cycles(project, diagnostics);
    clashes::ports(project, diagnostics);
    clashes::container_names(project, diagnostics);
    clashes::replicas(project, diagnostics);
    clashes::targets(project, sources, diagnostics);
    clashes::health(project, diagnostics);
    clashes::platforms(project, diagnostics);
}

/// The value as messages may show it: itself when the file contains it, or else what the file
/// has in its place. The value of a variable may be a secret.
pub(crate) fn as_written<'a>(
    sources: &'a SourceMap,
    span: Option<Span>,
    value: &'a str,
) -> &'a str {
    let Some(span) = span else { return value };
    let text = sources.file(span.file).map_or("", |file| file.text.as_str());
    let written = text.get(span.start as usize..span.end as usize).unwrap_or("");
    // The place of a section is its first key, which says nothing about the value.
    if written.contains(value) || !written.contains('$') {
        return value;
    }
    written.trim_matches(['"', '\''])
}
