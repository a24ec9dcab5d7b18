// SPDX-License-Identifier: ISC
// Runs the stories; run.sh prepares the database and sets the environment.
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

const only = process.env.ONLY?.split(",");
const stories = [sessions, account, mail, guests, strangers, cache]
  .flatMap((part) => Object.entries(part))
  .filter(([name]) => !only || only.includes(name));

const sites = await startAll();
const browser = await launch();
for (const [name, story] of stories) {
  const begun = Date.now();
  await story(browser, sites);
  comment(`${name}: ${((Date.now() - begun) / 1000).toFixed(1)} s`);
}
await browser.close();
await sites.stop();
await end();
process.exit(finish());
