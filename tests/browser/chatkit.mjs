// SPDX-License-Identifier: ISC
// Stories of the chat with the example backend, and of the page that has ChatKit's element.
import { scenario } from "./browser.mjs";
import { look } from "./look.mjs";
import { check, same } from "./tap.mjs";
import {
  ask, messages, newEmail, openHome, say, session, signIn, signUp, threadTitles,
} from "./site.mjs";

const PAGE = "/chatkit.html";
const talk = (page) => page.locator("openai-chatkit .bubble").allTextContents();
const chats = (page) => page.locator(".chatkit-threads li");

async function openKit(page) {
  await page.goto(PAGE);
  await page.locator("html[data-auth]").waitFor();
  await page.getByRole("heading", { name: "New chat" }).waitFor();
  await page.waitForLoadState("networkidle");
}

// Until the answer is whole.
async function tell(page, text) {
  const answers = page.locator("openai-chatkit .message.theirs:not([aria-busy])");
  const before = await answers.count();
  await page.getByLabel("Message to the assistant").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
  await answers.nth(before).waitFor();
}

export const kitWithoutBackend = (browser, base) =>
  scenario(browser, base, "ChatKit's page without a backend", async (page) => {
    await page.goto(PAGE);
    await page.getByRole("heading", { name: "The backend isn't connected" }).waitFor();
    check(await page.locator("#without-backend pre").isVisible(), "says how to start one");
    check(!await page.locator("openai-chatkit").isVisible(), "and shows no chat that can't work");
    await look(page, "chatkit off");
  });

export const backendAnswersHome = (browser, base) =>
  scenario(browser, base, "the front page's chat with the backend", async (page) => {
    await openHome(page);
    const calls = [];
    page.on("request", (request) => {
      if (new URL(request.url()).pathname === "/chatkit") calls.push(request);
    });
    await say(page, "Two words");
    await page.locator(".message.theirs:not([aria-busy])").waitFor();
    const spoken = await messages(page);
    check(spoken[1].includes("You wrote 2 words: “Two words”."), "the backend's words are shown", spoken[1]);
    same(calls.length, 1, "by one request");
    const headers = await calls[0].allHeaders();
    check(/^Bearer eyJ/.test(headers.authorization) && headers.cookie === undefined,
      "which has a token and no cookie", JSON.stringify(headers));
    await page.reload();
    await page.locator(".message").nth(1).waitFor();
    same(await messages(page), spoken, "both are stored, once");
    await page.route("**/chatkit", (route) => route.fulfill({ status: 503 }));
    await say(page, "Are you there?");
    same((await messages(page)).map((text) => text.startsWith("You wrote")), [false, true, false, false],
      "while the backend is down the page answers itself");
  }, { refusals: [503] });

export const kitJoinsExistingAccount = (browser, base, questions) => {
  const email = newEmail();
  return scenario(browser, base, "ChatKit's element: preparation", async (page) => {
    await signUp(page, questions, { email });
    await openKit(page);
    await tell(page, "Written as a member");
  }).then(() => scenario(browser, base, "ChatKit's element: a visitor signs in", async (page) => {
    await openKit(page);
    same(await session(page), null, "looking at it makes no session");
    await page.evaluate(() => {
      globalThis.changes = [];
      document.querySelector("openai-chatkit").addEventListener("chatkit.thread.change",
        ({ detail }) => globalThis.changes.push(detail.threadId));
    });
    await tell(page, "Written <i>as</i> a visitor");
    same((await session(page)).user.isAnonymous, true, "the first message makes a guest");
    await page.getByRole("heading", { name: "Written <i>as</i> a visitor" }).waitFor();
    const spoken = await talk(page);
    check(spoken.length === 2 && spoken[0] === "Written <i>as</i> a visitor" &&
      spoken[1].includes("You wrote 4 words"), "the answer is streamed", spoken.join("\n"));
    same((await page.evaluate(() => globalThis.changes)).length, 1, "the element tells of its thread");
    await tell(page, "And again");
    same((await talk(page)).length, 4, "and the talk goes on");
    const { body } = await ask(page, "/api/chatkit/threads");
    same(body.data.map(({ title }) => title), ["Written <i>as</i> a visitor"], "the site's own store has it");

    await signIn(page, email, "?redirectTo=/chatkit.html");
    await page.getByText("1 chat joined your account.").waitFor();
    await chats(page).nth(1).waitFor();
    same((await chats(page).allTextContents()).sort(), ["Written <i>as</i> a visitor", "Written as a member"],
      "both histories are in the account");
    for (const [title, n] of [["Written as a member", 2], ["Written <i>as</i> a visitor", 4]]) {
      await chats(page).getByRole("button", { name: title }).click();
      await page.locator("openai-chatkit .bubble").getByText(title, { exact: true }).waitFor();
      same((await talk(page)).length, n, `"${title}" opens whole`);
    }
    await tell(page, "Going on as a member");
    check((await talk(page)).at(-1).includes("in your account"), "and goes on as the member's");
    await look(page, "chatkit member");
    await openHome(page);
    await page.locator("#threads li").nth(1).waitFor();
    same((await threadTitles(page)).sort(), ["Written <i>as</i> a visitor", "Written as a member"],
      "the front page shows the same chats");
  }));
};

export const kitInTrouble = (browser, base) =>
  scenario(browser, base, "ChatKit's element in trouble", async (page) => {
    await openKit(page);
    await page.route("**/chatkit", (route) => route.fulfill({ status: 503 }));
    const field = page.getByLabel("Message to the assistant");
    await field.fill("Not lost");
    await page.keyboard.press("Enter");
    await page.getByText("can't be reached").waitFor();
    same(await field.inputValue(), "Not lost", "what was not sent is still there");
    await page.unroute("**/chatkit");
    await page.route("**/chatkit", (route) => route.fulfill({
      contentType: "text/event-stream",
      body: 'data: {"type":"error","code":"custom","message":"Please sign up to go on.","allow_retry":false}\n\n',
    }));
    await page.keyboard.press("Enter");
    await page.getByText("Please sign up to go on.").waitFor();
    check(true, "an error in a stream is shown in its words");
    await page.unroute("**/chatkit");
    await page.keyboard.press("Enter");
    await page.locator("openai-chatkit .message.theirs:not([aria-busy])").waitFor();
    same((await talk(page))[0], "Not lost", "and the next try delivers it");
  }, { refusals: [503] });
