//! Plans as text, compared with `tests/golden/<case>.txt`.
//!
//! A case is a project, a world and a command. `WHARF_UPDATE_GOLDEN=1` writes the files anew; the
//! difference is then reviewed like any other change.

mod accidents;
mod commands;
mod refusals;
mod stacks;

use crate::stage;
use std::fmt::Write as _;
use std::path::PathBuf;
use wharf_diag::{Diagnostic, Diagnostics};
use wharf_plan::{Desired, Observed, Plan, Proposal, UpOptions, up};

/// Compares, or writes.
fn assert_golden(case: &str, text: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let path = folder.join(format!("{case}.txt"));
    if std::env::var_os("WHARF_UPDATE_GOLDEN").is_some() {
        fs_err::write(&path, text).unwrap();
    }
    let expected = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(
        expected == text,
        "{case}: the plan is another one; if that is meant, run with WHARF_UPDATE_GOLDEN=1\n\
         --- expected\n{expected}\n--- actual\n{text}"
    );
}

/// Plans `up` and compares it.
fn assert_up(case: &str, desired: &Desired, observed: &Observed, options: &UpOptions) {
    assert_golden(case, &up_text(desired, observed, options));
}

/// What `up` proposes, or why it refuses.
fn up_text(desired: &Desired, observed: &Observed, options: &UpOptions) -> String {
    match up(desired, observed, options) {
        Ok(Proposal { plan, warnings }) => {
            let mut text = plan_text(&plan);
            warnings.iter().for_each(|it| write_diagnostic(&mut text, it));
            text
        }
        Err(problems) => problems_text(&problems),
    }
}

fn plan_text(plan: &Plan) -> String {
    format!("{}changes {}, unchanged {}\n", plan.text(), plan.change_count(), plan.unchanged)
}

fn problems_text(problems: &Diagnostics) -> String {
    let mut text = String::new();
    problems.iter().for_each(|it| write_diagnostic(&mut text, it));
    text
}

fn write_diagnostic(text: &mut String, diagnostic: &Diagnostic) {
    let _ = writeln!(text, "{:?} {}: {}", diagnostic.severity, diagnostic.code, diagnostic.message);
    for note in &diagnostic.notes {
        let _ = writeln!(text, "  note: {note}");
    }
    for help in &diagnostic.helps {
        let _ = writeln!(text, "  help: {help}");
    }
}

/// An API with PostgreSQL, Redis, migrations and a worker.
const STACK: &str = "
services:
  postgres:
    image: postgres:16-alpine
    environment: { POSTGRES_PASSWORD: secret }
    volumes: [data:/var/lib/postgresql/data]
    healthcheck: { test: [CMD, pg_isready], interval: 10s }
    networks: [backend]
  redis:
    image: redis:7-alpine
    healthcheck: { test: [CMD, redis-cli, ping] }
    networks: [backend]
    volumes: [/data]
  migrate:
    image: shop-api:1
    command: [migrate]
    networks: [backend]
    depends_on: { postgres: { condition: service_healthy } }
  api:
    image: shop-api:1
    environment: { DATABASE_URL: postgres://postgres, LEVEL: info }
    ports: ['3000:3000']
    networks: [frontend, backend]
    depends_on:
      postgres: { condition: service_healthy }
      redis: { condition: service_healthy }
      migrate: { condition: service_completed_successfully }
networks: { frontend: {}, backend: { internal: true } }
volumes: { data: {} }
";

fn stack() -> Desired {
    stage::desired(STACK)
}

fn changed(from: &str, to: &str) -> Desired {
    assert!(STACK.contains(from), "{from}");
    stage::desired(&STACK.replace(from, to))
}
