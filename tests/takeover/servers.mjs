// SPDX-License-Identifier: ISC
// Both servers on one database: Better Auth of a version, and our programs.
import { once } from "node:events";
import http from "node:http";
import { text } from "node:stream/consumers";
import pg from "pg";
import { startOurs, migrate } from "../parity/ours.mjs";

const { CLUSTER_URL, TMP } = process.env;
export const SITE = "http://localhost:3005";
export const SECRET = "peer-secret-0123456789-abcdefghijklmnopqrstuvwxyz";
export const NEXT_SECRET = "second-secret-0123456789-zyxwvutsrqponmlkjihgfedcba";
export const LAST_SECRET = "third-secret-9876543210-abcdefghijklmnopqrstuvwxyz";

export async function makeDatabase(name) {
  const admin = new pg.Client({ connectionString: CLUSTER_URL });
  await admin.connect();
  await admin.query(`CREATE DATABASE "${name}"`);
  await admin.end();
  const url = CLUSTER_URL.replace(/\/\/\/\w+/, `///${name}`);
  return { name, url, dir: `${TMP}/${name}`, pool: new pg.Pool({ connectionString: url, max: 20 }) };
}

function answerOf(response, body) {
  const cookies = Object.fromEntries(response.headers.getSetCookie().map((line) => {
    const [, name, value] = /^(?:better-auth\.)?([^=]+)=([^;]*)/.exec(line);
    return [name, value];
  }));
  let json = null;
  try {
    json = JSON.parse(body);
  } catch { /* no JSON is an answer, too */ }
  return { status: response.status, headers: response.headers, cookies, body, json };
}

// What fetch would give; each request has a connection of its own, so that stopping waits
// for none.
function toFetched({ statusCode, rawHeaders }) {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  return { status: statusCode, headers };
}

// jar: cookies by name, as answers have them, or { bearer }.
function requestOf(method, path, { body, jar = {}, address } = {}) {
  const { bearer, ...cookies } = jar;
  const headers = { origin: SITE, "user-agent": "takeover" };
  const pairs = Object.entries(cookies).filter(([, value]) => value);
  if (pairs.length > 0)
    headers.cookie = pairs.map(([name, value]) => `better-auth.${name}=${value}`).join("; ");
  if (bearer) headers.authorization = `Bearer ${bearer}`;
  if (address) headers["x-forwarded-for"] = address;
  if (method !== "GET") headers["content-type"] = "application/json";
  return { method, headers, redirect: "manual",
    ...method === "GET" ? {} : { body: JSON.stringify(body ?? {}) } };
}

const api = (send) => ({
  get: (path, options) => send("GET", `/api/auth${path}`, options),
  post: (path, body, jar, options) => send("POST", `/api/auth${path}`, { body, jar, ...options }),
});

// Better Auth's options with its mails in a list; extra is merged one level deep.
function options(pool, plugins, mails, log, extra) {
  const mail = (kind) => ({ user, url, token }) => mails.push({ kind, to: user.email, url, token });
  const { emailAndPassword, ...rest } = extra;
  return {
    baseURL: SITE, secret: SECRET, database: pool, telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: { enabled: true, sendResetPassword: mail("reset"), ...emailAndPassword },
    emailVerification: { sendVerificationEmail: mail("verify") },
    plugins: [plugins.jwt(), plugins.bearer(), plugins.anonymous()],
    logger: { log: (level, ...words) => log.push(`${level}: ${words.map(String).join(" ")}`) },
    ...rest,
  };
}

// version: the name that package.json gives it.
export async function startPeer(version, { pool }, extra = {}) {
  const { betterAuth } = await import(version);
  const plugins = await import(`${version}/plugins`);
  const { getMigrations } = await import(`${version}/db/migration`)
    .catch(() => import(`${version}/db`));
  const [mails, log] = [[], []];
  const settings = options(pool, plugins, mails, log, extra);
  const migrations = await getMigrations(settings);
  const pending = [...migrations.toBeCreated, ...migrations.toBeAdded];
  await migrations.runMigrations();
  const { handler } = betterAuth(settings);
  return {
    name: version, pending, log, stop: async () => {},
    mail: async (kind, to) => mails.findLast((m) => m.kind === kind && m.to === to),
    ...api(async (method, path, what) => {
      const response = await handler(new Request(SITE + path, requestOf(method, path, what)));
      return answerOf(response, await response.text());
    }),
  };
}

// The mailer empties what it has sent, so that each mail is noted when it is written.
const NOTED = `CREATE SCHEMA IF NOT EXISTS takeover;
  CREATE TABLE IF NOT EXISTS takeover.mail (n bigserial, template text, recipient text, url text);
  CREATE OR REPLACE FUNCTION takeover.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO takeover.mail (template, recipient, url)
    VALUES (NEW.template, NEW.recipient, NEW.data ->> 'url');
    RETURN NULL; END $$;
  DROP TRIGGER IF EXISTS note ON postern.outbox;
  CREATE TRIGGER note AFTER INSERT ON postern.outbox FOR EACH ROW EXECUTE FUNCTION takeover.note()`;

const KINDS = { reset: "reset-password", verify: "verify-email" };

export async function startUs({ name, url, dir, pool }, ours = {}) {
  const variant = { name, url: SITE, origins: [],
    ours: { BETTER_AUTH_SECRET: SECRET, RESET_ENDS_SESSIONS: "off", WORKERS: "2", ...ours } };
  await migrate(variant, url, dir);
  await pool.query(NOTED);
  const server = await startOurs(variant, url, dir, pool);
  return {
    name: "ours", stop: server.stop, log: server.log,
    async mail(kind, to) {
      const { rows } = await pool.query(
        "SELECT url FROM takeover.mail WHERE template = $1 AND recipient = $2 ORDER BY n DESC",
        [KINDS[kind], to]);
      const [, token] = /(?:reset-password\/|[?&]token=)([^?&]+)/.exec(rows[0]?.url) ?? [];
      return { token };
    },
    ...api(async (method, path, what) => {
      const { headers, body } = requestOf(method, path, what);
      const request = http.request({ port: server.port, path, method, headers, agent: false });
      const [response] = await once(request.end(body), "response");
      return answerOf(toFetched(response), await text(response));
    }),
  };
}
