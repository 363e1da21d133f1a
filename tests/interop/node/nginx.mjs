/** nginx from the system, in front of a program on this computer. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A port that nobody has at the moment. */
async function findPort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Whether somebody listens there. */
function isTaken(port) {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true)).on("error", () => done(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** Starts it in front of a port; `further` is what the test adds to what it does by itself. */
export async function startNginx(inFrontOf, further) {
  const folder = mkdtempSync(join(tmpdir(), "passerby-nginx-"));
  const path = `${process.env.PATH}:/usr/sbin`;
  for (;;) {
    const port = await findPort();
    const below = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((what) => `${what}_temp_path ${folder}/${what};`).join(" ");
    writeFileSync(join(folder, "nginx.conf"), `daemon off; master_process off; pid ${folder}/pid; error_log stderr; events {}
      http { access_log off; ${below} server { listen 127.0.0.1:${port}; location / { proxy_pass http://127.0.0.1:${inFrontOf}; proxy_set_header Host $http_host; ${further} } } }`);
    const child = spawn("nginx", ["-e", "stderr", "-c", join(folder, "nginx.conf")], { env: { ...process.env, PATH: path }, stdio: ["ignore", "ignore", "inherit"] });
    const ended = once(child, "exit");
    let isOver = false;
    ended.then(() => (isOver = true));
    while (!isOver) {
      if (await isTaken(port)) {
        const close = async () => {
          child.kill();
          await ended;
          rmSync(folder, { recursive: true, force: true });
        };
        return { address: `127.0.0.1:${port}`, close };
      }
    }
    // Somebody else took the port before nginx had it.
  }
}
