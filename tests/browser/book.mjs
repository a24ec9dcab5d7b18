// SPDX-License-Identifier: ISC
// examples/docusaurus in a real browser: node book.mjs BASE_URL [--full]. Its build must be
// there: what is in it is what must not leak. --full walks through every edition and every
// redirectTo, and looks at more states, in four ways and not two. SHOTS=dir keeps screenshots,
// ONLY=story,story picks.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, scenario } from "./browser.mjs";
import { look } from "./look.mjs";
import { PASSWORD, arrive, isFocused, newEmail, pathOf, questionsOf, session, values } from "./site.mjs";
import { check, finish, same } from "./tap.mjs";

const FULL = process.argv.includes("--full");
const BOOK = new URL("../../examples/docusaurus/", import.meta.url);
const BUILD = fileURLToPath(new URL("build/", BOOK));
const LEVELS = ["Beginner", "Intermediate", "Advanced"];
// A sentence of each edition, and one that all of them share.
const WORDS = {
  Beginner: "Small wheels, slow turns, soft walls",
  Intermediate: "Trust the wheel, doubt the floor",
  Advanced: "Break the model before the world does",
};
const SHARED = "heron counts its steps twice";
const SECRETS = [SHARED, ...Object.values(WORDS)];
const PLAN = "/members/plan/";
const SIGN_IN_FOR_PLAN = `/sign-in/?redirectTo=${encodeURIComponent(PLAN)}`;

// Named like what the gate tells the web server.
const FORGED = Object.fromEntries(["AUTH-USER-ID", "AUTH_USER_ID", "AUTH-PROFILE-EXPERIENCE-LEVEL",
  "AUTH_PROFILE_EXPERIENCE_LEVEL", "Variable-AUTH_PROFILE_EXPERIENCE_LEVEL"].map((name) => [name, "Advanced"]));

const button = (page, name) => page.getByRole("button", { name, exact: true });
const link = (page, name) => page.getByRole("link", { name, exact: true });
const field = (page, label) => page.getByLabel(label, { exact: true });
const bar = (page) => page.getByRole("navigation", { name: "Main" });
const welcome = (page) => page.getByRole("complementary", { name: "Your reading" });
const address = (page) => page.url().slice(new URL(page.url()).origin.length);
const article = (page) => page.locator("article").innerText();

// --- what people do

async function fillAccount(page, email) {
  await field(page, "Name").fill("Ada");
  await field(page, "E-mail address").fill(email);
  await field(page, "Password").fill(PASSWORD);
  await button(page, "Continue").click();
  await page.getByText("Step 2 of 2").waitFor();
}

async function answer(page, questions, level) {
  for (const { path, required, ...one } of questions) {
    if (!required) continue;
    const value = path.endsWith("experience_level") ? level : values(one)[0];
    await page.locator(`[data-path="${path}"] input[value=${JSON.stringify(value)}]`).check();
  }
}

async function signUp(page, questions, { email = newEmail(), level, to = PLAN } = {}) {
  await page.goto(`/sign-up/?redirectTo=${encodeURIComponent(to)}`);
  await page.locator("form").waitFor();
  await page.waitForLoadState("networkidle");
  await fillAccount(page, email);
  if (level) await answer(page, questions, level);
  await button(page, level ? "Create account" : "Answer later").click();
  await page.waitForURL((url) => url.pathname !== "/sign-up/");
  return email;
}

async function signIn(page, email, password = PASSWORD) {
  await field(page, "E-mail address").fill(email);
  await field(page, "Password").fill(password);
  await button(page, "Sign in").click();
}

// --- what must not be read

const files = (edition) => readdirSync(BUILD + edition, { recursive: true, withFileTypes: true })
  .filter((one) => one.isFile())
  .map((one) => `${one.parentPath}/${one.name}`.slice(`${BUILD}${edition}/`.length));

const secretsIn = (text) => SECRETS.filter((secret) => text.includes(secret));
const holds = (edition, name) => secretsIn(readFileSync(`${BUILD}${edition}/${name}`, "utf8")).length > 0;
const fetchText = async (url, options) => {
  const response = await fetch(url, { redirect: "manual", ...options });
  return { status: response.status, text: await response.text() };
};

// Every file of every build, by every path that might lead to it.
async function nothingLeaks(browser, base) {
  const read = [];
  for (const name of files("public")) {
    const { status, text } = await fetchText(`${base}/${name}`);
    read.push({ name, status, found: secretsIn(text) });
  }
  check(read.length > 20 && read.every(({ status }) => status === 200), "a visitor reads the whole public build");
  same(read.filter(({ found }) => found.length), [], "and finds no sentence of the members' pages in it");

  const editions = LEVELS.map((level) => level.toLowerCase());
  const hidden = editions.flatMap((edition) => files(edition).map((name) => ({ edition, name })));
  const kinds = [".js", ".html"].map((end) =>
    hidden.filter(({ edition, name }) => name.endsWith(end) && holds(edition, name)).length);
  check(Math.min(...kinds) >= 6, "which do stand in scripts and pages of the editions", kinds);
  const open = [];
  const leaks = [];
  for (const { edition, name } of hidden) {
    const gated = await fetchText(`${base}/members/${name}`);
    if (gated.status !== 401 || secretsIn(gated.text).length) open.push(name);
    for (const way of [name, `${edition}/${name}`, `build/${edition}/${name}`, `assets/../../${edition}/${name}`,
      `members/..%2f${edition}/${name}`, `members%2f${name}`, `/members/${name}`]) {
      const { text } = await fetchText(`${base}/${way}`);
      if (secretsIn(text).length) leaks.push(way);
    }
  }
  same(open, [], `each of their ${hidden.length} files is behind the gate`);
  same(leaks, [], "and no other path leads to one");
  const forged = await fetchText(`${base}${PLAN}`, { headers: FORGED });
  same([forged.status, secretsIn(forged.text)], [401, []], "nor do headers that are named like the gate's words");
}

// --- stories

const visitorReads = (browser, base) =>
  scenario(browser, base, "a visitor", async (page) => {
    await page.goto("/");
    await welcome(page).getByText("visitor").waitFor();
    await link(page, "Senses").first().click();
    await page.getByRole("heading", { level: 1, name: "Senses" }).waitFor();
    check(true, "reads the open chapters");
    await bar(page).getByRole("link", { name: "For members" }).click();
    await arrive(page, "/sign-in/");
    same(address(page), "/sign-in/?redirectTo=%2Fmembers%2F", "is sent to sign-in for the others");
    await page.goto("/");
    await button(page, "Read as a guest").click();
    await welcome(page).getByText("guest").waitFor();
    same((await session(page)).user.isAnonymous, true, "can be a guest");
    await page.goto(PLAN);
    same(pathOf(page), "/sign-in/", "who is no member either");
  });

const heldAtTheQuestions = (browser, base, questions) =>
  scenario(browser, base, "a member without answers", async (page) => {
    await page.goto(PLAN);
    same(address(page), SIGN_IN_FOR_PLAN, "the way in remembers the page");
    await link(page, "Make an account").click();
    await arrive(page, "/sign-up/");
    await page.waitForLoadState("networkidle");
    const email = newEmail();
    await fillAccount(page, email);
    await button(page, "Answer later").click();
    await arrive(page, "/questionnaire/");
    same(address(page), `/questionnaire/?redirectTo=${encodeURIComponent(PLAN)}`, "is held at the questions");
    same((await session(page)).user.hasProfile, false, "with an account already");
    await page.waitForLoadState("networkidle");
    await button(page, "Save answers").click();
    const first = page.locator("[aria-invalid=true]").first();
    await first.waitFor();
    check(await isFocused(first), "the first open question gets the focus");
    await answer(page, questions, "Beginner");
    await button(page, "Save answers").click();
    await arrive(page, PLAN);
    check((await article(page)).includes(WORDS.Beginner), "and returns to the page that was asked for");
    await page.reload();
    await bar(page).getByRole("link", { name: "Ada" }).waitFor();
    check((await article(page)).includes(WORDS.Beginner), "a reload keeps the session");

    await bar(page).getByRole("link", { name: "Ada" }).click();
    await page.getByText("Beginner").waitFor();
    await link(page, "change your answers").click();
    await arrive(page, "/questionnaire/");
    const beginner = page.locator("input[value=Beginner]");
    await beginner.and(page.locator(":checked")).waitFor();
    check(true, "the answers are there to be changed");
    await page.locator("input[value=Advanced]").check();
    await button(page, "Save answers").click();
    await arrive(page, "/account/");
    await link(page, "Open your edition").click();
    await arrive(page, "/members/");
    await link(page, "Your plan").first().click();
    await page.getByText(WORDS.Advanced).waitFor();
    same(pathOf(page), PLAN, "and another level opens another edition");
    await page.waitForLoadState("networkidle");
  });

// A page that was open meanwhile names scripts that its reader's edition does not have.
const changedMeanwhile = (browser, base, questions) =>
  scenario(browser, base, "an edition that changes while it is read", async (page) => {
    await signUp(page, questions, { level: "Beginner", to: "/members/" });
    await page.waitForLoadState("networkidle");
    await page.evaluate(async () => {
      const answers = await (await fetch("/api/user/profile")).json();
      answers.software_context.experience_level = "Advanced";
      const { software_context, hardware_context } = answers;
      await fetch("/api/user/profile", {
        method: "POST", headers: { "content-type": "application/json" },
        body: JSON.stringify({ software_context, hardware_context }),
      });
    });
    await link(page, "Your plan").first().click();
    await page.getByText(WORDS.Advanced).waitFor();
    same(pathOf(page), PLAN, "the next page is that of the new one");
    await page.waitForLoadState("networkidle");
    await page.context().clearCookies();
    await link(page, "Moving").first().click();
    await arrive(page, "/sign-in/");
    same(address(page), `/sign-in/?redirectTo=${encodeURIComponent("/members/motion/")}`,
      "and whose session ended meanwhile is asked to sign in");
    await page.waitForLoadState("networkidle");
  }, { refusals: [401, 404], tolerate: /MIME type|ChunkLoadError|Loading (CSS )?chunk/ });

function profileOf(questions, level) {
  const profile = {};
  for (const { path, kind, ...one } of questions.filter(({ required }) => required)) {
    const [group, name] = path.split(".");
    const value = name === "experience_level" ? level : values(one)[0];
    (profile[group] ??= {})[name] = kind === "multi" ? [value] : value;
  }
  return profile;
}

// Without a browser: what the gate and edition.lua make of a level.
const levelsChoose = async (browser, base, questions) => {
  for (const level of LEVELS) {
    const made = await fetch(`${base}/api/auth/sign-up/email`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: base },
      body: JSON.stringify({
        name: "Ada", email: newEmail(), password: PASSWORD, profile: profileOf(questions, level),
      }),
    });
    const cookie = made.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
    const plain = await fetchText(base + PLAN, { headers: { cookie } });
    same([made.status, plain.status, secretsIn(plain.text)], [200, 200, [WORDS[level]]],
      `${level} gets that edition alone`);
    const forged = await fetchText(base + PLAN, { headers: { ...FORGED, cookie } });
    same(secretsIn(forged.text), [WORDS[level]], "also with headers that ask for another");
  }
};

const editionsDiffer = async (browser, base, questions) => {
  for (const level of FULL ? LEVELS : ["Intermediate"]) {
    await scenario(browser, base, `the ${level} edition`, async (page) => {
      await signUp(page, questions, { level });
      same(pathOf(page), PLAN, "sign-up with answers leads straight to the page");
      await page.getByText(WORDS[level]).waitFor();
      await link(page, "Moving").first().click();
      await page.getByRole("heading", { level: 1, name: "Moving" }).waitFor();
      check((await article(page)).includes(SHARED), "beside what all members read");
      await page.waitForLoadState("networkidle");
    });
  }
};

const signOutShuts = (browser, base, questions) =>
  scenario(browser, base, "signing out", async (page) => {
    const email = await signUp(page, questions, { level: "Intermediate" });
    await page.waitForLoadState("networkidle");
    const script = await page.evaluate(() =>
      [...document.scripts].map((one) => one.src).find((src) => src.includes("/members/assets/")));
    same((await page.request.get(script, { maxRedirects: 0 })).status(), 200, "a member reads the edition's scripts");
    await button(bar(page), "Sign out").click();
    await arrive(page, "/");
    await welcome(page).getByText("visitor").waitFor();
    same(await session(page), null, "ends the session");
    same((await page.request.get(script, { maxRedirects: 0 })).status(), 401, "and shuts the scripts");
    await page.goto(PLAN);
    same(address(page), SIGN_IN_FOR_PLAN, "and the pages");
    await signIn(page, email, "not this one");
    await page.getByRole("alert").getByText("Invalid email or password").waitFor();
    check(true, "a wrong password is told");
    await signIn(page, email);
    await arrive(page, PLAN);
    check((await article(page)).includes(WORDS.Intermediate), "and the right one leads back");
    await page.waitForLoadState("networkidle");
  }, { refusals: [401] });

const TARGETS = [
  ["/senses/?a=1#two-senses-disagree", "/senses/?a=1#two-senses-disagree"], ["/.//evil.example/", "/"],
  ["//evil.example/", "/"], ["/\\evil.example/", "/"], ["/\t/evil.example/", "/"],
  ["https://evil.example/", "/"], ["javascript:alert(1)", "/"], ["senses/", "/"],
];

const redirects = async (browser, base, questions) => {
  const source = readFileSync(new URL("src/lib/redirect.js", BOOK), "utf8");
  const { safePath } = await import(`data:text/javascript,${encodeURIComponent(source)}`);
  same(TARGETS.map(([asked]) => safePath(asked, base)), TARGETS.map(([, want]) => want),
    "redirectTo stays on this site");
  await scenario(browser, base, "redirectTo", async (page) => {
    const email = await signUp(page, questions, { level: "Beginner", to: "//evil.example/" });
    same(page.url(), `${base}/`, "sign-up: another site's address leads home");
    for (const [asked, want] of FULL ? TARGETS : TARGETS.slice(0, 2)) {
      await page.goto(`/sign-in/?redirectTo=${encodeURIComponent(asked)}`);
      await page.waitForLoadState("networkidle");
      await signIn(page, email);
      await page.waitForURL((url) => url.pathname !== "/sign-in/");
      same(page.url(), base + want, `sign-in: ${JSON.stringify(asked)}`);
      await page.waitForLoadState("networkidle");
    }
  });
};

const refusedSignUp = (browser, base, questions) =>
  scenario(browser, base, "a sign-up that is refused", async (page) => {
    const email = await signUp(page, questions, { level: "Beginner", to: "/" });
    await page.goto("/sign-up/");
    await page.waitForLoadState("networkidle");
    await button(page, "Continue").click();
    check(await isFocused(field(page, "Name")), "what is missing is asked for");
    await fillAccount(page, email);
    await button(page, "Create account").click();
    await page.getByText("Choose at least one.").first().waitFor();
    await button(page, "Answer later").click();
    await page.getByText("This address has an account already.").waitFor();
    check(true, "an address that is taken is told at its field");
  }, { refusals: [422] });

async function open(page, path) {
  await page.goto(path);
  await page.waitForLoadState("networkidle");
}

// Much like others among the states, and long.
const ALIKE = ["book questions", "book questionnaire", "book member"];

async function seen(page, name) {
  if (FULL) await look(page, name);
  else if (!ALIKE.includes(name)) await look(page, name, ["phone light", "desktop dark"]);
}

const looks = (browser, base, questions) =>
  scenario(browser, base, "looks", async (page) => {
    await open(page, "/");
    await seen(page, "book visitor");
    await open(page, "/sign-in/?redirectTo=/members/");
    await button(page, "Sign in").click();
    await seen(page, "book sign-in errors");
    await open(page, "/sign-up/");
    await seen(page, "book sign-up");
    await fillAccount(page, newEmail());
    await seen(page, "book questions");
    await button(page, "Create account").click();
    await seen(page, "book questions missing");
    await button(page, "Answer later").click();
    await arrive(page, "/");
    await open(page, "/questionnaire/");
    await seen(page, "book questionnaire");
    await answer(page, questions, "Advanced");
    await button(page, "Save answers").click();
    await arrive(page, "/");
    await page.getByText("Open your edition").waitFor();
    await seen(page, "book member");
    await open(page, "/account/");
    await page.getByText("Advanced").waitFor();
    await seen(page, "book account");
    await open(page, PLAN);
    await seen(page, "book plan");
    await page.setViewportSize({ width: 360, height: 740 });
    await button(page, "Toggle navigation bar").click();
    await page.getByRole("button", { name: "Back to main menu" }).click();
    await button(page, "Sign out").waitFor();
    await look(page, "book menu", ["phone light", "phone dark"]);
  });

const STORIES = [
  nothingLeaks, visitorReads, heldAtTheQuestions, levelsChoose, editionsDiffer, changedMeanwhile, signOutShuts,
  redirects, refusedSignUp, looks,
];

const base = new URL(process.argv[2] || process.env.BASE_URL || "http://localhost:8080").origin;
const only = process.env.ONLY?.split(",");
const browser = await launch();
const questions = await questionsOf(base);
for (const story of STORIES) {
  if (!only || only.includes(story.name)) await story(browser, base, questions);
}
await browser.close();
process.exit(finish());
