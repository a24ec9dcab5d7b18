// SPDX-License-Identifier: ISC
// The cookie that keeps a session: made, used, spoilt, outlived.
import { createHmac } from "node:crypto";
import { PASSWORD, sign, token } from "../scene.mjs";
import { get, post } from "../script.mjs";
import { SECRET } from "../variants.mjs";
import { session, signIn, signOut, signUp } from "./flows.mjs";

const tab = { jar: "tab" };
const first = session({ as: "alice", jar: "tab" });
const elsewhere = (path, body = {}) => post(path, body, { as: "aliceToo" });

// The jar's session cookie with another cache cookie.
const spoilt = (change) => ({
  cookie: (c) => `${c.cookie("session_token")}=${c.jars.tab.get(c.cookie("session_token"))}; ${
    c.cookie("session_data")}=${change(c.jars.tab.get(c.cookie("session_data")) ?? "", c)}`,
});
const flip = (text) => `${text.slice(0, 40)}${text[40] === "A" ? "B" : "A"}${text.slice(41)}`;
const b64 = (value) => Buffer.from(value).toString("base64url");

// A compact cookie made here, with another content.
const compact = (change) => (text) => {
  const whole = JSON.parse(Buffer.from(text, "base64url"));
  change(whole);
  const signature = createHmac("sha256", SECRET)
    .update(JSON.stringify({ ...whole.session, expiresAt: whole.expiresAt })).digest("base64url");
  return b64(JSON.stringify({ ...whole, signature }));
};

const caches = [
  ["made and used", first, session(tab), session(tab), get("/token", tab), get("/list-accounts", tab)],
  ["made by sign-up", signUp(), session(tab), signOut(), session(tab)],
  ["made by sign-in", signIn("vera"), session(tab), get("/token", tab)],
  ["made by a guest", post("/sign-in/anonymous", {}, tab), session(tab)],
  ["not remembered", signIn("alice", PASSWORD, { rememberMe: false }), session(tab), post("/update-user", { name: "B" }, tab), session(tab)],
  ["past it", first, get("/get-session?disableCookieCache=true", tab), get("/get-session?disableCookieCache=", tab),
    get("/get-session?disableCookieCache=false", tab)],
  ["by bearer", session({ bearer: token("alice"), jar: "tab" }), session({ bearer: token("alice"), jar: "tab" })],
  ["another's", first, session({ as: "vera", cookies: { session_data: (c) => c.jars.tab.get(c.cookie("session_data")) } })],
  ["revoked meanwhile", first, elsewhere("/revoke-session", { token: token("alice") }), session(tab), get("/list-accounts", tab),
    get("/token", tab), post("/update-user", { name: "B" }, tab), post("/change-password", { currentPassword: PASSWORD, newPassword: PASSWORD }, tab),
    get("/get-session?disableCookieCache=true", tab), session(tab)],
  ["all revoked meanwhile", first, elsewhere("/revoke-sessions"), get("/list-sessions", tab), post("/revoke-sessions", {}, tab)],
  ["renamed meanwhile", first, elsewhere("/update-user", { name: "B" }), session(tab), get("/token", tab), get("/get-session?disableCookieCache=1", tab), session(tab)],
  ["renamed here", first, post("/update-user", { name: "B" }, tab), session(tab)],
  ["the account is gone meanwhile", first, elsewhere("/delete-user", { password: PASSWORD }), session(tab), get("/token", tab),
    post("/update-user", { name: "B" }, tab), post("/delete-user", {}, tab)],
  ["due", session({ as: "aliceDue", jar: "tab" }), session(tab), get("/list-sessions", tab)],
  ["due elsewhere", get("/list-accounts", { as: "aliceDue", jar: "tab" }), session(tab)],
  ["stale", get("/list-sessions", { as: "aliceStale", jar: "tab" }), session(tab)],
  ["ended", session({ as: "aliceGone", jar: "tab" }), session(tab)],
  ["spoilt", first, session(spoilt(flip)), session(spoilt((text) => text.slice(0, -1))), session(spoilt(() => "x")),
    session(spoilt(() => "")), session(spoilt(() => "a.b.c")), session(spoilt(() => "a.b.c.d.e")), session(spoilt(() => b64("{}"))), session(spoilt(() => b64("null")))],
  ["in pieces", first, session({ cookie: (c) => {
    const [name, text] = [c.cookie("session_data"), c.jars.tab.get(c.cookie("session_data"))];
    return `${c.cookie("session_token")}=${c.session("alice")}; ${name}.1=${text.slice(100)}; ${name}.0=${text.slice(0, 100)}`;
  } })],
  ["with a piece too many", first, session({ cookie: (c) => {
    const [name, text] = [c.cookie("session_data"), c.jars.tab.get(c.cookie("session_data"))];
    return `${c.cookie("session_token")}=${c.session("alice")}; ${name}.0=${text}; ${name}.2=x`;
  }, meant: "a missing piece" })],
  ["whole and in pieces", first, session({ cookie: (c) => {
    const [name, text] = [c.cookie("session_data"), c.jars.tab.get(c.cookie("session_data"))];
    return `${c.cookie("session_token")}=${c.session("alice")}; ${name}=${text}; ${name}.0=x`;
  } })],
  ["long", post("/update-user", { name: "x".repeat(3000) }, { as: "alice", jar: "tab" }), session(tab),
    post("/update-user", { name: "short" }, tab), session(tab)],
  ["longer", post("/update-user", { image: "y".repeat(9000) }, { as: "alice", jar: "tab" }), session(tab), signOut(tab)],
  ["odd letters", post("/update-user", { name: "Ä \"\\ </script> 😀\n" }, { as: "alice", jar: "tab" }), session(tab)],
  ["without a session cookie", first, session({ cookie: (c) => `${c.cookie("session_data")}=${c.jars.tab.get(c.cookie("session_data"))}` })],
  ["with a bad session cookie", first, session({ cookie: (c) =>
    `${c.cookie("session_token")}=${token("alice")}.x; ${c.cookie("session_data")}=${c.jars.tab.get(c.cookie("session_data"))}` })],
  ["password changed", first, post("/change-password", { currentPassword: PASSWORD, newPassword: "New password 1", revokeOtherSessions: true }, tab), session(tab)],
  ["not remembered, then used", signIn("alice", PASSWORD, { rememberMe: false }), session(tab), session(tab), session({ jar: "tab", headers: { authorization: "Bearer x" } })],
  ["dont_remember only", session({ as: "alice", jar: "tab", cookies: { dont_remember: encodeURIComponent(sign("true")) } })],
];

const compacts = [
  ["outlived", first, session(spoilt(compact((whole) => { whole.expiresAt = Date.now() - 1000; })))],
  ["another version", first, session(spoilt(compact((whole) => { whole.session.version = "2"; })))],
  ["no version", first, session(spoilt(compact((whole) => { delete whole.session.version; })))],
  ["another token", first, session(spoilt(compact((whole) => { whole.session.session.token = token("vera"); })))],
  ["an ended session in it", first, session(spoilt(compact((whole) => { whole.session.session.expiresAt = "2020-01-01T00:00:00.000Z"; })))],
  ["a key more", first, session({ ...spoilt(compact((whole) => { whole.session.user.extra = { a: [1, null, "ä"] }; })),
    meant: "an unknown column" })],
  ["another key order", first, session(spoilt(compact((whole) => {
    whole.session.user = Object.fromEntries(Object.entries(whole.session.user).reverse());
  })))],
  ["another name", first, session(spoilt(compact((whole) => { whole.session.user.name = "Forged by who has the secret"; }))),
    get("/token", spoilt(compact((whole) => { whole.session.user.name = "Forged by who has the secret"; })))],
  ["old", first, session(spoilt(compact((whole) => { whole.session.updatedAt -= 250000; })))],
  ["no user", first, session(spoilt(compact((whole) => { delete whole.session.user; })))],
  ["no session", first, session(spoilt(compact((whole) => { delete whole.session.session; })))],
];

const CACHES = ["compact", "jwt", "jwe", "jwks"];
export const cached = [
  { name: "cookie cache", variants: CACHES, cases: caches },
  { name: "compact cookie", variants: ["compact"], cases: compacts },
];
