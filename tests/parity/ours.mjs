// SPDX-License-Identifier: ISC
// Our programs behind lighttpd, on a free port.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SECRET } from "./variants.mjs";

const { srcdir, BIN, PATH } = process.env;
const PATIENCE = 20000;

// Pure parity; proxies are trusted so that both servers see the same client address.
const settings = (variant, url, dir) => ({
  DATABASE_URL: url, BETTER_AUTH_SECRET: SECRET, BETTER_AUTH_URL: variant.url,
  BETTER_AUTH_TRUSTED_ORIGINS: variant.origins.join(","),
  PROFILE_GATE: "off", PASSWORD_HASH: "scrypt", RATE_LIMIT: "off", POSTURE: "parity",
  TRUSTED_PROXIES: "127.0.0.1", QUESTIONNAIRE: `${srcdir}/share/questionnaire.json`,
  RATE_LIMIT_FILE: `${dir}/limits`, MAIL_TEMPLATES: `${srcdir}/share/mail`, MAIL_DIR: `${dir}/mail`,
  WORKERS: "1", LOG_LEVEL: "warn", ...variant.ours,
});

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

function fill(name, values, to) {
  const text = readFileSync(`${srcdir}/conf/lighttpd/${name}`, "utf8");
  writeFileSync(to, text.replace(/@(\w+)@/g, (whole, key) => values[key] ?? whole));
}

function configure(dir, port) {
  for (const folder of ["run", "log", "mail"]) mkdirSync(`${dir}/${folder}`, { recursive: true });
  fill("site.conf.in", { WWW: `${srcdir}/www`, LOG: `${dir}/log`, RUN: `${dir}/run`,
    ROUTES: `${dir}/routes.conf` },
    `${dir}/site.conf`);
  fill("postern.conf.in", { RUN: `${dir}/run` }, `${dir}/routes.conf`);
  writeFileSync(`${dir}/lighttpd.conf`,
    `server.port = ${port}\nserver.bind = "127.0.0.1"\ninclude "${dir}/site.conf"\n`);
}

const running = new Set();
process.on("exit", () => running.forEach((child) => child.end()));

// Output goes to FILE; ends with us.
function start(command, parameters, env, file, signal = "SIGTERM") {
  const out = openSync(file, "a");
  const child = spawn(command, parameters, { env, stdio: ["ignore", out, out] });
  closeSync(out);
  const ended = once(child, "exit");
  child.end = () => child.kill(signal);
  running.add(child);
  ended.then(() => running.delete(child));
  child.stop = async () => {
    child.end();
    await ended;
  };
  return child;
}

// What posternctl(8) prints, with the settings of the variant.
export async function control(variant, url, dir, ...parameters) {
  mkdirSync(dir, { recursive: true });
  const env = { PATH, POSTERN_CONF: "/dev/null", ...settings(variant, url, dir) };
  const log = `${dir}/posternctl.log`;
  rmSync(log, { force: true });
  const child = start(`${BIN}/posternctl`, parameters, env, log);
  const [status] = await once(child, "exit");
  const said = readFileSync(log, "utf8");
  if (status !== 0) throw new Error(said);
  return said;
}

export const migrate = (variant, url, dir) => control(variant, url, dir, "migrate");

async function healthy(port, children) {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline; await sleep(50)) {
    if (children.some(({ exitCode }) => exitCode !== null)) return false;
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => null);
    if (answer?.ok) return true;
  }
  return false;
}

export async function startOurs(variant, url, dir, pool) {
  const port = await freePort();
  configure(dir, port);
  const env = { PATH, POSTERN_CONF: "/dev/null", ...settings(variant, url, dir) };
  const log = `${dir}/log/postern.log`;
  const programs = start(`${BIN}/postern`, ["-l", BIN, `${dir}/run`], env, log);
  const lighttpd = start("lighttpd", ["-D", "-f", `${dir}/lighttpd.conf`], env,
    `${dir}/log/lighttpd.out`, "SIGINT");
  let told = 0;
  const ours = {
    name: "ours",
    port,
    log() {
      const text = readFileSync(log, "utf8");
      const news = text.slice(told);
      told = text.length;
      return news.trimEnd();
    },
    async mails() {
      const { rows } = await pool.query("DELETE FROM oracle.mail RETURNING *");
      return rows.sort((a, b) => a.n - b.n).map(({ template, recipient, data }) =>
        ({ template, to: recipient, name: data.name, newEmail: data.newEmail, url: data.url }));
    },
    async stop() {
      await lighttpd.stop();
      await programs.stop();
    },
  };
  if (await healthy(port, [programs, lighttpd])) return ours;
  await ours.stop();
  throw new Error(`${variant.name}: our programs don't start\n${ours.log()}`);
}
