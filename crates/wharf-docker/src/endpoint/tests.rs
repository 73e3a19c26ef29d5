use super::*;

#[derive(Default)]
struct Memory(BTreeMap<PathBuf, Vec<u8>>);

impl Memory {
    fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.into(), text.into());
        self
    }
}

impl HostFiles for Memory {
    fn read(&self, path: &Path) -> Option<Vec<u8>> {
        self.0.get(path).cloned()
    }

    fn exists(&self, path: &Path) -> bool {
        self.0.contains_key(path)
    }
}

fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

fn resolve(pairs: &[(&str, &str)], files: &Memory) -> Result<Endpoint> {
    resolve_endpoint(&env(pairs), files)
}

// SHA-256 of "remote".
const REMOTE: &str = "b71199ebd070b36beab7317920c2c2f1d777df8d05e5527d8458fda57cb17a7a";

#[test]
fn the_local_socket_is_the_default() {
    let endpoint = resolve(&[], &Memory::default()).unwrap();
    assert_eq!(endpoint.describe(), "unix socket /var/run/docker.sock");
    assert_eq!(endpoint.origin, None);
}

#[test]
fn a_rootless_socket_is_used_when_there_is_no_other() {
    let pairs = [("XDG_RUNTIME_DIR", "/run/user/7")];
    let rootless = Memory::default().with("/run/user/7/docker.sock", "");
    let endpoint = resolve(&pairs, &rootless).unwrap();
    assert_eq!(endpoint.describe(), "unix socket /run/user/7/docker.sock");
    let both = rootless.with(DEFAULT_SOCKET, "");
    assert_eq!(resolve(&pairs, &both).unwrap().address, Address::Unix(DEFAULT_SOCKET.into()));
}

#[test]
fn docker_host_names_sockets_and_ports() {
    let cases = [
        ("unix:///x/y.sock", "unix socket /x/y.sock"),
        ("tcp://engine", "tcp://engine:2375"),
        ("tcp://:99", "tcp://localhost:99"),
        ("http://engine:80/path", "tcp://engine:80"),
        ("tcp://[::1]:2375", "tcp://::1:2375"),
    ];
    for (host, expected) in cases {
        let endpoint = resolve(&[("DOCKER_HOST", host)], &Memory::default()).unwrap();
        assert_eq!(endpoint.describe(), expected, "{host}");
        assert_eq!(endpoint.origin.as_deref(), Some("DOCKER_HOST"));
    }
}

#[test]
fn an_address_of_another_kind_is_refused_with_a_way_out() {
    for (host, words) in
        [("ssh://me@there", "ssh -nNT -L"), ("fd://", "unix://"), ("there", "unix://")]
    {
        let error = resolve(&[("DOCKER_HOST", host)], &Memory::default()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Endpoint);
        assert!(error.message.contains(words), "{}", error.message);
    }
}

#[test]
fn tls_takes_the_certificates_of_the_folder() {
    let pairs = [
        ("DOCKER_HOST", "tcp://engine"),
        ("DOCKER_TLS_VERIFY", "1"),
        ("DOCKER_CERT_PATH", "/certs"),
    ];
    let error = resolve(&pairs, &Memory::default()).unwrap_err();
    assert!(error.operation.contains("/certs/ca.pem"), "{error}");
    let files = Memory::default()
        .with("/certs/ca.pem", "ca")
        .with("/certs/cert.pem", "cert")
        .with("/certs/key.pem", "key");
    let endpoint = resolve(&pairs, &files).unwrap();
    assert_eq!(endpoint.describe(), "tcp://engine:2376 with TLS");
    let Address::Tcp { tls: Some(tls), .. } = endpoint.address else { panic!("no TLS") };
    assert_eq!(tls.client, Some((b"cert".to_vec(), b"key".to_vec())));
}

#[test]
fn tls_without_verification_is_refused() {
    let pairs = [("DOCKER_HOST", "tcp://engine"), ("DOCKER_TLS", "1")];
    assert_eq!(resolve(&pairs, &Memory::default()).unwrap_err().kind, ErrorKind::Endpoint);
}

#[test]
fn the_current_context_names_the_engine() {
    let meta = "/home/me/.docker/contexts/meta";
    let files = Memory::default()
        .with("/home/me/.docker/config.json", r#"{"currentContext":"remote","auths":{}}"#)
        .with(
            &format!("{meta}/{REMOTE}/meta.json"),
            r#"{"Name":"remote","Metadata":{},"Endpoints":{"docker":{"Host":"tcp://far:1234","SkipTLSVerify":false}}}"#,
        );
    let endpoint = resolve(&[("HOME", "/home/me")], &files).unwrap();
    assert_eq!(endpoint.describe(), "tcp://far:1234");
    assert_eq!(endpoint.origin.as_deref(), Some("context `remote`"));
    let pairs = [("HOME", "/home/me"), ("DOCKER_CONTEXT", "default")];
    assert_eq!(resolve(&pairs, &files).unwrap().origin, None);
    let pairs = [("HOME", "/home/me"), ("DOCKER_HOST", "unix:///s")];
    assert_eq!(resolve(&pairs, &files).unwrap().origin.as_deref(), Some("DOCKER_HOST"));
}

#[test]
fn a_context_that_is_not_there_is_an_error() {
    let pairs = [("HOME", "/home/me"), ("DOCKER_CONTEXT", "gone")];
    let error = resolve(&pairs, &Memory::default()).unwrap_err();
    assert!(error.message.contains("docker context ls"), "{error}");
}

#[test]
fn the_configuration_folder_and_the_version_can_be_set() {
    let pairs = [("DOCKER_CONFIG", "/c"), ("DOCKER_API_VERSION", "1.42"), ("HOME", "/h")];
    let endpoint = resolve(&pairs, &Memory::default()).unwrap();
    assert_eq!(endpoint.config_dir, Some("/c".into()));
    assert_eq!(endpoint.api_version.as_deref(), Some("1.42"));
}
