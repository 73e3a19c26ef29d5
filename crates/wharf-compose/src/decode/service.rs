//! One service: every key to its decoder.

use super::extension::extensions;
use super::{Decoder, depends, keys};
use crate::model::{Resources, Service};
use crate::yaml::{Entry, Node};
use std::collections::BTreeMap;
use wharf_diag::{Diagnostic, Spanned, codes};

impl Decoder<'_> {
    /// A service of the `services` section.
    pub(super) fn service(&mut self, name: &str, entry: &Entry) -> Service {
        let mut service = empty(Spanned::at(name.to_owned(), entry.key));
        if entry.node.is_null() {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::NO_IMAGE,
                    format!("the service `{name}` is empty"),
                )
                .at(entry.key, "nothing is indented below this key")
                .help("add `image: NAME` or `build: .` below it, two spaces deeper"),
            );
            return service;
        }
        let what = format!("the service `{name}`");
        let Some(map) = self.section(&entry.node, &what, &keys::SERVICE) else { return service };
        let mut links = Vec::new();
        for (key, entry) in map {
            // A key with nothing below it, for example with all items commented out, is absent.
            if entry.node.is_null() {
                continue;
            }
            match key.as_str() {
                "links" => links = self.links(&entry.node),
                key => self.service_key(&mut service, key, &entry.node),
            }
        }
        self.deploy(map, &mut service);
        depends::imply(&mut service, links);
        service.extensions = extensions(map);
        self.exclusive(&service, map.get("networks"));
        if service.image.is_none()
            && !map.contains_key("image")
            && !map.contains_key("build")
            && !map.contains_key("extends")
        {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::NO_IMAGE,
                    format!("the service `{name}` has neither `image` nor `build`"),
                )
                .at(entry.key, "nothing to make a container from")
                .help("add `image: NAME` to pull an image, or `build: .` to build the folder of the compose file"),
            );
        }
        service
    }

    fn service_key(&mut self, service: &mut Service, key: &str, node: &Node) {
        match key {
            "image" => service.image = self.image(node),
            "build" => service.build = self.build(node),
            "pull_policy" => service.pull_policy = self.pull_policy(node),
            "platform" => service.platform = self.text(key, node),
            "command" => service.command = self.command(key, node),
            "entrypoint" => service.entrypoint = self.command(key, node),
            "environment" => service.environment = self.pairs(key, node),
            "env_file" => service.env_files = self.env_files(node),
            "ports" => service.ports = self.ports(node),
            "expose" => service.expose = self.expose(node),
            "volumes" => service.volumes = self.mounts(node),
            "networks" => service.networks = self.attachments(node),
            "network_mode" => service.network_mode = self.network_mode(node),
            "depends_on" => service.depends_on = self.depends_on(node),
            "healthcheck" => service.healthcheck = self.healthcheck(node),
            "restart" => service.restart = self.restart(node),
            "logging" => service.logging = self.logging(node),
            "labels" => service.labels = self.labels(key, node),
            "secrets" => service.secrets = self.grants(key, "/run/secrets/", node),
            "configs" => service.configs = self.grants(key, "/", node),
            "extra_hosts" => service.extra_hosts = self.hosts(node),
            "sysctls" => service.sysctls = self.labels(key, node),
            "ulimits" => service.ulimits = self.ulimits(node),
            "devices" => service.devices = self.devices(node),
            "scale" => service.replicas = self.integer(key, node),
            _ => self.simple_key(service, key, node),
        }
    }

    /// Keys of a service that hold one value or a list of texts.
    fn simple_key(&mut self, service: &mut Service, key: &str, node: &Node) {
        match key {
            "cpus" => service.resources.limits.nano_cpus = self.cpus(key, node),
            "mem_limit" => service.resources.limits.memory = self.size(key, node),
            "memswap_limit" => {
                service.resources.limits.memory_swap = self.size_or_unlimited(key, node);
            }
            "pids_limit" => service.resources.limits.pids = self.integer(key, node),
            "mem_reservation" => service.resources.reservations.memory = self.size(key, node),
            "user" => service.user = self.text(key, node),
            "group_add" => service.group_add = self.texts_or_numbers(key, node),
            "working_dir" => service.working_dir = self.text(key, node),
            "container_name" => service.container_name = self.container_name(node),
            "hostname" => service.hostname = self.text(key, node),
            "domainname" => service.domainname = self.text(key, node),
            "read_only" => service.read_only = self.boolean(key, node),
            "tmpfs" => service.tmpfs = self.one_or_more(key, node),
            "cap_add" => service.cap_add = self.texts(key, node),
            "cap_drop" => service.cap_drop = self.texts(key, node),
            "security_opt" => service.security_opt = self.texts(key, node),
            "privileged" => service.privileged = self.boolean(key, node),
            "init" => service.init = self.boolean(key, node),
            "stop_signal" => service.stop_signal = self.text(key, node),
            "stop_grace_period" => service.stop_grace_period = self.duration(key, node),
            "profiles" => service.profiles = self.texts(key, node),
            "dns" => service.dns = self.one_or_more(key, node),
            "dns_search" => service.dns_search = self.one_or_more(key, node),
            "dns_opt" => service.dns_opt = self.texts(key, node),
            "shm_size" => service.shm_size = self.size(key, node),
            "pid" => service.pid = self.text(key, node),
            "ipc" => service.ipc = self.text(key, node),
            "tty" => service.tty = self.boolean(key, node),
            "stdin_open" => service.stdin_open = self.boolean(key, node),
            // `deploy` is read with the keys that it repeats; `develop` says what happens while
            // files change and has no effect on what `up` starts; other keys are reported.
            _ => {}
        }
    }

    fn image(&mut self, node: &Node) -> Option<Spanned<String>> {
        let image = self.text("image", node)?;
        let bad = if image.value.is_empty() {
            "it is empty"
        } else if image.value.contains(char::is_whitespace) {
            "it contains a space"
        } else if has_upper_case_path(&image.value) {
            "the part before the tag must be in lower case"
        } else {
            return Some(image);
        };
        let shown = node.as_scalar().map_or("", |scalar| scalar.shown());
        self.invalid(
            codes::compose::VALUE,
            node,
            format!("`{shown}` is not the name of an image: {bad}"),
            "expected [registry/]name[:tag]",
            "write it like `postgres:16-alpine`",
        );
        None
    }

    fn container_name(&mut self, node: &Node) -> Option<Spanned<String>> {
        let name = self.text("container_name", node)?;
        let mut chars = name.value.chars();
        let starts_well = chars.next().is_some_and(|char| char.is_ascii_alphanumeric());
        let fits = |char: char| char.is_ascii_alphanumeric() || "_.-".contains(char);
        if starts_well && name.value.len() > 1 && chars.all(fits) {
            return Some(name);
        }
        let shown = node.as_scalar().map_or("", |scalar| scalar.shown());
        self.invalid(
            codes::compose::NAME,
            node,
            format!("`{shown}` is not a possible name of a container"),
            "letters, digits, `_`, `.` and `-`, at least two, the first a letter or digit",
            "correct it, or remove `container_name` and let wharf choose",
        );
        None
    }

    /// `expose`: ports and ranges, with or without a protocol.
    fn expose(&mut self, node: &Node) -> Vec<Spanned<String>> {
        let ports = self.texts_or_numbers("expose", node);
        for port in &ports {
            let is_port =
                !port.value.contains(':') && super::port::parse_short(&port.value).is_ok();
            if !is_port {
                let span = port.span.unwrap_or(node.span);
                self.invalid(
                    codes::compose::PORT,
                    &Node::null(span),
                    "an item of `expose` is not a container port",
                    "expected a port or a range, such as 80, 53/udp or 3000-3005",
                    "write the container's port alone; `ports` publishes one on the host",
                );
            }
        }
        ports
    }

    fn exclusive(&mut self, service: &Service, networks: Option<&Entry>) {
        if let (Some(mode), Some(networks)) = (&service.network_mode, networks)
            && !networks.node.is_null()
        {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::CONFLICT,
                    format!(
                        "the service `{}` has `network_mode` and `networks`",
                        service.name.value
                    ),
                )
                .at(networks.key, "joins networks of the project")
                .also(mode.span, "replaces all networks")
                .help("keep one of the two"),
            );
        }
    }
}

/// The name without registry, tag and digest must be in lower case.
fn has_upper_case_path(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    let path = match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => rest,
        _ => name,
    };
    let path = path.rsplit_once(':').map_or(path, |(path, _)| path);
    path.chars().any(|char| char.is_ascii_uppercase())
}

fn empty(name: Spanned<String>) -> Service {
    Service {
        name,
        image: None,
        build: None,
        pull_policy: None,
        platform: None,
        command: None,
        entrypoint: None,
        environment: BTreeMap::new(),
        env_files: Vec::new(),
        ports: Vec::new(),
        expose: Vec::new(),
        volumes: Vec::new(),
        networks: BTreeMap::new(),
        network_mode: None,
        depends_on: BTreeMap::new(),
        healthcheck: None,
        restart: None,
        replicas: None,
        resources: Resources::default(),
        user: None,
        group_add: Vec::new(),
        working_dir: None,
        container_name: None,
        hostname: None,
        domainname: None,
        read_only: None,
        tmpfs: Vec::new(),
        cap_add: Vec::new(),
        cap_drop: Vec::new(),
        security_opt: Vec::new(),
        privileged: None,
        init: None,
        stop_signal: None,
        stop_grace_period: None,
        labels: BTreeMap::new(),
        logging: None,
        secrets: Vec::new(),
        configs: Vec::new(),
        profiles: Vec::new(),
        extra_hosts: Vec::new(),
        dns: Vec::new(),
        dns_search: Vec::new(),
        dns_opt: Vec::new(),
        sysctls: BTreeMap::new(),
        ulimits: BTreeMap::new(),
        shm_size: None,
        devices: Vec::new(),
        pid: None,
        ipc: None,
        tty: None,
        stdin_open: None,
        extensions: BTreeMap::new(),
    }
}
