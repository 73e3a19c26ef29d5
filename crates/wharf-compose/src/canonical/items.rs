//! Items of a service's lists, in their long forms.

use super::sections::flag;
use super::tree::{Out, Section};
use crate::model::{Grant, Mount, MountKind, Port, Published};

/// A published port in long form.
pub(super) fn port(port: &Port) -> Out {
    let mut section = Section::default();
    section.put_some("name", port.name.as_ref().map(Out::text));
    section.put("mode", Out::text(port.mode.as_deref().unwrap_or("ingress")));
    section.put_some("host_ip", port.host_ip.map(|address| Out::Text(address.to_string())));
    section.put("target", Out::Integer(port.target.into()));
    match port.published {
        Published::Ephemeral => {}
        Published::Port(number) => section.put("published", Out::Text(number.to_string())),
        Published::Range(first, last) => {
            section.put("published", Out::Text(format!("{first}-{last}")));
        }
    }
    section.put("protocol", Out::text(port.protocol.as_str()));
    section.put_some("app_protocol", port.app_protocol.as_ref().map(Out::text));
    section.into_out()
}

/// A mount in long form.
pub(super) fn mount(mount: &Mount) -> Out {
    let mut section = Section::default();
    let (kind, source) = match &mount.kind {
        MountKind::Volume { source, .. } => ("volume", source.as_deref()),
        MountKind::Bind { source, .. } => ("bind", Some(source.as_str())),
        MountKind::Tmpfs { .. } => ("tmpfs", None),
    };
    section.put("type", Out::text(kind));
    section.put_some("source", source.map(Out::text));
    section.put("target", Out::text(&mount.target));
    section.put_some("read_only", flag(mount.read_only));
    let mut options = Section::default();
    match &mount.kind {
        MountKind::Volume { options: volume, .. } => {
            options.put_some("nocopy", flag(volume.nocopy));
            options.put_some("subpath", volume.subpath.as_ref().map(Out::text));
        }
        MountKind::Bind { options: bind, .. } => {
            options.put_some("propagation", bind.propagation.as_ref().map(Out::text));
            options.put_some("create_host_path", flag(bind.create_host_path));
            options.put_some("selinux", bind.selinux.map(|label| Out::Text(label.to_string())));
        }
        MountKind::Tmpfs { options: tmpfs } => {
            options.put_some("size", tmpfs.size.map(|bytes| Out::Text(bytes.to_string())));
            options.put_some("mode", tmpfs.mode.map(|mode| Out::Integer(mode.into())));
        }
    }
    match (&mount.kind, options.into_out()) {
        (MountKind::Bind { .. }, options) => section.put_filled(kind, options),
        (_, options) => section.put(kind, options),
    }
    section.into_out()
}
/// A secret or config in long form; `folder` is where a bare name goes.
pub(super) fn grant(grant: &Grant, folder: &str) -> Out {
    let mut section = Section::default();
    section.put("source", Out::text(&grant.source));
    let is_default = folder == "/" && grant.target == format!("/{}", grant.source);
    if !is_default {
        section.put("target", Out::text(&grant.target));
    }
    section.put_some("uid", grant.uid.as_ref().map(Out::text));
    section.put_some("gid", grant.gid.as_ref().map(Out::text));
    section.put_some("mode", grant.mode.map(|mode| Out::Text(format!("0{mode:o}"))));
    section.into_out()
}

/// A device in long form.
pub(super) fn device(device: &str) -> Out {
    let mut parts = device.split(':');
    let source = parts.next().unwrap_or("");
    let mut section = Section::default();
    section.put("source", Out::text(source));
    section.put("target", Out::text(parts.next().unwrap_or(source)));
    section.put("permissions", Out::text(parts.next().unwrap_or("rwm")));
    section.into_out()
}
