// SPDX-License-Identifier: ISC
// The people a case begins with, put into the database as either server would have left them,
// and the rows a call leaves behind.
import { createHmac } from "node:crypto";
import { SECRET } from "./variants.mjs";

export const PASSWORD = "password1234";
// scrypt of PASSWORD in Better Auth's format, made by the peer.
const HASH = "0d75716da8b883777607cdd519c9b58c:8ad712aa88f9f468226a6220dac7ce1552836805bec57489391af65f09e9617ce4d36b05e52f143e2933883ec0735996223c1adcd9fbb1064853bbbe187b7027";

const pad = (text) => text.replace(/\W/g, "").padEnd(32, "0");
export const userId = (person) => pad(`user${person}`);
export const token = (session) => pad(`token${session}`);
export const sessionId = (session) => pad(`session${session}`);
export const accountId = (account) => pad(`account${account}`);

// name: its columns that differ from an unverified member's
const PEOPLE = {
  alice: {},
  vera: { emailVerified: true, image: "https://example.com/v.png" },
  guest: { name: "Anonymous", isAnonymous: true, email: `${"g".repeat(32)}@anonymous.placeholder.invalid` },
  social: { emailVerified: true },
  both: { emailVerified: true, name: "Böth \"quoted\" \\ </script> \u2028 😀" },
  old: { isAnonymous: null },
  mallory: {},
};

// name: provider, columns
const ACCOUNTS = {
  alice: ["credential"], vera: ["credential"], old: ["credential"], mallory: ["credential"],
  both: ["credential"],
  bothGoogle: ["google", { scope: "openid,email", accessToken: "at", refreshToken: "rt" }],
  social: ["google", { scope: null, accessToken: "at" }],
};

// name: hours since it was made, hours until it ends
const SESSIONS = {
  alice: [1, 167], aliceToo: [2, 166], aliceDue: [47, 121], aliceStale: [30, 160],
  aliceGone: [200, -1], vera: [1, 167], guest: [1, 167], guestToo: [2, 166], social: [1, 167],
  both: [1, 167], bothStale: [30, 160], old: [1, 167], mallory: [1, 167],
};

export const owner = (name) => Object.keys(PEOPLE).find((person) => name.startsWith(person));
export const email = (person) => PEOPLE[person].email ?? `${person}@example.com`;

const at = (hours) => `date_trunc('milliseconds', now()) + interval '${hours} hours'`;
const text = (value) => typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);

function insert(table, row, times) {
  const columns = Object.keys(row).concat(Object.keys(times)).map((name) => `"${name}"`);
  const values = Object.values(row).map(text).concat(Object.values(times).map(at));
  return `INSERT INTO "${table}" (${columns.join()}) VALUES (${values.join()});`;
}

const BEFORE = { createdAt: -300, updatedAt: -299 };
// Prepared once, for it is called thousands of times.
export const SCENE = ["CREATE FUNCTION oracle.scene() RETURNS void LANGUAGE plpgsql AS $scene$ BEGIN",
  "DELETE FROM verification; DELETE FROM \"user\"; DELETE FROM oracle.mail; DELETE FROM postern.replaced_session;",
  ...Object.entries(PEOPLE).map(([person, row]) => insert("user", {
    id: userId(person), name: person[0].toUpperCase() + person.slice(1), email: email(person),
    emailVerified: false, image: null, isAnonymous: false, ...row }, BEFORE)),
  ...Object.entries(ACCOUNTS).map(([name, [providerId, row]]) => insert("account", {
    id: accountId(name), userId: userId(owner(name)), providerId,
    accountId: providerId === "credential" ? userId(owner(name)) : `sub-${name}`,
    password: providerId === "credential" ? HASH : null, ...row }, BEFORE)),
  ...Object.entries(SESSIONS).map(([name, [age, left]]) => insert("session", {
    id: sessionId(name), token: token(name), userId: userId(owner(name)),
    ipAddress: "203.0.113.9", userAgent: "seed/1" },
  { createdAt: -age, updatedAt: -age, expiresAt: left })),
  "END $scene$",
].join("\n");

// What a text of the scene is called.
export const NAMES = Object.fromEntries([
  ...Object.keys(PEOPLE).map((name) => [userId(name), name]),
  ...Object.keys(ACCOUNTS).map((name) => [accountId(name), `account ${name}`]),
  ...Object.keys(SESSIONS).flatMap((name) =>
    [[sessionId(name), `session ${name}`], [token(name), `token of ${name}`]]),
  ["g".repeat(32), "guest's address"],
]);

// SQL that leaves a verification row behind.
export const verification = (identifier, person, hours = 1) => insert("verification",
  { id: pad("verification"), identifier, value: userId(person) },
  { expiresAt: hours, createdAt: -1, updatedAt: -1 });

export const setScene = (pool) => pool.query("SELECT oracle.scene()");

// Expired verifications are swept when a server pleases.
const ROWS = `SELECT (SELECT json_agg(row_to_json(x) ORDER BY "createdAt", email) FROM "user" x) AS "user",
  (SELECT json_agg(row_to_json(x) ORDER BY "createdAt", "providerId", "accountId") FROM account x) AS account,
  (SELECT json_agg(row_to_json(x) ORDER BY "createdAt", "expiresAt", token) FROM session x) AS session,
  (SELECT json_agg(row_to_json(x) ORDER BY "createdAt", value) FROM verification x
    WHERE "expiresAt" > now()) AS verification,
  (SELECT json_agg(row_to_json(x) ORDER BY "createdAt") FROM jwks x) AS jwks`;

// Every row as a line of text.
export async function rowsOf(pool) {
  const { rows: [tables] } = await pool.query(ROWS);
  return Object.entries(tables).flatMap(([table, rows]) =>
    (rows ?? []).map((row) => `${table} ${JSON.stringify(row)}`));
}

export const sign = (value, secret = SECRET) =>
  `${value}.${createHmac("sha256", secret).update(value).digest("base64")}`;
