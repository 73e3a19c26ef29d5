//! Mounts, there and back.
//!
//! A bind mount that creates its folder goes into `Binds`, the only form in which every engine
//! creates it; the others go into `Mounts`. Docker Compose does the same.

use bollard_stubs::models::{
    HostConfig, Mount, MountBindOptions, MountTmpfsOptions, MountType, MountVolumeOptions,
};
use std::collections::BTreeSet;
use wharf_plan::spec::{MountSource, MountSpec};

/// `Binds` and `Mounts` for the request.
pub(super) fn to_api(mounts: &[MountSpec]) -> (Vec<String>, Vec<Mount>) {
    let mut binds = Vec::new();
    let mut others = Vec::new();
    for mount in mounts {
        match bind_text(mount) {
            Some(text) => binds.push(text),
            None => others.push(to_mount(mount)),
        }
    }
    (binds, others)
}

/// `source:target[:options]`, for mounts that need that form and can be written in it.
fn bind_text(mount: &MountSpec) -> Option<String> {
    let MountSource::Bind { path, create, propagation, selinux } = &mount.source else {
        return None;
    };
    let can_be_written = !path.contains(':') && !mount.target.contains(':');
    if !(*create || selinux.is_some()) || !can_be_written {
        return None;
    }
    let mut options = Vec::new();
    options.extend(mount.read_only.then(|| String::from("ro")));
    options.extend(propagation.clone());
    options.extend(selinux.map(String::from));
    let suffix = if options.is_empty() { String::new() } else { format!(":{}", options.join(",")) };
    Some(format!("{path}:{}{suffix}", mount.target))
}

fn to_mount(mount: &MountSpec) -> Mount {
    let base = Mount {
        target: Some(mount.target.clone()),
        read_only: mount.read_only.then_some(true),
        ..Default::default()
    };
    match &mount.source {
        MountSource::Volume { name, nocopy, subpath } => Mount {
            typ: Some(MountType::VOLUME),
            source: Some(name.clone()),
            volume_options: (*nocopy || subpath.is_some()).then(|| MountVolumeOptions {
                no_copy: nocopy.then_some(true),
                subpath: subpath.clone(),
                ..Default::default()
            }),
            ..base
        },
        MountSource::Anonymous => Mount { typ: Some(MountType::VOLUME), ..base },
        MountSource::Bind { path, propagation, .. } => Mount {
            typ: Some(MountType::BIND),
            source: Some(path.clone()),
            bind_options: propagation.as_ref().map(|text| MountBindOptions {
                propagation: text.parse().ok(),
                ..Default::default()
            }),
            ..base
        },
        MountSource::Tmpfs { size, mode } => Mount {
            typ: Some(MountType::TMPFS),
            tmpfs_options: (size.is_some() || mode.is_some()).then(|| MountTmpfsOptions {
                size_bytes: size.and_then(|it| i64::try_from(it).ok()),
                mode: mode.map(i64::from),
                ..Default::default()
            }),
            ..base
        },
    }
}

/// Reads the mounts of a container: those that were asked for, and anonymous volumes at the
/// paths that it or its image declares; sorted by target.
pub(super) fn from_api(host: &HostConfig, declared: &[String]) -> Vec<MountSpec> {
    let binds = host.binds.iter().flatten().filter_map(|text| from_bind_text(text));
    let others = host.mounts.iter().flatten().filter_map(from_mount);
    let mut mounts: Vec<_> = binds.chain(others).collect();
    let taken: BTreeSet<String> = mounts.iter().map(|mount| mount.target.clone()).collect();
    let implied = declared.iter().filter(|path| !taken.contains(*path));
    mounts.extend(implied.map(|path| MountSpec {
        source: MountSource::Anonymous,
        target: path.clone(),
        read_only: false,
    }));
    mounts.sort_by(|left, right| left.target.cmp(&right.target));
    mounts
}

fn from_bind_text(text: &str) -> Option<MountSpec> {
    let mut parts = text.splitn(3, ':');
    let (source, target) = (parts.next()?, parts.next()?);
    let options: Vec<&str> = parts.next().map(|it| it.split(',').collect()).unwrap_or_default();
    let has = |word: &str| options.contains(&word);
    let source = if source.starts_with('/') {
        let words = ["private", "rprivate", "shared", "rshared", "slave", "rslave"];
        MountSource::Bind {
            path: source.to_owned(),
            create: true,
            propagation: options.iter().find(|it| words.contains(it)).map(|it| (*it).to_owned()),
            selinux: ['z', 'Z'].into_iter().find(|it| has(it.encode_utf8(&mut [0; 4]))),
        }
    } else {
        volume(source, has("nocopy"), None)
    };
    Some(MountSpec { source, target: target.to_owned(), read_only: has("ro") })
}

fn from_mount(mount: &Mount) -> Option<MountSpec> {
    let source = mount.source.clone().unwrap_or_default();
    let source = match mount.typ? {
        MountType::BIND => MountSource::Bind {
            path: source,
            create: mount
                .bind_options
                .as_ref()
                .and_then(|it| it.create_mountpoint)
                .unwrap_or(false),
            propagation: mount
                .bind_options
                .as_ref()
                .and_then(|it| it.propagation)
                .map(|it| it.to_string())
                .filter(|it| !it.is_empty()),
            selinux: None,
        },
        MountType::VOLUME => {
            let options = mount.volume_options.clone().unwrap_or_default();
            volume(&source, options.no_copy.unwrap_or(false), options.subpath)
        }
        MountType::TMPFS => {
            let options = mount.tmpfs_options.clone().unwrap_or_default();
            MountSource::Tmpfs {
                size: options.size_bytes.and_then(|it| u64::try_from(it).ok()).filter(|it| *it > 0),
                mode: options.mode.and_then(|it| u32::try_from(it).ok()).filter(|it| *it > 0),
            }
        }
        _ => return None,
    };
    let read_only = mount.read_only.unwrap_or(false);
    Some(MountSpec { source, target: mount.target.clone()?, read_only })
}

/// A volume that the engine named itself is anonymous, also where a replacement took it over
/// by that name.
fn volume(name: &str, nocopy: bool, subpath: Option<String>) -> MountSource {
    let is_generated = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    if name.is_empty() || is_generated {
        return MountSource::Anonymous;
    }
    let subpath = subpath.filter(|it| !it.is_empty());
    MountSource::Volume { name: name.to_owned(), nocopy, subpath }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bind(create: bool, selinux: Option<char>) -> MountSpec {
        MountSpec {
            source: MountSource::Bind {
                path: "/src".into(),
                create,
                propagation: Some("rslave".into()),
                selinux,
            },
            target: "/dst".into(),
            read_only: true,
        }
    }

    fn there_and_back(mount: &MountSpec) -> Vec<MountSpec> {
        let (binds, mounts) = to_api(std::slice::from_ref(mount));
        let host = HostConfig { binds: Some(binds), mounts: Some(mounts), ..Default::default() };
        from_api(&host, &[])
    }

    #[test]
    fn a_bind_that_creates_its_folder_is_written_as_text() {
        assert_eq!(to_api(&[bind(true, Some('z'))]).0, ["/src:/dst:ro,rslave,z"]);
        assert!(to_api(&[bind(false, None)]).0.is_empty());
    }

    #[test]
    fn mounts_come_back_as_they_went() {
        let named = |name: &str| MountSource::Volume {
            name: name.into(),
            nocopy: true,
            subpath: Some("a".into()),
        };
        let sources = [
            named("data"),
            MountSource::Anonymous,
            MountSource::Tmpfs { size: Some(65536), mode: Some(0o1777) },
        ];
        let of = |source| MountSpec { source, target: "/dst".into(), read_only: false };
        let all = sources.map(of).into_iter().chain([bind(true, None), bind(false, None)]);
        for mount in all {
            assert_eq!(there_and_back(&mount), [mount]);
        }
    }

    #[test]
    fn a_volume_that_the_engine_named_is_anonymous() {
        let name = "a".repeat(64);
        assert_eq!(from_bind_text(&format!("{name}:/d")).unwrap().source, MountSource::Anonymous);
    }

    #[test]
    fn declared_paths_are_anonymous_volumes_unless_something_else_is_there() {
        let host = HostConfig { binds: Some(vec!["data:/a".into()]), ..Default::default() };
        let mounts = from_api(&host, &["/a".into(), "/b".into()]);
        assert_eq!(mounts.len(), 2);
        assert_eq!(mounts[1].source, MountSource::Anonymous);
    }
}
