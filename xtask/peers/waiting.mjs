// What Node's own http takes for each who waits: the peer of `cargo xtask bench relay`. A GET waits under its path, a POST to that path wakes it.
// Run with what comes with Node alone.
import { createServer } from "node:http";

const waiting = new Map();

const server = createServer((request, response) => {
  if (request.method === "GET") {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
    response.write('id: waiting\ndata: {"state":"waiting"}\n\n');
    waiting.set(request.url, response);
    response.on("close", () => waiting.delete(request.url));
    return;
  }
  waiting.get(request.url)?.write('id: fetched\ndata: {"state":"fetched"}\n\n');
  response.writeHead(204).end();
});
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
