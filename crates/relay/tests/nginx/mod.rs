//! nginx from the system, a proxy that nobody here wrote.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// nginx, ended with the test.
pub struct Nginx {
    child: Child,
    pub address: SocketAddr,
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Nginx {
    /// Starts it in front of a relay, with what the test adds to what it does by itself.
    pub fn start(folder: &Path, relay: SocketAddr, further: &str) -> Self {
        loop {
            // A free port may be taken by somebody else before nginx has it; then another one is.
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let shown = folder.display();
            let config = format!(
                "daemon off; master_process off; pid {shown}/nginx.pid; error_log stderr;
                 events {{}}
                 http {{
                   access_log off; client_body_temp_path {shown}/body; proxy_temp_path {shown}/proxy;
                   fastcgi_temp_path {shown}/fastcgi; uwsgi_temp_path {shown}/uwsgi; scgi_temp_path {shown}/scgi;
                   server {{
                     listen {address};
                     location / {{
                       proxy_pass http://{relay};
                       proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                       {further}
                     }}
                   }}
                 }}"
            );
            let path = folder.join("nginx.conf");
            fs::write(&path, config).unwrap();
            let mut child = Command::new("nginx")
                .args(["-e", "stderr", "-c"])
                .arg(&path)
                .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap()))
                .stderr(Stdio::inherit())
                .spawn()
                .unwrap_or_else(|_| panic!("nginx must be installed"));
            loop {
                if child.try_wait().unwrap().is_some() {
                    break;
                }
                if std::net::TcpStream::connect(address).is_ok() {
                    return Self { child, address };
                }
                std::thread::yield_now();
            }
        }
    }
}
