//! A port of this machine that passes everything on to the engine's socket.

use crate::fixture::variables;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncRead, AsyncWrite, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio_rustls::TlsAcceptor;
use wharf_docker::{Address, RealHostFiles, resolve_endpoint};

/// Listens on loopback until the test ends and returns the port; `tls` is asked of clients.
///
/// # Panics
/// When the engine of these tests has no socket.
pub(crate) async fn listen(tls: Option<TlsAcceptor>) -> u16 {
    let socket = socket();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, tls.clone(), socket.clone()));
        }
    });
    port
}

async fn serve(client: TcpStream, tls: Option<TlsAcceptor>, socket: PathBuf) {
    match tls {
        None => pass_on(client, &socket).await,
        // Who fails the handshake is told so by an alert, and that is what the tests look at.
        Some(tls) => {
            if let Ok(client) = tls.accept(client).await {
                pass_on(client, &socket).await;
            }
        }
    }
}

async fn pass_on(mut client: impl AsyncRead + AsyncWrite + Unpin, socket: &Path) {
    let mut engine = UnixStream::connect(socket).await.unwrap();
    // Whichever side hangs up first, in the middle or not, is the tests' business.
    let _ = copy_bidirectional(&mut client, &mut engine).await;
}

fn socket() -> PathBuf {
    match resolve_endpoint(&variables(), &RealHostFiles).unwrap().address {
        Address::Unix(path) => path,
        Address::Tcp { .. } => panic!("these tests need an engine on a socket of this machine"),
    }
}
