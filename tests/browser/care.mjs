// SPDX-License-Identifier: ISC
// Stories of caring for an account: its password, its address, its sessions, its end.
import { scenario, visitor } from "./browser.mjs";
import { look } from "./look.mjs";
import { check, same, skip } from "./tap.mjs";
import {
  PASSWORD, accountExists, arrive, ask, errorOf, heading, isFocused, newEmail, next, pathOf,
  session, signIn, signUp, tabTo,
} from "./site.mjs";

const NEW_PASSWORD = "a different horse";
const email = (page) => page.getByLabel("E-mail address", { exact: true });
const button = (page, name) => page.getByRole("button", { name, exact: true });
const badge = (page) => page.locator("#verified").textContent();
const told = (page, id, text) => page.locator(`#${id}`).getByText(text).waitFor();

async function member(page, questions, address = newEmail()) {
  await signUp(page, questions, { email: address });
  await openAccount(page);
  return address;
}

async function openAccount(page, query = "") {
  await page.goto(`/account.html${query}`);
  await page.locator("#sessions li").first().waitFor();
  await page.locator("#answers dl").waitFor();
}

// Another browser of the same person.
async function elsewhere(browser, base, address, userAgent) {
  const other = await visitor(browser, base, { userAgent });
  await signIn(other.page, address);
  await arrive(other.page, "/");
  await other.page.waitForLoadState("networkidle");
  return other;
}

// Mails can be read where the site keeps them as files: the link of the newest to `address`
// that leads to `path`; null where there is no such page.
async function linkFor(page, address, path) {
  const list = await ask(page, "/mail/index.json");
  if (list.status !== 200) return null;
  for (let tries = 0; tries < 50; tries++) {
    const link = await page.evaluate(async ([to, part]) => {
      const { parseMail } = await import("/lib/eml.js");
      const names = await (await fetch("/mail/index.json", { cache: "no-store" })).json();
      for (const name of names) {
        const mail = parseMail(await (await fetch(`/mail/${name}`)).text());
        const url = mail.text.match(/https?:\/\/\S+/g)?.find((one) => one.includes(part));
        if (mail.to === to && url) return url;
      }
      return null;
    }, [address, path]);
    if (link) return link;
    await page.waitForTimeout(200);
  }
  throw new Error(`no mail to ${address} with a link to ${path}`);
}

export const forgottenPassword = (browser, base, questions) =>
  scenario(browser, base, "a forgotten password", async (page, context) => {
    const address = newEmail();
    await signUp(page, questions, { email: address });
    await page.waitForLoadState("networkidle");
    await context.clearCookies();
    await page.goto("/sign-in.html");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await arrive(page, "/forgot-password.html");
    await next(page);
    check(await errorOf(email(page)) && await isFocused(email(page)), "an address is asked for");

    const answers = [];
    for (const one of [newEmail(), address]) {
      await tabTo(page, email(page));
      await email(page).fill(one);
      await page.keyboard.press("Enter");
      await page.locator("#sent").waitFor();
      check(await isFocused(page.locator("#title")), "the answer's heading has the focus");
      answers.push((await page.locator("main").innerText()).replace(one, "ADDRESS"));
      await button(page, "Try another address").click();
    }
    same(answers[0], answers[1], "a known address and an unknown one are answered alike");
    check(answers[0].includes("ADDRESS"), "with the address that was typed");

    const link = await linkFor(page, address, "/reset-password/");
    if (!link) {
      skip("the link in the mail", "no page of mails");
      return;
    }
    const token = /reset-password\/([^?]+)/.exec(link)[1];
    const referers = [];
    page.on("request", async (request) => {
      const { referer = "" } = await request.allHeaders().catch(() => ({}));
      referers.push(referer);
    });
    await page.goto(link);
    const password = page.getByLabel("New password");
    await password.waitFor();
    same(page.url(), `${base}/reset-password.html`, "the token is out of the address at once");
    await page.reload();
    await password.waitFor();
    check(true, "the page survives a reload");
    await next(page);
    check(await errorOf(password) && await isFocused(password), "a password is asked for");
    await password.fill("short");
    await next(page);
    check((await errorOf(password)).includes("at least 8"), "a short one is explained");
    await password.fill(NEW_PASSWORD);
    await next(page);
    await page.getByText("Your new password is saved.").waitFor();
    same(pathOf(page), "/sign-in.html", "a good one leads to sign-in");
    check(!referers.some((one) => one.includes(token)), "no Referer had the token");
    same([await accountExists(base, address), await accountExists(base, address, NEW_PASSWORD)],
      [false, true], "the new password holds, the old one doesn't");

    await page.goto(link);
    await page.getByRole("heading", { name: "This link doesn't work any more" }).waitFor();
    check(true, "the link works once");
    await page.getByRole("link", { name: "Get another link" }).click();
    await arrive(page, "/forgot-password.html");
  });

export const unusableLinks = (browser, base) =>
  scenario(browser, base, "reset links that don't work", async (page) => {
    const title = page.getByRole("heading", { name: "This link doesn't work any more" });
    for (const query of ["", "?error=INVALID_TOKEN", "?token="]) {
      await page.goto("/sign-in.html");
      await page.goto(`/reset-password.html${query}`);
      await title.waitFor();
      check(await page.locator("#form").isHidden(), `${query || "no token"}: no form, but a way on`);
    }
    await page.goto("/reset-password.html?token=made-up");
    await page.getByLabel("New password").fill(NEW_PASSWORD);
    await next(page);
    await title.waitFor();
    check(await isFocused(page.locator("#title")), "a made-up token: told after the attempt");
    await page.reload();
    await title.waitFor();
    check(true, "and not offered again");
  }, { refusals: [400] });

export const verifiedAddress = (browser, base, questions) =>
  scenario(browser, base, "verifying an address", async (page, context) => {
    const address = await member(page, questions);
    same(await badge(page), "Not verified", "a new address is not verified");
    await button(page, "Send the link").click();
    await told(page, "email-status", `on its way to ${address}`);
    check(await isFocused(button(page, "Send the link")), "the button keeps the focus");
    const link = await linkFor(page, address, "/verify-email");
    if (!link) {
      skip("the link in the mail", "no page of mails");
      return;
    }
    await page.goto(link.replace(/token=[^&]*/, "token=x.y.z"));
    await told(page, "status", "This link doesn't hold");
    same(page.url(), `${base}/account.html`, "a broken link is told, and out of the address");
    await page.goto(link);
    await told(page, "status", "Your e-mail address is verified.");
    same(await badge(page), "Verified", "the whole one verifies");
    check(await page.locator("#unverified").isHidden(), "nothing is left to be sent");
    await page.waitForLoadState("networkidle");
    await context.clearCookies();
    await page.goto(link);
    await told(page, "status", "Your e-mail address is verified.");
    same(pathOf(page), "/account.html", "so it is told to who isn't signed in here");
    await page.getByRole("link", { name: "Sign in" }).last().click();
    await email(page).fill(address);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await next(page);
    await page.locator("#sessions li").first().waitFor();
    check(true, "who comes to the account page by signing in");
  });

export const landings = (browser, base, questions) =>
  scenario(browser, base, "where links lead", async (page, context) => {
    const cases = [
      ["?verified=1&error=TOKEN_EXPIRED", "This link is too old. You can have another link sent below.",
        "This link is too old. You can have another link sent once you're signed in."],
      ["?address=x%40example.com&error=INVALID_TOKEN", "ask for the change again below",
        "ask for the change again once you're signed in"],
      ["?address=x%40example.com&error=INVALID_USER", "for another account", "for another account"],
      ["?verified=1&error=%3Cb%3E", "This link didn't work.", "This link didn't work."],
      ["?address=%3Cb%3E", "One more mail", "Sign in to see your address."],
    ];
    await member(page, questions);
    for (const [query, text] of cases) {
      await openAccount(page, query);
      await told(page, "status", text);
      same(page.url(), `${base}/account.html`, `${query}: told to a member, and out of the address`);
    }
    await openAccount(page, "?verified=1");
    same(await page.locator("#status").textContent(), "",
      "nobody is told that an address is verified which isn't");
    await openAccount(page, "?deleted=1");
    same(await page.locator("#status").textContent(), "", "nor that an account is gone which isn't");
    await page.waitForLoadState("networkidle");
    await context.clearCookies();
    for (const [query, , text] of cases) {
      await page.goto(`/account.html${query}`);
      await told(page, "status", text);
      check(await page.locator("#onwards a").isVisible(), `${query}: told to a stranger, with a way on`);
    }
    await page.goto("/account.html?deleted=1");
    await told(page, "status", "Your account is deleted");
    await page.getByRole("link", { name: "To the chat" }).click();
    await arrive(page, "/");
    await page.waitForLoadState("networkidle");
  });

export const changedAddress = (browser, base, questions) =>
  scenario(browser, base, "another address", async (page) => {
    const [before, after] = [await member(page, questions), newEmail()];
    const field = page.getByLabel("New e-mail address");
    await button(page, "Change your e-mail address").focus();
    await page.keyboard.press("Enter");
    check(await isFocused(field), "the form opens with its field focused");
    for (const [typed, text] of [["", "Enter your"], ["nobody", "name@example.com"],
      [before.toUpperCase(), "already"]]) {
      await field.fill(typed);
      await page.keyboard.press("Enter");
      check((await errorOf(field)).includes(text), `${typed || "nothing"} is explained`);
    }
    await page.keyboard.press("Escape");
    check(await isFocused(button(page, "Change your e-mail address")), "Escape closes it");
    await page.keyboard.press("Enter");
    same([await field.inputValue(), await errorOf(field)], ["", ""], "and leaves nothing in it");
    await field.fill(after);
    await button(page, "Change address").click();
    await told(page, "email-status", "Nothing changes before you open the link.");
    same((await session(page)).user.email, before, "nothing has changed yet");
    const link = await linkFor(page, after, "/verify-email");
    if (!link) {
      skip("the link in the mail", "no page of mails");
      return;
    }
    await page.goto(link);
    await told(page, "status", `Your e-mail address is now ${after}.`);
    same([await page.locator("#address").textContent(), (await session(page)).user.email],
      [after, after], "the link makes the change");
    await page.goto(link);
    await told(page, "status", "for another address");
    same(page.url(), `${base}/account.html`, "a second time it says that it has had its day");
  });

export const changedPassword = (browser, base, questions) =>
  scenario(browser, base, "another password", async (page) => {
    const address = await member(page, questions);
    const other = await elsewhere(browser, base, address);
    await button(page, "Change your password").click();
    const current = page.getByLabel("Current password", { exact: true });
    const wanted = page.getByLabel("New password", { exact: true });
    const save = button(page, "Save password");
    await save.click();
    check(await errorOf(current) && await errorOf(wanted) && await isFocused(current),
      "both are asked for");
    await button(page, "Show new password").click();
    same([await wanted.getAttribute("type"), await current.getAttribute("type")],
      ["text", "password"], "each can be shown by itself");
    check(await button(page, "Hide new password").isVisible(), "and hidden again");
    await current.fill("not this one");
    await wanted.fill(NEW_PASSWORD);
    await save.click();
    await page.locator("#current-password-error").waitFor();
    check(await isFocused(current), "a wrong current password is told beside it");
    await current.fill(PASSWORD);
    await save.click();
    await told(page, "password-status", "You're signed out everywhere else.");
    check(await isFocused(button(page, "Change your password")), "the form closes, the focus is kept");
    same([await accountExists(base, address), await accountExists(base, address, NEW_PASSWORD)],
      [false, true], "the new password holds, the old one doesn't");
    same((await session(page)).user.email, address, "this browser stays signed in");
    same(await session(other.page), null, "the other one doesn't");
    await other.context.close();
    await page.reload();
    await page.locator("#sessions .badge").waitFor();
    check(true, "the list knows this browser's new session");
    await button(page, "Change your password").click();
    await current.fill(NEW_PASSWORD);
    await wanted.fill(PASSWORD);
    await page.getByLabel("Sign out everywhere else").uncheck();
    await save.click();
    await page.getByText("Your new password is saved.").waitFor();
    check(await page.locator("#sessions li").count() > 1, "others may also be left alone");
  }, { refusals: [400] });

const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:146.0) Gecko/20100101 Firefox/146.0";
const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 " +
  "(KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1";

export const signedInElsewhere = (browser, base, questions) =>
  scenario(browser, base, "where somebody is signed in", async (page) => {
    const address = await member(page, questions);
    check(await button(page, "Sign out everywhere else").isHidden(), "one session: nothing to end");
    const firefox = await elsewhere(browser, base, address, FIREFOX);
    const phone = await elsewhere(browser, base, address, IPHONE);
    await openAccount(page);
    const rows = page.locator("#sessions li");
    const names = await page.locator("#sessions strong").allTextContents();
    same([names[0], names.slice(1).sort()],
      ["Chrome on Linux", ["Firefox on Windows", "Safari on an iPhone"]],
      "all are listed in plain words, this one first");
    check((await rows.first().textContent()).includes("This device"), "which is marked");
    same(await rows.first().getByRole("button").count(), 0, "and has the way out at the page's top");
    await page.getByRole("button", { name: /^Sign out Firefox on Windows/ }).click();
    await told(page, "sessions-status", "Signed out: Firefox on Windows.");
    check(await isFocused(heading(page, "Where you're signed in")), "ending one keeps the focus near");
    same([await session(firefox.page), (await session(phone.page))?.user.email, await rows.count()],
      [null, address, 2], "that one ends and no other");
    await button(page, "Sign out everywhere else").click();
    await told(page, "sessions-status", "You're signed out everywhere else.");
    same([await session(phone.page), await rows.count()], [null, 1], "so do all others");
    check(await button(page, "Sign out everywhere else").isHidden(), "then there is nothing to end");

    await firefox.context.close();
    await phone.context.close();
    await page.route("**/api/auth/list-sessions", (route) => route.fulfill({
      status: 403, json: { code: "SESSION_NOT_FRESH", message: "Session is not fresh" },
    }));
    await page.goto("/account.html");
    await page.getByText("show once more that it's you").waitFor();
    await look(page, "account not fresh");
    await button(page, "Sign in again").click();
    await arrive(page, "/sign-in.html");
    await email(page).waitFor();
    same(await session(page), null, "an old session has to sign in again, and ends");
    await page.unroute("**/api/auth/list-sessions");
    await signIn(page, address, new URL(page.url()).search);
    await rows.first().waitFor();
    same(await rows.count(), 1, "then the list is there, with no session left behind");
  }, { refusals: [403] });

export const deletedAccount = (browser, base, questions) =>
  scenario(browser, base, "the end of an account", async (page) => {
    const address = await member(page, questions);
    const password = page.getByLabel("Your password, to be sure");
    await button(page, "Delete your account").click();
    check(await isFocused(password), "the password is asked for");
    await button(page, "Keep it").click();
    check(await isFocused(button(page, "Delete your account")), "it can be kept");
    await button(page, "Delete your account").click();
    await button(page, "Delete my account").click();
    check(await errorOf(password), "not without the password");
    await password.fill("not this one");
    await button(page, "Delete my account").click();
    await password.and(page.locator("[aria-invalid]")).waitFor();
    check((await errorOf(password)).includes("not your password"), "nor with a wrong one");
    same((await session(page)).user.email, address, "so far all is there");
    await password.fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByText("Your account is deleted.").waitFor();
    same([pathOf(page), await session(page), await accountExists(base, address)],
      ["/", null, false], "then account and session are gone");
    await page.waitForLoadState("networkidle");
  }, { refusals: [400] });

// What other settings of a server answer.
export const refusedCare = (browser, base, questions) =>
  scenario(browser, base, "what a site doesn't offer", async (page) => {
    const refuse = (path, status, json) =>
      page.route(`**/api/auth/${path}`, (route) => route.fulfill({ status, json }));
    await refuse("request-password-reset", 400, { code: "RESET_PASSWORD_DISABLED", message: "" });
    await page.goto("/forgot-password.html");
    await email(page).fill(newEmail());
    await next(page);
    await told(page, "status", "sends no mails");
    check(true, "no mails: the forgotten password");
    await member(page, questions);
    await refuse("send-verification-email", 400, { code: "VERIFICATION_EMAIL_NOT_ENABLED", message: "" });
    await button(page, "Send the link").click();
    await told(page, "email-status", "sends no mails");
    check(true, "no mails: the verification");
    await refuse("change-email", 400, { code: "CHANGE_EMAIL_DISABLED", message: "" });
    await button(page, "Change your e-mail address").click();
    await page.getByLabel("New e-mail address").fill(newEmail());
    await page.keyboard.press("Enter");
    await told(page, "email-status", "doesn't let addresses be changed");
    check(true, "addresses that stay");
    await page.route("**/api/auth/delete-user", (route) => route.fulfill({ status: 404, body: "" }));
    await button(page, "Delete your account").click();
    await page.getByLabel("Your password, to be sure").fill(PASSWORD);
    await page.keyboard.press("Enter");
    await told(page, "delete-status", "doesn't let accounts be deleted");
    check(true, "accounts that stay");
    await page.unroute("**/api/auth/delete-user");
    await page.route("**/api/auth/delete-user", (route) => route.fulfill({
      json: { success: true, message: "Verification email sent" },
    }));
    await page.keyboard.press("Enter");
    await told(page, "delete-status", "Opening its link deletes the account.");
    check(true, "accounts that a mail asks about first");
    await refuse("change-password", 401, { code: "UNAUTHORIZED", message: "Unauthorized" });
    await button(page, "Change your password").click();
    await page.getByLabel("Current password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
    await page.keyboard.press("Enter");
    await arrive(page, "/sign-in.html");
    await page.getByText("You were signed out meanwhile.").waitFor();
    check(true, "a session that ended meanwhile leads to sign-in");
  }, { refusals: [400, 401, 404] });

export const devices = (browser, base) =>
  scenario(browser, base, "devices in plain words", async (page) => {
    const chrome = (system, more = "") => `Mozilla/5.0 (${system}) AppleWebKit/537.36 ` +
      `(KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36${more}`;
    const cases = [
      [FIREFOX, "Firefox on Windows"], [IPHONE, "Safari on an iPhone"],
      [chrome("X11; Linux x86_64"), "Chrome on Linux"],
      [chrome("Linux; Android 15; Pixel 9"), "Chrome on Android"],
      [chrome("X11; CrOS x86_64 14541.0.0"), "Chrome on ChromeOS"],
      [chrome("Windows NT 10.0; Win64; x64", " Edg/143.0.0.0"), "Edge on Windows"],
      [chrome("Windows NT 10.0; Win64; x64", " OPR/120.0.0.0"), "Opera on Windows"],
      ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
        "Version/19.1 Safari/605.1.15", "Safari on a Mac"],
      ["Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
        "CriOS/143.0 Mobile/15E148 Safari/604.1", "Chrome on an iPad"],
      ["curl/8.14.1", "A program (curl)"], ["python-requests/2.32", "A program (python-requests)"],
      ["Mozilla/5.0", "An unknown device"], ["", "An unknown device"], [null, "An unknown device"],
      ["<b>x</b>", "An unknown device"],
    ];
    await page.goto("/sign-in.html");
    const found = await page.evaluate(async (agents) => {
      const { describeDevice } = await import("/lib/device.js");
      return agents.map(describeDevice);
    }, cases.map(([agent]) => agent));
    cases.forEach(([, want], i) => same(found[i], want, `${want}`));
  });

async function narrow(page, name) {
  await page.setViewportSize({ width: 320, height: 640 });
  const wide = await page.evaluate(() =>
    document.documentElement.scrollWidth - document.documentElement.clientWidth);
  check(wide <= 0, `${name}: no horizontal scroll at 320 px`, `${wide} px too wide`);
}

async function see(page, name) {
  await look(page, name);
  await narrow(page, name);
}

export const looksOfCare = (browser, base, questions) =>
  scenario(browser, base, "looks of caring for an account", async (page) => {
    for (const path of ["sign-in", "sign-up"]) {
      await page.goto(`/${path}.html`);
      await page.locator("html[data-auth]").waitFor();
      await narrow(page, path);
    }
    await page.goto("/forgot-password.html");
    await page.locator("html[data-auth]").waitFor();
    await see(page, "forgot");
    await next(page);
    await see(page, "forgot errors");
    await email(page).fill("somebody.with.a.rather.long.name.that.does.not.end@mail.example.com");
    await next(page);
    await page.locator("#sent").waitFor();
    await see(page, "forgot sent");
    await page.goto("/reset-password.html?token=made-up");
    await page.locator("html[data-auth]").waitFor();
    await see(page, "reset");
    await next(page);
    await see(page, "reset errors");
    await page.goto("/reset-password.html?error=INVALID_TOKEN");
    await page.locator("html[data-auth]").waitFor();
    await see(page, "reset invalid");
    await page.goto("/account.html?verified=1&error=TOKEN_EXPIRED");
    await page.locator("#onwards a").waitFor();
    await see(page, "account landing");
    const address = await member(page, questions,
      newEmail().replace("@", ".with.a.rather.long.name.that.goes.on@"));
    const other = await elsewhere(browser, base, address, FIREFOX);
    await other.context.close();
    await openAccount(page, "?address=x");
    await see(page, "account care");
    await button(page, "Send the link").click();
    await told(page, "email-status", "on its way");
    for (const [opener, submit] of [["Change your e-mail address", "Change address"],
      ["Change your password", "Save password"], ["Delete your account", "Delete my account"]]) {
      await button(page, opener).click();
      await see(page, `account ${submit}`.toLowerCase());
      await button(page, submit).click();
    }
    await see(page, "account care errors");
  });

export const withoutScriptsOfCare = (browser, base) =>
  scenario(browser, base, "caring without JavaScript", async (page) => {
    for (const path of ["/forgot-password.html", "/reset-password.html?token=x", "/account.html"]) {
      await page.goto(path);
      check(await page.locator(".noscript").isVisible(), `${path} says what it needs`);
      const buttons = page.locator("button[type=submit]:visible");
      same(await buttons.evaluateAll((all) => all.every((one) => one.disabled)), true,
        `${path} sends nothing by itself`);
    }
  }, { javaScriptEnabled: false });
