//! The name of the project.

use crate::LoadOptions;
use crate::interpolate::{Uses, interpolate};
use crate::source::{Layer, Located, Reader, Variables};
use wharf_diag::{Diagnostic, Diagnostics, Spanned, codes};

/// Finds the name: `-p`, then COMPOSE_PROJECT_NAME, then the last `name` of the files, then the
/// folder's name, made fit. Files may use it as `${COMPOSE_PROJECT_NAME}`.
///
/// `None` when a name that somebody wrote is not possible, which is reported.
pub(crate) fn project_name(
    options: &LoadOptions,
    located: &Located,
    layers: &[Layer],
    variables: &mut Variables<'_>,
    reader: &mut Reader<'_>,
) -> Option<Spanned<String>> {
    let (name, origin) = match explicit(options, variables) {
        Some((name, origin)) => (Spanned::implied(name), origin),
        None => match from_files(layers, variables, reader) {
            Some((name, IsTemplate(true))) => (name, "`name`, with its variables filled in,"),
            Some((name, IsTemplate(false))) => (name, "`name`"),
            None => (Spanned::implied(from_folder(located)), "the folder's name"),
        },
    };
    let name = check(name, origin, &mut reader.diagnostics)?;
    variables.derive("COMPOSE_PROJECT_NAME", &name.value);
    Some(name)
}

fn explicit(options: &LoadOptions, variables: &Variables<'_>) -> Option<(String, &'static str)> {
    if let Some(name) = &options.project_name {
        return Some((name.clone(), "`-p`"));
    }
    let name = variables.get("COMPOSE_PROJECT_NAME").filter(|name| !name.is_empty())?;
    Some((name.to_owned(), "COMPOSE_PROJECT_NAME"))
}

/// Whether variables gave a part of the name.
struct IsTemplate(bool);

/// The last `name` that is not empty. Only its value is looked at here; what is wrong with its
/// variables is reported when the whole file is filled in.
fn from_files(
    layers: &[Layer],
    variables: &Variables<'_>,
    reader: &Reader<'_>,
) -> Option<(Spanned<String>, IsTemplate)> {
    layers.iter().rev().find_map(|layer| {
        let mut node = layer.root.get("name")?.clone();
        let mut scratch = Diagnostics::default();
        let mut uses = Uses::default();
        interpolate(&mut node, variables, &reader.sources, &mut uses, &mut scratch);
        let scalar = node.as_scalar()?;
        let text = scalar.to_text()?;
        let is_template = IsTemplate(scalar.template.is_some());
        (!text.is_empty()).then(|| (Spanned::at(text, node.span), is_template))
    })
}

fn from_folder(located: &Located) -> String {
    let folder = located.directory.file_name().unwrap_or_default().to_string_lossy();
    let fitted = fit(&folder);
    // The root folder and names without one usable character leave nothing.
    if fitted.is_empty() { "project".into() } else { fitted }
}

fn fit(text: &str) -> String {
    let lower = text.to_lowercase();
    let kept: String = lower
        .chars()
        .filter(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || "-_".contains(*char))
        .collect();
    kept.trim_start_matches(['-', '_']).to_owned()
}

fn check(
    name: Spanned<String>,
    origin: &str,
    diagnostics: &mut Diagnostics,
) -> Option<Spanned<String>> {
    let fitted = fit(&name.value);
    if fitted == name.value && !fitted.is_empty() {
        return Some(name);
    }
    // The value of a variable is not shown; what the file itself says is in the snippet.
    let shown = if name.span.is_some() { String::new() } else { format!(" `{}`", name.value) };
    let rule = "lower-case letters, digits, `-` and `_`, the first a letter or digit";
    let is_literal = !origin.contains("variables");
    let help = if fitted.is_empty() || !is_literal { "app".to_owned() } else { fitted };
    let diagnostic = Diagnostic::error(
        codes::compose::NAME,
        format!("{origin} gives a name{shown} that a project cannot have"),
    )
    .at(name.span, format!("expected {rule}"))
    .help(format!("use a name such as `{help}`"));
    diagnostics.push(match name.span {
        Some(_) => diagnostic,
        None => diagnostic.note(format!("the name of a project consists of {rule}")),
    });
    None
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn folders_are_made_fit() {
        for (folder, expected) in
            [("My App", "myapp"), ("_x.y-z", "xy-z"), ("Über1", "ber1"), ("...", "")]
        {
            assert_eq!(fit(folder), expected, "{folder}");
        }
    }
}
