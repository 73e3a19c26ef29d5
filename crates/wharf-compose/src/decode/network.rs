//! Networks and volumes of the project, and how services attach to networks.

use super::extension::extensions;
use super::{Decoder, keys};
use crate::model::{Attachment, Ipam, IpamPool, Network, Volume};
use crate::yaml::{Map, Node, Value};
use std::collections::BTreeMap;
use wharf_diag::{Diagnostic, Spanned, codes};

impl Decoder<'_> {
    /// An entry of the top-level `networks`.
    pub(super) fn network(&mut self, key: Spanned<String>, node: &Node) -> Network {
        let name = Spanned { value: format!("{}_{}", self.project, key.value), span: key.span };
        let mut network = Network::plain(key, name);
        if node.is_null() {
            return network;
        }
        let what = format!("the network `{}`", network.key.value);
        let Some(map) = self.section(node, &what, &keys::NETWORK) else { return network };
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "driver" => network.driver = self.text(key, node),
                "driver_opts" => network.driver_opts = self.driver_options(key, node),
                "ipam" => network.ipam = self.ipam(node),
                "internal" => network.internal = self.is_true(key, node),
                "attachable" => network.attachable = self.is_true(key, node),
                "enable_ipv6" => {
                    network.enable_ipv6 = self.boolean(key, node).map(|value| value.value);
                }
                "labels" => network.labels = self.labels(key, node),
                _ => {}
            }
        }
        (network.external, network.name) = self.external_name("network", &network.key, map);
        network.extensions = extensions(map);
        network
    }

    /// An entry of the top-level `volumes`.
    pub(super) fn volume(&mut self, key: Spanned<String>, node: &Node) -> Volume {
        let mut volume = Volume {
            name: Spanned { value: format!("{}_{}", self.project, key.value), span: key.span },
            key,
            external: false,
            driver: None,
            driver_opts: BTreeMap::new(),
            labels: BTreeMap::new(),
            extensions: BTreeMap::new(),
        };
        if node.is_null() {
            return volume;
        }
        let what = format!("the volume `{}`", volume.key.value);
        let Some(map) = self.section(node, &what, &keys::VOLUME) else { return volume };
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "driver" => volume.driver = self.text(key, node),
                "driver_opts" => volume.driver_opts = self.driver_options(key, node),
                "labels" => volume.labels = self.labels(key, node),
                _ => {}
            }
        }
        (volume.external, volume.name) = self.external_name("volume", &volume.key, map);
        self.resolve_device(&mut volume);
        volume.extensions = extensions(map);
        volume
    }

    /// A local volume that is a bind mount in disguise has a path of the host in its options.
    fn resolve_device(&self, volume: &mut Volume) {
        let option = |name: &str| volume.driver_opts.get(name).map(|value| value.value.as_str());
        let is_local = volume.driver.as_ref().is_none_or(|driver| driver.value == "local");
        let is_bind = option("o").is_some_and(|options| options.split(',').any(|o| o == "bind"));
        if !is_local || !is_bind {
            return;
        }
        if let Some(device) = volume.driver_opts.get("device") {
            let path = self.absolute(&device.value).display().to_string();
            let device = Spanned { value: path, span: device.span };
            volume.driver_opts.insert("device".into(), device);
        }
    }

    /// `external` and `name`; an external thing must not say how to create it.
    pub(super) fn external_name(
        &mut self,
        kind: &str,
        key: &Spanned<String>,
        map: &Map,
    ) -> (bool, Spanned<String>) {
        let default = format!("{}_{}", self.project, key.value);
        let mut name = map
            .get("name")
            .filter(|entry| !entry.node.is_null())
            .and_then(|entry| self.text("name", &entry.node));
        let Some(external) = map.get("external").filter(|entry| !entry.node.is_null()) else {
            return (false, name.unwrap_or(Spanned { value: default, span: key.span }));
        };
        let is_external = if external.node.as_map().is_some() {
            self.section(&external.node, "external", &keys::EXTERNAL);
            if let Some(old) = external.node.get("name") {
                name = self.text("name", old);
            }
            true
        } else {
            self.boolean("external", &external.node).is_some_and(|value| value.value)
        };
        if !is_external {
            return (false, name.unwrap_or(Spanned { value: default, span: key.span }));
        }
        for (other, entry) in map {
            // `docker compose config` writes an empty `ipam` to external networks, too.
            let is_empty = entry.node.is_null() || entry.node.as_map().is_some_and(Map::is_empty);
            if !is_empty && other != "name" && other != "external" && !other.starts_with("x-") {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::compose::EXTERNAL,
                        format!("the {kind} `{}` is external and has `{other}`", key.value),
                    )
                    .at(entry.key, format!("says how to create the {kind}"))
                    .also(external.key, "says that it exists already")
                    .help(format!("remove `{other}`, or remove `external`")),
                );
            }
        }
        (true, name.unwrap_or_else(|| key.clone()))
    }

    fn ipam(&mut self, node: &Node) -> Option<Spanned<Ipam>> {
        let map = self.section(node, "ipam", &keys::IPAM)?;
        let mut ipam = Ipam::default();
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "driver" => ipam.driver = self.text(key, node).map(|text| text.value),
                "options" => ipam.options = self.plain_options(key, node),
                "config" => {
                    let items = self.items("config", node);
                    ipam.pools = items.iter().filter_map(|item| self.pool(item)).collect();
                }
                _ => {}
            }
        }
        Some(Spanned::at(ipam, node.span))
    }

    fn pool(&mut self, node: &Node) -> Option<IpamPool> {
        let map = self.section(node, "an item of `ipam.config`", &keys::POOL)?;
        let mut pool = IpamPool::default();
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "subnet" => pool.subnet = self.subnet(key, node),
                "ip_range" => pool.ip_range = self.subnet(key, node),
                "gateway" => pool.gateway = self.address(key, node),
                "aux_addresses" => pool.aux_addresses = self.plain_options(key, node),
                _ => {}
            }
        }
        Some(pool)
    }

    fn plain_options(&mut self, what: &str, node: &Node) -> BTreeMap<String, String> {
        let options = self.driver_options(what, node);
        options.into_iter().map(|(key, value)| (key, value.value)).collect()
    }

    fn subnet(&mut self, what: &str, node: &Node) -> Option<String> {
        let text = self.text(what, node)?.value;
        let is_subnet = text.split_once('/').is_some_and(|(address, length)| {
            let bits = match address.parse::<std::net::IpAddr>() {
                Ok(std::net::IpAddr::V4(_)) => 32,
                Ok(std::net::IpAddr::V6(_)) => 128,
                Err(_) => return false,
            };
            length.parse::<u8>().is_ok_and(|length| length <= bits)
        });
        if !is_subnet {
            let shown = node.as_scalar().map_or("", |scalar| scalar.shown());
            self.invalid(
                codes::compose::VALUE,
                node,
                format!("`{what}` is not a network: `{shown}`"),
                "expected an address and the length of its prefix",
                "write it like `172.28.0.0/16`",
            );
            return None;
        }
        Some(text)
    }

    fn address(&mut self, what: &str, node: &Node) -> Option<String> {
        let text = self.text(what, node)?.value;
        if text.parse::<std::net::IpAddr>().is_err() {
            let shown = node.as_scalar().map_or("", |scalar| scalar.shown());
            self.invalid(
                codes::compose::VALUE,
                node,
                format!("`{what}` is not an IP address: `{shown}`"),
                "expected an IP address",
                "write it like `172.28.0.10`",
            );
            return None;
        }
        Some(text)
    }

    /// `networks` of a service: keys, or keys with details.
    pub(super) fn attachments(&mut self, node: &Node) -> BTreeMap<String, Spanned<Attachment>> {
        let mut output = BTreeMap::new();
        match &node.value {
            Value::Map(map) => {
                for (name, entry) in map {
                    let attachment = self.attachment(name, &entry.node).unwrap_or_default();
                    output.insert(name.clone(), Spanned::at(attachment, entry.key));
                }
            }
            _ => {
                for name in self.texts("networks", node) {
                    let attachment = Spanned { value: Attachment::default(), span: name.span };
                    output.insert(name.value, attachment);
                }
            }
        }
        output
    }

    fn attachment(&mut self, name: &str, node: &Node) -> Option<Attachment> {
        if node.is_null() {
            return None;
        }
        let map =
            self.section(node, &format!("the network `{name}` of a service"), &keys::ATTACHMENT)?;
        let mut attachment = Attachment::default();
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "aliases" => {
                    let aliases = self.texts(key, node);
                    attachment.aliases = aliases.into_iter().map(|alias| alias.value).collect();
                }
                "ipv4_address" => attachment.ipv4_address = self.address(key, node),
                "ipv6_address" => attachment.ipv6_address = self.address(key, node),
                "priority" => {
                    attachment.priority = self.integer(key, node).map_or(0, |value| value.value);
                }
                _ => {}
            }
        }
        Some(attachment)
    }
}
