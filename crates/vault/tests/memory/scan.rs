//! Looks for bytes in everything this process can read of itself, without ever holding them.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;

use zeroize::Zeroizing;

const MASK: u8 = 0x5a;
const CHUNK: usize = 1 << 20;

/// What is looked for, masked.
pub struct Needle(Vec<u8>);

impl Needle {
    /// The masked form as hexadecimal text.
    pub fn mask(bytes: &[u8]) -> String {
        let mut masked = String::new();
        for byte in bytes {
            write!(masked, "{:02x}", byte ^ MASK).unwrap();
        }
        masked
    }

    pub fn parse(masked: &str) -> Self {
        let byte = |at| u8::from_str_radix(&masked[at..at + 2], 16).unwrap();
        Self((0..masked.len()).step_by(2).map(byte).collect())
    }

    /// The bytes themselves: for the control only.
    pub fn unmask(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(self.0.iter().map(|byte| byte ^ MASK).collect())
    }

    /// Where the bytes stand: the names that the system gives to the places.
    pub fn find_in_memory(&self) -> Vec<String> {
        let memory = File::open("/proc/self/mem").unwrap();
        let maps = fs::read_to_string("/proc/self/maps").unwrap();
        let mut chunk = Zeroizing::new(vec![0; CHUNK]);
        let mut found = Vec::new();
        for line in maps.lines() {
            let mut fields = line.split_whitespace();
            let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
            let name = fields.nth(3).unwrap_or("anonymous memory");
            if !rights.starts_with('r') || name.starts_with("[v") {
                continue;
            }
            let (from, to) = range.split_once('-').unwrap();
            let [mut from, to] = [from, to].map(|address| u64::from_str_radix(address, 16).unwrap());
            while from < to {
                let length = usize::try_from(to - from).unwrap().min(CHUNK);
                // What was given back meanwhile cannot be read.
                let Ok(length) = memory.read_at(&mut chunk[..length], from) else { break };
                let hits = self.count(&chunk[..length]);
                // The chunk itself is part of the memory; what is in it must not be found a second time.
                chunk[..length].fill(0);
                if hits > 0 {
                    found.push(format!("{name} at {from:x}, {hits} times"));
                }
                if length < CHUNK {
                    break;
                }
                // The next chunk begins early enough for what this one cut in two.
                from += (length - self.0.len()) as u64;
            }
        }
        found
    }

    fn count(&self, bytes: &[u8]) -> usize {
        let first = self.0[0] ^ MASK;
        let starts = bytes.iter().enumerate().filter(|(_, byte)| **byte == first);
        starts
            .filter(|(at, _)| {
                let rest = bytes.get(*at..at + self.0.len());
                rest.is_some_and(|rest| rest.iter().zip(&self.0).all(|(byte, masked)| byte ^ MASK == *masked))
            })
            .count()
    }
}
