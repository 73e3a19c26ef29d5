//! Wraps every request: gives it an id, writes problems out, sets the headers all answers carry, logs one line.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::http::error::Problem;
use crate::http::guard;
use crate::http::request_id::{self, RequestId};

const LONGEST_LOGGED_PATH: usize = 256;

/// For answers of an API: nothing in them is to be rendered, framed, guessed or kept by a browser.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// The outermost layer.
pub(crate) async fn around(request: Request, next: Next) -> Response {
    let line = Line::begin(&request);
    let mut response =
        guard::run(next.run(request)).await.unwrap_or_else(IntoResponse::into_response);
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        problem.write(&mut response, &line.id);
    }
    if let Some(value) = line.id.to_header() {
        response.headers_mut().insert(request_id::HEADER, value);
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    line.end(response.status(), problem.as_ref().and_then(Problem::cause));
    response
}

/// The log line of a request. Dropped without an end, the client went away before the answer.
struct Line {
    id: RequestId,
    method: Method,
    path: String,
    started: Instant,
    ended: bool,
}

impl Line {
    fn begin(request: &Request) -> Self {
        Self {
            id: RequestId::of(request.headers()),
            method: request.method().clone(),
            // Without the query: what people put there does not belong in a log.
            path: request.uri().path().chars().take(LONGEST_LOGGED_PATH).collect(),
            started: Instant::now(),
            ended: false,
        }
    }

    fn end(mut self, status: StatusCode, cause: Option<&str>) {
        self.ended = true;
        let latency_ms = self.latency_ms();
        let (id, method, path, status) =
            (self.id.as_str(), self.method.as_str(), self.path.as_str(), status.as_u16());
        if matches!(path, "/health" | "/live") {
            // Asked every few seconds by whatever watches the container; changes have their own line.
            tracing::debug!(request_id = id, method, path, status, latency_ms, "request");
        } else if status >= 500 {
            tracing::error!(
                request_id = id,
                method,
                path,
                status,
                latency_ms,
                error = cause,
                "request"
            );
        } else {
            tracing::info!(request_id = id, method, path, status, latency_ms, "request");
        }
    }

    /// Milliseconds with three digits.
    #[expect(clippy::cast_precision_loss, reason = "a request does not take 2^53 microseconds")]
    fn latency_ms(&self) -> f64 {
        self.started.elapsed().as_micros() as f64 / 1000.0
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.ended {
            let (id, method, path) = (self.id.as_str(), self.method.as_str(), self.path.as_str());
            // 499 is what proxies log for it; no answer was sent.
            tracing::info!(
                request_id = id,
                method,
                path,
                status = 499,
                latency_ms = self.latency_ms(),
                "request"
            );
        }
    }
}
