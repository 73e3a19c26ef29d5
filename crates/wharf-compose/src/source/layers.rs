//! Reads the compose files into trees, one layer per document.

use super::{Located, Reader};
use crate::yaml::{Node, parse};
use wharf_diag::{Diagnostic, Span, codes};

/// One document of one compose file.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) root: Node,
}

/// Reads and parses all compose files, in the order of merging.
///
/// `None` when one of them could not be read as a whole; everything wrong is reported.
pub(crate) fn read_layers(located: &Located, reader: &mut Reader<'_>) -> Option<Vec<Layer>> {
    let mut layers = Vec::new();
    let mut is_whole = true;
    for path in &located.files {
        let (file, text) = match reader.read(path) {
            Ok(read) => read,
            Err(reason) => {
                let shown = reader.shown(path);
                reader.diagnostics.push(
                    Diagnostic::error(
                        codes::compose::UNREADABLE,
                        format!("cannot read the compose file `{shown}`"),
                    )
                    .note(reason)
                    .help("correct the path behind `-f` or in COMPOSE_FILE"),
                );
                is_whole = false;
                continue;
            }
        };
        let before = reader.diagnostics.iter().count();
        let documents = parse(file, &text, &mut reader.diagnostics);
        is_whole &= reader.diagnostics.iter().count() == before;
        for root in documents {
            if root.as_map().is_some() {
                layers.push(Layer { root });
            } else {
                is_whole = false;
                reader.diagnostics.push(
                    Diagnostic::error(
                        codes::compose::TYPE,
                        format!(
                            "a compose file is a mapping of sections, and this is {}",
                            root.kind()
                        ),
                    )
                    .at(first_line(root.span, &text), "expected a key such as `services:`")
                    .help("begin the file with `services:` and indent the services below it"),
                );
            }
        }
    }
    is_whole.then_some(layers)
}

fn first_line(span: Span, text: &str) -> Span {
    let rest = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let length = rest.find('\n').unwrap_or(rest.len());
    Span::new(span.file, span.start as usize, span.start as usize + length)
}
