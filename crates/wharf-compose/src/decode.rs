//! The merged tree into typed values; every problem of every value is reported.
//!
//! A value that is wrong is reported and left out, so that the rest is still looked at. The
//! project is only handed out when nothing was reported.

mod build;
mod decoder;
mod depends;
mod deploy;
mod extension;
mod fields;
mod health;
mod keys;
mod mount;
mod network;
mod port;
mod process;
mod service;
mod store;
mod units;

pub(crate) use decoder::Decoder;
pub(crate) use port::port_identity;
pub use units::parse_duration;

use crate::model::{Extensions, Network, Service, Store, Volume};
use crate::yaml::{Map, Node};
use std::collections::BTreeMap;
use wharf_diag::{Diagnostic, Spanned, codes};

/// Everything that the files say, before what is implied is derived from it.
#[derive(Debug, Default)]
pub(crate) struct Decoded {
    pub(crate) services: Vec<Service>,
    pub(crate) networks: BTreeMap<String, Network>,
    pub(crate) volumes: BTreeMap<String, Volume>,
    pub(crate) secrets: BTreeMap<String, Store>,
    pub(crate) configs: BTreeMap<String, Store>,
    pub(crate) extensions: Extensions,
}

/// Decodes the whole tree.
pub(crate) fn decode(root: &Node, decoder: &mut Decoder<'_>) -> Decoded {
    let mut decoded = Decoded::default();
    let Some(map) = decoder.section(root, "the top level", &keys::TOP) else { return decoded };
    for (key, entry) in map {
        let node = &entry.node;
        match key.as_str() {
            "version" => decoder.diagnostics.push(
                Diagnostic::warning(codes::compose::OBSOLETE, "`version` has no meaning any more")
                    .at(entry.key, "ignored")
                    .help("remove this line"),
            ),
            "services" => decoded.services = services(node, decoder),
            "networks" => {
                decoded.networks = named(node, "network", decoder, Decoder::network);
            }
            "volumes" => decoded.volumes = named(node, "volume", decoder, Decoder::volume),
            "secrets" => decoded.secrets = named(node, "secret", decoder, Decoder::secret),
            "configs" => decoded.configs = named(node, "config", decoder, Decoder::config),
            _ => {}
        }
    }
    decoded.extensions = extension::extensions(map);
    // An unknown key is reported already; the services are most likely below it.
    let is_explained = map.keys().any(|key| !keys::TOP.known.contains(&key.as_str()));
    if !is_explained && map.get("services").is_none_or(|entry| entry.node.is_null()) {
        decoder.diagnostics.push(no_services(map));
    }
    decoded
}

fn no_services(map: &Map) -> Diagnostic {
    let place = map.get("services").map(|entry| entry.key);
    Diagnostic::error(codes::compose::NO_SERVICES, "the compose files define no service")
        .at(place, "nothing is indented below this key")
        .help("a smallest compose file is `services: {web: {image: nginx}}`")
}

fn services(node: &Node, decoder: &mut Decoder<'_>) -> Vec<Service> {
    if node.is_null() {
        return Vec::new();
    }
    let Some(map) = decoder.mapping("services", node) else { return Vec::new() };
    let mut services = Vec::with_capacity(map.len());
    for (key, entry) in map {
        if key.starts_with("x-") {
            continue;
        }
        decoder.check_key("service", key, entry.key);
        services.push(decoder.service(key, entry));
    }
    services
}

/// Decodes a top-level section of named things; an empty value is all defaults.
fn named<'a, T>(
    node: &Node,
    kind: &str,
    decoder: &mut Decoder<'a>,
    decode: impl Fn(&mut Decoder<'a>, Spanned<String>, &Node) -> T,
) -> BTreeMap<String, T> {
    let mut output = BTreeMap::new();
    if node.is_null() {
        return output;
    }
    let Some(map) = decoder.mapping(&format!("{kind}s"), node) else { return output };
    for (key, entry) in map {
        if key.starts_with("x-") {
            continue;
        }
        decoder.check_key(kind, key, entry.key);
        let value = decode(decoder, Spanned::at(key.clone(), entry.key), &entry.node);
        output.insert(key.clone(), value);
    }
    output
}
