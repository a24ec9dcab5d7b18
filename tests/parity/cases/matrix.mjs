// SPDX-License-Identifier: ISC
// Every endpoint with every kind of caller, of origin and of value in every field.
import { get, post, request } from "../script.mjs";
import { PASSWORD, email, sign, token } from "../scene.mjs";

const NEW = "New password 1";

// path: who calls it, a body that is good, further fields with a good value each
const POSTS = {
  "/sign-up/email": [null, { name: "New", email: "new@example.com", password: PASSWORD },
    { image: "https://example.com/i.png", callbackURL: "/in", rememberMe: false }],
  "/sign-in/email": [null, { email: email("alice"), password: PASSWORD },
    { callbackURL: "/in", rememberMe: false }],
  "/sign-in/anonymous": [null, {}, {}],
  "/delete-anonymous-user": ["guest", {}, {}],
  "/sign-out": ["alice", {}, { callbackURL: "/out", disableRedirect: true, state: "s" }],
  "/revoke-session": ["alice", { token: token("aliceToo") }, {}],
  "/revoke-sessions": ["alice", {}, {}],
  "/revoke-other-sessions": ["alice", {}, {}],
  "/update-session": ["alice", {}, { foo: "bar", token: "x", userId: "x", expiresAt: "2030-01-01" }],
  "/update-user": ["alice", { name: "Alicia" }, { image: "https://example.com/a.png",
    email: "x@example.com", emailVerified: true, isAnonymous: true, id: "x", createdAt: "2020-01-01",
    role: "admin", username: "alicia" }],
  "/change-password": ["alice", { newPassword: NEW, currentPassword: PASSWORD },
    { revokeOtherSessions: true }],
  "/verify-password": ["alice", { password: PASSWORD }, {}],
  "/request-password-reset": [null, { email: email("alice") }, { redirectTo: "/reset" }],
  "/reset-password": [null, { newPassword: NEW, token: "a".repeat(24) }, {}],
  "/send-verification-email": ["alice", { email: email("alice") }, { callbackURL: "/verified" }],
  "/change-email": ["alice", { newEmail: "other@example.com" }, { callbackURL: "/changed" }],
  "/delete-user": ["alice", { password: PASSWORD }, { callbackURL: "/gone", token: "x" }],
  "/unlink-account": ["both", { accountId: "nonsense" }, {}],
};

const GETS = {
  "/get-session": [{ disableCookieCache: "true", disableRefresh: "true" }],
  "/list-sessions": [{}],
  "/token": [{}],
  "/jwks": [{}],
  "/list-accounts": [{}],
  "/ok": [{}],
  "/error": [{ error: "state_mismatch", error_description: "a b" }],
  "/verify-email": [{ token: "nonsense", callbackURL: "/verified" }],
  "/reset-password/aaaaaaaaaaaaaaaaaaaaaaaa": [{ callbackURL: "/reset" }],
  "/delete-user/callback": [{ token: "nonsense", callbackURL: "/gone" }],
};

const show = (value) => value === undefined ? "absent" : JSON.stringify(value);
const endpoints = Object.entries(POSTS);

const VALUES = [undefined, null, "", " ", "x", 0, 1, -1, 1.5, true, false, [], ["a"], {}, { a: 1 }, "0"];

const fields = endpoints.flatMap(([path, [as, good, more]]) =>
  Object.entries({ ...good, ...more }).flatMap(([field]) => VALUES.map((value) =>
    [`${path} ${field} ${show(value)}`, post(path, { ...good, [field]: value }, { as })])));

const further = endpoints.flatMap(([path, [as, good, more]]) => Object.entries(more).map(
  ([field, value]) => [`${path} with ${field}`, post(path, { ...good, [field]: value }, { as })]));

const BODIES = ["null", "[]", "5", "\"text\"", "true", "{}", "", " ", "{", "[{}]", "{}x", "{,}", "{\"a\":1,}",
  "\ufeff{}", "\u0000", "NaN", "'{}'", "{\"__proto__\":{\"email\":\"x\"}}", "{\"constructor\":1}"];

const bodies = endpoints.flatMap(([path, [as]]) => BODIES.map((body) =>
  [`${path} body ${JSON.stringify(body)}`,
    post(path, body, { as, headers: { "content-type": "application/json" } })]));

const CALLERS = {
  nobody: {},
  "a member": { as: "alice" },
  "a member by raw bearer": { bearer: token("alice") },
  "a member by signed bearer": { bearer: sign(token("alice")) },
  "a member by encoded bearer": { bearer: encodeURIComponent(sign(token("alice"))) },
  "a guest": { as: "guest" },
  "a member without password": { as: "social" },
  "a member with two accounts": { as: "both" },
  "a member with two accounts, not fresh": { as: "bothStale" },
  "a member older than the plugin": { as: "old" },
  "a session that is due": { as: "aliceDue" },
  "a session that is not fresh": { as: "aliceStale" },
  "a session that has ended": { as: "aliceGone" },
  "a session that is unknown": { as: "nobody" },
  "a bearer that is unknown": { as: "alice", bearer: token("nobody") },
  "a bearer that is badly signed": { as: "alice", bearer: `${token("vera")}.${sign("x").slice(2)}` },
  "a bearer and a cookie": { as: "vera", bearer: token("alice") },
  "a cookie badly signed": { cookie: (c) => `${c.cookie("session_token")}=${token("alice")}.${
    encodeURIComponent(sign("x").slice(2))}` },
  "a session not remembered": { as: "aliceDue",
    cookies: { dont_remember: encodeURIComponent(sign("true")) } },
};

const callers = Object.entries(CALLERS).flatMap(([who, caller]) => [
  ...endpoints.map(([path, [, good]]) => [`${path} by ${who}`, post(path, good, caller)]),
  ...Object.entries(GETS).map(([path, [query]]) =>
    [`${path} by ${who}`, get(path, caller), get(`${path}?${new URLSearchParams(query)}`, caller)]),
]);

const ORIGINS = {
  "no origin": { origin: null },
  "an empty origin": { origin: "" },
  "origin null": { origin: "null" },
  "origin null from here": { "origin": "null", "sec-fetch-site": "same-origin" },
  "a strange origin": { origin: "https://evil.example" },
  "a trusted origin": { origin: "http://localhost:3000" },
  "a trusted origin in capitals": { origin: "HTTP://LOCALHOST:3000" },
  "a trusted origin with a path": { origin: "http://localhost:3000/x" },
  "a relative origin": { origin: "/" },
  "a referer": { origin: null, referer: "http://localhost:3000/page" },
  "a strange referer": { origin: null, referer: "https://evil.example/page" },
  "an origin and a strange referer": { referer: "https://evil.example/page" },
  "a strange origin and a referer": { origin: "https://evil.example", referer: "http://localhost:3000/" },
  "navigation from elsewhere": { origin: "http://localhost:3000", "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
  "a fetch from elsewhere": { origin: null, "sec-fetch-site": "cross-site", "sec-fetch-mode": "cors" },
  "a fetch from here": { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" },
  "blank metadata": { origin: null, "sec-fetch-site": " ", "sec-fetch-mode": "" },
};

const origins = Object.entries(ORIGINS).flatMap(([what, headers]) => endpoints.flatMap(
  ([path, [as, good]]) => [
    [`${path} with a cookie, ${what}`, post(path, good, { as: as ?? "mallory", headers })],
    [`${path} without, ${what}`, post(path, good, { headers, bearer: as && token(as) })],
  ]));

const URLS = ["/ok", "", "//evil.example", "https://evil.example/", "http://localhost:3000/x?y=1#z",
  "http://localhost:3005/x", "http://localhost:3000@evil.example", "javascript:alert(1)", "ok", "/\\evil",
  "/%2f/evil", "/%5cevil", "/a b", "/ä", "/%0aok", "/ok?x=https://evil.example", "HTTP://LOCALHOST:3000/",
  "http://localhost:3000.evil.example/", "http://localhost:30000/", "/ok?a=1#h", "http:/localhost:3000",
  "http://LOCALHOST:3000/", "data:text/html,x", "///evil.example", "/.//evil.example", "myapp://x", "?a=1", "#h",
  "/%252f/", "/;/x", "http://127.0.0.1:3000/", "http://[::1]:3000/", "ftp://localhost:3000/", null, 5, ["/ok"]];

const TAKES_URL = Object.entries({
  "/sign-up/email": "callbackURL", "/sign-in/email": "callbackURL", "/sign-out": "callbackURL",
  "/request-password-reset": "redirectTo", "/send-verification-email": "callbackURL",
  "/change-email": "callbackURL", "/delete-user": "callbackURL", "/update-user": "callbackURL",
});
const LINKS = ["/verify-email?token=x", "/reset-password/aaaaaaaaaaaaaaaaaaaaaaaa?x=1",
  "/delete-user/callback?token=x", "/get-session?x=1"];

const urls = URLS.flatMap((url) => [
  ...TAKES_URL.map(([path, field]) => [`${path} ${field} ${show(url)}`,
    post(path, { ...POSTS[path][1], [field]: url }, { as: POSTS[path][0] })]),
  ...LINKS.map((path) => [`${path} callbackURL ${show(url)}`,
    get(`${path}&callbackURL=${encodeURIComponent(url)}`, { as: "alice" })]),
]);

const otherUrls = ["errorCallbackURL", "newUserCallbackURL", "redirectTo", "callbackURL"].flatMap((field) =>
  ["https://evil.example/", "/ok", 5].flatMap((url) => [
    [`sign-in ${field} ${show(url)}`, post("/sign-in/email", { ...POSTS["/sign-in/email"][1], [field]: url })],
    [`query ${field} ${url}`, post(`/sign-out?${field}=${encodeURIComponent(url)}`, {}, { as: "alice" })],
  ]));

const EMAILS = ["a@b.co", "A@B.CO", "a+b@b.co", "a'b@b.co", "a_b@b-c.co", "-a@b.co", "+@b.co", "1@2.co", "a@b-.co",
  "a@b", "a@b.c", ".a@b.co", "a.@b.co", "a..b@b.co", "a'@b.co", "a!b@b.co", "a/b@b.co", "a b@b.co", "ä@b.co",
  "a@ä.co", "a@-b.co", "a@b_c.co", "a@b..co", "a@b.co.", "a@b.c1", "a@xn--e1afmkfd.xn--p1ai", "\"a\"@b.co",
  "a@[127.0.0.1]", " a@b.co", "a@b.co ", "a@b.co\n", "a@b@c.co", "@b.co", "a@", "a", "İ@b.co", "K@b.co", "a\u0000@b.co",
  `${"a".repeat(64)}@b.co`, `${"a".repeat(300)}@b.co`, `a@${"b".repeat(64)}.co`, `a@${"b.".repeat(150)}co`];

const emails = EMAILS.flatMap((address) => [
  [`sign-up ${show(address)}`, post("/sign-up/email", { name: "x", email: address, password: "short" })],
  [`sign-in ${show(address)}`, post("/sign-in/email", { email: address, password: "x".repeat(129) })],
  [`reset ${show(address)}`, post("/request-password-reset", { email: address })],
  [`change ${show(address)}`, post("/change-email", { newEmail: address }, { as: "alice" })],
]);

const PASSWORDS = ["", "1234567", "12345678", " ".repeat(8), "x".repeat(128), "x".repeat(129), "ä".repeat(128),
  "😀".repeat(4), "😀".repeat(3), "😀".repeat(64), "😀".repeat(65), "ａbcdefgh", "e\u0301".repeat(8), "\ud800".repeat(8),
  "\tpass\nword\u0007", "ﬁancée password", "pass\u200bword", "İstanbul1", `${"p".repeat(127)}ä`];

const passwords = PASSWORDS.flatMap((password) => [
  [`sign-up ${show(password)}`, post("/sign-up/email", { name: "x", email: "p@example.com", password }),
    post("/sign-in/email", { email: "p@example.com", password }),
    post("/sign-in/email", { email: "p@example.com", password: password.normalize("NFKC") })],
  [`change ${show(password)}`, post("/change-password",
    { newPassword: password, currentPassword: PASSWORD }, { as: "alice" }),
  post("/verify-password", { password }, { as: "alice" })],
  [`verify ${show(password)}`, post("/verify-password", { password }, { as: "alice" })],
  [`reset ${show(password)}`, post("/reset-password", { newPassword: password, token: "x" })],
]);

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "REPORT"];
const KNOWN = [...Object.keys(POSTS), ...Object.keys(GETS), "/set-password", "/sign-in", "/sign-up", "/nope", "/",
  "", "/sign-in/username", "/reset-password", "/delete-user/", "/reset-password/", "/reset-password/a/b"];
const methods = KNOWN.flatMap((path) => METHODS.map((method) =>
  [`${method} ${path}`, request(method, path, /^(GET|HEAD)$/.test(method) ? undefined : {}, { as: "alice" })]));

export const matrix = [
  { name: "fields", sample: 16, cases: [...further, ...fields] },
  { name: "bodies", sample: 16, cases: bodies },
  { name: "callers", sample: 16, cases: callers },
  { name: "origins", sample: 16, cases: origins },
  { name: "urls", sample: 16, cases: [...urls, ...otherUrls] },
  { name: "addresses", sample: 16, cases: emails },
  { name: "passwords", sample: 16, cases: passwords },
  { name: "methods", sample: 16, cases: methods },
];
export { CALLERS, GETS, POSTS };
