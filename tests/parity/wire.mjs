// SPDX-License-Identifier: ISC
// One HTTP request, as raw as node:http lets it be, and a browser's cookies.
import { Agent, request } from "node:http";

const agent = new Agent({ keepAlive: true });

// headers: [[name, value]...]; body: Buffer, string or undefined
export const send = (port, sent) => new Promise((resolve, reject) => {
  const { method, path, headers, body } = sent;
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const call = request({
    host: "127.0.0.1", port, method, path, agent, setHost: false, timeout: 30000,
    headers: [...headers, ...bytes ? [["content-length", bytes.length]] : []].flat(),
  }, async (answer) => {
    const parts = await answer.toArray().catch(reject);
    const pairs = [];
    for (let i = 0; i < answer.rawHeaders.length; i += 2) {
      pairs.push([answer.rawHeaders[i].toLowerCase(), answer.rawHeaders[i + 1]]);
    }
    resolve({ status: answer.statusCode, headers: pairs, body: Buffer.concat(parts).toString() });
  });
  // A server may close an idle connection just when it is used again.
  call.on("error", (error) => {
    if (call.reusedSocket && error.code === "ECONNRESET") send(port, sent).then(resolve, reject);
    else reject(error);
  });
  call.on("timeout", () => call.destroy(new Error("no answer in 30 s")));
  call.end(bytes);
});

export class Jar {
  #cookies = new Map();

  constructor(cookies = {}) {
    for (const [name, value] of Object.entries(cookies)) this.#cookies.set(name, value);
  }

  take(setCookies) {
    for (const line of setCookies) {
      const [, name, value, rest] = /^([^=]*)=([^;]*)(.*)$/.exec(line);
      if (/; *Max-Age=0(;|$)/i.test(rest)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  get(name) {
    return this.#cookies.get(name);
  }

  header() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}
