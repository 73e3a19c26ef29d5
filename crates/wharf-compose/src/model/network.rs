//! Networks and volumes of a project, and how services attach to networks.

use super::Extensions;
use std::collections::BTreeMap;
use wharf_diag::Spanned;

/// One entry of the top-level `networks`.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// Key, with its place (none for the implied `default`).
    pub key: Spanned<String>,
    /// Name on the engine: `<project>_<key>` unless `name` says otherwise.
    pub name: Spanned<String>,
    /// Whether it must exist already.
    pub external: bool,
    /// Driver; `None` is the engine's default (`bridge`).
    pub driver: Option<Spanned<String>>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, Spanned<String>>,
    /// Address management.
    pub ipam: Option<Spanned<Ipam>>,
    /// No way to the outside.
    pub internal: bool,
    /// Other containers may attach by hand.
    pub attachable: bool,
    /// IPv6 switched on or off.
    pub enable_ipv6: Option<bool>,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<String>>,
    /// Keys that begin with `x-`.
    pub extensions: Extensions,
}

impl Network {
    /// A network of which nothing but its name is said.
    pub fn plain(key: Spanned<String>, name: Spanned<String>) -> Self {
        Self {
            key,
            name,
            external: false,
            driver: None,
            driver_opts: BTreeMap::new(),
            ipam: None,
            internal: false,
            attachable: false,
            enable_ipv6: None,
            labels: BTreeMap::new(),
            extensions: BTreeMap::new(),
        }
    }
}

/// Address management of a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ipam {
    /// Driver; `None` is the engine's default.
    pub driver: Option<String>,
    /// Address pools.
    pub pools: Vec<IpamPool>,
    /// Options of the driver.
    pub options: BTreeMap<String, String>,
}

/// One address pool.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IpamPool {
    /// Subnet in CIDR form.
    pub subnet: Option<String>,
    /// Range inside the subnet that addresses are given from.
    pub ip_range: Option<String>,
    /// The gateway's address.
    pub gateway: Option<String>,
    /// Addresses that are used by something else, by name.
    pub aux_addresses: BTreeMap<String, String>,
}

/// How a service attaches to a network.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attachment {
    /// Further names on this network.
    pub aliases: Vec<String>,
    /// Fixed IPv4 address.
    pub ipv4_address: Option<String>,
    /// Fixed IPv6 address.
    pub ipv6_address: Option<String>,
    /// Networks with a higher priority are connected first.
    pub priority: i64,
}

/// Replaces a service's networks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkMode {
    /// No network at all.
    None,
    /// The host's own network.
    Host,
    /// The network of another service's container.
    Service(String),
    /// The network of some container.
    Container(String),
    /// Anything else that the engine knows (`bridge`, the name of a network).
    Other(String),
}

/// One entry of the top-level `volumes`.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    /// Key, with its place.
    pub key: Spanned<String>,
    /// Name on the engine: `<project>_<key>` unless `name` says otherwise.
    pub name: Spanned<String>,
    /// Whether it must exist already.
    pub external: bool,
    /// Driver; `None` is the engine's default (`local`).
    pub driver: Option<Spanned<String>>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, Spanned<String>>,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<String>>,
    /// Keys that begin with `x-`.
    pub extensions: Extensions,
}
