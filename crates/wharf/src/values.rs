//! Reads what the planner cannot: contents of secrets and configs.

use crate::failure::Failure;
use std::collections::BTreeMap;
use wharf_compose::Environment;
use wharf_compose::model::{Project, StoreSource};
use wharf_diag::codes::plan as codes;
use wharf_diag::{Diagnostic, Diagnostics, SourceMap};
use wharf_plan::{NeededValue, Secret, Values, needed_values};

/// Reads every value that the project's active services need.
///
/// # Errors
/// Every value that cannot be read, all at once.
pub(crate) fn read(
    project: &Project,
    environment: &Environment,
    sources: &SourceMap,
) -> Result<Values, Failure> {
    let mut problems = Diagnostics::default();
    let mut values = Values { variables: all(environment), ..Values::default() };
    for needed in needed_values(project) {
        match value(&needed, environment) {
            Ok(Some(content)) => {
                values.stores.insert((needed.kind, needed.key), Secret::new(content));
            }
            Ok(None) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(values) } else { Err(Failure::invalid(problems, sources.clone())) }
}

fn value(needed: &NeededValue, environment: &Environment) -> Result<Option<String>, Diagnostic> {
    match &needed.source {
        StoreSource::File(path) if needed.needs_content => fs_err::read_to_string(path)
            .map(Some)
            .map_err(|error| missing(needed, &error.to_string())),
        StoreSource::File(path) => fs_err::metadata(path)
            .map(|_| None)
            .map_err(|error| missing(needed, &error.to_string())),
        StoreSource::Environment(name) => environment
            .get(name)
            .map(|value| Some(value.to_owned()))
            .ok_or_else(|| missing(needed, &format!("the variable {name} is not set"))),
        StoreSource::Content(text) => Ok(Some(text.clone())),
        StoreSource::External => Ok(None),
    }
}

fn all(environment: &Environment) -> BTreeMap<String, String> {
    environment.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn missing(needed: &NeededValue, why: &str) -> Diagnostic {
    let kind = needed.kind.as_str();
    let help = match &needed.source {
        StoreSource::Environment(name) => {
            format!("set it: `{name}=... wharf up`, or in the environment file")
        }
        _ => "create the file, or correct its path".to_owned(),
    };
    Diagnostic::error(codes::SECRET_MISSING, format!("{kind} `{}` cannot be read", needed.key))
        .at(needed.span, "its source is named here")
        .note(why)
        .help(help)
}
