//! The id of a request: the caller's when it is a sane one, else a new one; returned in a header.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Both the header that is read and the one that is set.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// 8 to 64 characters that are safe in a log line and in a header.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(String);

impl RequestId {
    /// Takes the id a proxy gave, or makes one.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given =
            headers.get(HEADER).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
        Self(given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned))
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as a header's value.
    pub(crate) fn to_header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn is_sane(id: &str) -> bool {
    (8..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{HEADER, RequestId};
    use axum::http::{HeaderMap, HeaderValue};

    fn of(given: &str) -> String {
        let headers = HeaderMap::from_iter([(HEADER, HeaderValue::from_str(given).unwrap())]);
        RequestId::of(&headers).as_str().to_owned()
    }

    #[test]
    fn keeps_the_id_of_a_proxy() {
        assert_eq!(of("proxy-0001.a_b"), "proxy-0001.a_b");
    }

    #[test]
    fn replaces_an_id_that_does_not_belong_in_a_log() {
        for given in ["short", "has space in it", "{\"inject\":1}", &"x".repeat(65)] {
            assert_ne!(of(given), given);
        }
    }
}
