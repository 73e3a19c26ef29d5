//! References from services to other services and to networks, volumes, secrets and configs.

use super::as_written;
use crate::model::{Grant, MountKind, Project, Service, Store};
use std::collections::BTreeMap;
use wharf_diag::{Diagnostic, Diagnostics, SourceMap, Span, Spanned, codes, did_you_mean};

/// `depends_on` names services, and those must be active.
pub(super) fn dependencies(project: &Project, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        // What a namespace or a link implies is among them, at the place of that key.
        for (target, dependency) in &service.depends_on {
            check_service(project, service, target, dependency.span, sources, diagnostics);
        }
    }
}

fn check_service(
    project: &Project,
    service: &Service,
    target: &str,
    span: Option<Span>,
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    if project.services.contains_key(target) {
        return;
    }
    let name = &service.name.value;
    if let Some(inactive) = project.inactive.get(target) {
        let profiles: Vec<_> =
            inactive.profiles.iter().map(|profile| profile.value.as_str()).collect();
        let first = profiles.first().copied().unwrap_or("NAME");
        diagnostics.push(
            Diagnostic::error(
                codes::compose::INACTIVE,
                format!("the service `{name}` needs `{target}`, which no active profile selects"),
            )
            .at(span, format!("`{target}` is needed here"))
            .also(inactive.span(), format!("only with the profile {}", profiles.join(" or ")))
            .help(format!(
                "activate it with `--profile {first}`, or add `required: false` to the dependency"
            )),
        );
        return;
    }
    let known = project.services.keys().chain(project.inactive.keys()).map(String::as_str);
    let shown = as_written(sources, span, target);
    diagnostics.push(undefined(
        format!("the service `{name}` needs `{shown}`, which is not defined"),
        span,
        (target, shown),
        known,
        format!("define it below `services:`, or remove the reference to `{shown}`"),
    ));
}

/// `networks` names networks.
pub(super) fn networks(project: &Project, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        for (key, attachment) in &service.networks {
            if project.networks.contains_key(key) {
                continue;
            }
            let shown = as_written(sources, attachment.span, key);
            diagnostics.push(undefined(
                format!(
                    "the service `{}` joins the network `{shown}`, which is not defined",
                    service.name.value
                ),
                attachment.span,
                (key, shown),
                project.networks.keys().map(String::as_str),
                format!("add `networks: {{{shown}: {{}}}}` at the top level"),
            ));
        }
    }
}

/// Mounts name volumes.
pub(super) fn volumes(project: &Project, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        for mount in &service.volumes {
            let MountKind::Volume { source: Some(source), .. } = &mount.value.kind else {
                continue;
            };
            if project.volumes.contains_key(source) {
                continue;
            }
            let shown = as_written(sources, mount.span, source);
            diagnostics.push(undefined(
                format!("the service `{}` mounts the volume `{shown}`, which is not defined", service.name.value),
                mount.span,
                (source, shown),
                project.volumes.keys().map(String::as_str),
                format!("add `volumes: {{{shown}: {{}}}}` at the top level, or write `./{shown}` for a folder of the host"),
            ));
        }
    }
}

/// `secrets` and `configs` name entries of the sections of that name.
pub(super) fn stores(project: &Project, sources: &SourceMap, diagnostics: &mut Diagnostics) {
    for service in project.services.values() {
        let name = &service.name.value;
        grants(("secret", &project.secrets), name, &service.secrets, sources, diagnostics);
        grants(("config", &project.configs), name, &service.configs, sources, diagnostics);
        for secret in service.build.iter().flat_map(|build| &build.value.secrets) {
            let source = &secret.value.source;
            if !project.secrets.contains_key(source) {
                let shown = as_written(sources, secret.span, source);
                let names = (source.as_str(), shown);
                let found = undefined_store("secret", name, names, secret.span, &project.secrets);
                diagnostics.push(found);
            }
        }
    }
}

fn grants(
    (kind, stores): (&str, &BTreeMap<String, Store>),
    service: &str,
    grants: &[Spanned<Grant>],
    sources: &SourceMap,
    diagnostics: &mut Diagnostics,
) {
    for grant in grants {
        let source = &grant.value.source;
        if !stores.contains_key(source) {
            let shown = as_written(sources, grant.span, source);
            let found = undefined_store(kind, service, (source, shown), grant.span, stores);
            diagnostics.push(found);
        }
    }
}

fn undefined_store(
    kind: &str,
    service: &str,
    (source, shown): (&str, &str),
    span: Option<Span>,
    stores: &BTreeMap<String, Store>,
) -> Diagnostic {
    undefined(
        format!("the service `{service}` uses the {kind} `{shown}`, which is not defined"),
        span,
        (source, shown),
        stores.keys().map(String::as_str),
        format!("add `{kind}s: {{{shown}: {{file: ./{shown}.txt}}}}` at the top level"),
    )
}

/// A reference to something that is not there; `names` are what it is and how it may be shown.
fn undefined<'a>(
    message: String,
    span: Option<Span>,
    names: (&str, &str),
    known: impl Iterator<Item = &'a str>,
    help: String,
) -> Diagnostic {
    let (name, shown) = names;
    let diagnostic = Diagnostic::error(codes::compose::UNDEFINED, message)
        .at(span, "not defined in the compose files");
    if name != shown {
        return diagnostic.help("check the value of this variable, or define what it names");
    }
    let known: Vec<_> = known.collect();
    match did_you_mean(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(help),
    }
}
