//! The stages in their order.

use crate::decode::{Decoder, decode};
use crate::interpolate::{Uses, interpolate};
use crate::model::Project;
use crate::source::{
    Environment, Example, Layer, Reader, Variables, locate, read_example, read_layers,
    read_variables,
};
use crate::{Files, check, merge, resolve};
use std::collections::BTreeMap;
use std::path::PathBuf;
use wharf_diag::{Diagnostic, Diagnostics, SourceMap, codes};

/// What the command line and the process say about the project.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Absolute folder that wharf was started in.
    pub current_directory: PathBuf,
    /// `-f`, in order; `-` is standard input. Empty means to look for the default names.
    pub files: Vec<PathBuf>,
    /// `-p`.
    pub project_name: Option<String>,
    /// `--project-directory`.
    pub project_directory: Option<PathBuf>,
    /// `--profile`; `*` is all of them.
    pub profiles: Vec<String>,
    /// `--env-file`, in order; they replace `.env` and `.env.<environment>`.
    pub env_files: Vec<PathBuf>,
    /// `--env` or WHARF_ENV; `None` is `development`.
    pub environment: Option<String>,
    /// The variables of the process.
    pub variables: BTreeMap<String, String>,
    /// Services named on the command line; naming one with a profile activates it.
    pub services: Vec<String>,
}

/// The project, or what is wrong with it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// `None` when there are errors.
    pub project: Option<Project>,
    /// Name of the project, also when something else is wrong; `None` when it cannot be known.
    pub name: Option<String>,
    /// The variables that the files could use; empty when the compose files were not found.
    pub environment: Environment,
    /// The files that diagnostics point into.
    pub sources: SourceMap,
    /// Errors and warnings, in the order in which they were found.
    pub diagnostics: Diagnostics,
}

/// Reads the project.
///
/// # Example
/// ```
/// use wharf_compose::{LoadOptions, MemoryFiles, load};
///
/// let files = MemoryFiles::default().with("/shop/compose.yaml", "services: {web: {image: nginx}}");
/// let options = LoadOptions { current_directory: "/shop".into(), ..LoadOptions::default() };
/// let project = load(&options, &files).project.expect("the file is valid");
/// assert_eq!(project.name.value, "shop");
/// ```
pub fn load(options: &LoadOptions, files: &dyn Files) -> Loaded {
    let mut reader = Reader {
        files,
        current_directory: &options.current_directory,
        sources: SourceMap::default(),
        diagnostics: Diagnostics::default(),
    };
    let mut early = Early::default();
    let project = read_project(options, &mut reader, &mut early);
    let project = project.filter(|_| !reader.diagnostics.has_errors());
    Loaded {
        project,
        name: early.name,
        environment: early.environment,
        sources: reader.sources,
        diagnostics: reader.diagnostics,
    }
}

/// What is known before the stages that may fail.
#[derive(Default)]
struct Early {
    name: Option<String>,
    environment: Environment,
}

/// Runs the stages; ends early where the next stage could only repeat what is known to be wrong.
fn read_project(
    options: &LoadOptions,
    reader: &mut Reader<'_>,
    known: &mut Early,
) -> Option<Project> {
    let environment = options.environment.as_deref().unwrap_or("development");
    resolve::check_environment(environment, &mut reader.diagnostics)?;
    let early = early_variables(options, environment, reader);
    let located = locate(options, environment, &early, reader)?;
    let mut variables = read_variables(
        &options.variables,
        &options.env_files,
        environment,
        &located.directory,
        reader,
    );
    let example = read_example(&located.directory, reader);
    let mut layers = read_layers(&located, reader)?;
    let name = resolve::project_name(options, &located, &layers, &mut variables, reader)?;
    known.name = Some(name.value.clone());
    known.environment = variables.clone().into_environment();
    fill_in(&mut layers, &variables, &example, environment, reader);
    if reader.diagnostics.has_errors() {
        return None;
    }
    let roots = layers.into_iter().map(|layer| layer.root);
    let Some(root) = merge::merge(roots, &mut reader.diagnostics) else {
        reader.diagnostics.push(no_services());
        return None;
    };
    if reader.diagnostics.has_errors() {
        return None;
    }
    let mut decoder = Decoder {
        directory: &located.directory,
        project: &name.value,
        variables: &variables,
        diagnostics: &mut reader.diagnostics,
    };
    let decoded = decode(&root, &mut decoder);
    let context = resolve::Context { options, environment, name, located, variables: &variables };
    let project = resolve::resolve(decoded, context, reader);
    check::check(&project, &reader.sources, &mut reader.diagnostics);
    Some(project)
}

/// The variables that may name the compose files: those of the process and of `.env` here.
///
/// Read with a reader of its own: what is wrong with the files is said when they are read again.
fn early_variables<'a>(
    options: &'a LoadOptions,
    environment: &str,
    reader: &Reader<'_>,
) -> Variables<'a> {
    if !options.files.is_empty() || options.variables.contains_key("COMPOSE_FILE") {
        return Variables::of_process(&options.variables);
    }
    let mut scratch = Reader {
        files: reader.files,
        current_directory: reader.current_directory,
        sources: SourceMap::default(),
        diagnostics: Diagnostics::default(),
    };
    let directory = options.project_directory.as_ref().unwrap_or(&options.current_directory);
    read_variables(&options.variables, &options.env_files, environment, directory, &mut scratch)
}

fn fill_in(
    layers: &mut [Layer],
    variables: &Variables<'_>,
    example: &Example,
    environment: &str,
    reader: &mut Reader<'_>,
) {
    let mut uses = Uses::default();
    for layer in layers {
        let diagnostics = &mut reader.diagnostics;
        interpolate(&mut layer.root, variables, &reader.sources, &mut uses, diagnostics);
    }
    resolve::report_uses(uses, example, environment, &mut reader.diagnostics);
}

fn no_services() -> Diagnostic {
    Diagnostic::error(codes::compose::NO_SERVICES, "the compose files are empty")
        .help("a smallest compose file is `services: {web: {image: nginx}}`")
}
