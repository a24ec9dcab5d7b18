// SPDX-License-Identifier: ISC
// Every page and its notable states: accessibility, width, pictures, and a strict policy.
import { scenario } from "./browser.mjs";
import { look } from "./look.mjs";
import { check, same } from "./tap.mjs";
import {
  answer, fillAccount, groupsOf, newEmail, next, openHome, say, signUp,
} from "./site.mjs";
import { withoutProfile } from "./accounts.mjs";

export const looksOfVisitors = (browser, base, questions) =>
  scenario(browser, base, "looks for visitors", async (page) => {
    await openHome(page);
    await look(page, "home");
    await say(page, "How do robots find their way around a room they have never seen?");
    await say(page, `${"A-very-long-word-without-any-place-to-break".repeat(4)}\n\nand a new line`);
    await page.getByRole("button", { name: "New chat" }).click();
    await say(page, "Hello");
    await look(page, "home chat");
    await page.getByRole("link", { name: /How do robots/ }).evaluate((link) => link.click());
    await page.locator(".message").nth(3).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole("button", { name: "Your chats" }).click();
    await look(page, "home list");
    await page.getByRole("button", { name: "Delete" }).evaluate((button) => button.click());
    await look(page, "home delete");
    await page.goto("/sign-in.html");
    await page.locator("html[data-auth]").waitFor();
    await look(page, "sign-in");
    await next(page);
    await look(page, "sign-in errors");
    await page.goto("/sign-up.html");
    await page.locator(".steps li").first().waitFor();
    await look(page, "sign-up");
    await next(page);
    await look(page, "sign-up errors");
    await fillAccount(page, { email: newEmail() });
    for (const group of groupsOf(questions)) {
      await next(page);
      await page.locator(`#${group}-title`).waitFor();
      await look(page, `sign-up ${group.replace("_", "-")}`);
      await next(page);
      await look(page, `sign-up ${group.replace("_", "-")} errors`);
      await answer(page, questions.filter(({ path }) => path.startsWith(`${group}.`)));
      await look(page, `sign-up ${group.replace("_", "-")} answered`);
    }
  });

export const looksOfMembers = (browser, base, questions) =>
  scenario(browser, base, "looks for members", async (page) => {
    await openHome(page);
    await say(page, "Before I had an account");
    await signUp(page, questions, { email: newEmail() });
    await page.getByText("joined your account").waitFor();
    await page.locator(".message").nth(1).waitFor();
    await look(page, "home member");
    await page.goto("/account.html");
    await page.locator("#answers dl").waitFor();
    await look(page, "account");
    await page.getByRole("button", { name: "Show token" }).click();
    await page.locator("pre").first().waitFor();
    await look(page, "account token");
    await page.getByRole("button", { name: "Edit your answers" }).click();
    await look(page, "account edit");
    await page.goto("/sign-in.html");
    await page.locator("#signed-in .button").waitFor();
    await look(page, "sign-in already");
    await page.goto("/members/");
    await page.getByText("You're in,").waitFor();
    await look(page, "members");
    await page.goto("/no/such/page");
    await page.locator("html[data-auth]").waitFor();
    same(await page.getByRole("heading", { level: 1 }).textContent(), "No door here",
      "an unknown address gets the site's own page");
    await look(page, "not found");
    await withoutProfile(page);
    await page.goto("/questionnaire.html");
    await page.locator("fieldset").first().waitFor();
    await look(page, "questionnaire");
  }, { refusals: [404] });

const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
  "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

export const strictPolicy = (browser, base, questions) =>
  scenario(browser, base, "a strict content security policy", async (page, context) => {
    await context.route((url) => url.pathname === "/" || url.pathname.endsWith(".html"),
      async (route) => {
        const response = await route.fetch();
        const headers = { ...response.headers(), "content-security-policy": POLICY };
        await route.fulfill({ response, headers });
      });
    await openHome(page);
    await say(page, "Under a strict policy");
    await signUp(page, questions, { email: newEmail() });
    await page.goto("/account.html");
    await page.locator("#answers dl").waitFor();
    await page.getByRole("button", { name: "Show token" }).click();
    await page.locator("pre").first().waitFor();
    check(true, "chat, sign-up and account work under it");
  });

export const withoutScripts = (browser, base) =>
  scenario(browser, base, "a browser without JavaScript", async (page) => {
    for (const path of ["/", "/sign-in.html", "/sign-up.html"]) {
      await page.goto(path);
      check(await page.locator(".noscript").isVisible(), `${path} says what it needs`);
      const buttons = page.locator("button[type=submit]:visible");
      same(await buttons.evaluateAll((all) => all.every((one) => one.disabled)), true,
        `${path} sends nothing by itself`);
    }
  }, { javaScriptEnabled: false });
