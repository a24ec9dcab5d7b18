// SPDX-License-Identifier: ISC
// The differential oracle; see run.sh for its options.
import { readFileSync } from "node:fs";
import pg from "pg";
import { groups } from "./cases/all.mjs";
import { compare, show } from "./compare.mjs";
import { EXPLAINED, unused } from "./explained.mjs";
import { randomScript, shrink } from "./random.mjs";
import { migrate, startOurs } from "./ours.mjs";
import { startPeer } from "./peer.mjs";
import { Plain } from "./plain.mjs";
import { rowsOf } from "./scene.mjs";
import { run } from "./script.mjs";
import { talk } from "./talk.mjs";
import { check, comment, finish } from "./tap.mjs";
import { send } from "./wire.mjs";
import { variants } from "./variants.mjs";

const { CLUSTER_URL, TMP, srcdir } = process.env;
const options = Object.fromEntries(process.argv.slice(2).map((argument) => {
  const [, name, value] = /^--(\w+)(?:=(.*))?$/.exec(argument);
  return [name, value ?? true];
}));
const urlOf = (name) => CLUSTER_URL.replace(/\/\/\/\w+/, `///${name}`);

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

async function open(variant) {
  const dir = `${TMP}/${variant.name}`;
  const pool = await prepareDatabase(variant, dir);
  const peer = await startPeer(variant, pool);
  const world = { variant, pool, peer };
  const key = await keyOf(peer, world);
  await pool.query("DELETE FROM jwks");
  world.ours = options.self ? await startPeer(variant, pool)
    : await startOurs(variant, urlOf(variant.name), dir, pool);
  const other = await keyOf(world.ours, world);
  check(key === other && key !== "", `${variant.name}: keys are stored alike`, `${key}\n${other}`);
  return { ...world, servers: [peer, world.ours] };
}

async function close({ servers, pool }) {
  for (const server of servers) await server.stop();
  await pool.end();
}

async function runCase(world, claim, script) {
  const peer = await run(script, world, () => world.peer);
  const ours = await run(script, world, () => world.ours);
  const difference = compare(script, peer, ours, world);
  check(!difference, claim, difference && show(difference, world));
}

// The peer alone is the measure for a server that changes after every call.
async function runTalk(world, shift) {
  const peer = await run(talk, world, () => world.peer);
  const mixed = await run(talk, world, (i) => (i + shift) % 2 ? world.peer : world.ours);
  const difference = compare(talk, peer, mixed, world);
  check(!difference, `${world.variant.name}: the client's conversation, ${shift ? "the peer" : "we"} first`,
    difference && show(difference, world));
}

const LENGTH = 200;
const SHRINKING = 40000;

async function compareRuns(script, world, mixed) {
  const pick = mixed ? (i) => i % 2 ? world.peer : world.ours : () => world.ours;
  return compare(script, await run(script, world, () => world.peer), await run(script, world, pick), world);
}

async function runRandom(world, seed, mixed) {
  const script = randomScript(seed, LENGTH);
  const claim = `${world.variant.name}: ${LENGTH} random calls${mixed ? ", alternating" : ""}, SEED=${seed}`;
  const first = await compareRuns(script, world, mixed);
  if (!first) return check(true, claim);
  const last = first.step;
  const history = await shrink(script.slice(0, first.i + 1),
    async (less) => (await compareRuns(less, world, mixed))?.step === last, SHRINKING);
  const difference = await compareRuns(history, world, mixed) ?? first;
  const steps = difference.history.map((sent) => [sent].flat().map(({ method, path, body }) =>
    `${method} ${path} ${body ?? ""}`).join("; "));
  return check(false, claim, `after:\n  ${steps.join("\n  ")}\n${show(difference, world)}`);
}

const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
// Of the big tables the short run takes a twelfth, another with each seed.
const SAMPLE = 12;

const MIXED = ["base", "compact", "jwt", "jwe", "jwks", "https", "hashed", "prefix"];
// How many random scripts.
const scripts = ({ name }) => !options.full ? 1 : name === "base" ? 20 : 2;

// [claim, what tells]
function tasksOf(variant) {
  const cases = groups.filter((group) => group.variants.includes(variant.name)).flatMap((group) =>
    group.cases.map(([name, ...script], i) => {
      const claim = `${variant.name}: ${group.name}: ${name}`;
      return [claim, (world) => runCase(world, claim, script), group.sample && (i + SEED) % SAMPLE !== 0];
    }));
  const mixed = MIXED.includes(variant.name) ? [
    [`${variant.name}: talk`, (world) => runTalk(world, 0)],
    [`${variant.name}: talk`, (world) => runTalk(world, 1)],
    ...Array.from({ length: scripts(variant) }, (_, i) => [false, true].map((mixed) =>
      [`${variant.name}: random`, (world) => runRandom(world, SEED + i, mixed), variant.name !== "base"])).flat()] : [];
  return [...cases, ...mixed].filter(([name, , rare]) => options.only
    ? new RegExp(options.only).test(name) : options.full || !rare);
}

async function runVariant(variant) {
  const tasks = tasksOf(variant);
  if (tasks.length === 0) return;
  const began = Date.now();
  const world = await open(variant);
  for (const [name, task] of tasks) {
    await task(world).catch((error) => check(false, name, error.stack));
  }
  await close(world);
  comment(`${variant.name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

// A few at a time: either server waits for the other's answer.
async function inParallel(jobs, width) {
  const left = [...jobs];
  await Promise.all(Array.from({ length: width }, async () => {
    while (left.length > 0) await left.shift()();
  }));
}

comment(`SEED=${SEED}`);
const parity = readFileSync(`${srcdir}/docs/PARITY.md`, "utf8");
for (const { row } of EXPLAINED) check(parity.includes(row), `PARITY.md tells: ${row}`);
await inParallel(Object.values(variants).map((variant) => () => runVariant(variant)), 3);
if (options.full && !options.only) for (const row of unused()) comment(`not met: ${row}`);
process.exitCode = finish();
