//! Parser events into trees: anchors, merge keys, duplicate keys.

use super::{Entry, Map, Node, Scalar, Tag, Value, syntax};
use granit_parser::{Event, Options, Parser, ScalarStyle, Span as Place, StructureStyle};
use std::collections::HashMap;
use wharf_diag::{Diagnostic, Diagnostics, FileId, Span, codes};

/// How many nodes aliases may add to one file. Real files stay below a few thousand; a file
/// that doubles itself ten times over is an attack.
const ALIAS_LIMIT: usize = 100_000;

/// Parses all documents of a file; empty documents are left out.
///
/// Every problem is added to `diagnostics`. After a syntax error the documents so far are
/// returned; the rest of the file cannot be understood.
pub(crate) fn parse(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Vec<Node> {
    let events = Parser::new_from_str_with_options(text, options());
    let mut builder = Builder {
        events,
        file,
        text,
        diagnostics,
        anchors: HashMap::new(),
        nodes: 0,
        aliased: 0,
        last: 0,
    };
    let mut documents = Vec::new();
    // `None` is either the end or a syntax error, which is reported already.
    while let Some((event, place)) = builder.next() {
        match event {
            Event::StreamEnd => break,
            Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::MappingStart(..)
            | Event::Alias(_)
            | Event::UnresolvedAlias(_) => {
                let here = builder.span(place);
                match builder.node(event, place, here) {
                    Some(node) if !node.is_null() => documents.push(node),
                    Some(_) => {}
                    None => break,
                }
            }
            _ => {}
        }
    }
    documents
}

fn options() -> Options {
    granit_parser::options! { emit_unresolved_aliases: true, emit_comments: false }
}

struct Builder<'t, 'd> {
    events: Parser<'t, granit_parser::StrInput<'t>>,
    file: FileId,
    text: &'t str,
    diagnostics: &'d mut Diagnostics,
    /// Anchored nodes, each with the number of nodes in it.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    aliased: usize,
    last: usize,
}

impl<'t> Builder<'t, '_> {
    fn next(&mut self) -> Option<(Event<'t>, Place)> {
        match self.events.next()? {
            Ok((event, place)) => {
                self.last = place.byte_range().map_or(self.last, |range| range.end);
                Some((event, place))
            }
            Err(error) => {
                let found = syntax::diagnose(&error, self.file, self.text, self.last);
                self.diagnostics.push(found);
                None
            }
        }
    }

    fn span(&self, place: Place) -> Span {
        let range = place.byte_range().unwrap_or(0..0);
        Span::new(self.file, range.start, range.end)
    }

    /// Builds the node that begins with `event`; `fallback` is the place of its key.
    fn node(&mut self, event: Event<'t>, place: Place, fallback: Span) -> Option<Node> {
        self.nodes += 1;
        let before = self.nodes;
        let anchor = event.anchor_id();
        let tag = self.tag(&event, place);
        let (value, span) = match event {
            Event::Scalar(text, style, _, tag) => {
                let span = self.span(place);
                // The parser writes `~` for a value that is not there.
                let is_absent = span.start == span.end && style == ScalarStyle::Plain;
                let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
                let text = if is_absent { String::new() } else { text.into_owned() };
                let is_plain = style == ScalarStyle::Plain && !is_text;
                let span = if is_absent { fallback } else { trim_end(span, self.text) };
                (Value::Scalar(Scalar { text, is_plain, template: None }), span)
            }
            Event::SequenceStart(style, ..) => self.list(style, place, fallback)?,
            Event::MappingStart(style, ..) => self.map(style, place, fallback)?,
            Event::Alias(id) => return self.alias(id, place),
            Event::UnresolvedAlias(name) => {
                let span = self.span(place);
                self.diagnostics.push(
                    Diagnostic::error(codes::compose::ALIAS, format!("unknown alias `*{name}`"))
                        .at(span, "no anchor of this name stands above")
                        .help(format!(
                            "write `&{name}` before the value that is meant, above this line, or put the text into quotes"
                        )),
                );
                return Some(Node::null(span));
            }
            _ => return None,
        };
        let node = Node { value, span, tag };
        if let Some(id) = anchor {
            self.anchors.insert(id, (node.clone(), self.nodes - before + 1));
        }
        Some(node)
    }

    fn list(
        &mut self,
        style: StructureStyle,
        place: Place,
        fallback: Span,
    ) -> Option<(Value, Span)> {
        let start = self.span(place);
        let mut items = Vec::new();
        loop {
            let (event, place) = self.next()?;
            if event == Event::SequenceEnd {
                let span =
                    self.whole(style, start, place, items.first().map(|item: &Node| item.span));
                return Some((Value::List(items), span.unwrap_or(fallback)));
            }
            let here = self.span(place);
            items.push(self.node(event, place, here)?);
        }
    }

    fn map(
        &mut self,
        style: StructureStyle,
        place: Place,
        fallback: Span,
    ) -> Option<(Value, Span)> {
        let start = self.span(place);
        let mut map = Map::new();
        let mut merges = Vec::new();
        loop {
            let (event, place) = self.next()?;
            if event == Event::MappingEnd {
                let first = map.values().next().map(|entry: &Entry| entry.key);
                let span = self.whole(style, start, place, first);
                self.merge(&mut map, merges);
                return Some((Value::Map(map), span.unwrap_or(fallback)));
            }
            let key_span = self.span(place);
            let is_plain = matches!(event, Event::Scalar(_, ScalarStyle::Plain, ..));
            let key = self.node(event, place, key_span)?;
            let (event, place) = self.next()?;
            let written = self.span(place);
            let node = self.node(event, place, key_span)?;
            let Value::Scalar(scalar) = key.value else {
                self.diagnostics.push(
                    Diagnostic::error(codes::compose::SYNTAX, "a key must be a single word or text")
                        .at(key.span, "this is a list or a mapping")
                        .help("put a text that begins with `{` or `[` into quotes, also as a list item such as \"${NAME}\""),
                );
                continue;
            };
            if is_plain && scalar.text == "<<" {
                merges.push((node, written));
            } else {
                self.insert(&mut map, scalar.text, Entry { key: key_span, node });
            }
        }
    }

    fn insert(&mut self, map: &mut Map, key: String, entry: Entry) {
        match map.entry(key) {
            indexmap::map::Entry::Vacant(slot) => {
                slot.insert(entry);
            }
            indexmap::map::Entry::Occupied(first) => {
                let key = first.key();
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::compose::DUPLICATE_KEY,
                        format!("the key `{key}` is written twice in one mapping"),
                    )
                    .at(entry.key, "here again")
                    .also(first.get().key, "here first")
                    .help("join the two, or remove one"),
                );
            }
        }
    }

    /// Adds what `<<` names; keys of the mapping itself win, then the first one named.
    fn merge(&mut self, map: &mut Map, merges: Vec<(Node, Span)>) {
        for (merge, written) in merges {
            let kind = merge.kind();
            let sources = match merge.value {
                Value::List(items) if items.iter().all(|item| item.as_map().is_some()) => items,
                value => vec![Node { value, ..Node::null(merge.span) }],
            };
            for source in sources {
                if let Value::Map(other) = source.value {
                    for (key, entry) in other {
                        map.entry(key).or_insert(entry);
                    }
                } else {
                    self.diagnostics.push(
                        Diagnostic::error(
                            codes::compose::ALIAS,
                            format!("`<<` merges mappings, and this is {kind}"),
                        )
                        .at(written, "not a mapping")
                        .also(Some(source.span).filter(|span| *span != written), "this value")
                        .note("YAML can merge mappings and has no way to join lists")
                        .help("write the shared part as a mapping, `KEY: value`, behind `&name`"),
                    );
                }
            }
        }
    }

    /// Repeats an anchored node; `None` ends the file, because it would become too large.
    fn alias(&mut self, id: usize, place: Place) -> Option<Node> {
        let span = self.span(place);
        let Some((node, size)) = self.anchors.get(&id) else {
            self.diagnostics.push(
                Diagnostic::error(codes::compose::ALIAS, "an alias is used inside its own anchor")
                    .at(span, "this value would contain itself without end")
                    .help("move the shared part into an `x-` section of its own and refer to that"),
            );
            return Some(Node::null(span));
        };
        // What an alias adds counts as part of the anchors around it, too: that is what grows.
        self.nodes += size;
        self.aliased += size;
        if self.aliased > ALIAS_LIMIT {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::compose::TOO_LARGE,
                    format!("the aliases of this file add more than {ALIAS_LIMIT} values"),
                )
                .at(span, "here it is too much")
                .note("aliases that contain aliases multiply; such a file can fill the memory")
                .help("remove the aliases of aliases"),
            );
            return None;
        }
        Some(node.clone())
    }

    fn tag(&mut self, event: &Event<'t>, place: Place) -> Option<Tag> {
        let tag = event.tag()?;
        if tag.is_yaml_core_schema() {
            return None;
        }
        match tag.suffix() {
            "reset" => return Some(Tag::Reset),
            "override" => return Some(Tag::Override),
            _ => {}
        }
        let span = place.tag_span().map_or_else(|| self.span(place), |tag| self.span(tag));
        self.diagnostics.push(
            Diagnostic::error(codes::compose::SYNTAX, format!("unknown tag `{}`", tag.original()))
                .at(span, "a word that begins with `!` is a YAML tag")
                .help("compose files know `!reset` and `!override`; put other text that begins with `!` into quotes"),
        );
        None
    }

    /// Place of a collection: all of `[...]`, the first key or item of a block.
    fn whole(
        &self,
        style: StructureStyle,
        start: Span,
        end: Place,
        first: Option<Span>,
    ) -> Option<Span> {
        match style {
            StructureStyle::Flow => Some(Span { end: self.span(end).end, ..start }),
            StructureStyle::Block => first,
        }
    }
}

/// Block texts end behind the indentation of the next line; their place is their own lines.
fn trim_end(span: Span, text: &str) -> Span {
    let written = text.get(span.start as usize..span.end as usize).unwrap_or("");
    let cut = written.len() - written.trim_end().len();
    Span { end: span.end - u32::try_from(cut).unwrap_or(0), ..span }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_text(text: &str) -> (Option<Node>, Vec<String>) {
        let mut diagnostics = Diagnostics::default();
        let documents = parse(FileId(0), text, &mut diagnostics);
        let messages = diagnostics.into_sorted().into_iter().map(|found| found.message).collect();
        (documents.into_iter().next(), messages)
    }

    fn text_at(text: &str, path: &[&str]) -> Option<String> {
        let (root, messages) = parse_text(text);
        assert!(messages.is_empty(), "{messages:?}");
        let root = root?;
        let node = path.iter().try_fold(&root, |node, key| node.get(key))?;
        node.as_scalar().and_then(Scalar::to_text)
    }

    #[test]
    fn merge_keys_give_way_to_the_mappings_own_and_to_earlier_ones() {
        let text = "
a: &a {x: 1, y: 1, z: 1}
b: &b {y: 2, z: 2, w: 2}
c: {<<: [*a, *b], z: 3}
d: {z: 4, <<: *a}
";
        for (path, expected) in [
            (["c", "x"], "1"),
            (["c", "y"], "1"),
            (["c", "z"], "3"),
            (["c", "w"], "2"),
            (["d", "z"], "4"),
            (["d", "x"], "1"),
        ] {
            assert_eq!(text_at(text, &path).as_deref(), Some(expected), "{path:?}");
        }
    }

    #[test]
    fn a_quoted_merge_key_is_an_ordinary_key() {
        assert_eq!(text_at("{'<<': x}", &["<<"]).as_deref(), Some("x"));
    }

    #[test]
    fn the_core_tag_of_text_keeps_a_number_as_written() {
        assert_eq!(text_at("a: !!str 010", &["a"]).as_deref(), Some("010"));
    }

    #[test]
    fn places_are_values_first_keys_and_whole_brackets() {
        let text = "a: 'x'\nb:\n  c: 1\nd: [1, 2]\ne:\nf: |\n  l1\n  l2\ng: 1\n";
        let (root, _) = parse_text(text);
        let root = root.unwrap();
        for (key, expected) in
            [("a", "'x'"), ("b", "c"), ("d", "[1, 2]"), ("e", "e"), ("f", "l1\n  l2"), ("g", "1")]
        {
            let span = root.get(key).unwrap().span;
            assert_eq!(&text[span.start as usize..span.end as usize], expected, "{key}");
        }
    }

    #[test]
    fn documents_before_a_fault_are_kept() {
        let (root, messages) = parse_text("a: 1\n---\nb: [\n");
        assert!(root.is_some());
        assert_eq!(messages.len(), 1);
    }
}
