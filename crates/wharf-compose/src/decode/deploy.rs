//! `deploy`, and the older keys that say the same.

use super::{Decoder, keys};
use crate::model::{Resources, RestartPolicy, Service};
use crate::yaml::{Map, Node};
use wharf_diag::{Diagnostic, Spanned, codes};

/// What `deploy` says; it fills what the service itself does not say.
#[derive(Debug, Default)]
struct Deploy {
    replicas: Option<Spanned<u32>>,
    resources: Resources,
    restart: Option<Spanned<RestartPolicy>>,
}

impl Decoder<'_> {
    /// Reads `deploy` into the service, beside `scale`, `mem_limit` and the like.
    ///
    /// Both forms may be there when they agree (Compose Specification, deploy).
    pub(super) fn deploy(&mut self, map: &Map, service: &mut Service) {
        let Some(node) = map.get("deploy").map(|entry| &entry.node).filter(|node| !node.is_null())
        else {
            return;
        };
        let deploy = self.deploy_section(node);
        let old = &mut service.resources;
        let new = deploy.resources;
        self.agree("scale", "deploy.replicas", &mut service.replicas, deploy.replicas);
        let limits = (&mut old.limits, new.limits);
        self.agree(
            "cpus",
            "deploy.resources.limits.cpus",
            &mut limits.0.nano_cpus,
            limits.1.nano_cpus,
        );
        self.agree(
            "mem_limit",
            "deploy.resources.limits.memory",
            &mut limits.0.memory,
            limits.1.memory,
        );
        self.agree("pids_limit", "deploy.resources.limits.pids", &mut limits.0.pids, limits.1.pids);
        let reserved = (&mut old.reservations.memory, new.reservations.memory);
        self.agree(
            "mem_reservation",
            "deploy.resources.reservations.memory",
            reserved.0,
            reserved.1,
        );
        if service.restart.is_none() {
            service.restart = deploy.restart;
        }
    }

    fn agree<T: PartialEq>(
        &mut self,
        old_name: &str,
        new_name: &str,
        old: &mut Option<Spanned<T>>,
        new: Option<Spanned<T>>,
    ) {
        if let (Some(old), Some(new)) = (&*old, &new)
            && old != new
        {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::CONFLICT,
                    format!("`{old_name}` and `{new_name}` say different things"),
                )
                .at(new.span, format!("`{new_name}`"))
                .also(old.span, format!("`{old_name}`"))
                .help(format!("remove `{old_name}`, the older form")),
            );
        }
        if new.is_some() {
            *old = new;
        }
    }

    fn deploy_section(&mut self, node: &Node) -> Deploy {
        let mut deploy = Deploy::default();
        let Some(map) = self.section(node, "deploy", &keys::DEPLOY) else { return deploy };
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "replicas" => deploy.replicas = self.integer(key, node),
                "resources" => deploy.resources = self.resources(node),
                "restart_policy" => deploy.restart = self.restart_policy(node),
                "mode" => {
                    let words = ["replicated", "global", "replicated-job", "global-job"];
                    self.word(key, node, &words.map(|word| (word, ())));
                }
                "endpoint_mode" => {
                    self.word(key, node, &["vip", "dnsrr"].map(|word| (word, ())));
                }
                "labels" => {
                    self.labels(key, node);
                }
                _ => {
                    self.mapping(key, node);
                }
            }
        }
        deploy
    }

    fn resources(&mut self, node: &Node) -> Resources {
        let mut resources = Resources::default();
        let Some(map) = self.section(node, "resources", &keys::RESOURCES) else { return resources };
        for (key, entry) in map {
            match key.as_str() {
                _ if entry.node.is_null() => {}
                "limits" => self.limits(&entry.node, &mut resources),
                "reservations" => self.reservations(&entry.node, &mut resources),
                _ => {}
            }
        }
        resources
    }

    fn limits(&mut self, node: &Node, resources: &mut Resources) {
        let Some(map) = self.section(node, "limits", &keys::LIMITS) else { return };
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "cpus" => resources.limits.nano_cpus = self.cpus(key, node),
                "memory" => resources.limits.memory = self.size(key, node),
                "pids" => resources.limits.pids = self.integer(key, node),
                _ => {}
            }
        }
    }

    fn reservations(&mut self, node: &Node, resources: &mut Resources) {
        let Some(map) = self.section(node, "reservations", &keys::RESERVATIONS) else { return };
        for (key, entry) in map {
            match key.as_str() {
                _ if entry.node.is_null() => {}
                "cpus" => {
                    self.cpus(key, &entry.node);
                }
                "memory" => resources.reservations.memory = self.size(key, &entry.node),
                _ => {}
            }
        }
    }

    fn restart_policy(&mut self, node: &Node) -> Option<Spanned<RestartPolicy>> {
        let map = self.section(node, "restart_policy", &keys::RESTART_POLICY)?;
        let (mut condition, mut max_retries) = (None, None);
        for (key, entry) in map {
            let node = &entry.node;
            match key.as_str() {
                _ if node.is_null() => {}
                "condition" => {
                    let words = [("none", 0), ("on-failure", 1), ("any", 2)];
                    condition = Some(self.word(key, node, &words)?.value);
                }
                "max_attempts" => max_retries = self.integer(key, node).map(|count| count.value),
                "delay" | "window" => {
                    self.duration(key, node);
                }
                _ => {}
            }
        }
        let policy = match condition {
            Some(0) => RestartPolicy::No,
            Some(1) => RestartPolicy::OnFailure { max_retries },
            _ => RestartPolicy::Always,
        };
        Some(Spanned::at(policy, node.span))
    }
}
