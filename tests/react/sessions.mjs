// SPDX-License-Identifier: ISC
// Stories of signing up, in and out, and of sessions.
import { createPublicKey, verify } from "node:crypto";
import { check, same } from "../browser/tap.mjs";
import { age, rename, rows, userOf } from "./database.mjs";
import { NOBODY, PASSWORD, isError, newEmail, signedUp, story } from "./person.mjs";

const WEEK = 604800;
const TOKEN = "better-auth.session_token";
const FORGET = "better-auth.dont_remember";

const near = (got, want, slack) => Math.abs(got - want) <= slack;
const lifeOf = (cookie) => cookie.expires - Date.now() / 1000;

export const firstVisit = (browser, { plain }) =>
  story(browser, plain, "a first visit", async (meet) => {
    const tab = await meet();
    await tab.sees(NOBODY, "the hook says that nobody is signed in");
    const { data, error, headers } = await tab.does("Get session");
    same([data, error, headers["set-auth-jwt"]], [null, null, null], "so does getSession");
    isError(await tab.does("List sessions"), 401, "UNAUTHORIZED", "Unauthorized",
      "listSessions is refused, with code, message, status and its text");
    isError(await tab.does("Get token"), 401, "UNAUTHORIZED", "Unauthorized",
      "token() is refused the same way");
    same((await tab.does("Sign out")).data, { success: true }, "signing out is no mistake");
    same(await tab.cookies(), {}, "nothing of it leaves a cookie");
  });

export const signingUp = (browser, { plain }) =>
  story(browser, plain, "signing up", async (meet, { base }) => {
    const email = newEmail();
    const tab = await meet();
    await tab.mark();
    const { data, error, headers } = await tab.signsUp(email.toUpperCase());
    await tab.sees(`Ada Lovelace <${email}> is signed in, unverified, without a picture`,
      "the hook shows the new member");
    check(await tab.isMarked(), "without a reload");
    same([error, data.user.email, data.user.name, data.user.emailVerified, data.user.image],
      [null, email, "Ada Lovelace", false, null], "the answer has the user");
    check(data.user.createdAt.date && data.user.updatedAt.date, "whose dates are Date objects");
    check(headers["set-auth-token"]?.startsWith(`${data.token}.`),
      "another origin can read set-auth-token");

    const { [TOKEN]: cookie, ...others } = await tab.cookies();
    same([cookie.httpOnly, cookie.sameSite, cookie.path, cookie.secure, cookie.domain],
      [true, "Lax", "/", false, new URL(base).hostname], "the cookie is HttpOnly, SameSite=Lax");
    check(near(lifeOf(cookie), WEEK, 60), "for a week", cookie.expires);
    same(Object.keys(others), [], "and the only one");
    same(await tab.page.evaluate(() => document.cookie), "", "scripts cannot see it");

    await tab.open();
    await tab.sees(email, "a reload keeps the session");
    const session = await tab.does("Get session");
    check(session.headers["set-auth-jwt"]?.split(".").length === 3,
      "another origin can read set-auth-jwt");
    const { session: row, user } = session.data;
    check(["expiresAt", "createdAt", "updatedAt"].every((key) => row[key].date),
      "the session's dates are Date objects");
    same([row.token, row.userId, user.id], [data.token, data.user.id, data.user.id],
      "it is the session the sign-up gave");
    same(row.userAgent, await tab.page.evaluate(() => navigator.userAgent), "of this browser");
  });

export const refusals = (browser, { plain }) =>
  story(browser, plain, "what is refused", async (meet) => {
    const email = newEmail();
    await signedUp(plain, email);
    const tab = await meet();
    isError(await tab.signsUp(email), 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
      "User already exists. Use another email.", "signing up with an address that is taken");
    isError(await tab.signsUp(newEmail(), { password: "short" }), 400, "PASSWORD_TOO_SHORT",
      "Password too short", "a short password");
    isError(await tab.signsUp("ada@nowhere"), 400, "VALIDATION_ERROR",
      "[body.email] Invalid email address", "a bad address, at sign-up");
    isError(await tab.does("Sign up", {}), 400, "VALIDATION_ERROR",
      "[body.email] Invalid input: expected string, received undefined; " +
      "[body.password] Invalid input: expected string, received undefined", "an empty form");
    isError(await tab.signsIn("ada@nowhere"), 400, "INVALID_EMAIL", "Invalid email",
      "a bad address, at sign-in");
    const wrong = [401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password"];
    isError(await tab.signsIn(email, { password: "not the password" }), ...wrong,
      "a wrong password");
    isError(await tab.signsIn(newEmail()), ...wrong, "an unknown address, in the same words");
    await tab.sees(NOBODY, "nobody is signed in after all that");
    same(await tab.cookies(), {}, "no cookie either");
  });

export const signingInAndOut = (browser, { plain }) =>
  story(browser, plain, "signing in and out", async (meet) => {
    const email = newEmail();
    await signedUp(plain, email);
    const tab = await meet();
    await tab.sees(NOBODY, "a browser that nobody signed in with");
    await tab.mark();
    const { data, headers } = await tab.signsIn(email);
    await tab.sees(email, "the hook shows who signed in");
    same([data.redirect, data.user.email, "url" in data], [false, email, false],
      "the answer asks for no redirect");
    check(headers["set-auth-token"]?.startsWith(data.token), "set-auth-token is readable");
    check((await tab.cookies())[TOKEN].value.startsWith(`${data.token}.`), "the cookie is set");
    same((await tab.does("Sign out")).data, { success: true }, "signing out succeeds");
    await tab.sees(NOBODY, "and the hook shows it");
    check(await tab.isMarked(), "all without a reload");
    same(await tab.cookies(), {}, "the cookie is gone");
    same(await rows("SELECT id FROM session WHERE token = $1", data.token), [],
      "the session, too");
    same(await tab.session(), null, "getSession says the same");
  });

export const notRemembered = (browser, { plain }) =>
  story(browser, plain, "not to be remembered", async (meet) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email, { forget: true });
    const cookies = await tab.cookies();
    same([cookies[TOKEN].expires, cookies[FORGET].expires], [-1, -1],
      "both cookies end with the browser");
    same([cookies[FORGET].httpOnly, cookies[FORGET].sameSite], [true, "Lax"],
      "the mark is HttpOnly, SameSite=Lax");
    const { session } = await tab.session();
    check(near(Date.parse(session.expiresAt.date) - Date.now(), 86400e3, 60e3),
      "the session lasts a day", session.expiresAt.date);
    await tab.does("Update user", { name: "Ada Byron" });
    await tab.sees("Ada Byron", "the name changes");
    same((await tab.cookies())[TOKEN].expires, -1, "which does not prolong the cookie");
    await tab.signsIn(email);
    const after = await tab.cookies();
    check(near(lifeOf(after[TOKEN]), WEEK, 60) && !(FORGET in after),
      "the next sign-in that is to be remembered is");
    await tab.does("Sign out");
    await tab.signsIn(email, { forget: true });
    same((await tab.cookies())[TOKEN].expires, -1, "signing in can be forgotten, too");
    await tab.does("Sign out");
    same(await tab.cookies(), {}, "signing out takes both cookies away");
  });

export const callbackAddress = (browser, { plain }) =>
  story(browser, plain, "an address to go to after signing in", async (meet, { origin }) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email, { callbackURL: `${origin}/welcome` });
    same(new URL(tab.page.url()).pathname, "/", "signing up leads nowhere");
    await tab.does("Sign out");
    isError(await tab.signsIn(email, { callbackURL: "https://evil.example/" }), 403,
      "INVALID_CALLBACK_URL", "Invalid callbackURL", "a strange one is refused");
    await tab.sees(NOBODY, "and nobody is signed in");
    isError(await tab.signsUp(newEmail(), { callbackURL: "//evil.example/" }), 403,
      "INVALID_CALLBACK_URL", "Invalid callbackURL", "also at sign-up");
    const who = { email, password: PASSWORD };
    await tab.submit("Sign in", { ...who, callbackURL: `${origin}/welcome?a=1` });
    const query = await tab.arrives("/welcome", "the page goes there");
    same(query.get("a"), "1", "with its query");
    await tab.sees(email, "signed in");
    await tab.does("Sign out");
    await tab.submit("Sign in", { ...who, callbackURL: "/home" });
    await tab.arrives("/home", "a path leads to the page's own origin");
    await tab.sees(email, "signed in as well");
  });

export const secondTab = (browser, { plain }) =>
  story(browser, plain, "a second tab", async (meet) => {
    const email = newEmail();
    const one = await meet();
    await one.signsUp(email);
    const two = await one.another();
    await two.sees(email, "it has the session");
    await two.mark();
    await one.does("Update user", { name: "Ada Byron" });
    await one.sees("Ada Byron", "the first tab changes the name");
    await two.sees("Ada Byron", "the second shows it");
    await one.does("Sign out");
    await two.sees(NOBODY, "and learns of the sign-out");
    check(await two.isMarked(), "without a reload");
  });

export const backInTheTab = (browser, { plain }) =>
  story(browser, plain, "back in the tab", async (meet) => {
    const email = newEmail();
    const tab = await meet();
    await tab.sees(NOBODY, "nobody at first");
    const other = await tab.another();
    await other.signsUp(email);
    await tab.showAgain();
    await tab.sees(email, "a tab that is shown again learns of the sign-in");
    await rename(email, "Augusta King");
    await tab.page.clock.setSystemTime(Date.now() + 60e3);
    await tab.showAgain();
    await tab.sees("Augusta King", "and of a name that changed elsewhere");
  });

export const manySessions = (browser, { plain }) =>
  story(browser, plain, "sessions in several browsers", async (meet) => {
    const email = newEmail();
    const home = await meet();
    await home.signsUp(email);
    const [work, phone, tablet] = await Promise.all([meet(), meet(), meet()]);
    const tokens = [];
    for (const tab of [work, phone, tablet]) tokens.push((await tab.signsIn(email)).data.token);
    const listed = await home.does("List sessions");
    same(listed.data.map(({ token }) => token).sort(),
      [...tokens, (await home.session()).session.token].sort(), "listSessions has them all");
    check(listed.data.every((one) => one.expiresAt.date && one.createdAt.date && one.userAgent),
      "with dates and the browser");

    same((await home.does("Revoke session", { token: tokens[0] })).data, { status: true },
      "one is revoked");
    await work.showAgain();
    await work.sees(NOBODY, "that browser is signed out");
    await phone.showAgain();
    await phone.sees(email, "another one is not");

    const stranger = await meet();
    await stranger.signsUp(newEmail());
    same((await stranger.does("Revoke session", { token: tokens[1] })).data, { status: true },
      "somebody else's session: the same answer");
    check(await phone.session(), "but it lives on");

    same((await home.does("Revoke other sessions")).data, { status: true }, "the others, too");
    same(await Promise.all([phone.session(), tablet.session()]), [null, null],
      "are signed out");
    check(await home.session(), "this browser stays signed in");
    await tablet.signsIn(email);
    same((await home.does("Revoke sessions")).data, { status: true }, "all of them");
    await home.sees(NOBODY, "this browser's hook shows it");
    same(await tablet.session(), null, "the last other browser is out");
    same(await home.cookies(), {}, "and the cookie is gone");
    await tablet.signsIn(email);
    const { session } = await tablet.session();
    await tablet.does("Revoke session", { token: session.token });
    await tablet.sees(NOBODY, "revoking one's own session signs out");
    same(await tablet.cookies(), {}, "cookie included");
  });

export const oldSessions = (browser, { plain }) =>
  story(browser, plain, "a session grows old", async (meet) => {
    const tab = await meet();
    const email = newEmail();
    const { data: { token } } = await tab.signsUp(email);
    const ends = async () => Date.parse((await tab.session()).session.expiresAt.date) / 1000;
    const now = () => Date.now() / 1000;
    await age(token, 2);
    await tab.open();
    await tab.sees(email, "after two days it is there");
    check(near(await ends() - now(), WEEK, 60), "and lasts a week again");
    isError(await tab.does("List sessions"), 403, "SESSION_NOT_FRESH", "Session is not fresh",
      "listSessions wants a fresh one");
    isError(await tab.does("Delete account"), 400, "SESSION_EXPIRED",
      "Session expired. Re-authenticate to perform this action.",
      "so does deleting the account without a password");
    await age(token, 8);
    await tab.open();
    await tab.sees(NOBODY, "after eight days without a visit it has ended");
    same([await tab.cookies(), await rows("SELECT 1 FROM session WHERE token = $1", token)],
      [{}, []], "and its cookie and row are gone");
  });

async function claimsOf(base, jwt) {
  const [head, body, signature] = jwt.split(".");
  const { kid, alg } = JSON.parse(Buffer.from(head, "base64url"));
  const { keys } = await (await fetch(`${base}/api/auth/jwks`)).json();
  const key = createPublicKey({ key: keys.find((one) => one.kid === kid), format: "jwk" });
  const good = verify(null, Buffer.from(`${head}.${body}`), key,
    Buffer.from(signature, "base64url"));
  return { alg, good, ...JSON.parse(Buffer.from(body, "base64url")) };
}

export const tokens = (browser, { plain }) =>
  story(browser, plain, "tokens for other servers", async (meet, { base }) => {
    const email = newEmail();
    const tab = await meet();
    const { data: { token, user }, headers } = await tab.signsUp(email);
    const given = await tab.does("Get token");
    const claims = await claimsOf(base, given.data.token);
    same([claims.alg, claims.good], ["EdDSA", true], "token() is signed by a published key");
    same([claims.sub, claims.email, claims.iss, claims.aud, claims.exp - claims.iat],
      [user.id, email, base, base, 900], "says who it is, for whom and for how long");
    const again = await tab.does("Get session");
    same((await claimsOf(base, again.headers["set-auth-jwt"])).sub, user.id,
      "set-auth-jwt is one as well");

    const signed = headers["set-auth-token"];
    const other = await meet();
    const got = await other.does("Get session by token", { token: signed });
    same(got.data?.user.email, email, "set-auth-token works as a bearer token without a cookie");
    same((await other.does("Get session by token", { token })).data?.user.email, email,
      "so does the bare session token");
    same((await other.does("Get session by token", { token: `${signed}x` })).data, null,
      "a forged one does not");
    same(await other.cookies(), {}, "and leaves no cookie");
    await tab.does("Sign out");
    same((await other.does("Get session by token", { token: signed })).data, null,
      "after the sign-out it is worth nothing");
    check(await userOf(email), "while the account is still there");
  });
