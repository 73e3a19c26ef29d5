use super::*;
use std::collections::BTreeMap;

/// Files of a folder by path; what ends with a slash is a folder, `->` makes a link.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match content.strip_prefix("->") {
            Some(target) => std::os::unix::fs::symlink(target, path).unwrap(),
            None => fs::write(path, content).unwrap(),
        }
    }
    folder
}

/// Paths of the archive in order, with the content of files and the targets of links.
async fn sent(context: Context) -> Vec<(String, String)> {
    let (mut receiver, writing) = context.stream();
    let mut bytes = Vec::new();
    while let Some(piece) = receiver.recv().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    writing.await.unwrap().unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let read = |entry: io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.unwrap();
        assert_eq!((entry.header().uid().unwrap(), entry.header().gid().unwrap()), (0, 0));
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut content = String::new();
        match entry.link_name().unwrap() {
            Some(target) => content = format!("->{}", target.display()),
            None => {
                io::Read::read_to_string(&mut entry, &mut content).unwrap();
            }
        }
        (path, content)
    };
    archive.entries().unwrap().map(read).collect()
}

async fn paths(files: &[(&str, &str)]) -> Vec<String> {
    let folder = folder(files);
    let context = Context::open(folder.path(), None, None).unwrap();
    sent(context).await.into_iter().map(|(path, _)| path).collect()
}

#[tokio::test]
async fn sends_files_folders_and_links_in_the_order_of_their_names() {
    let folder = folder(&[("b", "2"), ("a/y", "1"), ("a/x", "->../b"), ("Dockerfile", "FROM x")]);
    let context = Context::open(folder.path(), None, None).unwrap();
    let expected =
        [("Dockerfile", "FROM x"), ("a/", ""), ("a/x", "->../b"), ("a/y", "1"), ("b", "2")];
    let expected = expected.map(|(path, content)| (path.to_owned(), content.to_owned()));
    assert_eq!(sent(context).await, expected);
}

#[tokio::test]
async fn leaves_out_what_is_ignored_but_not_the_builder_s_own_files() {
    let files =
        [(".dockerignore", "*\n!src"), ("Dockerfile", ""), ("src/main.rs", ""), ("target/x", "")];
    assert_eq!(paths(&files).await, [".dockerignore", "Dockerfile", "src/", "src/main.rs"]);
}

#[tokio::test]
async fn finds_what_is_taken_back_inside_an_ignored_folder() {
    let files = [
        (".dockerignore", "node_modules\n!**/keep"),
        ("Dockerfile", ""),
        ("node_modules/a/keep", ""),
        ("node_modules/a/drop", ""),
    ];
    assert_eq!(paths(&files).await, [".dockerignore", "Dockerfile", "node_modules/a/keep"]);
}

#[tokio::test]
async fn a_dockerfile_s_own_ignore_file_goes_first() {
    let files = [
        (".dockerignore", "a"),
        ("Dockerfile", ""),
        ("Dockerfile.dockerignore", "b"),
        ("a", ""),
        ("b", ""),
    ];
    assert_eq!(
        paths(&files).await,
        [".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "a"]
    );
}

#[tokio::test]
async fn a_dockerfile_from_elsewhere_gets_a_name_of_its_own() {
    let outer = folder(&[("context/a", ""), ("other.dockerfile", "FROM outer")]);
    let root = outer.path().join("context");
    let outside = Context::open(&root, Some("../other.dockerfile"), None).unwrap();
    let inline = Context::open(&root, None, Some("FROM inline")).unwrap();
    for (context, text) in [(outside, "FROM outer"), (inline, "FROM inline")] {
        let name = context.dockerfile.clone();
        assert!(name.starts_with(".dockerfile.wharf-"), "{name}");
        let files: BTreeMap<_, _> = sent(context).await.into_iter().collect();
        assert_eq!(files[&name], text);
        assert!(files.contains_key("a"));
    }
}

#[test]
fn a_dockerfile_in_a_folder_of_the_context_is_named_by_its_path() {
    let folder = folder(&[("docker/api.Dockerfile", "")]);
    let context = Context::open(folder.path(), Some("./docker/../docker/api.Dockerfile"), None);
    assert_eq!(context.unwrap().dockerfile, "docker/api.Dockerfile");
}

#[test]
fn what_is_not_there_is_named() {
    let folder = folder(&[("a", "")]);
    let error = Context::open(folder.path(), None, None).err().unwrap();
    assert!(error.to_string().contains("Dockerfile"), "{error}");
    let error = Context::open(&folder.path().join("none"), None, None).err().unwrap();
    assert!(error.to_string().contains("none"), "{error}");
    let error = Context::open(&folder.path().join("a"), None, None).err().unwrap();
    assert!(error.to_string().contains("not a folder"), "{error}");
}
