//! Requests to the engine: version, time limit, answer.

use crate::endpoint::Address;
use crate::failure::Failure;
use crate::query::encode;
use crate::transport::{Body, Http};
use bytes::Bytes;
use futures_util::Stream;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE};
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::io;
use std::time::Duration;

/// Limit of requests that only read or write the engine's own records.
pub(crate) const SHORT: Duration = Duration::from_secs(30);
/// Limit of requests that make the storage driver or the network driver work.
pub(crate) const LONG: Duration = Duration::from_secs(120);

type Result<T> = std::result::Result<T, Failure>;

/// One request.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    body: Body,
    limit: Option<Duration>,
}

impl Call {
    fn new(method: Method, path: impl Into<String>) -> Self {
        let body = Full::default().map_err(|never| match never {}).boxed_unsync();
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            headers: Vec::new(),
            body,
            limit: Some(SHORT),
        }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    pub(crate) fn put(path: impl Into<String>) -> Self {
        Self::new(Method::PUT, path)
    }

    pub(crate) fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::DELETE, path)
    }

    /// Adds a parameter; the same name may come several times.
    pub(crate) fn query(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// Adds a parameter when there is a value.
    pub(crate) fn maybe(self, name: &'static str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn json(self, body: &impl Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(body).map_err(|it| Failure::Unreadable(it.to_string()))?;
        Ok(self.bytes("application/json", bytes))
    }

    pub(crate) fn bytes(mut self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        self.body = Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    pub(crate) fn stream(
        mut self,
        content_type: &str,
        pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        use futures_util::TryStreamExt as _;
        self.body = StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync();
        self.header(CONTENT_TYPE.as_str(), content_type)
    }

    /// Gives it another time limit; `None` is for requests that last as long as they last.
    pub(crate) fn limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = limit.into();
        self
    }

    fn target(&self, version: Option<&str>) -> String {
        let mut target = match version {
            Some(version) => format!("/v{version}{}", self.path),
            None => self.path.clone(),
        };
        for (index, (name, value)) in self.query.iter().enumerate() {
            target.push(if index == 0 { '?' } else { '&' });
            target.push_str(name);
            target.push('=');
            target.push_str(&encode(value));
        }
        target
    }
}

/// An engine, reachable through kept connections, with the API version to speak.
pub(crate) struct Client {
    http: Http,
    /// What the URI names; a unix socket has no host, so any name does.
    authority: String,
    description: String,
    version: Option<String>,
    /// Whether it is Podman, whose answers differ where `docs/podman.md` says so.
    pub(crate) is_podman: bool,
}

impl Client {
    pub(crate) fn new(http: Http, address: &Address, description: String) -> Self {
        let authority = match address {
            Address::Unix(_) => String::from("localhost"),
            Address::Tcp { host, port, .. } if host.contains(':') => format!("[{host}]:{port}"),
            Address::Tcp { host, port, .. } => format!("{host}:{port}"),
        };
        Self { http, authority, description, version: None, is_podman: false }
    }

    pub(crate) fn set_version(&mut self, version: String) {
        self.version = Some(version);
    }

    pub(crate) fn version(&self) -> &str {
        self.version.as_deref().unwrap_or_default()
    }

    /// Whether the API is at least this version.
    pub(crate) fn speaks(&self, major: u32, minor: u32) -> bool {
        parse_version(self.version()).is_some_and(|version| version >= (major, minor))
    }

    pub(crate) fn description(&self) -> &str {
        &self.description
    }

    /// Sends a request and decodes the answer.
    pub(crate) async fn json<T: DeserializeOwned>(&self, call: Call) -> Result<T> {
        let limit = call.limit;
        let bytes = within(limit, async {
            Ok(self.send(call).await?.into_body().collect().await?.to_bytes())
        })
        .await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            Failure::Unreadable(format!("the engine's answer does not make sense: {error}"))
        })
    }

    /// Sends a request whose answer says nothing but its status.
    pub(crate) async fn unit(&self, call: Call) -> Result<StatusCode> {
        let limit = call.limit;
        within(limit, async {
            let response = self.send(call).await?;
            let status = response.status();
            // Read to the end, so that the connection can be used again.
            response.into_body().collect().await?;
            Ok(status)
        })
        .await
    }

    /// Sends a request and returns the headers of its answer.
    pub(crate) async fn headers(&self, call: Call) -> Result<HeaderMap> {
        let limit = call.limit;
        within(limit, async {
            let (parts, body) = self.send(call).await?.into_parts();
            body.collect().await?;
            Ok(parts.headers)
        })
        .await
    }

    /// Sends a request whose answer goes on; the limit is for its beginning.
    pub(crate) async fn open(&self, call: Call) -> Result<Incoming> {
        let limit = call.limit;
        Ok(within(limit, self.send(call)).await?.into_body())
    }

    /// Sends a request after which the connection is a pair of streams.
    pub(crate) async fn upgrade(&self, call: Call) -> Result<hyper::upgrade::Upgraded> {
        let limit = call.limit;
        let call = call.header(CONNECTION.as_str(), "Upgrade").header(UPGRADE.as_str(), "tcp");
        within(limit, async {
            let response = self.send(call).await?;
            if response.status() != StatusCode::SWITCHING_PROTOCOLS {
                let status = response.status();
                return Err(Failure::Unreadable(format!("no upgrade, HTTP status {status}")));
            }
            Ok(hyper::upgrade::on(response).await?)
        })
        .await
    }

    async fn send(&self, call: Call) -> Result<Response<Incoming>> {
        let target = call.target(self.version.as_deref());
        let mut request = hyper::Request::builder()
            .method(call.method)
            .uri(format!("http://{}{target}", self.authority))
            .header(HOST, &self.authority);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let request =
            request.body(call.body).map_err(|error| Failure::Unreadable(error.to_string()))?;
        let response =
            self.http.request(request).await.map_err(|error| self.named(error.into()))?;
        let status = response.status();
        let is_fine = status.is_success()
            || status == StatusCode::SWITCHING_PROTOCOLS
            || status == StatusCode::NOT_MODIFIED;
        if is_fine { Ok(response) } else { Err(refusal(response).await) }
    }

    /// Says which address does not answer.
    fn named(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Connect(kind, text) => {
                Failure::Connect(kind, format!("{}: {text}", self.description))
            }
            other => other,
        }
    }
}

async fn refusal(response: Response<Incoming>) -> Failure {
    #[derive(serde::Deserialize)]
    struct Refusal {
        message: String,
    }
    let status = response.status().as_u16();
    let bytes = match response.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return error.into(),
    };
    let message = match serde_json::from_slice::<Refusal>(&bytes) {
        Ok(refusal) => refusal.message,
        Err(_) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    Failure::Status { status, message }
}

async fn within<T>(limit: Option<Duration>, work: impl Future<Output = Result<T>>) -> Result<T> {
    match limit {
        None => work.await,
        Some(limit) => tokio::time::timeout(limit, work)
            .await
            .unwrap_or_else(|_| Err(Failure::TimedOut(limit))),
    }
}

/// Reads `1.41`.
pub(crate) fn parse_version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_version_and_encoded_parameters_into_the_target() {
        let call = Call::get("/events").query("filters", "{\"a\":1}").query("t", "x y");
        assert_eq!(call.target(Some("1.41")), "/v1.41/events?filters=%7B%22a%22%3A1%7D&t=x%20y");
        assert_eq!(Call::get("/version").target(None), "/version");
    }
}
