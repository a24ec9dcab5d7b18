// SPDX-License-Identifier: ISC
// Stories of signing up, signing in, the questionnaire and the account page.
import { scenario } from "./browser.mjs";
import { look } from "./look.mjs";
import { check, same } from "./tap.mjs";
import {
  PASSWORD, accountExists, answer, arrive, ask, choice, errorOf, fillAccount, groupsOf, heading,
  isFocused, newEmail, next, openHome, pathOf, question, session, signIn, signUp, tabTo, values,
  walkThrough,
} from "./site.mjs";

const inGroup = (questions, group) => questions.filter(({ path }) => path.startsWith(`${group}.`));
const email = (page) => page.getByLabel("E-mail address");
const password = (page) => page.getByLabel("Password", { exact: true });

export const signUpByKeyboard = (browser, base, questions) =>
  scenario(browser, base, "sign-up by keyboard alone", async (page) => {
    const address = newEmail();
    const { keyboard } = page;
    await page.goto("/sign-up.html");
    await keyboard.press("Tab");
    check(await isFocused(page.getByRole("link", { name: "Skip to content" })),
      "the first stop is the skip link");
    await keyboard.press("Enter");
    for (const [field, text] of [
      [page.getByLabel("Name", { exact: true }), "Key Board"], [email(page), address],
      [password(page), PASSWORD],
    ]) {
      await tabTo(page, field);
      await keyboard.type(text);
    }
    await keyboard.press("Enter");
    for (const group of groupsOf(questions)) {
      const title = page.locator(`#${group}-title`);
      await title.waitFor();
      check(await isFocused(title), `the new step's heading has the focus (${group})`);
      for (const one of inGroup(questions, group)) await answerByKeyboard(page, one);
      await tabTo(page, page.locator("#next"));
      await keyboard.press("Enter");
    }
    await arrive(page, "/");
    same((await session(page)).user.email, address, "a member came out of it");
    const { body } = await ask(page, "/api/user/profile");
    check(questions.every(({ path }) => path.split(".").reduce((at, key) => at?.[key], body)),
      "with every question answered", JSON.stringify(body));
  });

async function answerByKeyboard(page, one) {
  const select = question(page, one.path).locator("select");
  if (await select.count()) {
    await tabTo(page, select);
    await page.keyboard.press("ArrowDown");
    return;
  }
  // A group of radio buttons is one stop; the arrows choose within it.
  const chosen = question(page, one.path).locator("input:checked");
  if (await chosen.count()) {
    await tabTo(page, chosen);
    await page.keyboard.press("ArrowDown");
    return;
  }
  await tabTo(page, choice(page, one.path, one.options[0].value));
  await page.keyboard.press("Space");
}

export const accountStepChecks = (browser, base) =>
  scenario(browser, base, "wrong account data", async (page) => {
    let sent = 0;
    page.on("request", (request) => {
      if (request.url().includes("/sign-up/")) sent++;
    });
    await page.goto("/sign-up.html");
    await next(page);
    const name = page.getByLabel("Name", { exact: true });
    check(await errorOf(name) && await errorOf(email(page)) && await errorOf(password(page)),
      "empty fields are each marked, with their reason beside them");
    check(await isFocused(name), "the first one gets the focus");
    await fillAccount(page, { email: "ada@nowhere", password: "short" });
    await next(page);
    same(await errorOf(name), "", "a corrected field is no longer marked");
    check((await errorOf(email(page))).includes("name@example.com"), "a bad address is explained");
    check((await errorOf(password(page))).includes("at least 8"), "a short password is explained");
    check(await isFocused(email(page)), "the focus is on the first field that is wrong");
    await fillAccount(page, { email: newEmail(), password: "x".repeat(129) });
    await next(page);
    check((await errorOf(password(page))).includes("at most 128"), "a long password is explained");
    same(sent, 0, "nothing was sent to the server");
    same(await session(page), null, "and nobody is signed in");
  });

export const missingAnswers = (browser, base, questions) =>
  scenario(browser, base, "missing answers", async (page) => {
    const [group] = groupsOf(questions);
    await page.goto("/sign-up.html");
    await fillAccount(page, { email: newEmail() });
    await next(page);
    await page.locator(`#${group}-title`).waitFor();
    await next(page);
    const required = inGroup(questions, group).filter((one) => one.required);
    for (const { path } of required) {
      check(await errorOf(question(page, path).locator("input, select").first()),
        `${path} is marked`);
    }
    check(await isFocused(question(page, required[0].path).locator("input, select").first()),
      "the first of them has the focus");
    await page.getByRole("button", { name: "Back" }).click();
    check(await isFocused(heading(page, "Account")), "back leads to the account step's heading");
    same(await page.getByLabel("Name", { exact: true }).inputValue(), "Ada Lovelace",
      "where everything is still filled in");
  });

export const longLists = (browser, base) =>
  scenario(browser, base, "a question with many answers", async (page) => {
    const path = "hardware_context.board";
    const options = Array.from({ length: 9 }, (_, i) => ({ value: `b${i}`, label: `Board ${i}` }));
    const one = { path, label: "Which board?", kind: "single", required: true, options };
    await page.route("**/api/user/profile/questionnaire", (route) =>
      route.fulfill({ json: { version: 1, questions: [one] } }));
    await page.goto("/sign-up.html");
    await fillAccount(page, { email: newEmail() });
    await next(page);
    const list = page.getByLabel("Which board?");
    await list.waitFor();
    await next(page);
    check(await errorOf(list) && await isFocused(list), "is a list box, marked while unanswered");
    await look(page, "sign-up list box");
    await list.selectOption("b3");
    same(await errorOf(list), "", "and no longer once it is answered");
  });

// Answers no control offers, as if the questionnaire had changed on the server meanwhile.
export const refusedAnswers = (browser, base, questions) =>
  scenario(browser, base, "answers the server refuses", async (page) => {
    const address = newEmail();
    const [first] = questions.filter(({ kind }) => kind === "multi");
    await page.goto("/sign-up.html");
    await walkThrough(page, questions, { email: address });
    await page.locator(`[data-path="${first.path}"] input:checked`)
      .evaluate((input) => { input.value = "COBOL"; });
    await next(page);
    const control = question(page, first.path).locator("input").first();
    await control.waitFor();
    check(await errorOf(control), "the server's words stand beside the question, on its step");
    same(await accountExists(base, address), false, "no account was made");
    same(await session(page), null, "no session either");
    await choice(page, first.path, values(first)[1]).check();
    await page.locator(`[data-path="${first.path}"] input[value=COBOL]`).uncheck();
    same(await errorOf(control), "", "the mark goes when the answer changes");
    const [group] = first.path.split(".");
    for (let i = groupsOf(questions).indexOf(group); i < groupsOf(questions).length; i++) {
      await next(page);
    }
    await arrive(page, "/");
    check(await accountExists(base, address), "and the same form goes through afterwards");
  }, { refusals: [422] });

export const existingAddress = (browser, base, questions) =>
  scenario(browser, base, "an address that is taken", async (page) => {
    const address = newEmail();
    await signUp(page, questions, { email: address });
    await page.goto("/sign-up.html");
    await page.getByText("You're signed in as").waitFor();
    check(await page.locator("#form").isHidden(), "a member is not asked to sign up again");
    await page.getByRole("button", { name: "Use another account" }).click();
    await page.locator("#entry").waitFor();
    await walkThrough(page, questions, { email: address.toUpperCase(), password: `${PASSWORD}!` });
    await next(page);
    await heading(page, "Account").waitFor();
    check((await errorOf(email(page))).includes("account with this address"),
      "the account step says so beside the address");
    check(await isFocused(email(page)), "which has the focus");
    same(await accountExists(base, address, `${PASSWORD}!`), false, "the account is unchanged");
  }, { refusals: [422] });

export const signOutAndIn = (browser, base, questions) =>
  scenario(browser, base, "sign-out and sign-in", async (page) => {
    const address = newEmail();
    await signUp(page, questions, { email: address }, "?redirectTo=/account.html");
    same(pathOf(page), "/account.html", "sign-up honours redirectTo");
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await page.getByText("You're signed out.").waitFor();
    same(await session(page), null, "signing out ends the session");
    await page.goto("/account.html");
    await arrive(page, "/sign-in.html");
    check(true, "the account page sends strangers to sign-in");

    await email(page).fill(address);
    await password(page).fill("not the password");
    await next(page);
    await page.locator("#password-error").waitFor();
    check((await errorOf(password(page))).includes("wrong"), "a wrong password is told beside it");
    check(await isFocused(password(page)), "and the field has the focus");
    same(await session(page), null, "nobody is signed in");
    await password(page).fill(PASSWORD);
    await page.getByRole("button", { name: "Show password" }).click();
    same(await password(page).getAttribute("type"), "text", "the password can be shown");
    await next(page);
    await page.getByText(address).waitFor();
    same(pathOf(page), "/account.html", "sign-in leads back to the account page");
  }, { refusals: [401] });

export const redirects = (browser, base, questions) =>
  scenario(browser, base, "redirectTo", async (page, context) => {
    const address = newEmail();
    await signUp(page, questions, { email: address }, "?redirectTo=//evil.example/");
    same(new URL(page.url()).origin + pathOf(page), `${base}/`,
      "sign-up: //evil goes home instead");
    const cases = [
      ["/account.html?a=1#x", "/account.html?a=1#x"], ["//evil.example/", "/"],
      ["/\\evil.example/", "/"], ["/\t/evil.example/", "/"], ["https://evil.example/", "/"],
      ["/.//evil.example/", "/"],
      ["javascript:alert(1)", "/"], ["account.html", "/"],
    ];
    for (const [asked, want] of cases) {
      await page.waitForLoadState("networkidle");
      await context.clearCookies();
      await signIn(page, address, `?redirectTo=${encodeURIComponent(asked)}`);
      await page.waitForURL((url) => url.pathname !== "/sign-in.html");
      check(page.url().startsWith(base + want),
        `sign-in: ${JSON.stringify(asked)} leads to ${want}`, page.url());
    }
  });

export const membersOnly = (browser, base, questions) =>
  scenario(browser, base, "the members' page", async (page, context) => {
    const address = newEmail();
    await page.goto("/members/");
    same(pathOf(page), "/sign-in.html", "the gate sends a stranger to sign-in");
    await page.getByRole("link", { name: "Make an account" }).click();
    await arrive(page, "/sign-up.html");
    await walkThrough(page, questions, { email: address, name: "Mem Ber" });
    await next(page);
    await page.getByText("You're in, Mem Ber.").waitFor();
    same(pathOf(page), "/members/", "whom sign-up brings back through it");
    await page.waitForLoadState("networkidle");
    await context.clearCookies();
    await page.goto("/members/");
    await email(page).fill(address);
    await password(page).fill(PASSWORD);
    await next(page);
    await page.getByText("You're in, Mem Ber.").waitFor();
    check(true, "as sign-in does");
  });

export const exclusiveAnswers = (browser, base, questions) =>
  scenario(browser, base, "answers that stand alone", async (page) => {
    await page.goto("/sign-up.html");
    await fillAccount(page, { email: newEmail() });
    for (const group of groupsOf(questions)) {
      await next(page);
      await page.locator(`#${group}-title`).waitFor();
      for (const one of inGroup(questions, group)) await checkExclusive(page, one);
      await answer(page, inGroup(questions, group));
    }
  });

async function checkExclusive(page, one) {
  const alone = one.options.find((option) => option.exclusive);
  if (one.kind !== "multi" || !alone) return;
  const [a, b] = values(one);
  await choice(page, one.path, a).check();
  await choice(page, one.path, b).check();
  await choice(page, one.path, alone.value).check();
  const checked = () => question(page, one.path).locator("input:checked")
    .evaluateAll((inputs) => inputs.map((input) => input.value));
  same(await checked(), [alone.value], `${one.path}: ${alone.value} clears the others`);
  await choice(page, one.path, a).check();
  same(await checked(), [a], `${one.path}: another answer clears ${alone.value}`);
}

export const accountPage = (browser, base, questions) =>
  scenario(browser, base, "the account page", async (page) => {
    const address = newEmail();
    await signUp(page, questions, { email: address, name: "Mary Shelley" });
    await page.goto("/account.html");
    await page.getByText("Mary Shelley").waitFor();
    const one = questions.find(({ kind }) => kind === "multi");
    const [before, , after] = values(one);
    const row = page.locator("#answers dd").nth(questions.indexOf(one));
    same(await row.textContent(), label(one, before), "the answers are shown");
    await page.getByRole("button", { name: "Edit your answers" }).click();
    check(await choice(page, one.path, before).isChecked(), "the editor starts from them");
    await choice(page, one.path, before).uncheck();
    await page.getByRole("button", { name: "Save answers" }).click();
    check(await errorOf(choice(page, one.path, before)), "an emptied answer is marked");
    await choice(page, one.path, after).check();
    await page.getByRole("button", { name: "Save answers" }).click();
    await page.locator("#answers dl").waitFor();
    same(await row.textContent(), label(one, after), "a saved change is shown");
    const { body } = await ask(page, "/api/user/profile");
    same(one.path.split(".").reduce((at, key) => at[key], body), [after], "and is on the server");

    await page.getByRole("button", { name: "Edit your answers" }).click();
    await choice(page, one.path, before).check();
    await page.getByRole("button", { name: "Cancel" }).click();
    same(await row.textContent(), label(one, after), "cancelling changes nothing");

    await page.getByRole("button", { name: "Show token" }).click();
    await page.getByRole("heading", { name: "Claims" }).waitFor();
    const claims = JSON.parse(await page.locator("#token pre").nth(1).textContent());
    same([claims.email, claims.sub], [address, body.user_id], "the token is shown decoded");
  });

const label = (one, value) => one.options.find((option) => option.value === value).label;

// A server that insists on the profile at sign-up has no such member, so the page is told it does.
export async function withoutProfile(page) {
  await page.route("**/api/auth/get-session", async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    if (body?.user) body.user.hasProfile = false;
    await route.fulfill({ response, json: body });
  });
}

export const questionnairePage = (browser, base, questions) =>
  scenario(browser, base, "the questionnaire alone", async (page) => {
    await page.goto("/questionnaire.html?redirectTo=/account.html");
    await arrive(page, "/sign-in.html");
    check(true, "a stranger is sent to sign-in");
    await signUp(page, questions, { email: newEmail() });
    await page.goto("/questionnaire.html?redirectTo=/account.html");
    await arrive(page, "/account.html");
    check(true, "who has answered goes straight on");
    await withoutProfile(page);
    // Answers that are there would be filled in.
    await page.route("**/api/user/profile", (route) => (route.request().method() === "GET"
      ? route.fulfill({ status: 404, json: { message: "Profile not found", code: "PROFILE_NOT_FOUND" } })
      : route.continue()));
    await page.goto("/questionnaire.html?redirectTo=/account.html");
    await page.locator("fieldset").first().waitFor();
    await next(page);
    check(await errorOf(question(page, questions[0].path).locator("input, select").first()),
      "missing answers are marked");
    const one = questions.find(({ kind }) => kind === "multi");
    await answer(page, questions, { [one.path]: values(one)[1] });
    await next(page);
    await arrive(page, "/account.html");
    await page.unroute("**/api/user/profile");
    const { body } = await ask(page, "/api/user/profile");
    same(one.path.split(".").reduce((at, key) => at[key], body), [values(one)[1]],
      "the answers are saved and redirectTo is followed");
  }, { refusals: [404] });

export const tooManyTries = (browser, base) =>
  scenario(browser, base, "too many tries", async (page) => {
    await page.route("**/api/auth/sign-in/email", (route) => route.fulfill({
      status: 429,
      headers: { "x-retry-after": "7" },
      json: { message: "Too many requests. Please try again later." },
    }));
    await signIn(page, newEmail());
    await page.getByRole("alert").getByText("wait 7 seconds").waitFor();
    check(true, "the page says how long to wait");
    check(await page.locator("#next").isEnabled(), "and the form can be used again");
    await openHome(page);
  }, { refusals: [429] });
