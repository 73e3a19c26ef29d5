//! One service, keys in the order of Docker Compose.

use super::duration::duration;
use super::items::{device, grant, mount, port};
use super::sections::{extensions, flag, pairs, plain_pairs, spanned};
use super::tree::{Out, Section};
use crate::model::{
    Attachment, Build, Condition, Dependency, HealthTest, Healthcheck, NetworkMode, PullPolicy,
    Resources, RestartPolicy, Service, Ulimit,
};
use std::collections::BTreeMap;
use std::time::Duration;
use wharf_diag::Spanned;

/// A service.
pub(super) fn service(service: &Service) -> Out {
    let mut section = Section::default();
    section.put_filled("profiles", texts(&service.profiles));
    section.put_some("build", service.build.as_ref().map(|build| self::build(&build.value)));
    section.put_filled("cap_add", texts(&service.cap_add));
    section.put_filled("cap_drop", texts(&service.cap_drop));
    section.put("command", command(service.command.as_ref()));
    section.put_filled(
        "configs",
        Out::List(service.configs.iter().map(|item| grant(&item.value, "/")).collect()),
    );
    section.put_some("container_name", spanned(service.container_name.as_ref()));
    section.put_filled("depends_on", map(&service.depends_on, dependency));
    section.put_some("deploy", deploy(service));
    section.put_filled(
        "devices",
        Out::List(service.devices.iter().map(|item| device(&item.value)).collect()),
    );
    section.put_filled("dns", texts(&service.dns));
    section.put_filled("dns_opt", texts(&service.dns_opt));
    section.put_filled("dns_search", texts(&service.dns_search));
    section.put_some("domainname", spanned(service.domainname.as_ref()));
    section.put("entrypoint", command(service.entrypoint.as_ref()));
    section.put_filled(
        "environment",
        map(&service.environment, |value| value.as_ref().map_or(Out::Null, Out::text)),
    );
    section.put_filled("expose", texts(&service.expose));
    section.put_filled("extra_hosts", hosts(&service.extra_hosts));
    section.put_filled("group_add", texts(&service.group_add));
    section.put_some("hostname", spanned(service.hostname.as_ref()));
    section.put_some("healthcheck", service.healthcheck.as_ref().map(|check| health(&check.value)));
    runtime(&mut section, service);
    section.into_out()
}

/// The second half of the keys.
fn runtime(section: &mut Section, service: &Service) {
    let bool = |value: Option<Spanned<bool>>| value.map(|value| Out::Bool(value.value));
    section.put_some("image", spanned(service.image.as_ref()));
    section.put_some("init", bool(service.init));
    section.put_some("ipc", spanned(service.ipc.as_ref()));
    section.put_filled("labels", pairs(&service.labels));
    section.put_some(
        "logging",
        service.logging.as_ref().map(|logging| {
            let mut section = Section::default();
            section.put_some("driver", logging.value.driver.as_ref().map(Out::text));
            section.put_filled("options", plain_pairs(&logging.value.options));
            section.into_out()
        }),
    );
    let swap = service.resources.limits.memory_swap.as_ref();
    section.put_some("memswap_limit", swap.map(|bytes| Out::Text(bytes.value.to_string())));
    section.put_some(
        "network_mode",
        service.network_mode.as_ref().map(|mode| network_mode(&mode.value)),
    );
    section.put_filled("networks", map(&service.networks, attachment));
    section.put_some("pid", spanned(service.pid.as_ref()));
    section.put_some("platform", spanned(service.platform.as_ref()));
    section.put_filled(
        "ports",
        Out::List(service.ports.iter().map(|item| port(&item.value)).collect()),
    );
    section.put_some("privileged", bool(service.privileged));
    section.put_some("pull_policy", service.pull_policy.map(|policy| pull_policy(policy.value)));
    section.put_some("read_only", bool(service.read_only));
    section.put_some("restart", service.restart.map(|policy| restart(policy.value)));
    section.put_filled(
        "secrets",
        Out::List(service.secrets.iter().map(|item| grant(&item.value, "/run/secrets/")).collect()),
    );
    section.put_filled("security_opt", texts(&service.security_opt));
    section.put_some("shm_size", service.shm_size.map(|bytes| Out::Text(bytes.value.to_string())));
    section.put_some("stdin_open", bool(service.stdin_open));
    section
        .put_some("stop_grace_period", service.stop_grace_period.map(|time| duration(time.value)));
    section.put_some("stop_signal", spanned(service.stop_signal.as_ref()));
    section.put_filled("sysctls", pairs(&service.sysctls));
    section.put_filled("tmpfs", texts(&service.tmpfs));
    section.put_some("tty", bool(service.tty));
    section.put_filled("ulimits", map(&service.ulimits, ulimit));
    section.put_some("user", spanned(service.user.as_ref()));
    section.put_filled(
        "volumes",
        Out::List(service.volumes.iter().map(|item| mount(&item.value)).collect()),
    );
    section.put_some("working_dir", spanned(service.working_dir.as_ref()));
    extensions(section, &service.extensions);
}

fn texts(items: &[Spanned<String>]) -> Out {
    Out::texts(items.iter().map(|item| item.value.as_str()))
}

fn map<T>(items: &BTreeMap<String, Spanned<T>>, print: impl Fn(&T) -> Out) -> Out {
    Out::Map(items.iter().map(|(key, item)| (key.clone(), print(&item.value))).collect())
}

fn command(command: Option<&Spanned<Vec<String>>>) -> Out {
    command.map_or(Out::Null, |command| Out::texts(&command.value))
}

fn hosts(hosts: &[Spanned<(String, String)>]) -> Out {
    Out::texts(hosts.iter().map(|item| format!("{}={}", item.value.0, item.value.1)))
}

fn build(build: &Build) -> Out {
    let mut section = Section::default();
    section.put("context", Out::text(build.context.value.display().to_string()));
    let dockerfile = build.dockerfile.as_ref().map_or("Dockerfile", |name| &name.value);
    match &build.dockerfile_inline {
        Some(text) => section.put("dockerfile_inline", Out::text(&text.value)),
        None => section.put("dockerfile", Out::text(dockerfile)),
    }
    section
        .put_filled("args", map(&build.args, |value| value.as_ref().map_or(Out::Null, Out::text)));
    section.put_filled("labels", pairs(&build.labels));
    section.put_filled("cache_from", texts(&build.cache_from));
    section.put_some("no_cache", flag(build.no_cache));
    section.put_some("pull", flag(build.pull));
    section.put_filled("extra_hosts", hosts(&build.extra_hosts));
    section.put_some("network", spanned(build.network.as_ref()));
    section.put_some("target", spanned(build.target.as_ref()));
    let secrets = build.secrets.iter().map(|secret| {
        let mut section = Section::default();
        section.put("source", Out::text(&secret.value.source));
        section.put_some("target", secret.value.target.as_ref().map(Out::text));
        section.into_out()
    });
    section.put_filled("secrets", Out::List(secrets.collect()));
    section.put_some("shm_size", build.shm_size.map(|bytes| Out::Text(bytes.value.to_string())));
    section.put_filled("tags", texts(&build.tags));
    section.put_filled("platforms", texts(&build.platforms));
    section.into_out()
}

fn dependency(dependency: &Dependency) -> Out {
    let mut section = Section::default();
    let condition = match dependency.condition {
        Condition::Started => "service_started",
        Condition::Healthy => "service_healthy",
        Condition::Completed => "service_completed_successfully",
    };
    section.put("condition", Out::text(condition));
    section.put_some("restart", flag(dependency.restart));
    section.put("required", Out::Bool(dependency.required));
    section.into_out()
}

/// Replicas and limits, in the place where the current format has them.
fn deploy(service: &Service) -> Option<Out> {
    let mut section = Section::default();
    section.put_some("replicas", service.replicas.map(|count| Out::Integer(count.value.into())));
    section.put_filled("resources", resources(&service.resources));
    let out = section.into_out();
    (out != Out::Map(Vec::new())).then_some(out)
}

fn resources(resources: &Resources) -> Out {
    let limits = &resources.limits;
    let mut section = Section::default();
    #[expect(clippy::cast_precision_loss, reason = "a number of CPUs for people")]
    let cpus = limits.nano_cpus.map(|nano| Out::Float(nano.value as f64 / 1e9));
    section.put_some("cpus", cpus);
    section.put_some("memory", limits.memory.map(|bytes| Out::Text(bytes.value.to_string())));
    section.put_some("pids", limits.pids.map(|count| Out::Integer(count.value)));
    let mut both = Section::default();
    both.put_filled("limits", section.into_out());
    let mut reserved = Section::default();
    let memory = resources.reservations.memory;
    reserved.put_some("memory", memory.map(|bytes| Out::Text(bytes.value.to_string())));
    both.put_filled("reservations", reserved.into_out());
    both.into_out()
}

fn health(check: &Healthcheck) -> Out {
    let mut section = Section::default();
    match check.test.as_ref().map(|test| &test.value) {
        None => {}
        Some(HealthTest::Disabled) => section.put("disable", Out::Bool(true)),
        Some(HealthTest::Exec(words)) => {
            section.put(
                "test",
                Out::texts(std::iter::once("CMD").chain(words.iter().map(String::as_str))),
            );
        }
        Some(HealthTest::Shell(command)) => {
            section.put("test", Out::texts(["CMD-SHELL", command.as_str()]));
        }
    }
    let time = |value: Option<Spanned<Duration>>| value.map(|value| duration(value.value));
    section.put_some("timeout", time(check.timeout));
    section.put_some("interval", time(check.interval));
    section.put_some("retries", check.retries.map(|count| Out::Integer(count.value.into())));
    section.put_some("start_period", time(check.start_period));
    section.put_some("start_interval", time(check.start_interval));
    section.into_out()
}

fn network_mode(mode: &NetworkMode) -> Out {
    match mode {
        NetworkMode::None => Out::text("none"),
        NetworkMode::Host => Out::text("host"),
        NetworkMode::Service(name) => Out::text(format!("service:{name}")),
        NetworkMode::Container(name) => Out::text(format!("container:{name}")),
        NetworkMode::Other(name) => Out::text(name),
    }
}

fn attachment(attachment: &Attachment) -> Out {
    if *attachment == Attachment::default() {
        return Out::Null;
    }
    let mut section = Section::default();
    section.put_filled("aliases", Out::texts(&attachment.aliases));
    section.put_some("ipv4_address", attachment.ipv4_address.as_ref().map(Out::text));
    section.put_some("ipv6_address", attachment.ipv6_address.as_ref().map(Out::text));
    if attachment.priority != 0 {
        section.put("priority", Out::Integer(attachment.priority));
    }
    section.into_out()
}

fn pull_policy(policy: PullPolicy) -> Out {
    Out::text(match policy {
        PullPolicy::Always => "always",
        PullPolicy::Never => "never",
        PullPolicy::Missing => "missing",
        PullPolicy::Build => "build",
    })
}

fn restart(policy: RestartPolicy) -> Out {
    match policy {
        RestartPolicy::No => Out::text("no"),
        RestartPolicy::Always => Out::text("always"),
        RestartPolicy::UnlessStopped => Out::text("unless-stopped"),
        RestartPolicy::OnFailure { max_retries: None } => Out::text("on-failure"),
        RestartPolicy::OnFailure { max_retries: Some(count) } => {
            Out::text(format!("on-failure:{count}"))
        }
    }
}

fn ulimit(limit: &Ulimit) -> Out {
    if limit.soft == limit.hard {
        return Out::Integer(limit.soft);
    }
    let mut section = Section::default();
    section.put("soft", Out::Integer(limit.soft));
    section.put("hard", Out::Integer(limit.hard));
    section.into_out()
}
