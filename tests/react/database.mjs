// SPDX-License-Identifier: ISC
// What the database holds: rows, and the mails that would be sent.
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
const PATIENCE = 5000;

export const rows = async (text, ...values) => (await pool.query(text, values)).rows;
export const end = () => pool.end();

export const userOf = async (email) =>
  (await rows('SELECT * FROM "user" WHERE email = $1', email))[0];
export const userById = async (id) => (await rows('SELECT * FROM "user" WHERE id = $1', id))[0];
export const rename = (email, name) =>
  rows('UPDATE "user" SET name = $2 WHERE email = $1', email, name);

// A session that is older by some days.
export const age = (token, days) => rows(`UPDATE session SET
  "createdAt" = "createdAt" - make_interval(days => $2),
  "updatedAt" = "updatedAt" - make_interval(days => $2),
  "expiresAt" = "expiresAt" - make_interval(days => $2) WHERE token = $1`, token, days);

// The links of the mails to an address that lead to a path, oldest first.
export async function links(address, path) {
  const found = await rows("SELECT data->>'url' AS url FROM postern.outbox WHERE recipient = $1 " +
    "AND data->>'url' LIKE $2 ORDER BY created_at", address, `%/api/auth${path}%`);
  return found.map(({ url }) => url);
}

// The nth such link: a mail may be written after the answer.
export async function link(address, path, nth = 1) {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
    const found = await links(address, path);
    if (found.length >= nth) return found[nth - 1];
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  throw new Error(`no mail ${nth} to ${address} with a link to ${path}`);
}
