// SPDX-License-Identifier: ISC
// A person with a browser of their own, in words the stories can use.
import { randomBytes } from "node:crypto";
import { chromium } from "playwright-core";
import { check, comment, same } from "../browser/tap.mjs";

export const PASSWORD = "correct horse battery";
export const newEmail = () => `react-${randomBytes(6).toString("hex")}@example.com`;
export const NOBODY = "Nobody is signed in.";

const PATIENCE = 10000;

// Somebody who signed up on another day: no browser is needed for that.
export async function signedUp({ base, origin }, email) {
  const response = await fetch(`${base}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ name: "Ada Lovelace", email, password: PASSWORD }),
  });
  if (!response.ok) throw new Error(`sign-up answers ${response.status}`);
  return (await response.json()).user;
}

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--disable-background-networking", "--no-first-run", "--disable-component-update",
    "--disable-sync", "--disable-gpu"],
});

class Tab {
  constructor(page, site) {
    this.page = page;
    this.context = page.context();
    this.site = site;
    this.who = page.locator("#who");
  }

  async open(address = "/") {
    await this.page.goto(new URL(address, this.site.origin).href, { waitUntil: "commit" });
    return this;
  }

  async another() {
    return new Tab(await this.context.newPage(), this.site).open();
  }

  // A tab in the background draws rarely, and the browser waits for that before it clicks.
  async submit(form, values) {
    await this.page.bringToFront();
    const found = this.page.locator(`form[aria-label="${form}"]`);
    for (const [name, value] of Object.entries(values)) {
      const field = found.locator(`[name=${name}]`);
      if (value === true) await field.check();
      else await field.fill(value);
    }
    await found.locator("button").click();
  }

  async answer() {
    return JSON.parse(await this.page.locator("#answer").textContent());
  }

  // What the client's call gave: data, error, headers, or thrown.
  async does(form, values = {}) {
    const { count } = await this.answer();
    await this.submit(form, values);
    await this.page.waitForFunction((before) =>
      JSON.parse(document.getElementById("answer").textContent).count > before, count,
    { polling: 20 });
    return this.answer();
  }

  signsUp(email, more = {}) {
    return this.does("Sign up", { name: "Ada Lovelace", email, password: PASSWORD, ...more });
  }

  signsIn(email, more = {}) {
    return this.does("Sign in", { email, password: PASSWORD, ...more });
  }

  // The hook's word, waited for.
  async sees(text, name) {
    const seen = await this.who.filter({ hasText: text }).waitFor({ timeout: PATIENCE })
      .then(() => true, () => false);
    check(seen, name, seen ? "" : `the page says: ${await this.who.textContent()}`);
  }

  // To a tab that was away. The browser of a test never hides one, so the page is told.
  showAgain() {
    return this.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  }

  // Is this still the document that mark() saw?
  mark() {
    return this.page.evaluate(() => { window.marked = true; });
  }

  isMarked() {
    return this.page.evaluate(() => window.marked === true);
  }

  async arrives(path, name) {
    const url = new URL(path, this.site.origin);
    const there = await this.page
      .waitForURL((at) => at.origin === url.origin && at.pathname === url.pathname,
        { timeout: PATIENCE })
      .then(() => true, () => false);
    check(there, name, `the page is at ${this.page.url()}`);
    return new URL(this.page.url()).searchParams;
  }

  async cookies() {
    const all = await this.context.cookies(this.site.base);
    return Object.fromEntries(all.map((cookie) => [cookie.name, cookie]));
  }

  // Said by the server, not by the hook.
  async session() {
    return (await this.does("Get session")).data;
  }
}

export function isError(answer, status, code, message, name) {
  const REASONS = { 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    422: "Unprocessable Entity" };
  const want = { ...code && { code }, message, status, statusText: REASONS[status] };
  const sorted = (error) => error && Object.fromEntries(Object.entries(error).sort());
  same([answer.data, sorted(answer.error)], [null, sorted(want)], name);
}

export function isFine(answer, name) {
  return check(answer.data && !answer.error && !answer.thrown, name, JSON.stringify(answer));
}

// A refused request is also a line on the console; anything else there is a defect.
const REFUSED = /^Failed to load resource: the server responded with a status of 4\d\d/;

// Runs one story; every person it meets has a browser context, so cookies, of their own. A
// crash is one failed check.
export async function story(browser, site, title, run, { tolerate } = {}) {
  comment(title);
  const contexts = [];
  const trouble = [];
  const meet = async (address = "/") => {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    contexts.push(context);
    context.setDefaultTimeout(PATIENCE);
    context.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
    context.on("weberror", (error) => trouble.push(String(error.error())));
    return new Tab(await context.newPage(), site).open(address);
  };
  try {
    await run(meet, site);
  } catch (error) {
    check(false, `${title}: runs to its end`, error.stack);
  }
  const unexpected = trouble.filter((text) => !REFUSED.test(text) && !tolerate?.test(text));
  check(unexpected.length === 0, `${title}: the browser does not complain`, unexpected.join("\n"));
  await Promise.all(contexts.map((context) => context.close()));
}
