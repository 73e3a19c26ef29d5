//! Published ports.

use std::net::IpAddr;

/// One published port; ranges are expanded into one value per port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    /// Address on the host; `None` is all addresses.
    pub host_ip: Option<IpAddr>,
    /// Port on the host.
    pub published: Published,
    /// Port in the container.
    pub target: u16,
    /// Transport.
    pub protocol: Protocol,
    /// `ingress` (the default) or `host`.
    pub mode: Option<String>,
    /// Name of the port, documentation only.
    pub name: Option<String>,
    /// Protocol of the application, documentation only.
    pub app_protocol: Option<String>,
}

/// Port on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Published {
    /// The engine picks a free one.
    Ephemeral,
    /// This one.
    Port(u16),
    /// The engine picks one of these, both ends included.
    Range(u16, u16),
}

/// Transport protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `tcp`, the default.
    Tcp,
    /// `udp`.
    Udp,
    /// `sctp`.
    Sctp,
}

impl Protocol {
    /// Name as the engine writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}
