//! Credentials for registries, from the docker configuration and its helpers.
//!
//! A helper is a program `docker-credential-NAME` that is asked on its standard input and answers
//! with JSON. Credentials never reach a message.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::AsyncWriteExt as _;

/// A helper that asks the user something nobody sees must not hold a pull for ever.
const HELPER_LIMIT: Duration = Duration::from_secs(20);
/// What a helper gives as user name when its secret is a token.
const TOKEN_USER: &str = "<token>";

/// Credentials as the engine takes them.
#[derive(Clone, PartialEq, Eq, Serialize, Default)]
pub(super) struct Credentials {
    username: String,
    password: String,
    serveraddress: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    identitytoken: String,
}

impl Credentials {
    /// Value of the header `X-Registry-Auth`.
    pub(super) fn header(&self) -> Option<String> {
        serde_json::to_vec(self).ok().map(|json| URL_SAFE.encode(json))
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    auths: BTreeMap<String, Entry>,
    creds_store: Option<String>,
    cred_helpers: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    auth: String,
    identitytoken: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct HelperAnswer {
    username: String,
    secret: String,
}

/// Finds the credentials of a registry by its key; `None` when there are none, or when the
/// configuration or the helper cannot be used: the registry's own answer then says what is wrong.
pub(super) async fn find(config_dir: Option<&Path>, key: &str) -> Option<Credentials> {
    let path = config_dir?.join("config.json");
    let bytes = tokio::fs::read(path).await.ok()?;
    let config: Config = serde_json::from_slice(&bytes).ok()?;
    let helper = config.cred_helpers.get(key).or(config.creds_store.as_ref());
    if let Some(helper) = helper.filter(|name| !name.is_empty())
        && let Some(found) = ask(helper, key).await
    {
        return Some(found);
    }
    from_entries(&config.auths, key)
}

/// Value of the header `X-Registry-Config`: the credentials of every registry that is known, for
/// base images; `None` when there are none.
pub(super) async fn all(config_dir: Option<&Path>) -> Option<String> {
    let bytes = tokio::fs::read(config_dir?.join("config.json")).await.ok()?;
    let config: Config = serde_json::from_slice(&bytes).ok()?;
    let mut all = BTreeMap::new();
    for key in config.auths.keys().chain(config.cred_helpers.keys()) {
        if let Some(found) = find(config_dir, key).await {
            all.insert(key.clone(), found);
        }
    }
    let json = serde_json::to_vec(&all).ok().filter(|_| !all.is_empty())?;
    Some(URL_SAFE.encode(json))
}

/// Keys of entries come with and without scheme and path.
fn from_entries(auths: &BTreeMap<String, Entry>, key: &str) -> Option<Credentials> {
    let (_, entry) = auths
        .iter()
        .find(|(name, _)| *name == key)
        .or_else(|| auths.iter().find(|(name, _)| host(name) == host(key)))?;
    let decoded = STANDARD.decode(entry.auth.trim()).ok().and_then(|it| String::from_utf8(it).ok());
    let (username, password) = decoded
        .as_deref()
        .and_then(|text| text.split_once(':'))
        .map(|(user, password)| (user.to_owned(), password.trim_end_matches('\0').to_owned()))
        .unwrap_or_default();
    if username.is_empty() && entry.identitytoken.is_empty() {
        return None;
    }
    Some(Credentials {
        username,
        password,
        serveraddress: key.to_owned(),
        identitytoken: entry.identitytoken.clone(),
    })
}

fn host(key: &str) -> &str {
    let text = key.trim_start_matches("https://").trim_start_matches("http://");
    text.split('/').next().unwrap_or(text)
}

async fn ask(helper: &str, key: &str) -> Option<Credentials> {
    let mut child = tokio::process::Command::new(format!("docker-credential-{helper}"))
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let answer = async {
        let mut input = child.stdin.take()?;
        input.write_all(key.as_bytes()).await.ok()?;
        drop(input);
        child.wait_with_output().await.ok()
    };
    let output = tokio::time::timeout(HELPER_LIMIT, answer).await.ok()??;
    let answer: HelperAnswer = serde_json::from_slice(&output.stdout).ok()?;
    let serveraddress = key.to_owned();
    Some(if answer.username == TOKEN_USER {
        Credentials { identitytoken: answer.secret, serveraddress, ..Default::default() }
    } else {
        Credentials {
            username: answer.username,
            password: answer.secret,
            serveraddress,
            ..Default::default()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn find_in(config: &str, key: &str) -> Option<Credentials> {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("config.json"), config).unwrap();
        find(Some(folder.path()), key).await
    }

    #[tokio::test]
    async fn reads_entries_with_and_without_scheme() {
        // "me:secret"
        let config = r#"{"auths":{"https://example.invalid/v2/":{"auth":"bWU6c2VjcmV0"}}}"#;
        let found = find_in(config, "example.invalid").await.unwrap();
        assert_eq!((found.username.as_str(), found.password.as_str()), ("me", "secret"));
        assert!(find_in(config, "other.invalid").await.is_none());
    }

    #[tokio::test]
    async fn a_helper_that_is_not_there_leaves_the_entries() {
        let config = r#"{"credsStore":"wharf-no-such-helper","auths":{"a.invalid":{"auth":"bWU6c2VjcmV0"}}}"#;
        assert_eq!(find_in(config, "a.invalid").await.unwrap().username, "me");
    }

    #[tokio::test]
    async fn no_configuration_is_no_credentials() {
        assert!(find(None, "a").await.is_none());
        assert!(find_in("not json", "a").await.is_none());
        assert!(find_in(r#"{"auths":{"a":{}}}"#, "a").await.is_none());
    }

    #[test]
    fn the_header_is_url_safe() {
        let credentials = Credentials { username: "me??>".into(), ..Default::default() };
        assert!(!credentials.header().unwrap().contains(['+', '/']));
    }
}
