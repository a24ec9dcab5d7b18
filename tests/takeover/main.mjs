// SPDX-License-Identifier: ISC
// Take-over both ways; see run.sh.
import { execFileSync } from "node:child_process";
import { comment, check, finish } from "../parity/tap.mjs";
import { makeDatabase } from "./servers.mjs";
import { stories } from "./stories.mjs";

const PATIENCE = 180000;
const wanted = process.argv.slice(2);

// Whatever stands still is shown and left behind.
function giveUp(claim, running) {
  const children = execFileSync("ps", ["-o", "pid,ppid,stat,wchan:20,args", "--ppid", process.pid]);
  claim(false, "ends in time", `${process.getActiveResourcesInfo()}\n${children}`);
  for (const server of running) server.stop();
  setTimeout(() => process.exit(finish()), 2000);
}

for (const [name, story] of stories) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  comment(name);
  const database = await makeDatabase(name);
  const running = new Set();
  const claim = (good, text, detail) => check(Boolean(good), `${name}: ${text}`, detail);
  // Whoever starts is stopped, also by a story that fails.
  const start = async (server) => {
    const started = await server;
    running.add(started);
    return { ...started, stop: () => running.delete(started) && started.stop() };
  };
  const timer = setTimeout(giveUp, PATIENCE, claim, running);
  try {
    await story(database, claim, start);
  } catch (error) {
    claim(false, "goes to its end", error.stack);
  }
  for (const server of running) await server.stop();
  await database.pool.end();
  clearTimeout(timer);
}
process.exit(finish());
