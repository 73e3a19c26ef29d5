//! Published ports, short and long form.

use super::{Decoder, keys};
use crate::model::{Port, Protocol, Published};
use crate::yaml::{Node, Resolved, Scalar, Value};
use std::net::IpAddr;
use std::ops::RangeInclusive;
use wharf_diag::{Spanned, codes, did_you_mean};

/// Why a port cannot be read: what is wrong and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PortFault {
    pub(super) reason: String,
    pub(super) help: String,
}

fn fault<T>(reason: impl Into<String>, help: impl Into<String>) -> Result<T, PortFault> {
    Err(PortFault { reason: reason.into(), help: help.into() })
}

/// Parses the short form, `[[address:]host:]container[/protocol]`; ranges give several ports.
///
/// # Errors
/// The reason, without the value: it may come from a variable.
pub(super) fn parse_short(text: &str) -> Result<Vec<Port>, PortFault> {
    let (text, protocol) = match text.rsplit_once('/') {
        Some((text, protocol)) => (text, parse_protocol(protocol)?),
        None => (text, Protocol::Tcp),
    };
    let (host, container) = match text.rsplit_once(':') {
        Some((host, container)) => (Some(host), container),
        None => (None, text),
    };
    let (address, published) = match host.map(|host| host.rsplit_once(':').ok_or(host)) {
        None => (None, ""),
        Some(Err(published)) => (None, published),
        Some(Ok((address, published))) => (parse_address(address)?, published),
    };
    if host == Some("") {
        return fault(
            "nothing stands before the `:`",
            "write \"80\" for a random host port, or \"8080:80\"",
        );
    }
    let target = parse_range(container)?;
    let published = if published.is_empty() { None } else { Some(parse_range(published)?) };
    expand(target, published, Template { address, protocol })
}

fn parse_protocol(text: &str) -> Result<Protocol, PortFault> {
    match text.to_ascii_lowercase().as_str() {
        "tcp" => Ok(Protocol::Tcp),
        "udp" => Ok(Protocol::Udp),
        "sctp" => Ok(Protocol::Sctp),
        other => match did_you_mean(other, ["tcp", "udp", "sctp"]) {
            Some(near) => fault("the protocol is unknown", format!("did you mean `/{near}`?")),
            None => fault("the protocol is unknown", "protocols are tcp, udp and sctp"),
        },
    }
}

fn parse_address(text: &str) -> Result<Option<IpAddr>, PortFault> {
    if text.is_empty() {
        return Ok(None);
    }
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    match inner.parse() {
        Ok(address) => Ok(Some(address)),
        Err(_) => fault(
            "the part before the host port is not an IP address",
            "write it like \"127.0.0.1:8080:80\" or \"[::1]:8080:80\"",
        ),
    }
}

/// One port or `first-last`.
fn parse_range(text: &str) -> Result<RangeInclusive<u16>, PortFault> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (parse_number(first)?, parse_number(last)?);
    if first > last {
        return fault(
            "the range ends before it begins",
            format!("write the smaller port first: {last}-{first}"),
        );
    }
    Ok(first..=last)
}

fn parse_number(text: &str) -> Result<u16, PortFault> {
    if text.is_empty() {
        return fault(
            "a port is missing",
            "the short form is \"HOST:CONTAINER\", for example \"8080:80\"",
        );
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return fault(
            "a port is not a number",
            "the short form is \"HOST:CONTAINER\", for example \"8080:80\"",
        );
    }
    match text.parse() {
        Ok(0) | Err(_) => fault("a port is out of range", "ports are numbers from 1 to 65535"),
        Ok(port) => Ok(port),
    }
}

/// What all ports of one entry have in common.
struct Template {
    address: Option<IpAddr>,
    protocol: Protocol,
}

fn expand(
    target: RangeInclusive<u16>,
    published: Option<RangeInclusive<u16>>,
    template: Template,
) -> Result<Vec<Port>, PortFault> {
    let port = |target: u16, published: Published| Port {
        host_ip: template.address,
        published,
        target,
        protocol: template.protocol,
        mode: None,
        name: None,
        app_protocol: None,
    };
    let Some(published) = published else {
        return Ok(target.map(|target| port(target, Published::Ephemeral)).collect());
    };
    if target.len() == published.len() {
        let pairs = target.zip(published);
        return Ok(pairs.map(|(target, host)| port(target, Published::Port(host))).collect());
    }
    if target.len() == 1 {
        // The engine picks one of the range.
        let range = Published::Range(*published.start(), *published.end());
        return Ok(vec![port(*target.start(), range)]);
    }
    fault(
        format!("{} host ports for {} container ports", published.len(), target.len()),
        "give both ranges the same length, for example \"3000-3002:4000-4002\"",
    )
}

impl Decoder<'_> {
    /// The `ports` of a service, ranges expanded.
    pub(super) fn ports(&mut self, node: &Node) -> Vec<Spanned<Port>> {
        let mut output = Vec::new();
        for item in self.items("ports", node) {
            let ports = match &item.value {
                Value::Map(_) => self.long_port(item),
                _ => self.short_port(item),
            };
            output.extend(ports.into_iter().map(|port| Spanned::at(port, item.span)));
        }
        output
    }

    fn short_port(&mut self, item: &Node) -> Vec<Port> {
        let text = item.as_scalar().and_then(|scalar| match scalar.resolve() {
            Resolved::Text | Resolved::Integer(_) => scalar.to_text(),
            _ => None,
        });
        let Some(text) = text else {
            self.wrong_type("an item of `ports`", item, "a port such as \"8080:80\"");
            return Vec::new();
        };
        parse_short(&text).unwrap_or_else(|fault| {
            self.bad_port(item, fault);
            Vec::new()
        })
    }

    fn bad_port(&mut self, item: &Node, fault: PortFault) {
        let shown = item.as_scalar().map_or("", |scalar| scalar.shown());
        let message = format!("`{shown}` is not a port: {}", fault.reason);
        let label = "expected [[address:]host:]container[/protocol]";
        self.invalid(codes::compose::PORT, item, message, label, fault.help);
    }

    fn long_port(&mut self, item: &Node) -> Vec<Port> {
        let Some(map) = self.section(item, "an item of `ports`", &keys::PORT) else {
            return Vec::new();
        };
        let mut template = Template { address: None, protocol: Protocol::Tcp };
        let (mut target, mut published) = (None, None);
        let (mut mode, mut name, mut app_protocol) = (None, None, None);
        let mut is_whole = true;
        for (key, entry) in map {
            let node = &entry.node;
            if node.is_null() {
                continue;
            }
            let result = match key.as_str() {
                "target" => {
                    self.port_text(key, node).map(|text| text.map(|text| target = Some(text)))
                }
                "published" => {
                    self.port_text(key, node).map(|text| text.map(|text| published = Some(text)))
                }
                "host_ip" => self.text(key, node).map(|text| {
                    parse_address(&text.value).map(|address| template.address = address)
                }),
                "protocol" => self.text(key, node).map(|text| {
                    parse_protocol(&text.value).map(|protocol| template.protocol = protocol)
                }),
                "mode" => {
                    let words = [("ingress", "ingress"), ("host", "host")];
                    mode = self.word(key, node, &words).map(|word| word.value.to_owned());
                    None
                }
                "name" => {
                    name = self.text(key, node).map(|text| text.value);
                    None
                }
                "app_protocol" => {
                    app_protocol = self.text(key, node).map(|text| text.value);
                    None
                }
                _ => None,
            };
            if let Some(Err(fault)) = result {
                is_whole = false;
                self.bad_port(node, fault);
            }
        }
        if !is_whole {
            return Vec::new();
        }
        let Some(target) = target else {
            if map.get("target").is_none_or(|entry| entry.node.is_null()) {
                self.missing_key(item, "a port in long form", "target", "target: 80");
            }
            return Vec::new();
        };
        match expand(target, published, template) {
            Ok(ports) => ports
                .into_iter()
                .map(|port| Port {
                    mode: mode.clone(),
                    name: name.clone(),
                    app_protocol: app_protocol.clone(),
                    ..port
                })
                .collect(),
            Err(fault) => {
                self.bad_port(item, fault);
                Vec::new()
            }
        }
    }

    fn port_text(
        &mut self,
        key: &str,
        node: &Node,
    ) -> Option<Result<RangeInclusive<u16>, PortFault>> {
        self.text_or_number(key, node).map(|text| parse_range(&text.value))
    }
}

/// What makes two entries of different files the same port: `address:host:container/protocol`.
pub(crate) fn port_identity(item: &Node) -> Option<String> {
    let field = |name: &str| {
        let node = item.get(name).and_then(Node::as_scalar);
        node.and_then(Scalar::to_text)
    };
    let Some(scalar) = item.as_scalar() else {
        let address = field("host_ip").unwrap_or_else(|| "0.0.0.0".into());
        let protocol = field("protocol").unwrap_or_else(|| "tcp".into());
        let published = field("published").unwrap_or_default();
        return Some(format!("{address}:{published}:{}/{protocol}", field("target")?));
    };
    let ports = parse_short(&scalar.to_text()?).ok()?;
    let identities = ports.iter().map(|port| {
        let address = port.host_ip.map_or_else(|| "0.0.0.0".into(), |ip| ip.to_string());
        let published = match port.published {
            Published::Ephemeral => String::new(),
            Published::Port(port) => port.to_string(),
            Published::Range(first, last) => format!("{first}-{last}"),
        };
        format!("{address}:{published}:{}/{}", port.target, port.protocol.as_str())
    });
    Some(identities.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(text: &str) -> Result<String, String> {
        let ports = parse_short(text).map_err(|fault| fault.reason)?;
        let lines = ports.iter().map(|port| {
            let ip = port.host_ip.map(|ip| format!("{ip} ")).unwrap_or_default();
            let host = match port.published {
                Published::Ephemeral => "?".into(),
                Published::Port(port) => port.to_string(),
                Published::Range(first, last) => format!("{first}..{last}"),
            };
            format!("{ip}{host}>{}/{}", port.target, port.protocol.as_str())
        });
        Ok(lines.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn reads_the_short_forms() {
        for (text, expected) in [
            ("80", "?>80/tcp"),
            ("8080:80", "8080>80/tcp"),
            ("8080:80/udp", "8080>80/udp"),
            ("127.0.0.1:8080:80", "127.0.0.1 8080>80/tcp"),
            ("127.0.0.1::80", "127.0.0.1 ?>80/tcp"),
            ("[::1]:8080:80/sctp", "::1 8080>80/sctp"),
            ("3000-3001", "?>3000/tcp ?>3001/tcp"),
            ("3000-3001:4000-4001", "3000>4000/tcp 3001>4001/tcp"),
            ("3000-3005:80", "3000..3005>80/tcp"),
            ("22:22", "22>22/tcp"),
        ] {
            assert_eq!(described(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_port() {
        for text in [
            "",
            "abc",
            "80:",
            ":80",
            "8080:80:90:100",
            "0",
            "65536",
            "80/http",
            "5-3",
            "3000-3001:80-85",
            "1.2.3:80:80",
            "8080:80/",
            "-1",
            "80-",
            "x:80",
        ] {
            assert!(described(text).is_err(), "{text:?}");
        }
    }
}
