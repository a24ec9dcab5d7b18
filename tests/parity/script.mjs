// SPDX-License-Identifier: ISC
// Plays a script of calls to servers and notes what each answered, mailed and stored.
import { clientOf } from "./client.mjs";
import { Plain } from "./plain.mjs";
import { NAMES, PASSWORD, email, rowsOf, setScene, sign, token } from "./scene.mjs";
import { Jar, send } from "./wire.mjs";

export const ADDRESS = "203.0.113.7";

// Headers that belong to the servers and their surroundings; CORS is asked for where it counts.
const OURS_ALONE = /^(date|connection|keep-alive|server|content-length|transfer-encoding|vary|access-control-allow-.*)$/;

const call = (method) => (path, ...rest) => {
  const [body, options] = method === "GET" ? [undefined, ...rest] : rest;
  return { method, path, body, ...options };
};
export const get = call("GET");
export const post = call("POST");
export const request = (method, path, body, options) => ({ method, path, body, ...options });

const valueOf = (x, context) => typeof x === "function" ? x(context) : x;

// What later steps of a script may refer to.
class Context {
  jars = {};
  mails = [];
  answer = {};
  cookies = [];
  token = token;
  email = email;
  password = PASSWORD;

  constructor(world) {
    this.world = world;
    this.base = `${world.variant.url}/api/auth`;
    this.mail = { url: `${this.base}/verify-email?token=no-mail` };
  }

  jar(name, as) {
    this.jars[name] ??= new Jar(as ? { [this.cookie("session_token")]: this.session(as) } : {});
    return this.jars[name];
  }

  cookie(name) {
    return `${this.world.variant.cookies}.${name}`;
  }

  session(name) {
    return encodeURIComponent(sign(token(name)));
  }

  // Of the last mail's link.
  get link() {
    return this.mail.url.replace(this.base, "");
  }

  // The raw session token in a tab's cookie.
  tokenOf(tab) {
    return decodeURIComponent(this.jar(tab).get(this.cookie("session_token")) ?? "none.").split(".")[0];
  }

  get secret() {
    return new URL(this.mail.url).searchParams.get("token") ??
      new URL(this.mail.url).pathname.split("/").pop();
  }

  learn({ body, headers }) {
    try {
      this.answer = JSON.parse(body);
    } catch {
      this.answer = null;
    }
    this.cookies = headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);
    this.authToken = headers.find(([name]) => name === "set-auth-token")?.[1] ?? this.authToken;
  }
}

function cookieHeader(step, context) {
  if (step.cookie !== undefined) return valueOf(step.cookie, context);
  if (step.jar) return context.jar(step.jar, step.as).header();
  if (!step.as) return "";
  const extra = valueOf(step.cookies, context) ?? {};
  return [[context.cookie("session_token"), context.session(step.as)],
    ...Object.entries(extra).map(([name, value]) => [context.cookie(name), valueOf(value, context)])]
    .map(([name, value]) => `${name}=${value}`).join("; ");
}

function headersOf(step, context) {
  const given = valueOf(step.headers, context) ?? {};
  const cookie = cookieHeader(step, context);
  const bearer = valueOf(step.bearer, context);
  const headers = {
    "host": new URL(context.base).host,
    "x-forwarded-for": ADDRESS,
    "user-agent": "oracle/1",
    ...typeof step.body === "string" || step.body === undefined ? {} : { "content-type": "application/json" },
    ...cookie || step.cookie === "" ? { cookie, origin: new URL(context.base).origin } : {},
    ...bearer ? { authorization: `Bearer ${bearer}` } : {},
    ...given,
  };
  return Object.entries(headers).filter(([, value]) => value !== null && value !== undefined)
    .flatMap(([name, value]) => [value].flat().map((one) => [name, one]));
}

function bodyOf(step, context) {
  const body = valueOf(step.body, context);
  return body === undefined || typeof body === "string" || Buffer.isBuffer(body)
    ? body : JSON.stringify(body);
}

function build(step, context) {
  const path = valueOf(step.path, context);
  return {
    method: step.method,
    path: path.startsWith("!") ? path.slice(1) : `/api/auth${path}`,
    headers: headersOf(step, context),
    body: bodyOf(step, context),
  };
}

// The peer lists rows as the database has them: in no order.
const age = ({ createdAt, providerId }) => `${new Date(createdAt).getTime()} ${providerId}`;
const older = (a, b) => age(a) < age(b) ? -1 : 1;
function sorted(body) {
  if (!body.startsWith("[{")) return body;
  const rows = JSON.parse(body);
  return JSON.stringify(rows) === body ? JSON.stringify(rows.sort(older)) : body;
}

// A cookie in pieces as one line, so that it can be read.
function joined(cookies) {
  const pieces = cookies.map((line) => /^([^=]*session_data)\.\d+=([^;]+)(.*)$/.exec(line)).filter(Boolean);
  if (pieces.length === 0) return cookies;
  const [[, name, , rest]] = pieces;
  const whole = pieces.map(([, , value]) => value);
  return [...cookies.filter((line) => !pieces.some(([piece]) => piece === line)),
    `${name}, pieces of ${whole.map(({ length }) => length).join()}: ${whole.join("")}${rest}`];
}

const lines = ({ status, headers, body }) => [
  `status ${status}`,
  ...headers.filter(([name]) => name !== "set-cookie" && !OURS_ALONE.test(name))
    .map((pair) => pair.join(": ")).sort(),
  ...joined(headers.filter(([name]) => name === "set-cookie").map(([, value]) => value))
    .map((line) => `set-cookie: ${line}`),
  ...body === "" ? [] : [`body ${sorted(body)}`],
];

const cors = ({ headers }) => headers.filter(([name]) => /^(access-control-allow-.*|vary)$/.test(name))
  .map((pair) => pair.join(": ")).sort();

async function playCall(step, server, context) {
  const sent = build(step, context);
  const answer = await send(server.port, sent);
  context.learn(answer);
  if (step.jar) context.jar(step.jar).take(context.cookies);
  return { sent, said: [...lines(answer), ...step.cors ? cors(answer) : []] };
}

// A call of the stock client, which may make several requests.
async function playClient(step, server, context) {
  const sent = [];
  const client = clientOf(context, step.jar ?? "tab", server, (request, answer) => {
    sent.push(request);
    context.learn(answer);
  });
  const result = await step.client(client, context);
  if (Array.isArray(result.data)) result.data.sort(older);
  return { sent, said: [`client ${JSON.stringify(result)}`] };
}

// What happens before the call: rows change, a tab gets the cookie of a session of the scene.
async function prepare(step, context) {
  if (step.sql) await context.world.pool.query(step.sql);
  if (step.adopt) context.jars[step.jar] = new Jar({ [context.cookie("session_token")]: context.session(step.adopt) });
}

export async function play(step, server, context) {
  const { world, plain } = context;
  await prepare(step, context);
  const now = Date.now();
  const { sent, said } = await (step.client ? playClient : playCall)(step, server, context);
  const mails = (await Promise.all(world.servers.map((one) => one.mails()))).flat();
  if (mails.length > 0) context.mail = mails.at(-1);
  context.mails.push(...mails);
  const rows = await rowsOf(world.pool);
  const keys = rows.filter((row) => row.startsWith("jwks "));
  plain.at(now, keys.map((row) => JSON.parse(row.slice(5))));
  const news = rows.filter((row) => !context.keys.includes(row));
  const text = [...said, ...mails.map((mail) => `mail ${JSON.stringify(mail)}`), ...news];
  return { server: server.name, sent, lines: text.map((line) => plain.text(line)), rows: rows.join("\n") };
}

const FRESH = 10000;

// Puts the people there, unless they are there untouched and no older than the times bear.
async function begin(world) {
  const { scene } = world;
  const rows = await rowsOf(world.pool);
  if (scene && rows.join("\n") === scene.rows && Date.now() - scene.at < FRESH) return rows;
  await setScene(world.pool);
  const fresh = await rowsOf(world.pool);
  world.scene = { rows: fresh.join("\n"), at: Date.now() };
  return fresh;
}

// pick(i): the server that gets call i
export async function run(script, world, pick) {
  const rows = await begin(world);
  for (const server of world.servers) await server.mails();
  const context = new Context(world);
  Object.assign(context, { plain: new Plain(NAMES),
    keys: rows.filter((row) => row.startsWith("jwks ")) });
  const transcript = [];
  for (const [i, step] of script.entries()) transcript.push(await play(step, pick(i), context));
  return transcript;
}
