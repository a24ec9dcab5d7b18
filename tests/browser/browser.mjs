// SPDX-License-Identifier: ISC
// The browser, one visitor at a time, and an eye on what each of them must not do.
import { chromium } from "playwright-core";
import { check, comment } from "./tap.mjs";

const FLAGS = [
  "--disable-background-networking", "--no-first-run", "--disable-component-update",
  "--disable-sync", "--disable-gpu",
];

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: FLAGS,
});

// A failed request is also a line on the console. Scenarios that provoke refusals name
// the statuses they expect; anything else on the console is a defect.
const REFUSED = /^Failed to load resource: the server responded with a status of (\d+)/;

export async function visitor(browser, base, options = {}) {
  const context = await browser.newContext({ baseURL: base, reducedMotion: "reduce", ...options });
  context.setDefaultTimeout(10000);
  const trouble = [];
  const foreign = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== base) foreign.push(url.href);
  });
  context.on("console", (message) => {
    if (message.type() === "error") trouble.push(message.text());
  });
  context.on("weberror", (error) => trouble.push(String(error.error())));
  const page = await context.newPage();
  return { context, page, trouble, foreign };
}

// Runs one story with a visitor of its own; a crash is one failed check, not the end of all.
export async function scenario(browser, base, title, run, conditions = {}) {
  const { refusals = [], tolerate, ...options } = conditions;
  comment(title);
  const { context, page, trouble, foreign } = await visitor(browser, base, options);
  try {
    await run(page, context);
  } catch (error) {
    check(false, `${title}: runs to its end`, `${error.message}\nat ${page.url()}`);
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/failure.png` });
  }
  const unexpected = trouble.filter((text) =>
    !refusals.includes(Number(REFUSED.exec(text)?.[1])) && !tolerate?.test(text));
  check(unexpected.length === 0, `${title}: no console errors`, unexpected.join("\n"));
  check(foreign.length === 0, `${title}: no request leaves the origin`, foreign.join("\n"));
  await context.close();
}
