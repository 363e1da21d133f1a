//! A forwarder on loopback that writes down every byte that passes, both ways: what a listener on the line would have.

use std::{
    fs::File,
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use anyhow::{Context, Result};

/// A listening forwarder. Lives until this program ends.
pub struct Recorder {
    port: u16,
    file: PathBuf,
}

impl Recorder {
    /// Listens on a free port and forwards to `to`; the bytes go to `file`, one connection's direction after the other.
    pub fn start(to: SocketAddr, file: &Path) -> Result<Self> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("listening for traffic to record")?;
        let port = listener.local_addr().context("listening for traffic to record")?.port();
        let record = File::create(file).with_context(|| format!("making {}", file.display()))?;
        let record = Arc::new(Mutex::new(record));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let record = Arc::clone(&record);
                thread::spawn(move || forward(stream, to, &record));
            }
        });
        Ok(Self { port, file: file.to_path_buf() })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it wrote down.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

fn forward(client: TcpStream, to: SocketAddr, record: &Arc<Mutex<File>>) {
    let Ok(server) = TcpStream::connect(to) else { return };
    let (Ok(client_out), Ok(server_in)) = (client.try_clone(), server.try_clone()) else { return };
    let back = {
        let record = Arc::clone(record);
        thread::spawn(move || copy(server, client_out, &record))
    };
    copy(client, server_in, record);
    drop(back.join());
}

/// Passes bytes on as they come, and keeps those of one direction together in the record.
fn copy(mut from: TcpStream, mut to: TcpStream, record: &Mutex<File>) {
    let mut all = Vec::new();
    let mut part = [0; 16 << 10];
    while let Ok(length @ 1..) = from.read(&mut part) {
        all.extend_from_slice(&part[..length]);
        if to.write_all(&part[..length]).is_err() {
            break;
        }
        // Written as it passes, so that nothing is missing when the story ends in the middle of a connection; together
        // at the end, so that a value that is split over two packets is found all the same.
        write(record, &part[..length]);
    }
    drop(to.shutdown(Shutdown::Write));
    write(record, &all);
}

fn write(record: &Mutex<File>, bytes: &[u8]) {
    if let Ok(mut file) = record.lock() {
        // A full disk shows in the report: the leak scan is told how much was recorded.
        drop(file.write_all(bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_pass_and_are_written_down() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let recorder =
            Recorder::start(listener.local_addr().unwrap(), &folder.path().join("traffic")).unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut question = Vec::new();
            stream.read_to_end(&mut question).unwrap();
            stream.write_all(b"the answer").unwrap();
            question
        });
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, recorder.port())).unwrap();
        client.write_all(b"the question").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).unwrap();
        assert_eq!(server.join().unwrap(), b"the question");
        assert_eq!(answer, b"the answer");
        let record = std::fs::read(recorder.file()).unwrap();
        for part in [b"the question".as_slice(), b"the answer"] {
            assert!(record.windows(part.len()).any(|window| window == part));
        }
    }
}
