// SPDX-License-Identifier: ISC
// The servers under test, each with a page on another origin: SERVER=ours or SERVER=peer.
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { serve } from "./pages.mjs";

const SETTINGS = {
  plain: {},
  careful: {
    REQUIRE_EMAIL_VERIFICATION: "on", SIGN_IN_ON_VERIFICATION: "on", VERIFY_ON_SIGN_IN: "on",
    DELETE_USER_CONFIRM: "on", CHANGE_EMAIL_CONFIRM: "on", SESSION_DEFER_REFRESH: "on",
  },
  compact: { COOKIE_CACHE: "compact" },
  jwe: { COOKIE_CACHE: "jwe" },
};
const COMMANDS = { ours: ["sh", "ours.sh"], peer: [process.execPath, "peer.mjs"] };
const TRIES = 3;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

// The server says its address when it answers; it may have lost its port to somebody else. It
// ends when its standard input does, so at the latest with us.
async function launch(settings) {
  const [command, ...args] = COMMANDS[process.env.SERVER ?? "ours"];
  const child = spawn(command, args, {
    cwd: new URL(".", import.meta.url),
    env: { ...process.env, ...settings, PORT: String(await freePort()) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const line = once(createInterface({ input: child.stdout }), "line");
  const base = await Promise.race([line.then(([text]) => text), ended.then(() => null)]);
  return base && { base, stop: () => child.stdin.end() && ended };
}

async function start(name) {
  let server;
  const page = await serve(() => server.base);
  const settings = { ...SETTINGS[name], INSTANCE: name, BETTER_AUTH_TRUSTED_ORIGINS: page.origin };
  for (let i = 0; i < TRIES && !server; i++) server = await launch(settings);
  if (!server) throw new Error(`the server '${name}' does not start`);
  // A page that nobody told the server of.
  const stranger = await serve(() => server.base);
  return {
    base: server.base, origin: page.origin, stranger: stranger.origin,
    stop: () => {
      page.close();
      stranger.close();
      return server.stop();
    },
  };
}

export async function startAll() {
  const names = Object.keys(SETTINGS);
  const started = await Promise.allSettled(names.map(start));
  const found = Object.fromEntries(names.map((name, i) => [name, started[i].value]));
  const stop = () => Promise.all(Object.values(found).map((one) => one?.stop()));
  const failure = started.find(({ reason }) => reason);
  if (failure) {
    await stop();
    throw failure.reason;
  }
  return { ...found, stop };
}
