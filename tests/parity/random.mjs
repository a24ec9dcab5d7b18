// SPDX-License-Identifier: ISC
// Random scripts: the same calls in the same order for the same seed.
import { PASSWORD, email, token } from "./scene.mjs";
import { get, post } from "./script.mjs";

// mulberry32
function numbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const TABS = ["one", "two", "three", "four"];
const NO_GUESTS = ["five", "six"];
const PEOPLE = ["alice", "vera", "both", "social", "old", "mallory"];
const EMAILS = [...PEOPLE.map(email), "new@example.com", "newer@example.com", "ALICE@example.com", "nobody"];
const PASSWORDS = [PASSWORD, PASSWORD, PASSWORD, "New password 1", "wrong password", "short"];
const URLS = ["/ok", "http://localhost:3000/x?a=1", "https://evil.example/", undefined, undefined];

export function randomScript(seed, length) {
  const next = numbers(seed);
  const of = (list) => list[Math.floor(next() * list.length)];
  const maybe = (part, value) => next() < part ? value : undefined;
  // Of the links that reset a password the last one only: a reset of ours uses up the others.
  const mailed = (nth) => (c) => {
    const mails = c.mails.filter(({ template }, i) => template !== "reset-password" || i === c.mails.length - 1);
    return mails.at(-1 - nth % Math.max(1, mails.length))?.url ?? `${c.base}/ok?token=x`;
  };
  const secret = (nth) => (c) => {
    const url = new URL(mailed(nth)(c));
    return url.searchParams.get("token") ?? url.pathname.split("/").pop();
  };
  const nth = () => Math.floor(next() * 3);
  const jar = (tabs = [...TABS, ...NO_GUESTS]) => ({ jar: of(tabs) });
  // As a page does: it knows whether its session has ended before it asks for another one.
  const knowing = (make) => {
    const call = make();
    return [get("/get-session", { jar: call.jar }), call];
  };

  // The peer's cookie cache keeps the old updatedAt when an address has changed.
  const fresh = (tab) => get("/get-session?disableCookieCache=1", { jar: tab });

  // weight, call
  const CALLS = [
    [12, () => get(of(["/get-session", "/get-session", "/get-session?disableRefresh=1", "/get-session?disableCookieCache=1"]), jar())],
    [8, () => knowing(() => post("/sign-in/email", { email: of(EMAILS), password: of(PASSWORDS), rememberMe: maybe(0.3, false), callbackURL: maybe(0.2, of(URLS)) }, jar()))],
    [4, () => knowing(() => post("/sign-up/email", { name: "N", email: of(EMAILS), password: of(PASSWORDS), rememberMe: maybe(0.2, false) }, jar(NO_GUESTS)))],
    [4, () => knowing(() => post("/sign-in/anonymous", {}, jar(TABS)))],
    [2, () => post("/delete-anonymous-user", {}, jar())],
    [4, () => post("/sign-out", {}, jar())],
    [6, () => ({ ...get("/get-session", jar(TABS)), adopt: of([...PEOPLE, "aliceDue", "aliceStale", "aliceToo", "aliceGone", "guest", "bothStale"]) })],
    [4, () => get("/token", jar())],
    [4, () => get("/list-sessions", jar())],
    [2, () => get("/list-accounts", jar())],
    [3, () => { const tab = of(TABS); return post("/revoke-session", (c) => ({ token: c.tokenOf(tab) }), jar()); }],
    [1, () => post("/revoke-sessions", {}, jar())],
    [2, () => post("/revoke-other-sessions", {}, jar())],
    [6, () => post("/update-user", { name: maybe(0.7, of(["A", "Ä", ""])), image: maybe(0.3, of(["i", null])) }, jar())],
    [3, () => post("/change-password", { newPassword: of(PASSWORDS), currentPassword: of(PASSWORDS), revokeOtherSessions: maybe(0.4, true) }, jar())],
    [2, () => post("/verify-password", { password: of(PASSWORDS) }, jar())],
    [4, () => post("/request-password-reset", { email: of(EMAILS), redirectTo: of(URLS) }, jar())],
    [3, () => { const token = secret(nth()); return post("/reset-password", (c) => ({ newPassword: "New password 1", token: token(c) }), jar()); }],
    [3, () => post("/send-verification-email", { email: of(EMAILS), callbackURL: of(URLS) }, jar())],
    [4, () => post("/change-email", { newEmail: of(EMAILS), callbackURL: of(URLS) }, jar())],
    [7, () => {
      const [url, { jar: tab }] = [mailed(nth()), jar()];
      return [get((c) => url(c).replace(c.base, ""), { jar: tab }), fresh(tab)];
    }],
    [2, () => post("/delete-user", { password: maybe(0.6, of(PASSWORDS)) }, jar())],
    [1, () => post("/unlink-account", { accountId: of(["x", "accountbothGoogle000000000000000", "accountboth000000000000000000000"]) }, jar())],
    [2, () => post(of(["/update-user", "/sign-out", "/revoke-sessions"]), { name: "B" }, { bearer: token(of(PEOPLE)) })],
    [1, () => post("/sign-in/email", { email: 5 }, jar())],
    [1, () => post("/update-user", { name: "B" }, { ...jar(), headers: { origin: "https://evil.example" } })],
    [1, () => get("/nope", jar())],
  ];
  const bag = CALLS.flatMap(([weight, make]) => Array.from({ length: weight }, () => make));
  const script = [];
  while (script.length < length) script.push(...[of(bag)()].flat());
  return script.slice(0, length);
}

// The shortest history found in the time that still ends in the difference of its last step.
export async function shrink(script, differs, ms) {
  const deadline = Date.now() + ms;
  let best = script;
  for (let size = Math.ceil(best.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < best.length - 1 && Date.now() < deadline;) {
      const less = [...best.slice(0, at), ...best.slice(Math.min(at + size, best.length - 1))];
      if (await differs(less)) best = less;
      else at += size;
    }
  }
  return best;
}
