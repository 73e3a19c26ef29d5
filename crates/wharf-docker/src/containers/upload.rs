//! Files for a container, as an archive.

use std::io;
use wharf_plan::spec::FileSpec;

/// Packs files; paths are relative to the container's root, in the order given.
pub(super) fn archive(files: &[FileSpec]) -> io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(Vec::new());
    for file in files {
        let content = file.content.reveal().as_bytes();
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_size(content.len() as u64);
        header.set_uid(file.uid);
        header.set_gid(file.gid);
        header.set_mode(file.mode);
        header.set_mtime(0);
        builder.append_data(&mut header, file.path.trim_start_matches('/'), content)?;
    }
    builder.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wharf_plan::Secret;

    #[test]
    fn packs_owner_mode_and_relative_path() {
        let file = FileSpec {
            path: "/run/secrets/token".into(),
            content: Secret::new("abc"),
            uid: 7,
            gid: 8,
            mode: 0o440,
        };
        let bytes = archive(&[file]).unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let entry = archive.entries().unwrap().next().unwrap().unwrap();
        assert_eq!(entry.path().unwrap().to_str(), Some("run/secrets/token"));
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap()), (7, 8));
        assert_eq!((header.mode().unwrap(), header.size().unwrap()), (0o440, 3));
    }
}
