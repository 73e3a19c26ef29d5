//! Plans for people.

use crate::stack::{
    connect, create_container, create_volume, env_changed, existing, plan, remove, stop,
};
use wharf_plan::{Action, Address, Cause, Change, Gate, Plan, PlanBuilder, Removal, Target};
use wharf_term::Color;
use wharf_term::plan::{losses, text};

fn plan_of(steps: impl IntoIterator<Item = (Address, Action, Cause)>) -> Plan {
    let mut plan = PlanBuilder::default();
    for (address, action, cause) in steps {
        plan.push(address, action, cause, []);
    }
    plan.finish("shop")
}

#[test]
fn all_actions_of_a_container_are_one_line() {
    insta::assert_snapshot!(text(&plan(), Color::Never, Some(80)), @"
    wharf plan  shop · 6 changes
      + network  default             not found
      + image    postgres:16-alpine  pull: not found
      + service  db/1                not found
      ± service  api/1               env `API_URL` changed
      ~ service  web/1               not running
      - service  cron/1              not in the compose files
      1 to pull, 2 to create, 1 to change, 1 to replace, 1 to remove
      risk: none of these loses data
    ");
}

#[test]
fn symbols_and_names_are_coloured() {
    let text = text(&plan(), Color::Always, Some(80));
    insta::assert_snapshot!(text.replace('\u{1b}', "^"), @"
    ^[1mwharf plan^[0m^[2m  shop · 6 changes^[0m
      ^[32m+^[0m network  ^[1mdefault^[0m             not found
      ^[32m+^[0m image    ^[1mpostgres:16-alpine^[0m  pull: not found
      ^[32m+^[0m service  ^[1mdb/1^[0m                not found
      ^[33m±^[0m service  ^[1mapi/1^[0m               env `API_URL` changed
      ^[33m~^[0m service  ^[1mweb/1^[0m               not running
      ^[31m-^[0m service  ^[1mcron/1^[0m              not in the compose files
      1 to pull, 2 to create, 1 to change, 1 to replace, 1 to remove
      risk: none of these loses data
    ");
}

#[test]
fn a_plan_that_only_waits_has_nothing_to_do() {
    let wait = Action::Await { target: existing("shop-db-1"), gate: Gate::Healthy };
    let plan = plan_of([(Address::service("db", 1), wait, Cause::Requested)]);
    insta::assert_snapshot!(text(&plan, Color::Never, None), @"nothing to do: `shop` is as the compose files say");
}

#[test]
fn what_is_deleted_is_named_exactly_and_never_cut() {
    let volume = |key: &str| {
        let name = format!("shop_{key}");
        (Address::Volume(key.to_owned()), Action::RemoveVolume { name }, Cause::Requested)
    };
    let plan = plan_of([
        (Address::service("db", 1), stop("shop-db-1"), Cause::Requested),
        (Address::service("db", 1), remove("shop-db-1", Removal::WithVolumes), Cause::Requested),
        volume("db"),
        volume("uploads-of-the-customers-since-2019"),
    ]);
    insta::assert_snapshot!(text(&plan, Color::Never, Some(40)), @"
    wharf plan  shop · 3 changes
      - service  db/1           requested
      - volume   db             requested
      - volume   uploads-of-the-customers-s…
      3 to remove
      risk: deletes data for good: anonymous volumes of `db/1`, volume `shop_db`, volume `shop_uploads-of-the-customers-since-2019`
    ");
    assert_eq!(losses(&plan).len(), 3);
}

#[test]
fn a_change_says_what_is_done_unless_its_cause_does() {
    let service = |number| Address::service("api", number);
    let kill = Action::KillContainer { target: existing("c"), signal: "SIGHUP".to_owned() };
    let restart = Action::RestartContainer { target: existing("d"), grace: None };
    let missing = Cause::NetworkMissing { network: "shop_back".to_owned() };
    let replaced = Cause::DependencyReplaced { service: "db".to_owned() };
    let plan = plan_of([
        (service(1), connect(existing("a"), "shop_back"), missing),
        (service(1), Action::StartContainer { target: existing("a") }, Cause::NotRunning),
        (service(2), stop("b"), Cause::Requested),
        (service(3), kill, Cause::Requested),
        (service(4), restart, replaced),
    ]);
    insta::assert_snapshot!(text(&plan, Color::Never, None), @"
    wharf plan  shop · 4 changes
      ~ service  api/1  not connected to network `shop_back`; not running
      ~ service  api/2  stop: requested
      ~ service  api/3  kill with SIGHUP: requested
      ~ service  api/4  restart: `db` is replaced
      4 to change
      risk: none of these loses data
    ");
}

#[test]
fn leftovers_of_an_interrupted_run_are_not_replacements() {
    let (api, web) = (Address::service("api", 1), Address::service("web", 1));
    let old = || remove("old", Removal::KeepVolumes);
    let plan = plan_of([
        (api.clone(), stop("old"), Cause::Leftover),
        (api.clone(), old(), Cause::Leftover),
        (api, create_container("shop-api-1"), Cause::NotFound),
        (web.clone(), stop("old"), Cause::Leftover),
        (web, old(), Cause::Leftover),
    ]);
    insta::assert_snapshot!(text(&plan, Color::Never, None), @"
    wharf plan  shop · 2 changes
      + service  api/1  not found
      - service  web/1  left by an interrupted run
      1 to create, 1 to remove
      risk: none of these loses data
    ");
}

#[test]
fn changes_are_grouped_and_long_lists_are_cut() {
    let changes = vec![
        Change::Image { from: "app:1.3".to_owned(), to: "app:1.4".to_owned() },
        Change::Env { name: "A".to_owned() },
        Change::Attribute { name: "ports" },
        Change::Env { name: "B".to_owned() },
        Change::Label { name: "tier".to_owned() },
    ];
    let api = Address::service("api", 1);
    let web = Address::service("web", 1);
    let image = Address::Image("app:1.4".to_owned());
    let pull = Action::PullImage { reference: "app:1.4".to_owned(), platform: None };
    let old = || remove("old", Removal::KeepVolumes);
    let new = || create_container("shop-api-1");
    let moved =
        Cause::ImageChanged { from: "0123456789ab".to_owned(), to: "ba9876543210".to_owned() };
    let plan = plan_of([
        (image, pull, Cause::NeededBy { service: "api".to_owned() }),
        (api.clone(), old(), Cause::Changed { changes: changes.clone() }),
        (api, new(), Cause::Changed { changes }),
        (web.clone(), old(), Cause::Requested),
        (web, new(), env_changed(&["A", "B", "C", "D", "E", "F"])),
        (Address::service("job", 1), new(), moved),
        (Address::service("job", 1), old(), Cause::Requested),
        (Address::Volume("data".to_owned()), create_volume("shop_data"), Cause::NotFound),
    ]);
    insta::assert_snapshot!(text(&plan, Color::Never, None), @"
    wharf plan  shop · 5 changes
      + image    app:1.4  pull: needed by `api`
      ± service  api/1    image app:1.3 → app:1.4; env `A`, `B`, label `tier`, ports changed
      ± service  web/1    env `A`, `B`, `C`, `D` and 2 more changed
      ± service  job/1    image changed (0123456789ab → ba9876543210)
      + volume   data     not found
      1 to pull, 1 to create, 3 to replace
      risk: none of these loses data
    ");
}

#[test]
fn names_with_control_sequences_are_cleaned() {
    let plan = plan_of([(
        Address::Container("evil\u{1b}[2J\nname".to_owned()),
        Action::StartContainer {
            target: Target::Existing { id: String::new(), name: String::new() },
        },
        Cause::NotRunning,
    )]);
    let text = text(&plan, Color::Never, Some(80));
    assert!(text.contains("container  evil name"), "{text}");
}
