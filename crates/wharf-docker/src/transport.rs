//! Connections to the engine, kept open between requests.
//!
//! A kept connection saves the accept and, behind TLS, the handshake of every request. The
//! engine never closes an idle connection by itself; a restart of it closes all of them, and the
//! pool notices.

use crate::endpoint::{Address, TlsFiles};
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Body of a request.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;
/// A client whose connections are kept.
pub(crate) type Http = Client<Connector, Body>;

/// An engine that does not accept a connection within this time is as good as absent.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// Idle connections beyond this number are closed; a plan runs about this many actions at once.
const KEPT_CONNECTIONS: usize = 16;
const KEPT_FOR: Duration = Duration::from_secs(60);

/// Makes a client for one address.
///
/// # Errors
/// When the certificates cannot be used; the text says which and why.
pub(crate) fn open(address: &Address) -> Result<Http, String> {
    let connector = Connector::new(address)?;
    Ok(Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(KEPT_CONNECTIONS)
        .pool_idle_timeout(KEPT_FOR)
        .pool_timer(TokioTimer::new())
        .build(connector))
}

/// Opens connections to one address, whatever the request's URI says.
#[derive(Clone)]
pub(crate) struct Connector {
    target: Arc<Target>,
}

enum Target {
    Unix(std::path::PathBuf),
    Tcp { host: String, port: u16, tls: Option<(TlsConnector, ServerName<'static>)> },
}

impl Connector {
    fn new(address: &Address) -> Result<Self, String> {
        let target = match address {
            Address::Unix(path) => Target::Unix(path.clone()),
            Address::Tcp { host, port, tls } => {
                let tls = tls.as_ref().map(|files| tls_connector(host, files)).transpose()?;
                Target::Tcp { host: host.clone(), port: *port, tls }
            }
        };
        Ok(Self { target: Arc::new(target) })
    }
}

fn tls_connector(
    host: &str,
    files: &TlsFiles,
) -> Result<(TlsConnector, ServerName<'static>), String> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("ca.pem", &files.ca)? {
        roots.add(certificate).map_err(|error| format!("ca.pem: {error}"))?;
    }
    let builder = ClientConfig::builder().with_root_certificates(roots);
    let config = match &files.client {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = certificates("cert.pem", certificate)?;
            let key =
                PrivateKeyDer::from_pem_slice(key).map_err(|error| format!("key.pem: {error}"))?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|error| format!("cert.pem and key.pem: {error}"))?
        }
    };
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| format!("`{host}` is not a name that a certificate can hold"))?;
    Ok((TlsConnector::from(Arc::new(config)), name))
}

fn certificates(file: &str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(format!("{file}: there is no certificate in it")),
        Ok(found) => Ok(found),
        Err(error) => Err(format!("{file}: {error}")),
    }
}

impl tower_service::Service<Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Stream>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let target = Arc::clone(&self.target);
        Box::pin(async move {
            match tokio::time::timeout(CONNECT_LIMIT, connect(&target)).await {
                Ok(stream) => stream,
                Err(_) => Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("no connection within {} s", CONNECT_LIMIT.as_secs()),
                )),
            }
        })
    }
}

async fn connect(target: &Target) -> io::Result<Stream> {
    match target {
        Target::Unix(path) => Ok(Stream::new(UnixStream::connect(path).await?)),
        Target::Tcp { host, port, tls } => {
            let stream = TcpStream::connect((host.as_str(), *port)).await?;
            stream.set_nodelay(true)?;
            match tls {
                None => Ok(Stream::new(stream)),
                Some((tls, name)) => Ok(Stream::new(tls.connect(name.clone(), stream).await?)),
            }
        }
    }
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// An open connection of any kind.
pub(crate) struct Stream(TokioIo<Box<dyn Duplex>>);

impl Stream {
    fn new(stream: impl Duplex + 'static) -> Self {
        Self(TokioIo::new(Box::new(stream)))
    }
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl hyper::rt::Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl hyper::rt::Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
