//! Defaults that Podman writes into a container beyond Docker's.
//!
//! Taken out for the same reason as Docker's own: what was created is what is read. What
//! Podman does not keep at all is listed in `docs/podman.md`.

use crate::failure::Failure;
use wharf_engine::capability::ContainerReport;
use wharf_plan::spec::MountSource;
use wharf_plan::{ContainerSpec, ImageConfig, Secret};

/// Podman's network for containers that name none.
const DEFAULT_NETWORK: &str = "podman";
/// Podman's default limit of processes.
const DEFAULT_PIDS: i64 = 2048;
/// Capabilities that Docker gives and Podman does not, written down as if they had been dropped.
const NOT_GIVEN: [&str; 3] = ["AUDIT_WRITE", "MKNOD", "NET_RAW"];
const DEFAULT_SIGNAL: &str = "SIGTERM";

/// Signals by number, as Linux has them; Podman keeps no names.
const SIGNALS: [(&str, &str); 9] = [
    ("1", "SIGHUP"),
    ("2", "SIGINT"),
    ("3", "SIGQUIT"),
    ("9", "SIGKILL"),
    ("10", "SIGUSR1"),
    ("12", "SIGUSR2"),
    ("15", DEFAULT_SIGNAL),
    ("28", "SIGWINCH"),
    ("37", "SIGRTMIN+3"),
];

/// Takes Podman's defaults out of what `inspect` says.
pub(super) fn take_defaults_out(report: &mut ContainerReport) {
    let short_id: String = report.id.chars().take(12).collect();
    let (spec, image) = (&mut report.details.spec, &report.details.image);
    variables(spec, image, &short_id);
    networks(spec);
    namespaces(spec);
    mounts(spec);
    capabilities(spec);
    spec.stop_signal = stop_signal(spec.stop_signal.take(), image);
    spec.stop_grace_period = spec.stop_grace_period.filter(|grace| !grace.is_zero());
    spec.pids_limit = spec.pids_limit.filter(|limit| *limit != DEFAULT_PIDS);
    spec.working_dir =
        spec.working_dir.take().filter(|folder| folder != "/" || !image.working_dir.is_empty());
    spec.ulimits = std::mem::take(&mut spec.ulimits)
        .into_iter()
        .map(|(name, limit)| (name.trim_start_matches("RLIMIT_").to_lowercase(), limit))
        .collect();
}

/// Whether it only stumbled over another image: it looks through all for the history of one, and
/// gives up when one of them is removed meanwhile.
pub(super) fn lost_another_image(failure: &Failure) -> bool {
    failure.status() == Some(500) && failure.says("image not known")
}

fn variables(spec: &mut ContainerSpec, image: &ImageConfig, short_id: &str) {
    let hostname = spec.hostname.clone().unwrap_or_else(|| short_id.to_owned());
    let added = [("TERM", "xterm"), ("container", "podman"), ("HOSTNAME", &hostname)];
    for (name, value) in added {
        let is_added = spec.env.get(name).is_some_and(|it| *it == Some(Secret::new(value)));
        if is_added && !image.env.contains_key(name) {
            spec.env.remove(name);
        }
    }
    // Set at the start, from the user.
    if !image.env.contains_key("HOME") {
        spec.env.remove("HOME");
    }
}

/// A container on networks of its own is in mode `bridge` too.
fn networks(spec: &mut ContainerSpec) {
    spec.networks.retain(|attachment| attachment.network != DEFAULT_NETWORK);
    spec.network_mode = spec.network_mode.take().filter(|mode| mode != "bridge");
}

fn namespaces(spec: &mut ContainerSpec) {
    spec.pid = spec.pid.take().filter(|mode| mode != "private");
    spec.ipc = spec.ipc.take().filter(|mode| mode != "shareable");
}

/// A privileged container has nothing dropped but what the machine itself does not have.
fn capabilities(spec: &mut ContainerSpec) {
    let is_privileged = spec.privileged;
    spec.cap_drop.retain(|name| !is_privileged && !NOT_GIVEN.contains(&name.as_str()));
}

fn mounts(spec: &mut ContainerSpec) {
    for mount in &mut spec.mounts {
        if let MountSource::Bind { propagation, .. } = &mut mount.source {
            *propagation = propagation.take().filter(|it| it != "rprivate");
        }
    }
}

fn stop_signal(signal: Option<String>, image: &ImageConfig) -> Option<String> {
    let signal = signal?;
    let known = SIGNALS.iter().find(|(number, _)| *number == signal);
    let name = known.map_or(signal, |(_, name)| (*name).to_owned());
    (name != DEFAULT_SIGNAL || image.stop_signal.is_some()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_podman_added_is_taken_out() {
        let secret = |text: &str| Some(Secret::new(text));
        let mut spec = ContainerSpec {
            env: [
                ("TERM".into(), secret("xterm")),
                ("container".into(), secret("mine")),
                ("HOSTNAME".into(), secret("0123456789ab")),
            ]
            .into(),
            network_mode: Some("bridge".into()),
            pid: Some("private".into()),
            ipc: Some("shareable".into()),
            ..Default::default()
        };
        variables(&mut spec, &ImageConfig::default(), "0123456789ab");
        networks(&mut spec);
        namespaces(&mut spec);
        assert_eq!(spec.env.keys().collect::<Vec<_>>(), ["container"]);
        assert_eq!((spec.network_mode, spec.pid, spec.ipc), (None, None, None));
    }

    #[test]
    fn capabilities_that_podman_never_gives_are_no_wish() {
        let dropped = |privileged| {
            let cap_drop = ["AUDIT_WRITE", "CHOWN", "MKNOD", "NET_RAW"].map(String::from).into();
            let mut spec = ContainerSpec { privileged, cap_drop, ..Default::default() };
            capabilities(&mut spec);
            spec.cap_drop
        };
        assert_eq!(dropped(false), ["CHOWN"]);
        assert!(dropped(true).is_empty());
    }

    #[test]
    fn an_image_that_is_not_there_is_not_asked_for_again() {
        let failure = |status| {
            let message = "locating image with ID \"1\": image not known".to_owned();
            Failure::Status { status, message }
        };
        assert!(lost_another_image(&failure(500)));
        assert!(!lost_another_image(&failure(404)));
    }

    #[test]
    fn signals_get_their_names_back() {
        let image = ImageConfig::default();
        assert_eq!(stop_signal(Some("2".into()), &image).as_deref(), Some("SIGINT"));
        assert_eq!(stop_signal(Some("15".into()), &image), None);
        assert_eq!(stop_signal(Some("SIGQUIT".into()), &image).as_deref(), Some("SIGQUIT"));
    }
}
