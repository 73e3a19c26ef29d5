//! Whatever a file contains, the reader answers.

use crate::support::{load_text, options};
use proptest::prelude::*;
use wharf_compose::{MemoryFiles, canonical_yaml, load};

/// A file that uses most of the format; mutations of it reach most of the code.
const SEED: &str = r#"
name: shop
x-common: &common
  restart: unless-stopped
  environment: &env
    A: ${A:-1}
    B: "${B-${C:-x}}"
services:
  web:
    <<: *common
    image: "nginx:${TAG:-1.27}"
    command: sh -c "echo $$HOME"
    ports: ["8080:80", "127.0.0.1:53:53/udp", {target: 443, published: "8443"}]
    volumes: [./data:/data:ro, cache:/cache, {type: tmpfs, target: /tmp, tmpfs: {size: 1m}}]
    depends_on: {db: {condition: service_healthy}}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 512m}}}
  db:
    build: {context: ., args: [V=1]}
    environment:
      <<: *env
      C: 010
    healthcheck: {test: [CMD, pg_isready], interval: 1m30s, retries: 3}
    secrets: [key]
    ulimits: {nofile: {soft: 1, hard: 2}}
    extra_hosts: ["a=1.2.3.4"]
volumes: {cache: {}}
secrets: {key: {file: ./key}}
"#;

/// Pieces that mean something to YAML, to templates or to a decoder.
const PIECES: &[&str] = &[
    ":",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\n",
    "\n  ",
    "\t",
    "#",
    "&a ",
    "*a",
    "<<: ",
    "!reset ",
    "!override ",
    "$",
    "${",
    "}",
    "$$",
    ":-",
    "é",
    "\u{0}",
    "\u{feff}",
    "|\n",
    "0x",
    "-1",
    "99999999999999999999",
    "~",
    "null",
    "true",
    "---\n",
    "...\n",
    "%",
    "@",
    "`",
    ",",
    "\\",
    "\r\n",
];

#[derive(Debug, Clone)]
enum Edit {
    Insert(usize, usize),
    Remove(usize, usize),
    Repeat(usize, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        (any::<usize>(), any::<usize>()).prop_map(|(at, piece)| Edit::Insert(at, piece)),
        (any::<usize>(), 1..20_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        (any::<usize>(), 1..40_usize).prop_map(|(at, count)| Edit::Repeat(at, count)),
    ];
    prop::collection::vec(edit, 1..6)
}

fn mutate(seed: &str, edits: &[Edit]) -> String {
    let mut chars: Vec<char> = seed.chars().collect();
    for edit in edits {
        let length = chars.len().max(1);
        match *edit {
            Edit::Insert(at, piece) => {
                let at = at % length;
                chars.splice(at..at, PIECES[piece % PIECES.len()].chars());
            }
            Edit::Remove(at, count) => {
                let at = at % length;
                chars.drain(at..(at + count).min(chars.len()));
            }
            Edit::Repeat(at, count) => {
                let at = at % length;
                let piece: Vec<char> = chars[at..(at + count).min(chars.len())].to_vec();
                chars.splice(at..at, piece);
            }
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_compose_files_give_a_project_or_an_error(edits in edits()) {
        let text = mutate(SEED, &edits);
        let loaded = load_text(&text);
        prop_assert_eq!(loaded.project.is_none(), loaded.diagnostics.has_errors());
        for found in loaded.diagnostics.iter() {
            for label in &found.labels {
                let file = loaded.sources.file(label.span.file).unwrap();
                prop_assert!(label.span.end as usize <= file.text.len());
                prop_assert!(file.text.is_char_boundary(label.span.start as usize));
                prop_assert!(file.text.is_char_boundary(label.span.end as usize));
            }
            wharf_term::diagnostic::render(found, &loaded.sources, wharf_term::Color::Never);
        }
        if let Some(project) = &loaded.project {
            let yaml = canonical_yaml(project);
            let again = load_text(&yaml);
            prop_assert!(again.project.is_some(), "{}\n{:#?}", yaml, again.diagnostics);
            prop_assert_eq!(canonical_yaml(&again.project.unwrap()), yaml);
        }
    }

    #[test]
    fn any_text_is_an_environment_file_or_an_error(text in "[A-Z=:#'\"$\\{\\}\\\\ \n\té]{0,80}") {
        let files = MemoryFiles::default()
            .with("/app/compose.yaml", "services: {a: {image: x}}")
            .with("/app/.env", text);
        let loaded = load(&options("/app"), &files);
        prop_assert_eq!(loaded.project.is_none(), loaded.diagnostics.has_errors());
        for found in loaded.diagnostics.iter() {
            wharf_term::diagnostic::render(found, &loaded.sources, wharf_term::Color::Never);
        }
    }
}
