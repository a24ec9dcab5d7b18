// SPDX-License-Identifier: ISC
// What happens to a site that changes its server, and changes back.
import { bearers, emailOf, guest, isSignedIn, isVouchedFor, kidOf, loggedOut, signIn, signUp,
  token } from "./people.mjs";
import { LAST_SECRET, NEXT_SECRET, SECRET, startPeer, startUs } from "./servers.mjs";

const NEWEST = "better-auth-1.7";
const OTHER = "another-password-1234";

const ask = (server, path, name, more = {}) =>
  server.post(path, { email: emailOf(name), redirectTo: "/", callbackURL: "/", ...more });
const reset = (server, linkToken) =>
  server.post(`/reset-password?token=${linkToken}`, { newPassword: OTHER });
const follow = (server, linkToken) => server.get(`/verify-email?token=${linkToken}`);

async function isVerified({ pool }, name) {
  const { rows } = await pool.query('SELECT "emailVerified" FROM "user" WHERE email = $1',
    [emailOf(name)]);
  return rows[0].emailVerified;
}

// People, and letters that are out, as a server leaves them; names begin with prefix.
async function populate(server, prefix) {
  const name = (who) => `${prefix}-${who}`;
  const ann = await signUp(server, name("ann"));
  const again = await signIn(server, { name: name("ann") });
  const brief = await signIn(server, { name: name("ann"), rememberMe: false });
  const people = [ann, ...bearers(ann), again, brief, await guest(server)];
  for (const who of ["reset", "verify"]) people.push(await signUp(server, name(who)));
  await ask(server, "/request-password-reset", name("reset"));
  await ask(server, "/send-verification-email", name("verify"));
  return {
    name, people, ann, leaving: await guest(server), jwt: await token(server, ann),
    reset: (await server.mail("reset", emailOf(name("reset")))).token,
    verify: (await server.mail("verify", emailOf(name("verify")))).token,
  };
}

// The other server, on what populate has left.
async function inherit(server, left, database, claim) {
  const { people, ann, name } = left;
  const on = `on ${server.name}`;
  const out = await loggedOut(server, people);
  claim(out.length === 0 && people.length > 7, `nobody is logged out ${on}`, out.join("\n"));
  claim((await signIn(server, { name: name("ann") })).answer.status === 200, `the password is good ${on}`);
  claim((await signIn(server, { name: name("ann"), password: OTHER })).answer.status === 401, `another is not ${on}`);
  const sessions = await server.get("/list-sessions", { jar: ann.jar });
  claim(sessions.json?.length === 4, `all sessions are listed ${on}`, sessions.body);
  const accounts = await server.get("/list-accounts", { jar: ann.jar });
  claim(accounts.json?.[0]?.providerId === "credential" && accounts.json.length === 1, `the account is listed ${on}`, accounts.body);

  const jwt = await token(server, ann);
  claim(jwt && kidOf(jwt) === kidOf(left.jwt), `the same key signs ${on}`);
  claim(await isVouchedFor(server, left.jwt) && await isVouchedFor(server, jwt), `old tokens and new ones verify ${on}`);

  const done = await reset(server, left.reset);
  claim(done.status === 200, `a link that resets a password is good ${on}`, done.body);
  claim((await reset(server, left.reset)).status === 400, `once ${on}`);
  const back = await signIn(server, { name: name("reset"), password: OTHER });
  claim(back.answer.status === 200, `with it one signs in ${on}`, back.answer.body);
  await follow(server, left.verify);
  claim(await isVerified(database, name("verify")), `a link that verifies an address is good ${on}`);

  const member = await signUp(server, name("left"), left.leaving.jar);
  claim(member.answer.status === 200 && await isSignedIn(server, member), `a guest becomes a member ${on}`, member.answer.body);
  const briefly = people.find(({ jar }) => jar.dont_remember);
  const old = (await database.pool.query('UPDATE session SET "expiresAt" = now() + interval \'1 hour\' WHERE token = $1 RETURNING id', [briefly.jar.session_token.split(".")[0]])).rowCount;
  const seen = await server.get("/get-session", { jar: briefly.jar });
  claim(old === 1 && seen.json?.user && !seen.cookies.session_token, `a session that is not remembered is not extended ${on}`);
  return [...people, back, member];
}

const privateKeys = async ({ pool }) =>
  (await pool.query('SELECT id, "privateKey" FROM jwks ORDER BY "createdAt" DESC')).rows;

const takeOver = (version, extra, settings) => async (database, claim, start) => {
  const first = await start(startPeer(version, database, extra));
  claim(first.pending.length === 5, "its tables are made");
  const before = await populate(first, "peer");
  const keys = await privateKeys(database);
  claim(keys.length === 1 && /^"[0-9a-f]+"$/.test(keys[0].privateKey), "its key is encrypted");

  let us = await start(startUs(database, settings));
  const people = await inherit(us, before, database, claim);
  const after = await populate(us, "ours");
  claim(!/level=error/.test(us.log()), "our log has no error");
  await us.stop();

  const second = await start(startPeer(version, database, extra));
  claim(second.pending.length === 0, "its migration finds nothing to do", JSON.stringify(second.pending));
  const out = await loggedOut(second, people);
  claim(out.length === 0, "nobody is logged out on the way back", out.join("\n"));
  people.push(...await inherit(second, after, database, claim));
  claim((await privateKeys(database)).length === 1, "there is one key still");
  const errors = second.log.filter((line) => /^error/.test(line) && !/password|token/i.test(line));
  claim(errors.length === 0, "its log has no error", errors.join("\n"));

  us = await start(startUs(database, settings));
  const lost = await loggedOut(us, people);
  claim(lost.length === 0 && people.length > 18, "nor is anybody on ours again", lost.join("\n"));
};

// A session whose row is gone lives in the second cookie alone: who reads that, reads it.
const copies = (version, strategy) => async (database, claim, start) => {
  const peer = await start(startPeer(version, database, { session: { cookieCache: { enabled: true, strategy } } }));
  await signUp(peer, "ann");
  const us = await start(startUs(database, { COOKIE_CACHE: strategy }));
  for (const [from, to] of [[peer, us], [us, peer]]) {
    const ann = await signIn(from, { name: "ann" });
    await database.pool.query("DELETE FROM session WHERE token = $1", [ann.answer.json.token]);
    claim(ann.jar.session_data && await isSignedIn(to, ann), `${to.name} reads what ${from.name} wrote`);
    const [head, tail] = [ann.jar.session_data.slice(0, -8), "AAAAAAAA"];
    claim(!await isSignedIn(to, { ...ann, jar: { ...ann.jar, session_data: head + tail } }), `${to.name} refuses it when it was changed`);
  }
};

const list = (...secrets) => secrets.map((text, i) => [secrets.length - i, text]);
const peerSecrets = (entries, secret) =>
  ({ secrets: entries.map(([version, value]) => ({ version, value })), secret });
const ourSecrets = (entries, secret = "") =>
  ({ BETTER_AUTH_SECRETS: entries.map((entry) => entry.join(":")).join(","), BETTER_AUTH_SECRET: secret });

// A site without numbered secrets gets them, then a third one.
const rotation = (version) => async (database, claim, start) => {
  const plain = await start(startPeer(version, database));
  const ann = await signUp(plain, "ann");
  const jwt = await token(plain, ann);

  const two = list(NEXT_SECRET, SECRET);
  let us = await start(startUs(database, ourSecrets(two, SECRET)));
  claim(!await isSignedIn(us, ann), "a new secret ends the old cookies");
  let now = await signIn(us, { name: "ann" });
  claim(kidOf(await token(us, now)) === kidOf(jwt), "a key without a number is read by the secret without one");
  await database.pool.query("DELETE FROM jwks");
  await us.stop();

  us = await start(startUs(database, ourSecrets(two)));
  const made = await token(us, now);
  claim(/^"\$ba\$2\$[0-9a-f]+"$/.test((await privateKeys(database))[0].privateKey), "a key that we make has the number");
  await us.stop();
  const peer = await start(startPeer(version, database, peerSecrets(two, SECRET)));
  claim(await isSignedIn(peer, now), "the peer knows our cookie");
  claim(kidOf(await token(peer, now)) === kidOf(made), "and opens our key");
  claim(await isVouchedFor(peer, made), "and vouches for our token");

  await database.pool.query("DELETE FROM jwks");
  const peers = await start(startPeer(version, database, peerSecrets(two, SECRET)));
  const theirs = await token(peers, now);
  us = await start(startUs(database, ourSecrets(list(LAST_SECRET, NEXT_SECRET, SECRET))));
  now = await signIn(us, { name: "ann" });
  claim(kidOf(await token(us, now)) === kidOf(theirs), "a key of the peer's is read after one more secret");
  claim(!/level=error/.test(us.log()), "our log has no error");
};

// One table counts for both; requests of one address to one path.
const together = (version) => async (database, claim, start) => {
  const peer = await start(startPeer(version, database, { rateLimit: { enabled: true, storage: "database" } }));
  const us = await start(startUs(database, { RATE_LIMIT: "on", RATE_LIMIT_STORAGE: "database" }));
  const again = await start(startPeer(version, database, { rateLimit: { enabled: true, storage: "database" } }));
  claim(again.pending.length === 0, "the table is the peer's");
  const attempt = async (server, address) => (await server.post("/sign-in/email",
    { email: "nobody@example.com", password: "x" }, {}, { address })).status;
  const turns = [];
  for (const server of [us, peer, us, peer, us]) turns.push(await attempt(server, "203.0.113.5"));
  claim(turns.join() === "401,401,401,429,429", "they count in turns", turns.join());
  claim(await attempt(us, "2001:db8::1") === 401 && await attempt(peer, "2001:db8::2") === 401 &&
    await attempt(us, "2001:db8:0:0:ffff::3") === 401 && await attempt(peer, "2001:db8::4") === 429, "a network of IPv6 is one address for both");
  const many = await Promise.all(Array.from({ length: 24 }, (_, i) => attempt([us, peer][i % 2], "203.0.113.6")));
  claim(many.filter((status) => status === 401).length === 3, "at once three are allowed", many.join());
  const { rows } = await database.pool.query('SELECT count FROM "rateLimit" WHERE key = $1', ["203.0.113.6|/sign-in/email"]);
  claim(rows.length === 1 && rows[0].count === 3, "in one row");
  for (const server of [us, peer]) {
    await database.pool.query('UPDATE "rateLimit" SET "lastRequest" = "lastRequest" - 11000');
    claim(await attempt(server, "203.0.113.6") === 401, `after the window the count begins anew on ${server.name}`);
  }
};

const hashed = { verification: { storeIdentifier: "hashed" } };
const VERSIONS = ["better-auth-1.6", "better-auth-1.7.0", "better-auth-1.7.2", NEWEST];

export const stories = [
  ...VERSIONS.map((version) => [version, takeOver(version)]),
  [`${NEWEST}-hashed`, takeOver(NEWEST, hashed, { VERIFICATION_IDENTIFIERS: "hashed" })],
  [`${NEWEST}-unknowing`, takeOver(NEWEST, hashed)],
  ...["better-auth-1.6", NEWEST].map((version) => [`${version}-secrets`, rotation(version)]),
  ...VERSIONS.flatMap((version) => ["compact", "jwt", "jwe"].map((strategy) =>
    [`${version}-${strategy}`, copies(version, strategy)])),
  ...[NEWEST].map((version) => [`${version}-limit`, together(version)]),
];
