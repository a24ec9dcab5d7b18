// SPDX-License-Identifier: ISC
// Stories of visitors and their chats.
import { scenario } from "./browser.mjs";
import { check, same } from "./tap.mjs";
import {
  ask, messages, newEmail, openHome, pathOf, say, session, signIn, signUp, threadTitles,
} from "./site.mjs";

export const visitorChats = (browser, base) =>
  scenario(browser, base, "a visitor chats", async (page, context) => {
    await openHome(page);
    same(await session(page), null, "looking at the page makes no session");
    await say(page, "Hello from a visitor");
    const { user } = await session(page);
    same(user.isAnonymous, true, "the first message makes a guest");
    await say(page, "Second line\nwith a break <b>and</b> no markup");
    const spoken = await messages(page);
    same(spoken.length, 4, "two messages and two replies are shown");
    same(spoken[2], "Second line\nwith a break <b>and</b> no markup", "text is shown as written");
    same(await page.locator(".theirs .badge").allTextContents(),
      ["automatic reply", "automatic reply"], "replies are labelled as automatic");

    await page.reload();
    await page.locator(".message").nth(3).waitFor();
    same(await messages(page), spoken, "the history survives a reload");
    same(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0],
      "and comes from the server: nothing is kept in the browser's storage");
    const cookies = await context.cookies();
    check(cookies.length > 0 && cookies.every((cookie) => cookie.httpOnly),
      "no script can read the session cookie");

    await page.getByRole("button", { name: "New chat" }).click();
    await say(page, "Another subject");
    same(await threadTitles(page), ["Another subject", "Hello from a visitor"],
      "a second chat is listed above the first");
    await page.getByRole("link", { name: "Hello from a visitor" }).click();
    await page.locator(".message").nth(3).waitFor();
    same(await messages(page), spoken, "the first chat can be opened again");

    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Keep it" }).click();
    same((await threadTitles(page)).length, 2, "a deletion can be called off");
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByText("The chat is deleted.").waitFor();
    same(await threadTitles(page), ["Another subject"], "a chat can be deleted");
    const { body } = await ask(page, "/api/chatkit/threads");
    same(body.data.length, 1, "and is gone on the server too");
  });

export const doubleSend = (browser, base) =>
  scenario(browser, base, "an impatient visitor", async (page) => {
    await openHome(page);
    let guests = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/sign-in/anonymous")) guests++;
    });
    await page.getByLabel("Your message").fill("Only once");
    await page.evaluate(() => {
      const form = document.getElementById("composer");
      form.requestSubmit();
      form.requestSubmit();
    });
    await page.locator(".message.theirs").first().waitFor();
    same(guests, 1, "two quick submits make one guest");
    same((await threadTitles(page)).length, 1, "and one chat");
    await page.getByLabel("Your message").fill("   ");
    await page.keyboard.press("Enter");
    same((await messages(page)).length, 2, "blank messages are not sent");
  });

export const lostConnection = (browser, base) =>
  scenario(browser, base, "a lost connection", async (page) => {
    await openHome(page);
    await say(page, "Before the tunnel");
    await page.route("**/api/chatkit/**", (route) => route.abort());
    await page.getByLabel("Your message").fill("In the tunnel");
    await page.keyboard.press("Enter");
    await page.getByText("Not sent.").waitFor();
    check((await page.getByRole("alert").textContent()).includes("can't be reached"),
      "the page says what is wrong");
    await page.unroute("**/api/chatkit/**");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".message.theirs").nth(1).waitFor();
    await page.reload();
    await page.locator(".message").nth(3).waitFor();
    same((await messages(page))[2], "In the tunnel", "a second try delivers the message, once");
  }, { tolerate: /net::ERR_FAILED/ });

export const chatJoinsNewAccount = (browser, base, questions) =>
  scenario(browser, base, "a visitor signs up", async (page) => {
    await openHome(page);
    await say(page, "Take me with you");
    const email = newEmail();
    await signUp(page, questions, { email, name: "Grace Hopper" });
    same(pathOf(page), "/", "sign-up ends at home");
    await page.getByText("1 chat joined your account.").waitFor();
    check(true, "the page says that the chat came along");
    await page.locator(".message").nth(1).waitFor();
    same((await messages(page))[0], "Take me with you", "the chat is there");
    const { user } = await session(page);
    same([user.email, user.isAnonymous, user.hasProfile], [email, false, true],
      "the session is the new member's");
    await page.getByRole("link", { name: "Account" }).click();
    await page.getByText("1 chat in your account.").waitFor();
    check(true, "the account counts it");
    await page.goto("/");
    await page.locator(".message").nth(1).waitFor();
    same(await page.getByText("joined your account").count(), 0, "the note is shown once");
  });

export const chatJoinsExistingAccount = (browser, base, questions) => {
  const email = newEmail();
  const title = "a visitor with an account signs in";
  return scenario(browser, base, `${title}: preparation`, async (page) => {
    await signUp(page, questions, { email });
    await openHome(page);
    await say(page, "Written as a member");
  }).then(() => scenario(browser, base, title, async (page) => {
    await openHome(page);
    await say(page, "Written as a visitor");
    await signIn(page, email);
    await page.getByText("1 chat joined your account.").waitFor();
    await page.locator("#threads li").nth(1).waitFor();
    same((await threadTitles(page)).sort(), ["Written as a member", "Written as a visitor"],
      "both histories are in the account");
    for (const text of ["Written as a member", "Written as a visitor"]) {
      await page.getByRole("link", { name: text }).click();
      await page.locator(".bubble").getByText(text, { exact: true }).waitFor();
      same((await messages(page)).length, 2, `"${text}" opens whole`);
    }
  }));
};

export const strangersSeeNothing = (browser, base) =>
  scenario(browser, base, "a stranger with a chat's address", async (page) => {
    await openHome(page);
    await say(page, "Mine alone");
    const address = page.url();
    await page.context().clearCookies();
    await page.goto("about:blank");
    await page.goto(address);
    await page.waitForLoadState("networkidle");
    same(await messages(page), [], "sees no message without a session");
    await say(page, "I am someone else");
    await page.goto("about:blank");
    await page.goto(address);
    await page.locator(".message").nth(1).waitFor();
    same((await messages(page))[0], "I am someone else", "and only their own chat with one");
  }, { refusals: [404] });
