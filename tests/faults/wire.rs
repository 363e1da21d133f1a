//! A network name space for the relays, and a wire to it that loses packets: from wallets and shops, and to the database.
//!
//! Relays in development mode listen on loopback only, so what comes over the wire is led there. Packets are thrown away by nftables, at
//! random and in both directions: what `tc netem` does, on kernels too that were built without it.

use std::io::Write as _;
use std::net::Ipv4Addr;
use std::process::{Command, Stdio};

use crate::private::{is_private, run};

/// The name space.
pub const NAME: &str = "passerby-relays";
/// This end of the wire, where the database is.
pub const HERE: &str = "10.77.0.1";
/// The other one.
pub const THERE: Ipv4Addr = Ipv4Addr::new(10, 77, 0, 2);

const RULES: &str = r#"
table ip faults {
  chain to_loopback { type nat hook prerouting priority dstnat; iifname "there" meta l4proto tcp dnat to 127.0.0.1; }
  chain arriving { type filter hook prerouting priority raw; }
  chain leaving { type filter hook output priority raw; }
}
"#;

/// A wire that is laid. Dropping it takes it away, and the name space too.
#[derive(Debug)]
pub struct Wire {
    name: &'static str,
}

impl Wire {
    /// Lays it. What it could not do is the error; without a network of its own nothing is touched.
    pub fn lay() -> Result<Self, String> {
        if !is_private() {
            return Err("not in a network of its own".to_owned());
        }
        run("ip", &["netns", "add", NAME])?;
        let own = Self { name: NAME };
        run("ip", &["link", "add", "here", "type", "veth", "peer", "name", "there", "netns", NAME])?;
        run("ip", &["address", "add", &format!("{HERE}/24"), "dev", "here"])?;
        run("ip", &["link", "set", "here", "up"])?;
        run("ip", &["-n", NAME, "address", "add", &format!("{THERE}/24"), "dev", "there"])?;
        run("ip", &["-n", NAME, "link", "set", "lo", "up"])?;
        run("ip", &["-n", NAME, "link", "set", "there", "up"])?;
        let switch = "/proc/sys/net/ipv4/conf/there/route_localnet";
        run("ip", &["netns", "exec", NAME, "sh", "-c", &format!("echo 1 > {switch}")])?;
        own.nft(RULES)?;
        Ok(own)
    }

    /// From now on it loses so many of a hundred packets.
    pub fn lose(&self, percent: u32) {
        let rule = |chain: &str, side: &str| {
            format!(
                "add rule ip faults {chain} {side} \"there\" numgen random mod 100 < {percent} counter drop\n"
            )
        };
        self.nft(&[rule("arriving", "iifname"), rule("leaving", "oifname")].concat()).unwrap();
    }

    /// It loses nothing any more. Returns how many packets it has lost.
    pub fn mend(&self) -> u64 {
        let rules =
            |chain| run("ip", &["netns", "exec", self.name, "nft", "list", "chain", "ip", "faults", chain]);
        let counted = ["arriving", "leaving"].map(|chain| count(&rules(chain).unwrap()));
        self.nft("flush chain ip faults arriving\nflush chain ip faults leaving\n").unwrap();
        counted.into_iter().sum()
    }

    /// Gives rules to nftables inside.
    fn nft(&self, rules: &str) -> Result<(), String> {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", self.name, "nft", "-f", "-"]);
        let mut child = command.stdin(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
        child.stdin.take().unwrap().write_all(rules.as_bytes()).map_err(|error| error.to_string())?;
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("nft did not take:\n{rules}")) }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        drop(run("ip", &["link", "delete", "here"]));
        drop(run("ip", &["netns", "delete", self.name]));
    }
}

/// The packets in a list of rules: `counter packets 12 bytes 720`.
fn count(list: &str) -> u64 {
    let numbers = list.split("counter packets ").skip(1);
    numbers.filter_map(|rest| rest.split(' ').next()?.parse::<u64>().ok()).sum()
}
