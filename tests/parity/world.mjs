// SPDX-License-Identifier: ISC
// Both servers of a variant on one database.
import pg from "pg";
import { migrate, startOurs } from "./ours.mjs";
import { startPeer } from "./peer.mjs";
import { Plain } from "./plain.mjs";
import { SCENE, rowsOf } from "./scene.mjs";
import { check } from "./tap.mjs";
import { send } from "./wire.mjs";

const { CLUSTER_URL, TMP } = process.env;
const urlOf = (name) => CLUSTER_URL.replace(/\/\/\/\w+/, `///${name}`);

// Our mails are rows that come and go; a copy stays.
const OUTBOX = `CREATE SCHEMA oracle;
  CREATE TABLE oracle.mail (n bigserial, template text, recipient text, data jsonb);
  CREATE FUNCTION oracle.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO oracle.mail (template, recipient, data) VALUES (NEW.template, NEW.recipient, NEW.data);
    RETURN NULL; END $$;
  CREATE TRIGGER note AFTER INSERT ON postern.outbox FOR EACH ROW EXECUTE FUNCTION oracle.note()`;

async function prepareDatabase(variant, dir) {
  const admin = new pg.Client({ connectionString: CLUSTER_URL });
  await admin.connect();
  await admin.query(`CREATE DATABASE "${variant.name}"`);
  await admin.end();
  await migrate(variant, urlOf(variant.name), dir);
  const pool = new pg.Pool({ connectionString: urlOf(variant.name), max: 10 });
  await pool.query(OUTBOX);
  await pool.query(SCENE);
  return pool;
}

// The key that a server makes where there is none, as it is stored.
async function keyOf({ port }, { variant, pool }) {
  const headers = [["host", new URL(variant.url).host]];
  await send(port, { method: "GET", path: "/api/auth/jwks", headers });
  const plain = new Plain();
  plain.at(Date.now(), []);
  return (await rowsOf(pool)).filter((row) => row.startsWith("jwks")).map((row) => plain.text(row)).join("\n");
}

// self: the peer takes our place, too.
export async function openWorld(variant, self) {
  const dir = `${TMP}/${variant.name}`;
  const pool = await prepareDatabase(variant, dir);
  const peer = await startPeer(variant, pool);
  const world = { variant, pool, peer };
  const key = await keyOf(peer, world);
  await pool.query("DELETE FROM jwks");
  world.ours = self ? await startPeer(variant, pool)
    : await startOurs(variant, urlOf(variant.name), dir, pool);
  const other = await keyOf(world.ours, world);
  check(key === other && key !== "", `${variant.name}: keys are stored alike`, `${key}\n${other}`);
  return { ...world, servers: [peer, world.ours] };
}

export async function closeWorld({ servers, pool }) {
  for (const server of servers) await server.stop();
  await pool.end();
}

