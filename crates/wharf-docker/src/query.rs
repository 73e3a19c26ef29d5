//! Paths and queries of requests.

use std::fmt::Write as _;

/// Encodes a piece of a path or query: all but unreserved characters (RFC 3986, section 2.3).
pub(crate) fn encode(text: &str) -> String {
    encode_except(text, "")
}

/// Encodes a path whose slashes and colons belong to it, such as the reference of an image.
pub(crate) fn encode_path(text: &str) -> String {
    encode_except(text, "/:@")
}

fn encode_except(text: &str, kept: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let character = char::from(byte);
        if character.is_ascii_alphanumeric()
            || "-._~".contains(character)
            || kept.contains(character)
        {
            out.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_all_but_unreserved_characters() {
        assert_eq!(encode("a b/ü=&~"), "a%20b%2F%C3%BC%3D%26~");
        assert_eq!(encode_path("host:5000/a/b:1@sha256:c?"), "host:5000/a/b:1@sha256:c%3F");
    }
}
