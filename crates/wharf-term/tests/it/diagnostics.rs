//! Diagnostics with and without source lines, and sources that are hard to show.

use wharf_diag::{Code, Diagnostic, FileId, SourceMap, Span};
use wharf_term::diagnostic::{Color, render};

fn span_of(sources: &SourceMap, file: FileId, part: &str) -> Span {
    let start = sources.file(file).unwrap().text.find(part).unwrap();
    Span::new(file, start, start + part.len())
}

fn port_conflict() -> (Diagnostic, SourceMap) {
    let mut sources = SourceMap::default();
    let base = sources.add(
        "compose.yaml",
        "services:\n  api:\n    image: api\n    ports:\n      - \"8080:80\"\n",
    );
    let production = sources.add(
        "compose.prod.yaml",
        "services:\n  web:\n    image: web\n    ports:\n      - \"8080:3000\"\n",
    );
    let diagnostic = Diagnostic::error(
        Code("compose::port-conflict"),
        "services `api` and `web` both publish host port 8080",
    )
    .at(span_of(&sources, production, "\"8080:3000\""), "`web` asks for it here")
    .also(span_of(&sources, base, "\"8080:80\""), "`api` already has it")
    .note("a host port can be bound by one container at a time")
    .help(
        "publish `web` on a free port, for example \"8081:3000\", or put both behind \
         `x-wharf.edge`",
    );
    (diagnostic, sources)
}

#[test]
fn two_files_are_shown_with_the_primary_place_first() {
    let (diagnostic, sources) = port_conflict();
    insta::assert_snapshot!(render(&diagnostic, &sources, Color::Never), @r#"
    error[compose::port-conflict]: services `api` and `web` both publish host port 8080
     --> compose.prod.yaml:5:9
      |
    5 |       - "8080:3000"
      |         ^^^^^^^^^^^ `web` asks for it here
      |
     ::: compose.yaml:5:9
      |
    5 |       - "8080:80"
      |         --------- `api` already has it
      |
      = note: a host port can be bound by one container at a time
    help: publish `web` on a free port, for example "8081:3000", or put both behind `x-wharf.edge`
    "#);
}

#[test]
fn colours_follow_the_roles_of_the_theme() {
    let (diagnostic, sources) = port_conflict();
    let text = render(&diagnostic, &sources, Color::Always);
    insta::assert_snapshot!(text.replace('\u{1b}', "^"), @r#"
    ^[1m^[31merror[compose::port-conflict]^[0m^[1m: services `api` and `web` both publish host port 8080^[0m
     ^[1m^[94m--> ^[0mcompose.prod.yaml:5:9
      ^[1m^[94m|^[0m
    ^[1m^[94m5^[0m ^[1m^[94m|^[0m       - "8080:3000"
      ^[1m^[94m|^[0m         ^[1m^[31m^^^^^^^^^^^^[0m ^[1m^[31m`web` asks for it here^[0m
      ^[1m^[94m|^[0m
     ^[1m^[94m::: ^[0mcompose.yaml:5:9
      ^[1m^[94m|^[0m
    ^[1m^[94m5^[0m ^[1m^[94m|^[0m       - "8080:80"
      ^[1m^[94m|^[0m         ^[1m^[94m---------^[0m ^[1m^[94m`api` already has it^[0m
      ^[1m^[94m|^[0m
      ^[1m^[94m= ^[0m^[1mnote^[0m: a host port can be bound by one container at a time
    ^[36mhelp^[0m: publish `web` on a free port, for example "8081:3000", or put both behind `x-wharf.edge`
    "#);
}

fn unreachable_engine() -> Diagnostic {
    Diagnostic::error(
        Code("engine::unreachable"),
        "cannot reach the Docker engine at unix socket `docker.sock`",
    )
    .note("connection refused (os error 111)")
    .help("start the engine:\nsystemctl start docker")
}

#[test]
fn a_problem_of_the_world_has_no_gutter() {
    let text = render(&unreachable_engine(), &SourceMap::default(), Color::Never);
    insta::assert_snapshot!(text, @"
    error[engine::unreachable]: cannot reach the Docker engine at unix socket `docker.sock`
     = note: connection refused (os error 111)
    help: start the engine:
          systemctl start docker
    ");
}

#[test]
fn a_problem_of_the_world_is_coloured_by_the_same_roles() {
    let text = render(&unreachable_engine(), &SourceMap::default(), Color::Always);
    insta::assert_snapshot!(text.replace('\u{1b}', "^"), @"
    ^[1m^[31merror[engine::unreachable]^[0m^[1m: cannot reach the Docker engine at unix socket `docker.sock`^[0m
     = ^[1mnote^[0m: connection refused (os error 111)
    ^[36mhelp^[0m: start the engine:
          systemctl start docker
    ");
}

#[test]
fn several_labels_in_one_file_share_a_snippet() {
    let mut sources = SourceMap::default();
    let file = sources.add(
        "compose.yaml",
        "services:\n  api:\n    image: a\n    build: .\n    x: 1\n    y: 2\n    z: 3\n    image: b\n",
    );
    let diagnostic = Diagnostic::warning(Code("compose::duplicate-key"), "`image` is given twice")
        .at(span_of(&sources, file, "image: b"), "this one counts")
        .also(span_of(&sources, file, "image: a"), "first given here");
    insta::assert_snapshot!(render(&diagnostic, &sources, Color::Never), @"
    warning[compose::duplicate-key]: `image` is given twice
     --> compose.yaml:8:5
      |
    3 |     image: a
      |     -------- first given here
    ...
    8 |     image: b
      |     ^^^^^^^^ this one counts
    ");
}

#[test]
fn tabs_and_carriage_returns_do_not_move_the_marks() {
    let mut sources = SourceMap::default();
    let file = sources.add("compose.yaml", "services:\r\n\tapi:\r\n\t\timage:\tx\r\n");
    let diagnostic = Diagnostic::error(Code("compose::tab"), "tabs cannot indent")
        .at(span_of(&sources, file, "image:"), "here")
        .note("YAML 1.2, 6.1");
    insta::assert_snapshot!(render(&diagnostic, &sources, Color::Never), @"
    error[compose::tab]: tabs cannot indent
     --> compose.yaml:3:3
      |
    3 |         image:    x
      |         ^^^^^^ here
      |
      = note: YAML 1.2, 6.1
    ");
}

#[test]
fn a_span_over_several_lines_is_drawn_as_a_bracket() {
    let mut sources = SourceMap::default();
    let file =
        sources.add("compose.yaml", "services:\n  api:\n    a: 1\n    b: 2\n    c: 3\n  web: {}\n");
    let diagnostic = Diagnostic::error(Code("compose::no-image"), "`api` has no image").at(
        span_of(&sources, file, "api:\n    a: 1\n    b: 2\n    c: 3"),
        "neither image nor build",
    );
    insta::assert_snapshot!(render(&diagnostic, &sources, Color::Never), @"
    error[compose::no-image]: `api` has no image
     --> compose.yaml:2:3
      |
    2 | /   api:
    3 | |     a: 1
    4 | |     b: 2
    5 | |     c: 3
      | |________^ neither image nor build
    ");
}

#[test]
fn an_empty_file_and_the_end_of_a_file_can_be_pointed_at() {
    let mut sources = SourceMap::default();
    let empty = sources.add("empty.yaml", "");
    let cut = sources.add("cut.yaml", "services:\n  api:");
    let in_empty = Diagnostic::error(Code("compose::empty"), "the file is empty")
        .at(Span::new(empty, 0, 0), "nothing here");
    insta::assert_snapshot!(render(&in_empty, &sources, Color::Never), @"
    error[compose::empty]: the file is empty
     --> empty.yaml:1:1
      |
    1 |
      | ^ nothing here
    ");
    let behind_end = Diagnostic::error(Code("compose::cut"), "the file ends too early")
        .at(Span::new(cut, 400, 500), "more was expected");
    insta::assert_snapshot!(render(&behind_end, &sources, Color::Never), @"
    error[compose::cut]: the file ends too early
     --> cut.yaml:2:7
      |
    2 |   api:
      |       ^ more was expected
    ");
}

#[test]
fn a_very_long_line_is_cut_around_the_mark() {
    let mut sources = SourceMap::default();
    let text = format!("command: {} BAD {}\n", "x".repeat(3000), "y".repeat(3000));
    let file = sources.add("compose.yaml", text);
    let diagnostic = Diagnostic::error(Code("compose::long"), "this word is not allowed")
        .at(span_of(&sources, file, "BAD"), "here");
    let shown = render(&diagnostic, &sources, Color::Never);
    assert!(shown.lines().all(|line| line.len() < 200), "{shown}");
    assert!(shown.contains("BAD"), "{shown}");
}

#[test]
fn control_sequences_in_messages_and_files_do_not_reach_the_terminal() {
    let mut sources = SourceMap::default();
    let file = sources.add("compose.yaml", "a: \u{1b}[31mred\u{1b}]0;title\u{7}\n");
    let diagnostic = Diagnostic::error(Code("compose::x"), "bad \u{1b}[2Jvalue")
        .at(span_of(&sources, file, "a:"), "it \u{1b}[5mblinks")
        .note("said \u{9b}2J so")
        .help("remove \u{7}it");
    let shown = render(&diagnostic, &sources, Color::Never);
    let has_controls = shown.chars().any(|it| it.is_control() && it != '\n');
    assert!(!has_controls, "{shown:?}");
}

#[test]
fn a_label_in_an_unknown_file_is_left_out() {
    let diagnostic = Diagnostic::error(Code("compose::x"), "message")
        .at(Span::new(FileId(7), 0, 3), "nowhere")
        .help("do something");
    insta::assert_snapshot!(render(&diagnostic, &SourceMap::default(), Color::Never), @"
    error[compose::x]: message
    help: do something
    ");
}

#[test]
fn no_source_and_no_span_makes_the_renderer_panic() {
    let texts = [
        "",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "a",
        "a\n",
        "\n\n",
        "a\r\nb",
        "\u{feff}a: 1\n",
        "ä\tö\r\nü",
        "日本\n🚢\t\n",
        "a\rb\rc",
        "\u{200b}\u{0}\u{7f}\n\u{1b}[0m",
        "e\u{301}\n\u{202e}x",
        "\n\ta: |\n\n\n  x",
    ];
    for text in texts {
        let mut sources = SourceMap::default();
        let file = sources.add("f.yaml", text);
        let ends = text.len() + 3;
        for (start, end) in (0..ends).flat_map(|start| (start..ends).map(move |end| (start, end))) {
            let diagnostic = Diagnostic::error(Code("a::b"), "m")
                .at(Span::new(file, start, end), "primary")
                .also(Span::new(file, 0, start), "context")
                .also(Span::new(file, start, start), "");
            let shown = render(&diagnostic, &sources, Color::Never);
            assert!(shown.starts_with("error[a::b]: m"), "{text:?} {start}..{end}: {shown}");
        }
    }
}
