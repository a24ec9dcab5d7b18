// SPDX-License-Identifier: ISC
// The page's own web server: one port is one origin.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { build } from "esbuild";

const here = new URL("page/", import.meta.url);
const html = readFileSync(new URL("index.html", here), "utf8");

async function bundle() {
  const { outputFiles: [file] } = await build({
    entryPoints: [new URL("page.jsx", here).pathname],
    bundle: true, minify: true, write: false, format: "esm", jsx: "automatic", logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return file.contents;
}

const script = await bundle();

// Every path is the same page, which shows the path: so links can lead anywhere on it.
function answer(request, response, auth) {
  if (request.url === "/page.js") {
    response.setHeader("cache-control", "max-age=3600");
    response.setHeader("content-type", "text/javascript; charset=utf-8");
    return response.end(script);
  }
  response.setHeader("content-type", "text/html; charset=utf-8");
  return response.end(html.replace("@AUTH@", auth()));
}

// serve(AUTH): AUTH() is the address of the authentication server, known only later.
export async function serve(auth) {
  const server = createServer((request, response) => answer(request, response, auth));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { origin: `http://localhost:${server.address().port}`, close: () => {
    server.close();
    server.closeAllConnections();
  } };
}
