// SPDX-License-Identifier: ISC
// Stories with the session cached in a second cookie.
import { check, same } from "../browser/tap.mjs";
import { link, rename } from "./database.mjs";
import { NOBODY, PASSWORD, newEmail, story } from "./person.mjs";

const TOKEN = "better-auth.session_token";
const DATA = "better-auth.session_data";

const isHidden = (value, email) => value.split(".").length === 5 &&
  value.split(".").every((part) => !Buffer.from(part, "base64url").includes(email));
const isReadable = (value, email) =>
  JSON.parse(Buffer.from(decodeURIComponent(value), "base64url")).session.user.email === email;

const cached = (title, name, looksRight) => (browser, sites) =>
  story(browser, sites[name], title, async (meet, { origin }) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email);
    await tab.sees(email, "the hook shows the member");
    const { [DATA]: cookie } = await tab.cookies();
    same([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"],
      "the second cookie is HttpOnly, SameSite=Lax");
    check(Math.abs(cookie.expires - Date.now() / 1000 - 300) < 30, "for five minutes");
    check(looksRight(cookie.value, email), "of the right kind", cookie.value);

    await rename(email, "Augusta King");
    await tab.open();
    await tab.sees(`Ada Lovelace <${email}>`, "a reload is answered from the cookie");
    const { session } = await tab.session();
    check(session.expiresAt.date && session.createdAt.date, "which has dates, too");
    same((await tab.does("Get session", { disableCookieCache: true })).data.user.name,
      "Augusta King", "the database is asked if wanted");
    await tab.open();
    await tab.sees("Augusta King", "and the cookie made anew");
    await tab.does("Update user", { name: "Ada Byron" });
    await tab.sees("Ada Byron", "an update shows at once");

    const other = newEmail();
    await tab.does("Change address", { newEmail: other, callbackURL: `${origin}/changed` });
    await tab.page.goto(await link(other, "/verify-email"));
    await tab.arrives("/changed", "another address is agreed to");
    await tab.sees(other, "and shows at once");
    const { data: { token } } = await tab.does("Change password",
      { currentPassword: PASSWORD, newPassword: PASSWORD, revokeOtherSessions: true });
    await tab.sees(other, "a new password with a new session");
    same((await tab.session()).session.token, token, "is in the cookie, too");

    await tab.does("Sign out");
    await tab.sees(NOBODY, "signing out signs out");
    same(await tab.cookies(), {}, "both cookies are gone");
    await tab.open();
    await tab.sees(NOBODY, "for good");
    await tab.signsIn(other, { forget: true });
    const forgotten = await tab.cookies();
    same([forgotten[TOKEN].expires, forgotten[DATA].expires], [-1, -1],
      "not to be remembered, both end with the browser");
    await tab.does("Revoke sessions");
    await tab.sees(NOBODY, "revoking all sessions signs out as well");
    same(await tab.cookies(), {}, "and leaves no cookie");

    await tab.does("Enter as a guest");
    await tab.sees("A guest is signed in", "a guest is cached");
    await tab.signsUp(newEmail());
    await tab.sees("Ada Lovelace", "and a member once signed up");
    await tab.does("Delete account", { password: PASSWORD });
    await tab.sees(NOBODY, "who can delete the account");
    same(await tab.cookies(), {}, "cookies included");
  });

export const cachedReadably = cached("a cookie cache that can be read", "compact", isReadable);
export const cachedHidden = cached("a cookie cache that cannot be read", "jwe", isHidden);
