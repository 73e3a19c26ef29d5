//! A project resolved to what an engine needs: names, labels, specifications.

mod container;
mod stores;

pub(crate) use container::with_protocol;
pub use stores::{NeededValue, StoreKind, Values, needed_values};

use crate::hash::{files_hash, network_hash};
use crate::labels;
use crate::spec::{BuildSpec, ContainerSpec, NetworkSpec, VolumeSpec};
use crate::{Secret, hash};
use std::collections::{BTreeMap, BTreeSet};
use wharf_compose::model::{
    Build, Condition, Dependency, Network, Project, PullPolicy, Service, Volume,
};
use wharf_diag::{Diagnostics, Span};

/// A project resolved to what an engine needs.
#[derive(Debug, Clone)]
pub struct Desired {
    /// Name of the project.
    pub project: String,
    /// Active services by name.
    pub services: BTreeMap<String, DesiredService>,
    /// Networks by key.
    pub networks: BTreeMap<String, DesiredNetwork>,
    /// Volumes by key.
    pub volumes: BTreeMap<String, DesiredVolume>,
    /// Services that the files define and no profile selects; their containers are no orphans.
    pub inactive: BTreeSet<String>,
}

/// A service resolved.
#[derive(Debug, Clone)]
pub struct DesiredService {
    /// Its name.
    pub name: String,
    /// Place of its key.
    pub span: Option<Span>,
    /// How many containers are wanted.
    pub replicas: u32,
    /// Whether `container_name` fixes the name.
    pub has_fixed_name: bool,
    /// The container, its name and number not filled in.
    pub template: ContainerSpec,
    /// Hash of the template.
    pub hash: String,
    /// Hash of its files.
    pub files_hash: Option<String>,
    /// Services that must be in some state first; implied ones included.
    pub depends_on: BTreeMap<String, Dependency>,
    /// Services whose namespaces it shares: it is replaced with them.
    pub shares_with: BTreeSet<String>,
    /// How its image is built.
    pub build: Option<BuildSpec>,
    /// When its image is pulled.
    pub pull_policy: PullPolicy,
    /// Keys of the networks that it joins.
    pub networks: Vec<String>,
    /// Keys of the volumes that it mounts.
    pub volumes: BTreeSet<String>,
    /// Whether another service waits for its end.
    pub is_one_shot: bool,
}

/// A network resolved.
#[derive(Debug, Clone)]
pub struct DesiredNetwork {
    /// Place of its key.
    pub span: Option<Span>,
    /// Whether it must be there already.
    pub external: bool,
    /// What to create.
    pub spec: NetworkSpec,
}

/// A volume resolved.
#[derive(Debug, Clone)]
pub struct DesiredVolume {
    /// Place of its key.
    pub span: Option<Span>,
    /// Whether it must be there already.
    pub external: bool,
    /// What to create.
    pub spec: VolumeSpec,
}

impl DesiredService {
    /// Name of the container of a replica.
    pub fn container_name(&self, project: &str, number: u32) -> String {
        if self.has_fixed_name {
            return self.template.name.clone();
        }
        format!("{project}-{}-{number}", self.name)
    }

    /// The container of a replica.
    pub fn container(&self, project: &str, number: u32) -> ContainerSpec {
        let mut spec = self.template.clone();
        spec.name = self.container_name(project, number);
        spec.labels.insert(labels::NUMBER.to_owned(), number.to_string());
        spec.labels.insert(labels::HASH.to_owned(), self.hash.clone());
        spec.labels.insert(labels::COMPOSE_HASH.to_owned(), self.hash.clone());
        if let Some(hash) = &self.files_hash {
            spec.labels.insert(labels::FILES_HASH.to_owned(), hash.clone());
        }
        spec
    }
}

impl Desired {
    /// Resolves a project; `values` holds what [`needed_values`] asked for.
    ///
    /// # Errors
    /// Everything that the engine could not be asked for, all at once.
    pub fn resolve(project: &Project, values: &Values) -> Result<Self, Diagnostics> {
        let mut problems = Diagnostics::default();
        let one_shots = one_shots(project);
        let mut services = BTreeMap::new();
        for (name, service) in &project.services {
            let resolved = service_of(project, service, values, &one_shots, &mut problems);
            services.insert(name.clone(), resolved);
        }
        if problems.has_errors() {
            return Err(problems);
        }
        let own = |kind: &str, key: &str| own_labels(project, kind, key);
        Ok(Self {
            project: project.name.value.clone(),
            services,
            networks: project
                .networks
                .iter()
                .map(|(key, it)| (key.clone(), network_of(it, own(labels::NETWORK, key))))
                .collect(),
            volumes: project
                .volumes
                .iter()
                .map(|(key, it)| (key.clone(), volume_of(it, own(labels::VOLUME, key))))
                .collect(),
            inactive: project.inactive.keys().cloned().collect(),
        })
    }

    /// Names of services, every service behind what it depends on; ties by name.
    pub fn in_order(&self) -> Vec<&str> {
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for name in self.services.keys() {
            self.visit(name, &mut seen, &mut order);
        }
        order
    }

    fn visit<'a>(&'a self, name: &'a str, seen: &mut BTreeSet<&'a str>, order: &mut Vec<&'a str>) {
        let Some(service) = self.services.get(name) else { return };
        if !seen.insert(&service.name) {
            return;
        }
        service.depends_on.keys().for_each(|dependency| self.visit(dependency, seen, order));
        order.push(&service.name);
    }

    /// The named services and, with [`Dependencies::Included`], all that they need; every
    /// service when none is named.
    pub fn select(&self, names: &[String], dependencies: Dependencies) -> BTreeSet<String> {
        if names.is_empty() {
            return self.services.keys().cloned().collect();
        }
        let mut selected = BTreeSet::new();
        let mut open: Vec<&str> = names.iter().map(String::as_str).collect();
        while let Some(name) = open.pop() {
            let Some(service) = self.services.get(name) else { continue };
            if selected.insert(name.to_owned()) && dependencies == Dependencies::Included {
                open.extend(service.depends_on.keys().map(String::as_str));
            }
        }
        selected
    }

    /// Hash that the containers of a service must carry not to be looked at closer.
    pub fn hashes(&self) -> BTreeMap<String, String> {
        self.services.iter().map(|(name, it)| (name.clone(), it.hash.clone())).collect()
    }
}

/// Whether a selection takes dependencies along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependencies {
    /// Yes.
    Included,
    /// `--no-deps`.
    Excluded,
}

fn one_shots(project: &Project) -> BTreeSet<&str> {
    let edges = project.services.values().flat_map(|service| &service.depends_on);
    edges
        .filter(|(_, dependency)| dependency.condition == Condition::Completed)
        .map(|(name, _)| name.as_str())
        .collect()
}

fn service_of(
    project: &Project,
    service: &Service,
    values: &Values,
    one_shots: &BTreeSet<&str>,
    problems: &mut Diagnostics,
) -> DesiredService {
    let template = container::template(project, service, values, problems);
    let shares_with = container::shared_services(service);
    let mut depends_on: BTreeMap<String, Dependency> = service
        .depends_on
        .iter()
        .filter(|(name, _)| project.services.contains_key(*name))
        .map(|(name, dependency)| (name.clone(), dependency.value.clone()))
        .collect();
    for name in &shares_with {
        depends_on.entry(name.clone()).or_insert(Dependency {
            condition: Condition::Started,
            restart: true,
            required: true,
        });
    }
    DesiredService {
        name: service.name.value.clone(),
        span: service.span(),
        replicas: service.replica_count(),
        has_fixed_name: service.container_name.is_some(),
        hash: hash::container_hash(&template),
        files_hash: files_hash(&template.files),
        depends_on,
        shares_with,
        build: service.build.as_ref().map(|build| BuildSpec {
            image: template.image.clone(),
            // Their values are in `args`, as secrets.
            build: Build { args: BTreeMap::new(), ..build.value.clone() },
            args: build_args(&build.value, values),
            labels: build
                .labels
                .iter()
                .map(|(name, value)| (name.clone(), value.value.clone()))
                .chain([
                    (labels::PROJECT.to_owned(), project.name.value.clone()),
                    (labels::SERVICE.to_owned(), service.name.value.clone()),
                ])
                .collect(),
        }),
        pull_policy: service.pull_policy.map_or(PullPolicy::Missing, |policy| policy.value),
        networks: service.networks.keys().cloned().collect(),
        volumes: container::named_volumes(service),
        is_one_shot: one_shots.contains(service.name.value.as_str()),
        template,
    }
}

fn build_args(build: &wharf_compose::model::Build, values: &Values) -> BTreeMap<String, Secret> {
    let resolve = |name: &String, value: &Option<String>| {
        let value = value.as_ref().or_else(|| values.variables.get(name))?;
        Some((name.clone(), Secret::new(value)))
    };
    build.args.iter().filter_map(|(name, value)| resolve(name, &value.value)).collect()
}

fn own_labels(project: &Project, kind: &str, key: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (labels::PROJECT.to_owned(), project.name.value.clone()),
        (kind.to_owned(), key.to_owned()),
    ])
}

fn network_of(network: &Network, own: BTreeMap<String, String>) -> DesiredNetwork {
    let mut spec = NetworkSpec {
        name: network.name.value.clone(),
        driver: network.driver.as_ref().map(|driver| driver.value.clone()),
        driver_opts: plain(&network.driver_opts),
        ipam: network.ipam.as_ref().map(|ipam| ipam.value.clone()),
        internal: network.internal,
        attachable: network.attachable,
        enable_ipv6: network.enable_ipv6.unwrap_or(false),
        labels: plain(&network.labels),
    };
    spec.labels.extend(own);
    spec.labels.insert(labels::HASH.to_owned(), network_hash(&spec));
    DesiredNetwork { span: network.key.span, external: network.external, spec }
}

fn volume_of(volume: &Volume, own: BTreeMap<String, String>) -> DesiredVolume {
    let mut spec = VolumeSpec {
        name: volume.name.value.clone(),
        driver: volume.driver.as_ref().map(|driver| driver.value.clone()),
        driver_opts: plain(&volume.driver_opts),
        labels: plain(&volume.labels),
    };
    spec.labels.extend(own);
    DesiredVolume { span: volume.key.span, external: volume.external, spec }
}

fn plain(map: &BTreeMap<String, wharf_diag::Spanned<String>>) -> BTreeMap<String, String> {
    map.iter().map(|(name, value)| (name.clone(), value.value.clone())).collect()
}
