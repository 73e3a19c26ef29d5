//! Two networks of one name: engines before API 1.44 make them when two runs ask at once, their
//! duplicate check notwithstanding, and then start nothing in either.
//!
//! Everybody looks after creating, and gives way to an older network of the name by removing his
//! own. Whoever does not see another has looked before the other one was there, so the other one
//! sees his; the oldest waits a moment for the others to give way, and if they do not, because
//! they never saw it, gives way itself.

use crate::client::{Call, Client};
use crate::failure::Failure;
use crate::query::encode;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use wharf_plan::labels;

/// How long the oldest waits for the others to give way; they do so at once.
const ONES_OWN: Duration = Duration::from_secs(1);
/// How long a request is repeated while there are two; longer than any of them may last.
const LIMIT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);
/// How engines say that a name is two networks'.
const AMBIGUOUS: &str = "matches found on name";

/// A network, as far as twins are concerned; the older one is less.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Twin {
    #[serde(default)]
    created: String,
    id: String,
    name: String,
    #[serde(default, deserialize_with = "or_none")]
    labels: BTreeMap<String, String>,
}

/// An engine writes `null` for no labels.
fn or_none<'de, D>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    use serde::Deserialize as _;
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Looks whether the network that was just made is the only one of its name.
///
/// # Errors
/// As for a name that was taken in the first place, when it gave way.
pub(super) async fn give_way(client: &Client, name: &str, id: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + ONES_OWN;
    loop {
        let of_name = of_name(client, name).await?;
        if of_name.iter().all(|it| it.id == id) {
            return Ok(());
        }
        let is_oldest = of_name.iter().min().is_some_and(|oldest| oldest.id == id);
        if !is_oldest || Instant::now() >= deadline {
            client.unit(Call::delete(format!("/networks/{}", encode(id)))).await?;
            let message = format!("network with name {name} already exists");
            return Err(Failure::Status { status: 409, message });
        }
        sleep(PAUSE).await;
    }
}

async fn of_name(client: &Client, name: &str) -> Result<Vec<Twin>, Failure> {
    let all: Vec<Twin> = client.json(Call::get("/networks")).await?;
    Ok(all.into_iter().filter(|it| it.name == name).collect())
}

/// Repeats a request that names a network while somebody else's twin of it is about to go.
///
/// A run that was killed while its request was under way leaves a twin that nobody is about to
/// remove; when it has not gone by itself, the younger ones are removed here.
pub(crate) async fn outlasting<T, F>(
    client: &Client,
    mut request: impl FnMut() -> F,
) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let began = Instant::now();
    loop {
        match request().await {
            Err(failure) if failure.says(AMBIGUOUS) && began.elapsed() < LIMIT => {
                if began.elapsed() > ONES_OWN
                    && let Some(name) = ambiguous_name(&failure)
                {
                    remove_younger(client, &name).await?;
                }
                sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}

/// `network NAME is ambiguous (2 matches found on name)`.
fn ambiguous_name(failure: &Failure) -> Option<String> {
    let Failure::Status { message, .. } = failure else { return None };
    let (_, rest) = message.split_once("network ")?;
    rest.split_once(" is ambiguous").map(|(name, _)| name.to_owned())
}

/// Removes all but the oldest network of a name. Only those of a project; the engine itself
/// refuses to remove one that is used.
async fn remove_younger(client: &Client, name: &str) -> Result<(), Failure> {
    let mut twins = of_name(client, name).await?;
    twins.sort();
    for twin in twins.iter().skip(1).filter(|it| it.labels.contains_key(labels::PROJECT)) {
        match client.unit(Call::delete(format!("/networks/{}", encode(&twin.id)))).await {
            // Used, or gone by itself.
            Ok(_) | Err(Failure::Status { .. }) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_which_name_is_ambiguous() {
        let message = "network shop_back is ambiguous (2 matches found on name)".to_owned();
        let failure = Failure::Status { status: 400, message };
        assert_eq!(ambiguous_name(&failure).as_deref(), Some("shop_back"));
    }
}
