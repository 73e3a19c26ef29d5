//! `wharf up --plan FILE`: a plan that was reviewed is applied only as it was reviewed.

use crate::exit::Exit;
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use wharf_diag::Diagnostic;
use wharf_diag::codes::plan as codes;
use wharf_plan::Plan;

/// What `wharf plan --json` wrote.
pub(crate) struct Reviewed {
    path: PathBuf,
    document: serde_json::Value,
}

impl Reviewed {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let cannot = |why: String| {
            let what = format!("cannot use the plan `{}`", path.display());
            let diagnostic = Diagnostic::error(codes::STALE, what)
                .note(why)
                .help("save a plan with `wharf plan --json > FILE`");
            Failure::of(diagnostic, Exit::Usage)
        };
        let text = fs_err::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
        let document = serde_json::from_str(&text).map_err(|error| cannot(error.to_string()))?;
        Ok(Self { path: path.to_owned(), document })
    }

    /// Refuses unless what would be done now is what the file says, images included.
    pub(super) fn check(&self, images: &Plan, plan: &Plan) -> Result<(), Failure> {
        let now = super::super::plan::document(images, plan);
        if self.document == now {
            return Ok(());
        }
        let what = format!("the plan `{}` is not what would be done now", self.path.display());
        let diagnostic = Diagnostic::error(codes::STALE, what)
            .note("the engine, the compose files or the flags have changed since; nothing was done")
            .help("look at the new one with `wharf plan`, and save it with `wharf plan --json`");
        Err(Failure::of(diagnostic, Exit::Failed))
    }
}
