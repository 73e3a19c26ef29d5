//! Certificates, as an operator makes them: with `openssl`.

use fs_err::read;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};

/// An authority in a folder of its own: `ca.pem`, and what it has issued.
pub(crate) struct Authority {
    folder: TempDir,
}

impl Authority {
    /// Makes an authority that has issued a certificate for clients (`cert.pem`, `key.pem`).
    pub(crate) fn new() -> Self {
        let authority = Self { folder: tempfile::tempdir().unwrap() };
        authority.make("ca.pem", "ca-key.pem", &["-subj", "/CN=authority of a test"]);
        authority.issue("cert.pem", "key.pem", "extendedKeyUsage=clientAuth");
        authority
    }

    /// A folder as `DOCKER_CERT_PATH` names it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Takes the clients' certificate away.
    pub(crate) fn forget_client(&self) {
        for name in ["cert.pem", "key.pem"] {
            fs_err::remove_file(self.folder().join(name)).unwrap();
        }
    }

    /// Serves under `name`, such as `IP:127.0.0.1`; clients need a certificate of this authority.
    pub(crate) fn acceptor(
        &self,
        name: &str,
        versions: &[&'static SupportedProtocolVersion],
    ) -> TlsAcceptor {
        self.issue("server.pem", "server-key.pem", &format!("subjectAltName={name}"));
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate("ca.pem")).unwrap();
        let clients = WebPkiClientVerifier::builder(Arc::new(roots)).build().unwrap();
        let key =
            PrivateKeyDer::from_pem_slice(&read(self.folder().join("server-key.pem")).unwrap());
        let config = ServerConfig::builder_with_protocol_versions(versions)
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![self.certificate("server.pem")], key.unwrap())
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }

    fn certificate(&self, file: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(&read(self.folder().join(file)).unwrap()).unwrap()
    }

    fn issue(&self, certificate: &str, key: &str, extension: &str) {
        let extensions = ["-addext", extension, "-addext", "basicConstraints=critical,CA:FALSE"];
        let issuer = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-subj", "/CN=issued"];
        self.make(certificate, key, &[&issuer[..], &extensions].concat());
    }

    fn make(&self, certificate: &str, key: &str, further: &[&str]) {
        let output = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
            .args(["-nodes", "-keyout", key, "-out", certificate])
            .args(further)
            .current_dir(self.folder())
            .output();
        let output = output.unwrap_or_else(|error| {
            panic!("cannot run `openssl` ({error}): these tests make certificates with it, install it (scripts/setup does)")
        });
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "openssl, version 3 or later, made no {certificate}: {words}"
        );
    }
}
