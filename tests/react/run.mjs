// SPDX-License-Identifier: ISC
// Runs the stories; run.sh prepares the database and sets the environment.
import { AsyncLocalStorage } from "node:async_hooks";
import { comment, finish } from "../browser/tap.mjs";
import { end } from "./database.mjs";
import { startAll } from "./instances.mjs";
import { launch } from "./person.mjs";
import * as account from "./account.mjs";
import * as cache from "./cache.mjs";
import * as guests from "./guests.mjs";
import * as mail from "./mail.mjs";
import * as sessions from "./sessions.mjs";
import * as strangers from "./strangers.mjs";

const LANES = 2;
const only = process.env.ONLY?.split(",");
const stories = [sessions, account, mail, guests, strangers, cache]
  .flatMap((part) => Object.entries(part))
  .filter(([name]) => !only || only.includes(name));

// Stories run side by side, but the lines of each stay together and are numbered in a row.
const held = new AsyncLocalStorage();
const print = console.log;
let count = 0;
console.log = (text) => held.getStore()?.push(text) ?? print(text);
const release = (lines) => lines.forEach((text) =>
  print(text.replace(/^((?:not )?ok) \d+/, (_, word) => `${word} ${++count}`)));

async function tell(name, story, browser, sites) {
  const begun = Date.now();
  await story(browser, sites);
  comment(`${name}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}

async function lane(browser, sites) {
  while (stories.length) {
    const lines = [];
    await held.run(lines, tell, ...stories.shift(), browser, sites);
    release(lines);
  }
}

const sites = await startAll();
const browser = await launch();
await Promise.all(Array.from({ length: LANES }, () => lane(browser, sites)));
await browser.close();
await sites.stop();
await end();
process.exit(finish());
