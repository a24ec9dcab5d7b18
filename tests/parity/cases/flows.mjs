// SPDX-License-Identifier: ISC
// Conversations of several calls: what one does shows in the next.
import { createHmac } from "node:crypto";
import { PASSWORD, accountId, email, sign, token, userId, verification } from "../scene.mjs";
import { get, post } from "../script.mjs";
import { SECRET } from "../variants.mjs";

const NEW = "New password 1";
const signIn = (who, password = PASSWORD, more = {}, options = { jar: "tab" }) =>
  post("/sign-in/email", { email: email(who), password, ...more }, options);
const signUp = (more = {}, options = { jar: "tab" }) =>
  post("/sign-up/email", { name: "New", email: "new@example.com", password: PASSWORD, ...more }, options);
const guestSignIn = (options = { jar: "tab" }) => post("/sign-in/anonymous", {}, options);
const session = (options = { jar: "tab" }) => get("/get-session", options);
const signOut = (options = { jar: "tab" }) => post("/sign-out", {}, options);
const follow = (options) => get((c) => c.link, options);

const b64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const second = () => Math.floor(Date.now() / 1000);
function jws(claims, head = { alg: "HS256" }, secret = SECRET) {
  const text = `${b64(head)}.${b64(claims)}`;
  return `${text}.${createHmac(head.alg === "HS512" ? "sha512" : "sha256", secret).update(text).digest("base64url")}`;
}
const claims = (who, more = {}, life = 3600) =>
  ({ email: email(who), userId: userId(who), iat: second(), exp: second() + life, ...more });
const verify = (token, options, callback = "") => get(() =>
  `/verify-email?token=${typeof token === "function" ? token() : token}${callback}`, options);

const sessions = [
  ["list", get("/list-sessions", { as: "alice" })],
  ["list of a guest", get("/list-sessions", { as: "guest" })],
  ["list after expiry of some", get("/list-sessions", { as: "aliceDue" })],
  ["revoke another", post("/revoke-session", { token: token("aliceToo") }, { as: "alice" }),
    session({ as: "aliceToo" }), session({ as: "alice" })],
  ["revoke one's own", post("/revoke-session", { token: token("alice") }, { as: "alice", jar: "tab" }), session()],
  ["revoke a stranger's", post("/revoke-session", { token: token("vera") }, { as: "alice" }), session({ as: "vera" })],
  ["revoke an ended one", post("/revoke-session", { token: token("aliceGone") }, { as: "alice" })],
  ["revoke all", post("/revoke-sessions", {}, { as: "alice", jar: "tab" }), session(), session({ as: "aliceToo" })],
  ["revoke others", post("/revoke-other-sessions", {}, { as: "alice" }), session({ as: "alice" }), session({ as: "aliceDue" })],
  ["refresh when due", session({ as: "aliceDue" }), session({ as: "aliceDue" })],
  ["no refresh by query", get("/get-session?disableRefresh=true", { as: "aliceDue" }),
    get("/get-session?disableRefresh=", { as: "aliceDue" })],
  ["no refresh by false", get("/get-session?disableRefresh=false", { as: "aliceDue" })],
  ["no refresh when not remembered", session({ as: "aliceDue", cookies: { dont_remember: encodeURIComponent(sign("true")) } })],
  ["a dont_remember that is badly signed", session({ as: "aliceDue", cookies: { dont_remember: "true.x" } })],
  ["refresh by bearer", session({ bearer: token("aliceDue") })],
  ["ended", session({ as: "aliceGone" }), session({ as: "aliceGone" })],
  ["the user is gone", { ...session({ as: "mallory" }), sql: `DELETE FROM "user" WHERE id = '${userId("mallory")}'` }],
  ["stale cookie cache", session({ as: "alice", cookies: { session_data: "x" } })],
  ["stale cookie cache in pieces", session({ as: "alice", cookies: { "session_data.0": "x", "session_data.1": "y" } })],
  ["stale cookie cache of nobody", session({ as: "nobody", cookies: { "session_data": "x", "session_data.0": "y" } })],
  ["sign out with cookie cache", post("/sign-out", {}, { as: "alice", cookies: { session_data: "x", dont_remember: "y" } })],
  ["sign in, out, in", signIn("alice"), session(), signOut(), session(), signOut(), signIn("alice"), session()],
  ["not remembered", signIn("alice", PASSWORD, { rememberMe: false }), session(),
    post("/update-user", { name: "B" }, { jar: "tab" }), session(), signIn("alice"), session()],
  ["sign up, not remembered", signUp({ rememberMe: false }), session(), get("/list-sessions", { jar: "tab" }), signOut()],
  ["sign in while signed in", signIn("alice"), signIn("vera"), session(), get("/list-sessions", { jar: "tab" })],
  ["the bearer of sign-in", signIn("alice"), session({ bearer: (c) => c.authToken }),
    get("/token", { bearer: (c) => c.authToken }), signOut({ bearer: (c) => c.authToken }), session()],
  ["dates long ago", { ...session({ as: "alice" }),
    sql: `UPDATE session SET "createdAt" = '1969-12-31 23:59:59.9', "updatedAt" = '2100-02-28 12:00:00.1239' WHERE token = '${token("alice")}'` }],
  ["nulls in a session", { ...session({ as: "alice" }),
    sql: `UPDATE session SET "ipAddress" = NULL, "userAgent" = NULL WHERE token = '${token("alice")}'` },
  get("/list-sessions", { as: "alice" })],
];

const bearers = [
  ["upper case", session({ headers: { authorization: `BEARER ${token("alice")}` } })],
  ["spaces", session({ headers: { authorization: `Bearer    ${token("alice")}  ` } })],
  ["none", session({ headers: { authorization: "Bearer" } })],
  ["empty", session({ headers: { authorization: "Bearer " } })],
  ["basic", session({ headers: { authorization: "Basic YTpi" } })],
  ["tab", session({ headers: { authorization: `Bearer\t${token("alice")}` } })],
  ["two words", session({ headers: { authorization: `Bearer ${token("alice")} x` } })],
  ["a dot only", session({ bearer: "." })],
  ["a dot at the end", session({ bearer: `${token("alice")}.` })],
  ["percent", session({ bearer: `${token("alice")}.%` })],
  ["bad percent", session({ bearer: `${token("alice")}.%zz` })],
  ["signed by another secret", session({ bearer: sign(token("alice"), "another secret, another secret, another") })],
  ["sign-out by bearer", signOut({ bearer: token("alice") }), session({ as: "alice" })],
  ["revoke by bearer", post("/revoke-sessions", {}, { bearer: token("alice") }), session({ as: "alice" })],
  ["update by bearer", post("/update-user", { name: "B" }, { bearer: token("alice") }), session({ bearer: token("alice") })],
  ["bearer with a strange origin", post("/update-user", { name: "B" },
    { bearer: token("alice"), headers: { origin: "https://evil.example" } })],
  ["bearer beside a cookie, no origin", post("/update-user", { name: "B" },
    { bearer: token("alice"), as: "vera", headers: { origin: null } })],
];

const passwords = [
  ["change, then sign in", post("/change-password", { currentPassword: PASSWORD, newPassword: NEW }, { as: "alice" }),
    signIn("alice"), signIn("alice", NEW), session({ as: "aliceToo" })],
  ["change and revoke", post("/change-password", { currentPassword: PASSWORD, newPassword: NEW, revokeOtherSessions: true },
    { as: "alice", jar: "tab" }), session(), session({ as: "aliceToo" }),
  session({ as: "alice", meant: "replaced" })],
  ["change and revoke, not remembered", signIn("alice", PASSWORD, { rememberMe: false }), post("/change-password",
    { currentPassword: PASSWORD, newPassword: NEW, revokeOtherSessions: true }, { jar: "tab" }), session()],
  ["change and revoke by bearer", post("/change-password",
    { currentPassword: PASSWORD, newPassword: NEW, revokeOtherSessions: true }, { bearer: token("alice") })],
  ["wrong current", post("/change-password", { currentPassword: "wrong password", newPassword: NEW }, { as: "alice" })],
  ["wrong current, short new", post("/change-password", { currentPassword: "wrong", newPassword: "x" }, { as: "alice" })],
  ["long current", post("/change-password", { currentPassword: "x".repeat(129), newPassword: NEW }, { as: "alice" })],
  ["the same again", post("/change-password", { currentPassword: PASSWORD, newPassword: PASSWORD }, { as: "alice" })],
  ["no credential", post("/change-password", { currentPassword: PASSWORD, newPassword: NEW }, { as: "social" })],
  ["wrong", post("/verify-password", { password: "wrong password" }, { as: "alice" })],
  ["no credential to verify", post("/verify-password", { password: PASSWORD }, { as: "social" })],
  ["a hash of yore", { ...signIn("alice"), sql: `UPDATE account SET password = 'nonsense' WHERE "userId" = '${userId("alice")}'` }],
  ["a null hash", { ...signIn("alice"), sql: `UPDATE account SET password = NULL WHERE "userId" = '${userId("alice")}'` }],
];

const reset = (who = "alice", more = {}) => post("/request-password-reset", { email: email(who), ...more });
const newPassword = (more = {}) => post("/reset-password", (c) => ({ newPassword: NEW, token: c.secret, ...more }));
const resets = [
  ["the whole way", reset("alice", { redirectTo: "/reset" }), follow(), newPassword(), signIn("alice"), signIn("alice", NEW),
    session({ as: "alice" }), newPassword()],
  ["in capitals", post("/request-password-reset", { email: "ALICE@Example.COM" }), newPassword(), signIn("alice", NEW)],
  ["of nobody", post("/request-password-reset", { email: "nobody@example.com" })],
  ["of a guest", reset("guest")],
  ["without redirectTo", reset(), follow(), get((c) => c.link.replace("callbackURL=", ""))],
  ["redirect elsewhere", reset("alice", { redirectTo: "http://localhost:3000/r?a=1#h" }), follow()],
  ["redirect with a query", reset("alice", { redirectTo: "/r?a=1&b=ä#h" }), follow()],
  ["token in the query", reset(), post((c) => `/reset-password?token=${c.secret}`, { newPassword: NEW }), signIn("alice", NEW)],
  ["token in both", reset(), post((c) => `/reset-password?token=${c.secret}`, { newPassword: NEW, token: "x" })],
  ["short, then good", reset(), newPassword({ newPassword: "x" }), newPassword({ newPassword: "x".repeat(129) }), newPassword()],
  ["two mails, both good", reset(), reset(), newPassword(), { ...post("/reset-password",
    (c) => ({ newPassword: PASSWORD, token: new URL(c.mails[0].url).pathname.split("/").pop() })), meant: "a second token" }],
  ["too old", reset(), { ...follow(), sql: "UPDATE verification SET \"expiresAt\" = now() - interval '1 second'" }, newPassword()],
  ["the user is gone", reset(), { ...newPassword(), sql: `DELETE FROM "user" WHERE id = '${userId("alice")}'` }],
  ["a member without password", reset("social"), newPassword(), signIn("social", NEW), get("/list-accounts", { jar: "tab" })],
  ["a member with two accounts", reset("both"), newPassword(), signIn("both", NEW)],
  ["link without token", get("/reset-password/?callbackURL=/x")],
  ["link with an odd token", get("/reset-password/a%2Fb%20c?callbackURL=/x"), get("/reset-password/%00?callbackURL=/x"),
    get("/reset-password/%zz?callbackURL=/x"), get("/reset-password/é?callbackURL=/x".replace("é", "%C3%A9"))],
  ["link without callback", get("/reset-password/abc"), get("/reset-password/abc?callbackURL=")],
  ["link with two callbacks", get("/reset-password/abc?callbackURL=/a&callbackURL=/b")],
  ["another identifier as token", { ...post("/reset-password", { newPassword: NEW, token: "abc" }),
    sql: verification("delete-account-abc", "alice") }],
  ["a token of long ago", { ...post("/reset-password", { newPassword: NEW, token: "abc" }),
    sql: verification("reset-password:abc", "alice") },
  signIn("alice", NEW)],
];

const send = (who, options, more = {}) => post("/send-verification-email", { email: email(who), ...more }, options);
const verifications = [
  ["the whole way", send("alice", { as: "alice" }), follow(), follow(), session({ as: "alice" }), send("alice", { as: "alice" })],
  ["by nobody", send("alice")],
  ["by nobody of nobody", post("/send-verification-email", { email: "nobody@example.com" })],
  ["by nobody of a verified", send("vera")],
  ["of another", send("vera", { as: "alice" })],
  ["of a verified", send("vera", { as: "vera" })],
  ["by a guest", send("alice", { as: "guest" }), send("guest", { as: "guest" })],
  ["with a callback", send("alice", { as: "alice" }, { callbackURL: "http://localhost:3000/v?a=1" }), follow({ as: "alice" })],
  ["in capitals", post("/send-verification-email", { email: "ALICE@EXAMPLE.COM" }, { as: "alice" }), follow({ as: "alice" })],
  ["link signed in as another", send("alice", { as: "alice" }), follow({ as: "vera" }), follow({ as: "guest" })],
  ["no email claim", verify(() => jws({ iat: second(), exp: second() + 60 })),
    verify(() => jws({ iat: second(), exp: second() + 60 }), {}, "&callbackURL=/x")],
  ["no expiry", { ...verify(() => jws({ email: email("alice"), userId: userId("alice"), iat: second() })), meant: "no exp" }],
  ["expired", verify(() => jws(claims("alice", {}, -60))), verify(() => jws(claims("alice", {}, -60)), {}, "&callbackURL=/x?a=1")],
  ["another secret", verify(() => jws(claims("alice"), undefined, "x".repeat(32)))],
  ["no algorithm", verify(() => `${b64({ alg: "none" })}.${b64(claims("alice"))}.`)],
  ["another algorithm", verify(() => jws(claims("alice"), { alg: "HS512" }))],
  ["a header with more", verify(() => jws(claims("alice"), { alg: "HS256", typ: "JWT" }))],
  ["no userId", verify(() => { const { userId: _, ...rest } = claims("alice"); return jws(rest); })],
  ["another userId", verify(() => jws(claims("alice", { userId: userId("vera") })))],
  ["nobody's address", verify(() => jws(claims("alice", { email: "nobody@example.com" }))),
    verify(() => jws({ email: "nobody@example.com", iat: second(), exp: second() + 60 }), {}, "&callbackURL=/x")],
  ["address in capitals", verify(() => jws(claims("alice", { email: "ALICE@EXAMPLE.COM" })))],
  ["an odd address claim", verify(() => jws(claims("alice", { email: 5 }))), verify(() => jws(claims("alice", { email: "" })))],
  ["a token of parts", verify("a.b.c"), verify("a.b"), verify(""), verify("a.b.c.d"), verify("%00"), verify("é".replace("é", "%C3%A9"))],
  ["two tokens", get("/verify-email?token=a&token=b")],
  ["callback elsewhere", verify("x", {}, "&callbackURL=https://evil.example/"), verify("x", {}, "&callbackURL=ok")],
  ["failure with callbacks", verify("x", {}, "&callbackURL=/x?a=1%23h"), verify("x", {}, "&callbackURL=http://localhost:3000/"),
    verify("x", {}, "&callbackURL=")],
];

const change = (to, options, more = {}) => post("/change-email", { newEmail: to, ...more }, options);
const updateTo = (who, type, more = {}) => () =>
  jws(claims(who, { updateTo: "other@example.com", requestType: type, ...more }));
const changes = [
  ["an unverified one", change("Other@Example.com", { as: "alice" }, { callbackURL: "/changed" }), follow({ as: "alice" }),
    session({ as: "alice" }), signIn("alice"), follow({ as: "alice" }), send("alice", { as: "alice" })],
  ["a verified one", change("other@example.com", { as: "vera" }), follow({ as: "vera" }), follow(), session({ as: "vera" })],
  ["link while nobody", change("other@example.com", { as: "vera" }), follow(), session({ as: "vera" })],
  ["link as another", change("other@example.com", { as: "vera" }, { callbackURL: "/c" }), follow({ as: "alice" }),
    get((c) => c.link.replace(/&callbackURL.*/, ""), { as: "alice" }), follow({ as: "guest" })],
  ["to a taken one", change(email("mallory"), { as: "vera" })],
  ["to the same", change(email("vera"), { as: "vera" }), change("VERA@example.com", { as: "vera" })],
  ["of a guest", change("other@example.com", { as: "guest" }), follow({ as: "guest" }), session({ as: "guest" })],
  ["taken meanwhile", change("new@example.com", { as: "vera" }), signUp({}, {}), follow({ as: "vera" })],
  ["changed meanwhile", change("other@example.com", { as: "vera" }),
    { ...follow({ as: "vera" }), sql: `UPDATE "user" SET email = 'third@example.com' WHERE id = '${userId("vera")}'` }],
  ["a token of long ago", verify(updateTo("vera"), { as: "vera" }), session({ as: "vera" })],
  ["a token of long ago, nobody", verify(updateTo("vera"), {}, "&callbackURL=/x")],
  ["a confirmation token", verify(updateTo("vera", "change-email-confirmation"), { as: "vera" }), follow({ as: "vera" })],
  ["a confirmation token, nobody", verify(updateTo("vera", "change-email-confirmation"), {}, "&callbackURL=/x"), follow()],
  ["a confirmation token, another", verify(updateTo("vera", "change-email-confirmation"), { as: "alice" }, "&callbackURL=/x")],
  ["an odd type", verify(updateTo("vera", "nonsense"), { as: "vera" })],
  ["to nothing", verify(updateTo("vera", "change-email-verification", { updateTo: "" }), { as: "vera" })],
  ["to capitals", verify(updateTo("vera", "change-email-verification", { updateTo: "OTHER@EXAMPLE.COM" }), { as: "vera" })],
  ["to a taken one by token", verify(updateTo("vera", "change-email-verification", { updateTo: email("alice") }), { as: "vera" }),
    verify(updateTo("vera", undefined, { updateTo: email("alice") }), { as: "vera" }, "&callbackURL=/x")],
  ["without userId", verify(() => jws({ email: email("vera"), updateTo: "other@example.com",
    requestType: "change-email-verification", iat: second(), exp: second() + 60 }), { as: "vera" })],
  ["of another userId", verify(updateTo("vera", "change-email-verification", { userId: userId("alice") }), { as: "vera" })],
];

const gone = [
  ["by password", post("/delete-user", { password: PASSWORD }, { as: "alice", jar: "tab" }), session(), session({ as: "aliceToo" }), signIn("alice")],
  ["by a wrong password", post("/delete-user", { password: "wrong password" }, { as: "alice" })],
  ["fresh, without password", post("/delete-user", {}, { as: "alice" })],
  ["stale, without password", post("/delete-user", {}, { as: "aliceStale" })],
  ["stale, with password", post("/delete-user", { password: PASSWORD }, { as: "aliceStale" })],
  ["stale, empty password", post("/delete-user", { password: "" }, { as: "aliceStale" })],
  ["without credential, with password", post("/delete-user", { password: PASSWORD }, { as: "social" })],
  ["without credential", post("/delete-user", {}, { as: "social" })],
  ["a guest", post("/delete-user", {}, { as: "guest" })],
  ["by a wrong token", post("/delete-user", { token: "nonsense" }, { as: "alice" })],
  ["by a wrong token, stale", post("/delete-user", { token: "nonsense" }, { as: "aliceStale" })],
  ["by callback", { ...get("/delete-user/callback?token=abc", { as: "alice", jar: "tab" }),
    sql: verification("delete-account-abc", "alice") }, session()],
  ["by callback, sent on", { ...get("/delete-user/callback?token=abc&callbackURL=/bye?a=1", { as: "aliceStale" }),
    sql: verification("delete-account-abc", "alice") }],
  ["by another's callback", { ...get("/delete-user/callback?token=abc", { as: "alice" }),
    sql: verification("delete-account-abc", "vera") },
  get("/delete-user/callback?token=abc", { as: "vera" })],
  ["by a callback too old", { ...get("/delete-user/callback?token=abc&callbackURL=/x", { as: "alice" }),
    sql: verification("delete-account-abc", "alice", -1) }],
  ["callback of nobody", get("/delete-user/callback?token=abc"), get("/delete-user/callback"),
    get("/delete-user/callback?token=abc&callbackURL=https://evil.example/")],
  ["with a callback URL", post("/delete-user", { password: PASSWORD, callbackURL: "/bye" }, { as: "alice" })],
  ["by token", { ...post("/delete-user", { token: "abc" }, { as: "alice", jar: "tab" }),
    sql: verification("delete-account-abc", "alice") }, session()],
  ["by token and a wrong password", { ...post("/delete-user", { token: "abc", password: "wrong password" }, { as: "alice" }),
    sql: verification("delete-account-abc", "alice") }],
  ["an anonymous one", post("/delete-anonymous-user", {}, { as: "guest", jar: "tab" }), session(), session({ as: "guestToo" })],
];
const asked = [
  ["the mail's link", post("/delete-user", { password: PASSWORD, callbackURL: "/bye" }, { as: "alice" }),
    follow(), follow({ as: "vera" }), follow({ as: "alice", jar: "tab" }), session()],
  ["the mail's token", post("/delete-user", {}, { as: "alice" }), post("/delete-user", (c) => ({ token: c.secret }), { as: "alice" })],
  ["stale", post("/delete-user", {}, { as: "aliceStale" })],
  ["a wrong password", post("/delete-user", { password: "wrong password" }, { as: "alice" })],
  ["twice", post("/delete-user", {}, { as: "social" }), post("/delete-user", {}, { as: "social" }), follow({ as: "social" })],
  ["too old", post("/delete-user", {}, { as: "alice" }),
    { ...follow({ as: "alice" }), sql: "UPDATE verification SET \"expiresAt\" = now() - interval '1 second'" }],
];
const confirmed = [
  ["a verified one", change("other@example.com", { as: "vera" }, { callbackURL: "/c" }), follow({ as: "vera" }), follow({ as: "vera" }), session({ as: "vera" })],
  ["a verified one by nobody", change("other@example.com", { as: "vera" }), follow(), follow(), session({ as: "vera" })],
  ["an unverified one", change("other@example.com", { as: "alice" }), follow({ as: "alice" })],
  ["a taken one", change(email("mallory"), { as: "vera" })],
  ["taken meanwhile", change("new@example.com", { as: "vera" }), signUp({}, {}), follow({ as: "vera" })],
];
const direct = [
  ["an unverified one", change("other@example.com", { as: "alice", jar: "tab" }), session(), follow(), session()],
  ["a verified one", change("other@example.com", { as: "vera" })],
  ["a guest", change("other@example.com", { as: "guest" })],
  ["a taken one", change(email("mallory"), { as: "alice" })],
];

const accounts = [
  ["list", get("/list-accounts", { as: "both" }), get("/list-accounts", { as: "social" }), get("/list-accounts", { as: "guest" })],
  ["unlink google", post("/unlink-account", { accountId: accountId("bothGoogle") }, { as: "both" }), get("/list-accounts", { as: "both" }),
    post("/unlink-account", { accountId: accountId("both") }, { as: "both" })],
  ["unlink the password", post("/unlink-account", { accountId: accountId("both") }, { as: "both" }), signIn("both")],
  ["unlink the last", post("/unlink-account", { accountId: accountId("alice") }, { as: "alice" })],
  ["unlink none", post("/unlink-account", { accountId: "x" }, { as: "guest" }), post("/unlink-account", { accountId: "x" }, { as: "social" })],
  ["unlink a stranger's", post("/unlink-account", { accountId: accountId("alice") }, { as: "both" })],
  ["unlink by the provider's id", post("/unlink-account", { accountId: "sub-bothGoogle" }, { as: "both" })],
  ["unlink by provider", post("/unlink-account", { providerId: "google" }, { as: "both" })],
  ["odd scopes", { ...get("/list-accounts", { as: "both" }), sql: "UPDATE account SET scope = 'a, b,,c' WHERE \"providerId\" = 'google'" },
    { ...get("/list-accounts", { as: "both" }), sql: "UPDATE account SET scope = '' WHERE \"providerId\" = 'google'" }],
];

const users = [
  ["name", post("/update-user", { name: "Ä \"\\\u2028</script>\n" }, { as: "alice", jar: "tab" }), session()],
  ["nothing", post("/update-user", {}, { as: "alice" }), post("/update-user", { foo: 1 }, { as: "alice" })],
  ["image away", post("/update-user", { image: null }, { as: "vera" }), session({ as: "vera" })],
  ["name empty", post("/update-user", { name: "" }, { as: "alice" }), session({ as: "alice" })],
  ["both", post("/update-user", { name: "N", image: "I", more: true }, { as: "alice" })],
  ["e-mail", post("/update-user", { email: "x@example.com", name: "x" }, { as: "alice" }), post("/update-user", { email: "" }, { as: "alice" }),
    post("/update-user", { email: null, name: "y" }, { as: "alice" })],
  ["a due session", post("/update-user", { name: "B" }, { as: "aliceDue", jar: "tab" }), session()],
  ["of a guest", post("/update-user", { name: "G" }, { as: "guest", jar: "tab" }), session()],
  ["long name", post("/update-user", { name: "x".repeat(5000) }, { as: "alice" }), session({ as: "alice" })],
  ["a NUL in the name", post("/update-user", { name: "a\u0000b" }, { as: "alice" })],
  ["half a character", post("/update-user", { name: "a\ud800b" }, { as: "alice" }), session({ as: "alice" })],
  ["a big number", post("/update-user", "{\"name\":12345678901234567890}", { as: "alice", headers: { "content-type": "application/json" } })],
  ["a fraction", post("/update-user", { name: 1.50 }, { as: "alice" }), session({ as: "alice" })],
  ["an object", post("/update-user", { name: { a: [1] } }, { as: "alice" })],
];

const guests = [
  ["in and out", guestSignIn(), session(), guestSignIn(), get("/token", { jar: "tab" }), get("/list-accounts", { jar: "tab" }), signOut(), session()],
  ["then a member", guestSignIn(), signIn("alice"), session()],
  ["then a wrong password", guestSignIn(), signIn("alice", "wrong password"), session()],
  ["then a taken address", guestSignIn(), signUp({ email: email("alice") }), session()],
  ["by bearer, then a member", signIn("alice", PASSWORD, {}, { bearer: token("guest") }),
    session({ as: "guest", meant: "replaced" })],
  ["a member as guest", guestSignIn({ as: "alice" }), session({ as: "alice" })],
  ["by bearer", guestSignIn({ bearer: token("guest") })],
  ["gone", guestSignIn(), post("/delete-anonymous-user", {}, { jar: "tab" }), session()],
  ["not remembered", guestSignIn({ cookie: (c) => `${c.cookie("dont_remember")}=${encodeURIComponent(sign("true"))}` })],
];

const core = [
  ["sign up, in, out", signUp({ callbackURL: "/welcome" }), session(), signOut(), post("/sign-in/email", { email: "NEW@example.com", password: PASSWORD, callbackURL: "/in" }, { jar: "tab" }), session(), get("/token", { jar: "tab" })],
  ["sign up with a taken address", signUp({ email: "ALICE@example.com" })],
  ["sign up with an image", signUp({ image: "https://example.com/i.png" })],
  ["sign up with more", signUp({ emailVerified: true, isAnonymous: true, id: "x", createdAt: "2020-01-01", role: "admin", foo: { a: 1 } })],
  ["sign in", signIn("alice"), session()],
  ["sign in verified", signIn("vera"), session()],
  ["sign in with wrong password", signIn("alice", "wrong password")],
  ["sign in as nobody", post("/sign-in/email", { email: "nobody@example.com", password: PASSWORD })],
  ["sign in without credential", signIn("social")],
  ["sign in, not remembered", signIn("alice", PASSWORD, { rememberMe: false }), session()],
  ["sign in as guest", guestSignIn(), session(), guestSignIn()],
  ["update", post("/update-user", { name: "B" }, { as: "alice", jar: "tab" }), session()],
  ["change password", post("/change-password", { currentPassword: PASSWORD, newPassword: NEW, revokeOtherSessions: true }, { as: "alice", jar: "tab" }), session()],
  ["reset", reset("alice", { redirectTo: "/reset" }), follow(), newPassword(), signIn("alice", NEW)],
  ["verify", send("alice", { as: "alice", jar: "tab" }), follow({ jar: "tab" }), session()],
  ["verify as nobody", send("alice"), follow({ jar: "tab" }), session()],
  ["change address", change("other@example.com", { as: "vera", jar: "tab" }), follow({ jar: "tab" }),
    get("/get-session?disableCookieCache=1", { jar: "tab" })],
  ["delete", post("/delete-user", { password: PASSWORD }, { as: "alice", jar: "tab" }), session()],
  ["revoke", post("/revoke-session", { token: token("alice") }, { as: "alice", jar: "tab" }), session()],
  ["a due session", session({ as: "aliceDue", jar: "tab" }), get("/list-sessions", { jar: "tab" }), get("/token", { jar: "tab" })],
  ["a due session elsewhere", get("/list-accounts", { as: "aliceDue", jar: "tab" }), session()],
  ["a stale session", get("/list-sessions", { as: "aliceStale" })],
  ["an ended session", session({ as: "aliceGone" }), get("/list-sessions", { as: "aliceGone" })],
  ["by bearer", session({ bearer: token("alice") }), get("/token", { bearer: token("alice") }), post("/update-user", { name: "B" }, { bearer: token("alice") })],
];

export { NEW, change, follow, guestSignIn, reset, send, session, signIn, signOut, signUp };
const CACHES = ["compact", "jwt", "jwe", "jwks"];
const ELSEWHERE = ["verified", "sendup", "defer", "closed", "mailless", "manual", "https", "sibling", "hashed", "prefix", "short", "errorpage"];
export const flows = [
  { name: "core", variants: ["base", ...ELSEWHERE, ...CACHES], cases: core },
  { name: "sessions", variants: ["base", "defer", "short", ...CACHES], cases: sessions },
  { name: "bearers", cases: bearers },
  { name: "passwords", variants: ["base", "compact"], cases: passwords },
  { name: "resets", variants: ["base", "hashed", "errorpage", "https"], cases: resets },
  { name: "verifications", variants: ["base", "verified", "compact"], cases: verifications },
  { name: "changes", variants: ["base", "compact"], cases: changes },
  { name: "deletion", variants: ["base", "hashed", "compact"], cases: gone },
  { name: "deletion asked", variants: ["confirm"], cases: asked },
  { name: "changes confirmed", variants: ["confirm"], cases: confirmed },
  { name: "changes at once", variants: ["direct"], cases: direct },
  { name: "accounts", cases: accounts },
  { name: "users", variants: ["base", "compact"], cases: users },
  { name: "guests", cases: guests },
];
