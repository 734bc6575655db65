//! Where this machine is reached: its address on the local network, and ports that are free.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

/// Ports tried after the one that we would like.
const PORTS_TRIED: u16 = 20;

/// The address under which other machines of the local network reach this one; `None` where it is on no network.
pub(super) fn address() -> Option<Ipv4Addr> {
    // Connecting a datagram socket sends nothing: the system only chooses the interface that it would use. The address
    // is one for documentation [RFC 5737].
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(203, 0, 113, 1), 9)).ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) if !address.is_loopback() && !address.is_unspecified() => Some(address),
        _ => None,
    }
}

/// The first free port from `preferred` on; any free one where those are taken.
pub(super) fn free_port(host: Ipv4Addr, preferred: u16) -> u16 {
    let free = |port: &u16| TcpListener::bind(SocketAddr::from((host, *port))).is_ok();
    (preferred..preferred.saturating_add(PORTS_TRIED)).find(free).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(Ipv4Addr::LOCALHOST, port), port);
    }
}
