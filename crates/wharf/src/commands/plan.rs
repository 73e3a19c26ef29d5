//! `wharf plan`, and `wharf up --dry-run`.

use super::up::PlanArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::session::{Connected, Resolved, Session};
use wharf_plan::{Plan, Readiness, UpOptions, plan_images, up};
use wharf_term::plan as plan_text;

/// Shows what `up` would do
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    plan: PlanArgs,
    /// Prints the plan for programs
    #[arg(long)]
    json: bool,
    /// Prints the graph: every action with what it follows and why
    #[arg(long, conflicts_with = "json")]
    graph: bool,
    /// Ends with 4 when there is something to do
    #[arg(long)]
    exit_code: bool,
}

/// Runs the command.
pub(crate) async fn run(session: &Session<'_>, args: Args) -> Result<Exit, Failure> {
    let resolved = session.resolve(args.plan.services())?;
    let options = args.plan.options(Readiness::Everything)?;
    let connected = session.connect().await?;
    let form = match (args.json || session.is_json(), args.graph) {
        (true, _) => Form::Json,
        (_, true) => Form::Graph,
        _ => Form::Text,
    };
    let has_changes = print(session, &resolved, &connected, &options, form).await?;
    Ok(if has_changes && args.exit_code { Exit::Changes } else { Exit::Ok })
}

/// Shows the plan for people, or for programs when `--format json` says so.
pub(crate) async fn show(
    session: &Session<'_>,
    resolved: &Resolved,
    connected: &Connected,
    options: &UpOptions,
) -> Result<Exit, Failure> {
    let form = if session.is_json() { Form::Json } else { Form::Text };
    print(session, resolved, connected, options, form).await?;
    Ok(Exit::Ok)
}

#[derive(Clone, Copy)]
enum Form {
    Text,
    Graph,
    Json,
}

async fn print(
    session: &Session<'_>,
    resolved: &Resolved,
    connected: &Connected,
    options: &UpOptions,
    form: Form,
) -> Result<bool, Failure> {
    let desired = &resolved.desired;
    let observed = connected.observe_for(desired).await?;
    let selection = desired.select(&options.services, options.dependencies);
    let images = plan_images(desired, &observed, &selection, options.images);
    let proposal = up(desired, &observed, options)
        .map_err(|problems| Failure::invalid(problems, resolved.sources.clone()))?;
    session.tell(&proposal.warnings, &resolved.sources);
    match form {
        Form::Json => {
            let document = document(&images, &proposal.plan);
            let text = serde_json::to_string_pretty(&document).unwrap_or_default();
            session.output.answer(&text);
        }
        Form::Graph => session.output.answer(&format!("{}{}", images.text(), proposal.plan.text())),
        Form::Text => text(session, &images, &proposal.plan),
    }
    Ok(!images.is_unchanged() || !proposal.plan.is_unchanged())
}

fn text(session: &Session<'_>, images: &Plan, plan: &Plan) {
    let stdout = session.output.stdout();
    let (color, width) = (stdout.color(), stdout.width());
    if !images.is_unchanged() {
        session.output.answer(&plan_text::text(images, color, width));
        session.output.answer("containers whose image changes by this are replaced after it\n");
    }
    if plan.is_unchanged() {
        session.output.answer(&plan_text::nothing_to_do(&plan.project));
    } else {
        session.output.answer(&plan_text::text(plan, color, width));
    }
}

/// The machine form, version 1: `images` comes before `plan` and is null when it is empty.
pub(crate) fn document(images: &Plan, plan: &Plan) -> serde_json::Value {
    let images = (!images.is_unchanged()).then_some(images);
    serde_json::json!({ "v": 1, "images": images, "plan": plan })
}
