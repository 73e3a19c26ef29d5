//! `wharf version`.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::Session;
use wharf_engine::capability::System;

/// Prints versions
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Prints the version of wharf alone, without asking the engine
    #[arg(long)]
    short: bool,
    /// Prints for programs
    #[arg(long)]
    json: bool,
}

/// Runs the command. An engine that does not answer is said, and is no failure.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let own = env!("CARGO_PKG_VERSION");
    if args.short {
        session.output.answer(own);
        return Ok(Exit::Ok);
    }
    let engine = match session.connect().await {
        Ok(connected) => connected.engine.info().await.map_err(Failure::from),
        Err(failure) => Err(failure),
    };
    let engine = engine.ok();
    if args.json || session.is_json() {
        let engine = engine.map(|it| {
            serde_json::json!({
                "product": it.product, "version": it.version,
                "api_version": it.api_version, "platform": it.platform,
            })
        });
        let answer = serde_json::json!({ "v": 1, "wharf": own, "engine": engine });
        session.output.answer(&answer.to_string());
        return Ok(Exit::Ok);
    }
    session.output.answer(&format!("wharf {own}"));
    session.output.answer(&match engine {
        Some(it) => {
            format!(
                "engine {} {} (API {}, {})",
                it.product, it.version, it.api_version, it.platform
            )
        }
        None => "engine not reachable (`wharf ps` says why)".to_owned(),
    });
    Ok(Exit::Ok)
}
