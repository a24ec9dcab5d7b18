// SPDX-License-Identifier: ISC
// The differential oracle; see run.sh for its options.
import { readFileSync } from "node:fs";
import { groups } from "./cases/all.mjs";
import { EXPLAINED, unused } from "./explained.mjs";
import { runCase, runRandom, runTalk } from "./modes.mjs";
import { check, comment, finish } from "./tap.mjs";
import { variants } from "./variants.mjs";
import { closeWorld, openWorld } from "./world.mjs";

const options = Object.fromEntries(process.argv.slice(2).map((argument) => {
  const [, name, value] = /^--(\w+)(?:=(.*))?$/.exec(argument);
  return [name, value ?? true];
}));
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
// The short run takes one in so many, others with each seed: of big tables, and of what another
// variant has in full.
const partOf = ({ sample = 1, variants }, { name }) => Math.max(sample, variants[0] === name ? 1 : 8);

const MIXED = ["base", "compact", "jwt", "jwe", "jwks", "https", "hashed", "prefix"];
// How many random scripts.
const scripts = ({ name }) => !options.full ? 1 : name === "base" ? 20 : 2;

// [claim, what tells]
function tasksOf(variant) {
  const cases = groups.filter((group) => group.variants.includes(variant.name)).flatMap((group) =>
    group.cases.map(([name, ...script], i) => {
      const claim = `${variant.name}: ${group.name}: ${name}`;
      return [claim, (world) => runCase(world, claim, script), (i + SEED) % partOf(group, variant) !== 0];
    }));
  const mixed = MIXED.includes(variant.name) ? [
    ...[0, 1].map((shift) => [`${variant.name}: talk`, (world) => runTalk(world, shift),
      variant.name !== "base" && (MIXED.indexOf(variant.name) + SEED) % 8 !== shift]),
    ...Array.from({ length: scripts(variant) }, (_, i) => [false, true].map((mixed) =>
      [`${variant.name}: random`, (world) => runRandom(world, SEED + i, mixed), variant.name !== "base"])).flat()] : [];
  return [...cases, ...mixed].filter(([name, , rare]) => options.only
    ? new RegExp(options.only).test(name) : options.full || !rare);
}

async function runVariant(variant) {
  const tasks = tasksOf(variant);
  if (tasks.length === 0) return;
  const began = Date.now();
  const world = await openWorld(variant, options.self);
  for (const [name, task] of tasks) {
    await task(world).catch((error) => check(false, name, error.stack));
  }
  await closeWorld(world);
  comment(`${variant.name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

// A few at a time: either server waits for the other's answer.
async function inParallel(jobs, width) {
  const left = [...jobs];
  await Promise.all(Array.from({ length: width }, async () => {
    while (left.length > 0) await left.shift()();
  }));
}

for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
comment(`SEED=${SEED}`);
const parity = readFileSync(`${process.env.srcdir}/docs/PARITY.md`, "utf8");
for (const { row } of EXPLAINED) check(parity.includes(row), `PARITY.md tells: ${row}`);
// Two peers in one process count requests together.
const compared = Object.values(variants).filter(({ name }) => !(options.self && name === "limits"));
await inParallel(compared.map((variant) => () => runVariant(variant)), 3);
if (options.full && !options.only) for (const row of unused()) comment(`not met: ${row}`);
process.exitCode = finish();
