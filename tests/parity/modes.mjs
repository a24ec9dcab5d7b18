// SPDX-License-Identifier: ISC
// The three ways to compare: one case on either server, a conversation that changes servers,
// random calls.
import { compare, show } from "./compare.mjs";
import { randomScript, shrink } from "./random.mjs";
import { run } from "./script.mjs";
import { talk } from "./talk.mjs";
import { check } from "./tap.mjs";

export async function runCase(world, claim, script) {
  const peer = await run(script, world, () => world.peer);
  const ours = await run(script, world, () => world.ours);
  const difference = compare(script, peer, ours, world);
  check(!difference, claim, difference && show(difference, world));
}

// The peer alone is the measure for a server that changes after every call.
export async function runTalk(world, shift) {
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

export async function runRandom(world, seed, mixed) {
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
