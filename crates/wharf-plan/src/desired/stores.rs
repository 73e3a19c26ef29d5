//! Secrets and configs: what must be read before a plan is made, and how a container gets it.

use crate::Secret;
use crate::spec::{ContainerSpec, FileSpec, MountSource, MountSpec};
use std::collections::BTreeMap;
use wharf_compose::model::{Grant, Project, Service, Store, StoreSource};
use wharf_diag::codes::{engine, plan as codes};
use wharf_diag::{Diagnostic, Diagnostics, Span, Spanned};

/// Which section a value belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StoreKind {
    /// `secrets`.
    Secret,
    /// `configs`.
    Config,
}

impl StoreKind {
    /// The word for one of them.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Config => "config",
        }
    }
}

/// Values that the planner cannot read itself.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Contents by section and key.
    pub stores: BTreeMap<(StoreKind, String), Secret>,
    /// The process environment, for build arguments without a value.
    pub variables: BTreeMap<String, String>,
}

/// A value that must be read before planning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededValue {
    /// Section.
    pub kind: StoreKind,
    /// Key.
    pub key: String,
    /// Where it comes from.
    pub source: StoreSource,
    /// Place of the source in the compose file.
    pub span: Option<Span>,
    /// Whether the content is needed; if not, a file only has to exist.
    pub needs_content: bool,
}

/// Lists the values that active services need, each once.
pub fn needed_values(project: &Project) -> Vec<NeededValue> {
    let mut needed: BTreeMap<(StoreKind, String), NeededValue> = BTreeMap::new();
    for service in project.services.values() {
        for (kind, grant, store) in grants(project, service) {
            let entry = needed.entry((kind, grant.source.clone())).or_insert_with(|| NeededValue {
                kind,
                key: grant.source.clone(),
                source: store.source.value.clone(),
                span: store.source.span.or(store.key.span),
                needs_content: false,
            });
            entry.needs_content |= !is_bind(grant, store);
        }
    }
    needed.into_values().collect()
}

/// Adds what a service is granted to its container: a file as a read-only bind mount as long as
/// nothing is said of owner and mode (as Docker Compose does), everything else as an upload.
pub(super) fn grant(
    project: &Project,
    service: &Service,
    values: &Values,
    spec: &mut ContainerSpec,
    problems: &mut Diagnostics,
) {
    for (kind, grant, store) in grants(project, service) {
        match &store.source.value {
            StoreSource::File(path) if is_bind(grant, store) => spec.mounts.push(MountSpec {
                source: MountSource::Bind {
                    path: path.display().to_string(),
                    create: false,
                    propagation: None,
                    selinux: None,
                },
                target: grant.target.clone(),
                read_only: true,
            }),
            StoreSource::External => problems.push(not_on_an_engine(kind, grant, store)),
            _ if spec.read_only => problems.push(read_only_root(kind, grant, service)),
            _ => spec.files.extend(upload(kind, grant, values)),
        }
    }
}

fn grants<'a>(
    project: &'a Project,
    service: &'a Service,
) -> impl Iterator<Item = (StoreKind, &'a Grant, &'a Store)> {
    let of = |kind, grants: &'a [Spanned<Grant>], stores: &'a BTreeMap<String, Store>| {
        grants
            .iter()
            .filter_map(move |grant| Some((kind, &grant.value, stores.get(&grant.value.source)?)))
    };
    of(StoreKind::Secret, &service.secrets, &project.secrets).chain(of(
        StoreKind::Config,
        &service.configs,
        &project.configs,
    ))
}

fn is_bind(grant: &Grant, store: &Store) -> bool {
    let is_plain = grant.uid.is_none() && grant.gid.is_none() && grant.mode.is_none();
    is_plain && matches!(store.source.value, StoreSource::File(_))
}

fn upload(kind: StoreKind, grant: &Grant, values: &Values) -> Option<FileSpec> {
    let content = values.stores.get(&(kind, grant.source.clone()))?;
    let number = |id: &Option<String>| id.as_ref().and_then(|id| id.parse().ok()).unwrap_or(0);
    Some(FileSpec {
        path: grant.target.clone(),
        content: content.clone(),
        uid: number(&grant.uid),
        gid: number(&grant.gid),
        mode: grant.mode.unwrap_or(0o444),
    })
}

fn not_on_an_engine(kind: StoreKind, grant: &Grant, store: &Store) -> Diagnostic {
    let kind = kind.as_str();
    Diagnostic::error(
        codes::SECRET_MISSING,
        format!("{kind} `{}` is external, and a single engine keeps none", grant.source),
    )
    .at(store.source.span.or(store.key.span), "declared here")
    .note("external secrets and configs live in a cluster's store")
    .help(format!("give the {kind} a `file:` or an `environment:` source"))
}

fn read_only_root(kind: StoreKind, grant: &Grant, service: &Service) -> Diagnostic {
    let (kind, service_name) = (kind.as_str(), &service.name.value);
    Diagnostic::error(
        engine::NOT_SUPPORTED,
        format!(
            "{kind} `{}` cannot be put into service `{service_name}`: its root is read-only",
            grant.source
        ),
    )
    .at(service.read_only.and_then(|it| it.span).or(service.span()), "read-only here")
    .note("a value without a file, or with an owner or mode, is copied into the container before its start, and the engine refuses that on a read-only root")
    .help(format!("use a `file:` source without `uid`, `gid` and `mode`: it is mounted, for example `{kind}s: {{ {}: {{ file: ./{} }} }}`", grant.source, grant.source))
}
