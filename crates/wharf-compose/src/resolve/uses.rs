//! Variables without a value: all of them at once, each with its places.

use crate::interpolate::Uses;
use crate::source::Example;
use wharf_diag::{Diagnostic, Diagnostics, Span, codes};

/// How many further places of one variable are shown.
const SHOWN: usize = 3;

/// Checks the name of the environment: it becomes a part of names of files.
///
/// `None` when it is not possible, which is reported.
pub(crate) fn check_environment(name: &str, diagnostics: &mut Diagnostics) -> Option<()> {
    let fits = |char: char| char.is_ascii_alphanumeric() || "_-".contains(char);
    if !name.is_empty() && name.chars().all(fits) {
        return Some(());
    }
    diagnostics.push(
        Diagnostic::error(
            codes::environment::NAME,
            format!("an environment cannot be called `{name}`"),
        )
        .note("its name is a part of `.env.NAME` and `compose.NAME.yaml`: letters, digits, `-` and `_`")
        .help("use a name such as `staging` behind `--env` or in WHARF_ENV"),
    );
    None
}

/// Reports what the files asked of the environment in vain.
///
/// A variable that `.env.example` names must have a value; any other one becomes empty with a
/// warning, as in Docker Compose.
pub(crate) fn report_uses(
    uses: Uses,
    example: &Example,
    environment: &str,
    diagnostics: &mut Diagnostics,
) {
    for ((name, message), places) in uses.required {
        let reason = if message.is_empty() { "it is required".to_owned() } else { message };
        let found = Diagnostic::error(
            codes::environment::REQUIRED,
            format!("the variable `{name}` has no value: {reason}"),
        );
        diagnostics.push(
            at_places(found, &places, "required here")
                .help(format!("add `{name}=...` to `.env.{environment}`, or set it in the shell")),
        );
    }
    for (name, places) in uses.unset {
        diagnostics.push(match example.find(&name) {
            Some(line) => missing(&name, &places, line, environment),
            None => unset(&name, &places, environment),
        });
    }
}

fn missing(name: &str, places: &[Span], line: Span, environment: &str) -> Diagnostic {
    let found = Diagnostic::error(
        codes::environment::MISSING,
        format!("the variable `{name}` has no value in the environment `{environment}`"),
    );
    at_places(found, places, "used here, without a default")
        .also(line, "named here, so it is needed")
        .help(format!("add `{name}=...` to `.env.{environment}`, or set it in the shell"))
}

fn unset(name: &str, places: &[Span], environment: &str) -> Diagnostic {
    let found = Diagnostic::warning(
        codes::environment::UNSET,
        format!("the variable `{name}` is not set; an empty text takes its place"),
    );
    at_places(found, places, "used here, without a default").help(format!(
        "set it in `.env.{environment}`, give a default `${{{name}:-value}}`, or write `$${name}` for a dollar sign"
    ))
}

fn at_places(diagnostic: Diagnostic, places: &[Span], text: &str) -> Diagnostic {
    let Some((first, others)) = places.split_first() else { return diagnostic };
    let diagnostic = diagnostic.at(*first, text);
    let shown = others.iter().take(SHOWN);
    let diagnostic =
        shown.fold(diagnostic, |diagnostic, place| diagnostic.also(*place, "and here"));
    match others.len().saturating_sub(SHOWN) {
        0 => diagnostic,
        more => diagnostic.note(format!("and in {more} more places")),
    }
}
