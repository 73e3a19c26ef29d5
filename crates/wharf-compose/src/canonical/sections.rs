//! The project and its top-level sections.

use super::service;
use super::tree::{Out, Section};
use crate::model::{
    Extensions, Ipam, MountKind, Network, Project, Service, Store, StoreSource, Volume,
};
use std::collections::{BTreeMap, BTreeSet};
use wharf_diag::Spanned;

/// The whole project.
pub(super) fn project(project: &Project) -> Out {
    let mut section = Section::default();
    section.put("name", Out::text(&project.name.value));
    let services = project.services.iter();
    let services = services.map(|(name, service)| (name.clone(), service::service(service)));
    section.put("services", Out::Map(services.collect()));
    let used = Used::of(project);
    section.put_filled("networks", filtered(&project.networks, &used.networks, network));
    section.put_filled("volumes", filtered(&project.volumes, &used.volumes, volume));
    let prefix = &project.name.value;
    let store = |store: &Store| self::store(store, prefix);
    section.put_filled("secrets", filtered(&project.secrets, &used.secrets, store));
    section.put_filled("configs", filtered(&project.configs, &used.configs, store));
    extensions(&mut section, &project.extensions);
    section.into_out()
}

/// What active services refer to.
#[derive(Default)]
struct Used<'p> {
    networks: BTreeSet<&'p str>,
    volumes: BTreeSet<&'p str>,
    secrets: BTreeSet<&'p str>,
    configs: BTreeSet<&'p str>,
}

impl<'p> Used<'p> {
    fn of(project: &'p Project) -> Self {
        let mut used = Self::default();
        project.services.values().for_each(|service| used.add(service));
        used
    }

    fn add(&mut self, service: &'p Service) {
        self.networks.extend(service.networks.keys().map(String::as_str));
        self.volumes.extend(service.volumes.iter().filter_map(|mount| match &mount.value.kind {
            MountKind::Volume { source, .. } => source.as_deref(),
            _ => None,
        }));
        self.secrets.extend(service.secrets.iter().map(|grant| grant.value.source.as_str()));
        self.configs.extend(service.configs.iter().map(|grant| grant.value.source.as_str()));
        let build = service.build.iter().flat_map(|build| &build.value.secrets);
        self.secrets.extend(build.map(|secret| secret.value.source.as_str()));
    }
}

fn filtered<T>(
    items: &BTreeMap<String, T>,
    used: &BTreeSet<&str>,
    print: impl Fn(&T) -> Out,
) -> Out {
    let items = items.iter().filter(|(key, _)| used.contains(key.as_str()));
    Out::Map(items.map(|(key, item)| (key.clone(), print(item))).collect())
}

/// Keys that begin with `x-`.
pub(super) fn extensions(section: &mut Section, extensions: &Extensions) {
    for (key, value) in extensions {
        section.put(key, Out::from_json(value));
    }
}

/// A mapping of texts.
pub(super) fn pairs(pairs: &BTreeMap<String, Spanned<String>>) -> Out {
    Out::Map(pairs.iter().map(|(key, value)| (key.clone(), Out::text(&value.value))).collect())
}

/// A mapping of texts without places.
pub(super) fn plain_pairs(pairs: &BTreeMap<String, String>) -> Out {
    Out::Map(pairs.iter().map(|(key, value)| (key.clone(), Out::text(value))).collect())
}

/// A text with its place.
pub(super) fn spanned(text: Option<&Spanned<String>>) -> Option<Out> {
    text.map(|text| Out::text(&text.value))
}

/// `true`, or nothing.
pub(super) fn flag(value: bool) -> Option<Out> {
    value.then_some(Out::Bool(true))
}

fn network(network: &Network) -> Out {
    let mut section = Section::default();
    section.put("name", Out::text(&network.name.value));
    section.put_some("driver", spanned(network.driver.as_ref()));
    section.put_filled("driver_opts", pairs(&network.driver_opts));
    section
        .put("ipam", network.ipam.as_ref().map_or(Out::Map(Vec::new()), |pool| ipam(&pool.value)));
    section.put_some("external", flag(network.external));
    section.put_some("internal", flag(network.internal));
    section.put_some("attachable", flag(network.attachable));
    section.put_filled("labels", pairs(&network.labels));
    section.put_some("enable_ipv6", network.enable_ipv6.map(Out::Bool));
    extensions(&mut section, &network.extensions);
    section.into_out()
}

fn ipam(ipam: &Ipam) -> Out {
    let mut section = Section::default();
    section.put_some("driver", ipam.driver.as_ref().map(Out::text));
    let pools = ipam.pools.iter().map(|pool| {
        let mut section = Section::default();
        section.put_some("subnet", pool.subnet.as_ref().map(Out::text));
        section.put_some("gateway", pool.gateway.as_ref().map(Out::text));
        section.put_some("ip_range", pool.ip_range.as_ref().map(Out::text));
        section.put_filled("aux_addresses", plain_pairs(&pool.aux_addresses));
        section.into_out()
    });
    section.put_filled("config", Out::List(pools.collect()));
    section.put_filled("options", plain_pairs(&ipam.options));
    section.into_out()
}

fn volume(volume: &Volume) -> Out {
    let mut section = Section::default();
    section.put("name", Out::text(&volume.name.value));
    section.put_some("driver", spanned(volume.driver.as_ref()));
    section.put_filled("driver_opts", pairs(&volume.driver_opts));
    section.put_some("external", flag(volume.external));
    section.put_filled("labels", pairs(&volume.labels));
    extensions(&mut section, &volume.extensions);
    section.into_out()
}

/// A secret or config. The value of a variable is never printed.
fn store(store: &Store, project: &str) -> Out {
    let mut section = Section::default();
    let is_external = store.source.value == StoreSource::External;
    let default = if is_external {
        store.key.value.clone()
    } else {
        format!("{project}_{}", store.key.value)
    };
    section.put("name", Out::text(store.name.as_ref().map_or(&default, |name| &name.value)));
    match &store.source.value {
        StoreSource::File(path) => section.put("file", Out::text(path.display().to_string())),
        StoreSource::Environment(name) => section.put("environment", Out::text(name)),
        StoreSource::Content(text) => section.put("content", Out::text(text)),
        StoreSource::External => section.put("external", Out::Bool(true)),
    }
    section.into_out()
}
