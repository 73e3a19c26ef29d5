//! What is wrong, where, why, and how to fix it.
//!
//! This crate owns [`Span`]s into user files, the [`Diagnostic`] value and the registry of
//! [`Code`]s. A diagnostic is data: `wharf-term` renders it for people, [`report`] resolves it
//! for machines, and both come from the same value. Nothing here does I/O.

mod code;
pub mod codes;
mod diagnostic;
mod report;
mod source;
mod suggest;

pub use code::{Code, CodeInfo};
pub use codes::{REGISTRY, find_code};
pub use diagnostic::{Diagnostic, Diagnostics, Label, Severity};
pub use report::{DiagnosticReport, LabelReport, report};
pub use source::{FileId, Position, SourceFile, SourceMap, Span, Spanned};
pub use suggest::did_you_mean;
