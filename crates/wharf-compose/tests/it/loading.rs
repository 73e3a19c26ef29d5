//! Which files are read, what variables say, which services are active.

use crate::support::{load_text, messages, options, project};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use wharf_compose::model::{
    Condition, HealthTest, MountKind, NetworkMode, PullPolicy, RestartPolicy, StoreSource,
};
use wharf_compose::{LoadOptions, Loaded, MemoryFiles, load};

const WEB: &str = "services: {web: {image: nginx}}";

fn image(loaded: &Loaded, service: &str) -> String {
    let project = loaded.project.as_ref().unwrap_or_else(|| panic!("{:#?}", messages(loaded)));
    project.services[service].image.as_ref().unwrap().value.clone()
}

fn variable(loaded: &Loaded, name: &str) -> Option<String> {
    let project = loaded.project.as_ref().unwrap_or_else(|| panic!("{:#?}", messages(loaded)));
    project.services["web"].environment.get(name).and_then(|value| value.value.clone())
}

#[test]
fn looks_upwards_and_prefers_the_current_names() {
    let files = MemoryFiles::default()
        .with("/a/docker-compose.yml", "services: {old: {image: x}}")
        .with("/a/compose.yaml", WEB)
        .with("/a/b/c/readme", "");
    let loaded = load(&options("/a/b/c"), &files);
    assert_eq!(messages(&loaded).len(), 1, "a warning about the second file");
    let project = loaded.project.unwrap();
    assert_eq!(project.directory, Path::new("/a"));
    assert_eq!(project.files, [Path::new("/a/compose.yaml")]);
    assert_eq!(project.name.value, "a");
}

#[test]
fn found_files_are_followed_by_the_override_and_the_environments_file() {
    let layer =
        |tag: &str| format!("services: {{web: {{image: \"x:{tag}\", labels: {{{tag}: \"1\"}}}}}}");
    let files = MemoryFiles::default()
        .with("/a/compose.yaml", layer("base"))
        .with("/a/compose.override.yaml", layer("override"))
        .with("/a/compose.staging.yaml", layer("staging"));
    let staging = LoadOptions { environment: Some("staging".into()), ..options("/a") };
    let loaded = load(&staging, &files);
    assert_eq!(image(&loaded, "web"), "x:staging");
    assert_eq!(loaded.project.unwrap().services["web"].labels.len(), 3);
    assert_eq!(image(&load(&options("/a"), &files), "web"), "x:override");
    let named = LoadOptions { files: vec!["compose.yaml".into()], ..staging };
    assert_eq!(image(&load(&named, &files), "web"), "x:base");
}

#[test]
fn files_may_be_named_by_a_variable_or_come_from_standard_input() {
    let files = MemoryFiles::default()
        .with("/a/one.yaml", "services: {web: {image: one}}")
        .with("/b/two.yaml", "services: {web: {image: two}}")
        .with("/c/.env", "COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=../a/one.yaml,../b/two.yaml\n")
        .with_stdin("services: {web: {image: stdin}}");
    let loaded = load(&options("/c"), &files);
    assert_eq!(image(&loaded, "web"), "two");
    assert_eq!(loaded.project.unwrap().directory, Path::new("/a"));
    let stdin = LoadOptions { files: vec!["-".into()], ..options("/c") };
    let loaded = load(&stdin, &files);
    assert_eq!(image(&loaded, "web"), "stdin");
    assert_eq!(loaded.project.unwrap().directory, Path::new("/c"));
}

#[test]
fn the_process_wins_over_the_environments_file_and_that_over_env() {
    let compose = "services: {web: {image: x, environment: {A: $A, B: $B, C: $C, D: '${D:-d}'}}}";
    let files = MemoryFiles::default()
        .with("/a/compose.yaml", compose)
        .with("/a/.env", "A=env\nB=env\nC=env\n")
        .with("/a/.env.production", "A=production\nB=production\n");
    let mut options = LoadOptions { environment: Some("production".into()), ..options("/a") };
    options.variables.insert("A".into(), "process".into());
    let loaded = load(&options, &files);
    let values = ["A", "B", "C", "D"].map(|name| variable(&loaded, name).unwrap());
    assert_eq!(values, ["process", "production", "env", "d"]);
    let paths = loaded.project.unwrap().environment_files;
    assert_eq!(paths, [Path::new("/a/.env"), Path::new("/a/.env.production")]);
}

#[test]
fn named_environment_files_replace_the_default_ones() {
    let files = MemoryFiles::default()
        .with(
            "/a/compose.yaml",
            "services: {web: {image: x, environment: {A: $A, B: '${B:-none}'}}}",
        )
        .with("/a/.env", "A=env\nB=env\n")
        .with("/a/one.env", "A=one\n")
        .with("/a/two.env", "A=two\n");
    let options =
        LoadOptions { env_files: vec!["one.env".into(), "two.env".into()], ..options("/a") };
    let loaded = load(&options, &files);
    assert_eq!(variable(&loaded, "A").as_deref(), Some("two"));
    assert_eq!(variable(&loaded, "B").as_deref(), Some("none"));
}

#[test]
fn env_files_lie_below_the_environment_and_bare_keys_take_outer_values() {
    let compose = "
services:
  web:
    image: x
    env_file: [one.env, {path: raw.env, format: raw}, {path: none.env, required: false}]
    environment: [A=own, OUTER, NOBODY]
";
    let files = MemoryFiles::default()
        .with("/a/compose.yaml", compose)
        .with("/a/one.env", "A=file\nB=${OUTER}-1\nC=one\n")
        .with("/a/raw.env", "C='$OUTER' # kept\n");
    let mut options = options("/a");
    options.variables.insert("OUTER".into(), "o".into());
    let loaded = load(&options, &files);
    assert_eq!(variable(&loaded, "A").as_deref(), Some("own"));
    assert_eq!(variable(&loaded, "B").as_deref(), Some("o-1"));
    assert_eq!(variable(&loaded, "C").as_deref(), Some("'$OUTER' # kept"));
    assert_eq!(variable(&loaded, "OUTER").as_deref(), Some("o"));
    let project = loaded.project.unwrap();
    assert_eq!(project.services["web"].environment["NOBODY"].value, None);
}

#[test]
fn names_come_from_the_option_the_variable_the_file_and_the_folder() {
    let files = MemoryFiles::default().with("/My App/compose.yaml", WEB).with(
        "/named/compose.yaml",
        "name: '${N:-from}-file'\nservices: {web: {image: '$COMPOSE_PROJECT_NAME'}}",
    );
    let name = |options: &LoadOptions| load(options, &files).project.unwrap().name.value;
    assert_eq!(name(&options("/My App")), "myapp");
    assert_eq!(name(&options("/named")), "from-file");
    assert_eq!(image(&load(&options("/named"), &files), "web"), "from-file");
    let mut variable = options("/named");
    variable.variables.insert("COMPOSE_PROJECT_NAME".into(), "variable".into());
    assert_eq!(name(&variable), "variable");
    variable.project_name = Some("option".into());
    assert_eq!(name(&variable), "option");
}

#[test]
fn profiles_select_services_and_naming_one_activates_it() {
    let text = "
services:
  web: {image: x, depends_on: {mail: {condition: service_started, required: false}}}
  mail: {image: x, profiles: [debug]}
  tool: {image: x, profiles: [tools, admin]}
";
    let files = MemoryFiles::default().with("/a/compose.yaml", text);
    let active = |options: &LoadOptions| {
        let project = load(options, &files).project.unwrap();
        project.services.into_keys().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(active(&options("/a")), "web");
    assert!(load(&options("/a"), &files).project.unwrap().services["web"].depends_on.is_empty());
    assert_eq!(
        active(&LoadOptions { profiles: vec!["*".into()], ..options("/a") }),
        "mail tool web"
    );
    assert_eq!(active(&LoadOptions { services: vec!["tool".into()], ..options("/a") }), "tool web");
    let mut variable = options("/a");
    variable.variables.insert("COMPOSE_PROFILES".into(), "debug, admin".into());
    assert_eq!(active(&variable), "mail tool web");
}

#[test]
fn the_default_network_is_there_when_a_service_uses_it() {
    let project = project(
        "services: {a: {image: x}, b: {image: x, network_mode: none}}\nnetworks: {other: {name: o}}",
    );
    assert_eq!(project.networks["default"].name.value, "app_default");
    assert_eq!(project.networks["other"].name.value, "o");
    assert_eq!(project.services["a"].networks.keys().collect::<Vec<_>>(), ["default"]);
    assert_eq!(project.services["b"].network_mode.as_ref().unwrap().value, NetworkMode::None);
    assert!(project.services["b"].networks.is_empty());
}

#[test]
fn namespaces_and_links_imply_dependencies() {
    let project = project(
        "services: {a: {image: x, network_mode: 'service:b', links: [c]}, b: {image: x}, c: {image: x}}",
    );
    let dependencies = &project.services["a"].depends_on;
    assert_eq!(dependencies.keys().collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(dependencies["b"].value.condition, Condition::Started);
    assert!(dependencies["b"].value.restart);
}

#[test]
fn paths_start_at_the_projects_folder() {
    let project = project(
        "
services:
  web:
    build: ./web/
    volumes: [./data:/d, ../up:/u, ~/home:/h, '/abs:/a', named:/n, /anonymous]
secrets: {key: {file: key.txt}, token: {environment: TOKEN}}
volumes: {named: {driver_opts: {type: none, o: bind, device: ./disk}}}
",
    );
    let web = &project.services["web"];
    assert_eq!(web.build.as_ref().unwrap().value.context.value, Path::new("/app/web"));
    let sources: Vec<_> = web
        .volumes
        .iter()
        .map(|mount| match &mount.value.kind {
            MountKind::Bind { source, .. } => source.clone(),
            MountKind::Volume { source, .. } => source.clone().unwrap_or_default(),
            MountKind::Tmpfs { .. } => String::new(),
        })
        .collect();
    assert_eq!(sources, ["/app/data", "/up", "/home/ada/home", "/abs", "named", ""]);
    let key = &project.secrets["key"].source.value;
    assert_eq!(*key, StoreSource::File("/app/key.txt".into()));
    assert_eq!(project.volumes["named"].driver_opts["device"].value, "/app/disk");
}

#[test]
fn values_have_the_types_of_the_model() {
    let project = project(
        "
services:
  web:
    image: x
    command: sh -c 'echo \"a b\"'
    entrypoint: []
    restart: on-failure:3
    pull_policy: if_not_present
    stop_grace_period: 1m30s
    scale: 2
    cpus: 1.5
    mem_limit: 1.5g
    environment: {A: 010, B: yes, C: 1e3, D: true, E: ''}
    healthcheck: {test: curl -f localhost, interval: 5s, retries: 3}
    init: \"true\"
    extra_hosts: ['a:1.2.3.4', 'b=::1', 'c:[::2]']
    ports: [80, '3000-3001:3000-3001']
    ulimits: {nofile: 10}
    x-note: {a: [1, two, true, null]}
",
    );
    let web = &project.services["web"];
    assert_eq!(web.command.as_ref().unwrap().value, ["sh", "-c", "echo \"a b\""]);
    assert!(web.entrypoint.as_ref().unwrap().value.is_empty());
    assert_eq!(web.restart.unwrap().value, RestartPolicy::OnFailure { max_retries: Some(3) });
    assert_eq!(web.pull_policy.unwrap().value, PullPolicy::Missing);
    assert_eq!(web.stop_grace_period.unwrap().value, Duration::from_secs(90));
    assert_eq!(web.replica_count(), 2);
    assert_eq!(web.resources.limits.nano_cpus.unwrap().value, 1_500_000_000);
    assert_eq!(web.resources.limits.memory.unwrap().value, 1_610_612_736);
    let values: Vec<_> =
        web.environment.values().map(|value| value.value.as_deref().unwrap()).collect();
    assert_eq!(values, ["8", "yes", "1000", "true", ""]);
    let health = &web.healthcheck.as_ref().unwrap().value;
    assert_eq!(health.test.as_ref().unwrap().value, HealthTest::Shell("curl -f localhost".into()));
    assert!(web.init.unwrap().value);
    let hosts: Vec<_> = web.extra_hosts.iter().map(|item| item.value.1.as_str()).collect();
    assert_eq!(hosts, ["1.2.3.4", "::1", "::2"]);
    assert_eq!(web.ports.len(), 3);
    assert_eq!(web.ulimits["nofile"].value.hard, 10);
    assert_eq!(web.extensions["x-note"], serde_json::json!({"a": [1, "two", true, null]}));
}

#[test]
fn short_mounts_have_all_their_options() {
    let project = project(
        "
services:
  web:
    image: x
    volumes: ['./a:/a:ro,Z,rslave', 'v:/v:nocopy', './c:/c:cached', '/d/:/d/../e/']
volumes: {v: {}}
",
    );
    let mounts = &project.services["web"].volumes;
    assert!(mounts[0].value.read_only);
    let MountKind::Bind { options, .. } = &mounts[0].value.kind else { panic!("a bind mount") };
    assert!(options.create_host_path);
    assert_eq!((options.selinux, options.propagation.as_deref()), (Some('Z'), Some("rslave")));
    let MountKind::Volume { options, .. } = &mounts[1].value.kind else { panic!("a volume") };
    assert!(options.nocopy);
    assert!(!mounts[2].value.read_only);
    assert_eq!(mounts[3].value.target, "/e");
}

#[test]
fn variables_are_handed_out_and_their_values_not_printed() {
    let files =
        MemoryFiles::default().with("/a/compose.yaml", WEB).with("/a/.env", "KEY=hunter2\n");
    let loaded = load(&options("/a"), &files);
    assert_eq!(loaded.environment.get("KEY"), Some("hunter2"));
    assert_eq!(loaded.environment.get("COMPOSE_PROJECT_NAME"), Some("a"));
    assert!(!format!("{:?}", loaded.environment).contains("hunter2"));
}

#[test]
fn resets_and_replacements_of_a_later_file_count() {
    let files = MemoryFiles::default()
        .with("/a/compose.yaml", "services: {web: {image: x, ports: ['80:80'], command: [a]}}")
        .with(
            "/a/compose.override.yaml",
            "services: {web: {ports: !override ['81:80'], command: !reset null}}",
        );
    let project = load(&options("/a"), &files).project.unwrap();
    assert_eq!(project.services["web"].ports.len(), 1);
    assert!(project.services["web"].command.is_none());
}

#[test]
fn every_value_knows_its_place() {
    let loaded = load_text("services:\n  web:\n    image: nginx\n    ports:\n      - \"80:80\"\n");
    let project = loaded.project.unwrap();
    let web = &project.services["web"];
    assert_eq!(loaded.sources.describe(web.span().unwrap()), "compose.yaml:2:3");
    let image = web.image.as_ref().unwrap().span.unwrap();
    assert_eq!(loaded.sources.describe(image), "compose.yaml:3:12");
    assert_eq!(loaded.sources.describe(web.ports[0].span.unwrap()), "compose.yaml:5:9");
}

#[test]
fn documents_of_one_file_are_merged_in_order() {
    let project =
        project("services: {a: {image: x}}\n---\nservices: {a: {image: y}, b: {image: z}}\n");
    assert_eq!(project.services["a"].image.as_ref().unwrap().value, "y");
    assert_eq!(project.services.len(), 2);
}

#[test]
fn a_file_that_doubles_itself_is_refused() {
    let mut text = String::from("x-a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let below = format!("*a{}", level - 1);
        writeln!(text, "x-a{level}: &a{level} [{}]", vec![below; 10].join(", ")).unwrap();
    }
    text.push_str(WEB);
    let loaded = load_text(&text);
    assert!(messages(&loaded)[0].starts_with("compose::too-large"), "{:?}", messages(&loaded));
}

#[test]
fn a_chain_of_many_services_is_no_burden() {
    let mut text = String::from("x-env: &env\n");
    for number in 0..40 {
        writeln!(text, "  VARIABLE_{number}: ${{V{number}:-value-{number}}}").unwrap();
    }
    text.push_str("services:\n");
    for number in 0..500 {
        write!(text, "  s{number:03}:\n    image: x:${{TAG:-1}}\n    environment: *env\n    ports: [\"{}:80\"]\n",
            10_000 + number).unwrap();
        if number > 0 {
            writeln!(text, "    depends_on: [s{:03}]", number - 1).unwrap();
        }
    }
    let start = Instant::now();
    let loaded = load_text(&text);
    let elapsed = start.elapsed();
    assert_eq!(loaded.project.unwrap().services.len(), 500);
    println!("500 services in {elapsed:?}");
    // Generous: an unoptimised build on a busy machine. What it catches is quadratic work.
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}
