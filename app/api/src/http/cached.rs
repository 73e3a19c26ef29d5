//! Answers through the cache and says in `x-cache` whether that worked.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;

use crate::cache::{Cache, Lookup, Namespace};
use crate::http::envelope;
use crate::http::error::ApiError;

const HEADER: HeaderName = HeaderName::from_static("x-cache");

/// Answers with the entry `name`, or with what `make` returns, which is then stored.
///
/// # Errors
/// Those of `make`; they are never stored.
pub(crate) async fn cached<F: Future<Output = Result<String, ApiError>>>(
    cache: &Cache,
    namespaces: &[Namespace],
    name: &str,
    make: F,
) -> Result<Response, ApiError> {
    let (state, body) = match cache.find(namespaces, name).await {
        Lookup::Hit(body) => ("hit", body),
        Lookup::Bypass => ("bypass", make.await?),
        Lookup::Miss(ticket) => {
            let body = make.await?;
            cache.store(ticket, &body).await;
            ("miss", body)
        }
    };
    let mut response = envelope::json(StatusCode::OK, body);
    response.headers_mut().insert(HEADER, HeaderValue::from_static(state));
    Ok(response)
}
