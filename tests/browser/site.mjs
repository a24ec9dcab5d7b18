// SPDX-License-Identifier: ISC
// What people do on the site, in words the scenarios can use.
import { randomBytes } from "node:crypto";

export const PASSWORD = "correct horse battery";
export const newEmail = () => `browser-${randomBytes(6).toString("hex")}@example.com`;

export async function questionsOf(base) {
  const response = await fetch(`${base}/api/user/profile/questionnaire`);
  return (await response.json()).questions;
}

export const groupsOf = (questions) =>
  [...new Set(questions.map(({ path }) => path.split(".")[0]))];

// The path alone: a glob would also match a redirectTo that names it.
export const arrive = (page, path) => page.waitForURL((url) => url.pathname === path);
export const pathOf = (page) => new URL(page.url()).pathname;

// From inside the page, so with its cookies: what does the server itself say?
export const ask = (page, path) => page.evaluate(async (url) => {
  const response = await fetch(url);
  return { status: response.status, body: await response.json().catch(() => null) };
}, path);

export const session = async (page) => (await ask(page, "/api/auth/get-session")).body;

// Can somebody sign in with this? Asked without any browser state. The origin is named
// because Node's fetch sends fetch metadata, which makes the server ask for one.
export async function accountExists(base, email, password = PASSWORD) {
  const response = await fetch(`${base}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: base },
    body: JSON.stringify({ email, password }),
  });
  if (response.status !== 200 && response.status !== 401) {
    throw new Error(`sign-in answers ${response.status}: ${await response.text()}`);
  }
  return response.status === 200;
}

export async function say(page, text) {
  const replies = page.locator(".message.theirs");
  const before = await replies.count();
  await page.getByLabel("Your message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await replies.nth(before).waitFor();
}

export const messages = (page) => page.locator(".message .bubble").allTextContents();
export const threadTitles = (page) => page.locator("#threads .thread-title").allTextContents();

export async function openHome(page) {
  await page.goto("/");
  await page.locator("html[data-auth]").waitFor();
  await page.waitForLoadState("networkidle");
}

export async function fillAccount(page, { name = "Ada Lovelace", email, password = PASSWORD }) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
}

export const next = (page) => page.locator("#next").click();
export const heading = (page, name) => page.getByRole("heading", { name, exact: true, level: 2 });
export const question = (page, path) => page.locator(`[data-path="${path}"]`);
export const choice = (page, path, value) =>
  question(page, path).locator(`input[value=${JSON.stringify(value)}]`);

export const values = (one) => one.options.filter((o) => !o.exclusive).map((o) => o.value);

// The first answer everywhere, by click, unless `pick` says otherwise for a path.
export async function answer(page, questions, pick = {}) {
  for (const one of questions) {
    const value = pick[one.path] ?? values(one)[0];
    const select = question(page, one.path).locator("select");
    if (await select.count()) await select.selectOption(value);
    else await choice(page, one.path, value).check();
  }
}

// Account step, every group of questions, up to the moment before the last click.
export async function walkThrough(page, questions, account) {
  await fillAccount(page, account);
  for (const group of groupsOf(questions)) {
    await next(page);
    await page.locator(`#${group}-title`).waitFor();
    await answer(page, questions.filter(({ path }) => path.startsWith(`${group}.`)));
  }
}

export async function signUp(page, questions, account, query = "") {
  await page.goto(`/sign-up.html${query}`);
  await walkThrough(page, questions, account);
  await next(page);
  await page.waitForURL((url) => url.pathname !== "/sign-up.html");
}

export async function signIn(page, email, query = "", password = PASSWORD) {
  await page.goto(`/sign-in.html${query}`);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await next(page);
}

// The text beside a field, if the field is marked and really points to that text.
export async function errorOf(locator) {
  if (await locator.getAttribute("aria-invalid") !== "true") return "";
  return locator.evaluate((node) => (node.getAttribute("aria-describedby") ?? "").split(" ")
    .map((id) => document.getElementById(id))
    .filter((holder) => holder?.classList.contains("error") && holder.offsetParent)
    .map((holder) => holder.textContent).join(" "));
}

export const isFocused = (locator) =>
  locator.evaluate((node) => node === document.activeElement);

// Tab until the focus is where it should be; false if it never gets there.
export async function tabTo(page, locator, limit = 80) {
  for (let i = 0; i < limit; i++) {
    if (await isFocused(locator)) return true;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the Tab key does not reach ${locator}`);
}
