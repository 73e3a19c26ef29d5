//! The environment of containers: `env_file` below `environment`, bare keys filled in.

use crate::check::as_written;
use crate::model::{EnvFile, EnvFormat, Service};
use crate::source::{Assignment, Reader, Variables, parse_dotenv, parse_raw};
use std::collections::BTreeMap;
use std::path::PathBuf;
use wharf_diag::{Diagnostic, Spanned, codes};

/// Files that were read already; many services name the same one.
type Cache = BTreeMap<(PathBuf, bool), Vec<Assignment>>;

/// Fills the environment of all services.
///
/// Later files win over earlier ones and `environment` over all of them. A bare key takes the
/// value that interpolation would see and stays without one when there is none.
pub(super) fn fill(
    services: &mut BTreeMap<String, Service>,
    variables: &Variables<'_>,
    reader: &mut Reader<'_>,
) {
    let mut cache = Cache::new();
    for service in services.values_mut() {
        for value in service.environment.iter_mut().filter(|(_, value)| value.value.is_none()) {
            value.1.value = variables.get(value.0).map(str::to_owned);
        }
        if let Some(build) = &mut service.build {
            for (name, value) in
                build.value.args.iter_mut().filter(|(_, value)| value.value.is_none())
            {
                value.value = variables.get(name).map(str::to_owned);
            }
        }
        let mut below = BTreeMap::new();
        for file in &service.env_files {
            for line in read(file, &service.name.value, variables, &mut cache, reader) {
                below.insert(line.name.clone(), Spanned::at(line.value.clone(), line.span));
            }
        }
        for (name, value) in below {
            service.environment.entry(name).or_insert(value);
        }
    }
}

fn read<'c>(
    file: &Spanned<EnvFile>,
    service: &str,
    variables: &Variables<'_>,
    cache: &'c mut Cache,
    reader: &mut Reader<'_>,
) -> &'c [Assignment] {
    let key = (file.value.path.clone(), file.value.format == EnvFormat::Raw);
    cache.entry(key).or_insert_with(|| match reader.read_unregistered(&file.value.path) {
        Ok(text) => parse(&file.value, &text, variables, reader),
        Err(_) if !file.value.required && !reader.files.is_file(&file.value.path) => Vec::new(),
        Err(reason) => {
            let found = unreadable(file, service, &reason, reader);
            reader.diagnostics.push(found);
            Vec::new()
        }
    })
}

fn parse(
    file: &EnvFile,
    text: &str,
    variables: &Variables<'_>,
    reader: &mut Reader<'_>,
) -> Vec<Assignment> {
    let shown = reader.shown(&file.path);
    let outside = |name: &str| variables.get(name).map(str::to_owned);
    match file.format {
        EnvFormat::Raw => parse_raw(shown, text, &mut reader.sources, &mut reader.diagnostics),
        EnvFormat::Dotenv => {
            parse_dotenv(shown, text, &outside, &mut reader.sources, &mut reader.diagnostics)
        }
    }
}

fn unreadable(
    file: &Spanned<EnvFile>,
    service: &str,
    reason: &str,
    reader: &Reader<'_>,
) -> Diagnostic {
    let shown = reader.shown(&file.value.path);
    let shown = as_written(&reader.sources, file.span, &shown);
    let name = shown.rsplit('/').next().unwrap_or(shown);
    Diagnostic::error(
        codes::environment::FILE,
        format!("cannot read `{shown}`, the environment file of service `{service}`"),
    )
    .at(file.span, reason)
    .help(format!(
        "create the file, or say that it may be absent: `env_file: [{{path: {name}, required: false}}]`"
    ))
}
