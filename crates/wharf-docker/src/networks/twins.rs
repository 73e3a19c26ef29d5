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
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the oldest waits for the others to give way; they do so at once.
const ONES_OWN: Duration = Duration::from_secs(1);
/// How long a request is repeated while there are two; longer than any of them may last.
const LIMIT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// A network, as far as twins are concerned; the older one is less.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Twin {
    #[serde(default)]
    created: String,
    id: String,
    name: String,
}

/// Looks whether the network that was just made is the only one of its name.
///
/// # Errors
/// As for a name that was taken in the first place, when it gave way.
pub(super) async fn give_way(client: &Client, name: &str, id: &str) -> Result<(), Failure> {
    let deadline = Instant::now() + ONES_OWN;
    loop {
        let all: Vec<Twin> = client.json(Call::get("/networks")).await?;
        let of_name: Vec<Twin> = all.into_iter().filter(|it| it.name == name).collect();
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

/// Repeats a request that names a network while somebody else's twin of it is about to go.
pub(crate) async fn outlasting<T, F>(mut request: impl FnMut() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, Failure>>,
{
    let deadline = Instant::now() + LIMIT;
    loop {
        match request().await {
            Err(failure) if failure.says("matches found on name") && Instant::now() < deadline => {
                sleep(PAUSE).await;
            }
            outcome => return outcome,
        }
    }
}
