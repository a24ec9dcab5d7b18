// SPDX-License-Identifier: ISC
// Stories of links in mails, followed in the browser.
import { check, same } from "../browser/tap.mjs";
import { age, link, links, rows, userOf } from "./database.mjs";
import { NOBODY, PASSWORD, isError, isFine, newEmail, signedUp, story } from "./person.mjs";

// One character in the middle of the token is another.
function spoilt(url, token) {
  const at = url.indexOf(token) + Math.floor(token.length / 2);
  return url.slice(0, at) + (url[at] === "a" ? "b" : "a") + url.slice(at + 1);
}
const tokenOf = (url) => new URL(url).searchParams.get("token");
const resetTokenOf = (url) => new URL(url).pathname.split("/").pop();

export const resetting = (browser, { plain }) =>
  story(browser, plain, "a forgotten password", async (meet, { base, origin }) => {
    const email = newEmail();
    const [other, tab] = [await meet(), await meet()];
    await other.signsUp(email);
    const SENT = { status: true,
      message: "If this email exists in our system, check your email for the reset link" };
    const asked = { email, redirectTo: `${origin}/reset?from=mail` };
    same((await tab.does("Forgot password", asked)).data, SENT, "a mail is promised");
    const nobody = newEmail();
    same((await tab.does("Forgot password", { ...asked, email: nobody })).data, SENT,
      "to an unknown address, too");
    const url = await link(email, "/reset-password/");
    check(url.startsWith(`${base}/api/auth/reset-password/`), "the link leads to the server", url);

    await tab.page.goto(url);
    const query = await tab.arrives("/reset", "which sends on to the page");
    same([query.get("from"), query.get("token")], ["mail", resetTokenOf(url)],
      "with a token beside the page's own query");
    isError(await tab.does("Reset password", { newPassword: "short" }), 400,
      "PASSWORD_TOO_SHORT", "Password too short", "a short password is refused");
    same((await tab.does("Reset password", { newPassword: "second battery" })).data,
      { status: true }, "a good one is taken");
    isError(await tab.does("Reset password", { newPassword: "third battery" }), 400,
      "INVALID_TOKEN", "Invalid token", "but once");
    await tab.sees(NOBODY, "which signs nobody in");
    same(await other.session(), null, "and the sessions there were have ended");
    isError(await tab.signsIn(email), 401, "INVALID_EMAIL_OR_PASSWORD",
      "Invalid email or password", "the old password is no more");
    isFine(await tab.signsIn(email, { password: "second battery" }), "the new one is");
    same(await links(nobody, "/"), [], "the unknown address got no mail");
  });

export const badResetLinks = (browser, { plain }) =>
  story(browser, plain, "links that reset nothing", async (meet, { base, origin }) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email);
    isError(await tab.does("Forgot password", { email, redirectTo: "https://evil.example/" }),
      403, "INVALID_REDIRECT_URL", "Invalid redirectURL", "a mail with a strange address");
    await tab.does("Forgot password", { email, redirectTo: `${origin}/reset` });
    const url = await link(email, "/reset-password/");
    await tab.page.goto(spoilt(url, resetTokenOf(url)));
    const query = await tab.arrives("/reset", "a wrong token leads to the page");
    same([query.get("error"), query.get("token")], ["INVALID_TOKEN", null], "with the error");
    same(await tab.page.getByRole("alert").textContent(), "INVALID_TOKEN", "which it shows");
    isError(await tab.does("Reset password", { newPassword: PASSWORD, token: "nonsense" }), 400,
      "INVALID_TOKEN", "Invalid token", "a made-up token resets nothing");
    isError(await tab.does("Reset password", { newPassword: PASSWORD }), 400,
      "INVALID_TOKEN", "Invalid token", "nor does none");

    const bent = new URL(url);
    bent.searchParams.set("callbackURL", "https://evil.example/");
    const response = await tab.page.goto(bent.href);
    same([response.status(), (await response.json()).code], [403, "INVALID_CALLBACK_URL"],
      "a link bent to another site leads nowhere");
    await rows(`UPDATE verification SET "expiresAt" = now() - interval '1 second'
      WHERE identifier = $1`, `reset-password:${resetTokenOf(url)}`);
    await tab.page.goto(url);
    same((await tab.arrives("/reset", "a link that is too old leads to the page")).get("error"),
      "INVALID_TOKEN", "with the error");
    check(url.startsWith(base) && await userOf(email), "the account is as it was");
  });

export const verifying = (browser, { plain }) =>
  story(browser, plain, "verifying an address", async (meet, { base, origin }) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email);
    same(await links(email, "/verify-email"), [], "signing up sends no mail");
    isError(await tab.does("Send verification", { email: newEmail() }), 400, "EMAIL_MISMATCH",
      "Email mismatch", "somebody else's address is refused");
    const asked = { email, callbackURL: `${origin}/verified` };
    same((await tab.does("Send verification", asked)).data, { status: true }, "a mail is sent");
    const url = await link(email, "/verify-email");
    check(url.startsWith(`${base}/api/auth/verify-email?token=`), "its link leads to the server");

    await tab.page.goto(spoilt(url, tokenOf(url)));
    same((await tab.arrives("/verified", "a wrong token leads to the page")).get("error"),
      "INVALID_TOKEN", "with the error");
    await tab.sees("unverified", "which shows that nothing is verified");
    await tab.page.goto(url);
    same([...await tab.arrives("/verified", "the right one leads there")], [], "without one");
    await tab.sees(`${email}> is signed in, verified`, "the address is verified");
    await tab.page.goto(url);
    same([...await tab.arrives("/verified", "the link works again")], [], "without an error");
    isError(await tab.does("Send verification", asked), 400, "EMAIL_ALREADY_VERIFIED",
      "Email is already verified", "there is nothing more to send");
  });

export const verifyingByCall = (browser, { plain }) =>
  story(browser, plain, "verifying by the client's call", async (meet) => {
    const email = newEmail();
    const [tab, stranger] = [await meet(), await meet()];
    await tab.signsUp(email);
    same((await stranger.does("Send verification", { email })).data, { status: true },
      "anybody may ask for the mail");
    const nobody = newEmail();
    same((await stranger.does("Send verification", { email: nobody })).data, { status: true },
      "for any address");
    await tab.mark();
    const token = tokenOf(await link(email, "/verify-email"));
    isError(await tab.does("Verify address", { token: "nonsense" }), 401, "INVALID_TOKEN",
      "Invalid token", "a made-up token is refused");
    same((await tab.does("Verify address", { token })).data, { status: true, user: null },
      "the mail's token is taken");
    await tab.sees(`${email}> is signed in, verified`, "the hook shows it");
    check(await tab.isMarked(), "without a reload");
    await stranger.sees(NOBODY, "the stranger is nobody still");
    same(await links(nobody, "/"), [], "the unknown address got no mail");
  });

export const mustVerify = (browser, { careful }) =>
  story(browser, careful, "no entry before the address is verified", async (meet, { origin }) => {
    const email = newEmail();
    const tab = await meet();
    const { data } = await tab.signsUp(email, { callbackURL: `${origin}/welcome` });
    same([data.token, data.user.email, data.user.emailVerified], [null, email, false],
      "signing up signs nobody in");
    await tab.sees(NOBODY, "the hook agrees");
    same(await tab.cookies(), {}, "there is no cookie");
    const first = await link(email, "/verify-email");
    isError(await tab.signsIn(email), 403, "EMAIL_NOT_VERIFIED", "Email not verified",
      "nor can one sign in");
    check(await link(email, "/verify-email", 2), "which sends the mail again");
    const { data: { token, user } } = await tab.signsUp(email);
    same([token, user.email], [null, email], "an address that is taken is not told");

    await tab.page.goto(first);
    await tab.arrives("/welcome", "the link leads to where sign-up said");
    await tab.sees(`${email}> is signed in, verified`, "signed in");
    same((await tab.cookies())["better-auth.session_token"]?.httpOnly, true, "by a cookie");
    await tab.does("Sign out");
    isFine(await tab.signsIn(email), "now the password is enough");
  });

async function member(meet, email) {
  const tab = await meet();
  await tab.signsUp(email);
  await tab.page.goto(await link(email, "/verify-email"));
  await tab.open();
  return tab;
}

export const extendedByHook = (browser, { careful }) =>
  story(browser, careful, "sessions that only POST extends", async (meet) => {
    const email = newEmail();
    const tab = await member(meet, email);
    const { session: { token } } = await tab.session();
    const days = async () => (await rows(
      'SELECT round(extract(epoch FROM "expiresAt" - now()) / 86400) AS n FROM session ' +
      "WHERE token = $1", token))[0].n;
    await age(token, 2);
    same((await tab.does("Get session")).data.needsRefresh, true, "getSession tells it is due");
    same(await days(), "5", "and does not do it");
    await tab.open();
    await tab.sees(email, "the hook");
    await tab.page.waitForLoadState("networkidle");
    same(await days(), "7", "does");
    same((await tab.does("Get session")).data.needsRefresh, false, "then it is not due");
  });

export const changingAddress = (browser, { plain }) =>
  story(browser, plain, "another address", async (meet, { origin }) => {
    const [email, other, taken] = [newEmail(), newEmail(), newEmail()];
    await signedUp(plain, taken);
    const tab = await meet();
    await tab.signsUp(email);
    isError(await tab.does("Change address", { newEmail: email }), 400, null, "Email is the same",
      "the same address is refused");
    same((await tab.does("Change address", { newEmail: taken })).data, { status: true },
      "one that is taken is not told");
    same((await tab.does("Change address",
      { newEmail: other, callbackURL: `${origin}/changed` })).data, { status: true },
    "a new one gets a mail");
    await tab.sees(email, "until then it is the old one");
    const url = await link(other, "/verify-email");
    await tab.page.goto(url);
    same([...await tab.arrives("/changed", "the link leads to the page")], [], "without error");
    await tab.sees(other, "which shows the new address");
    await tab.does("Sign out");
    isError(await tab.signsIn(email), 401, "INVALID_EMAIL_OR_PASSWORD",
      "Invalid email or password", "the old one is nobody's");
    isFine(await tab.signsIn(other), "the new one signs in");
    await tab.page.goto(url);
    same((await tab.arrives("/changed", "the link a second time")).get("error"), "INVALID_TOKEN",
      "is none");
    same(await links(taken, "/"), [], "the taken address got no mail");
  });

export const confirmingAddress = (browser, { careful }) =>
  story(browser, careful, "another address, with the old one asked", async (meet, { origin }) => {
    const [email, other] = [newEmail(), newEmail()];
    const tab = await member(meet, email);
    same((await tab.does("Change address",
      { newEmail: other, callbackURL: `${origin}/changed` })).data, { status: true },
    "it is asked for");
    await tab.page.goto(await link(email, "/verify-email", 2));
    await tab.arrives("/changed", "the old address agrees");
    await tab.sees(email, "nothing has changed yet");
    await tab.page.goto(await link(other, "/verify-email"));
    await tab.arrives("/changed", "the new one agrees");
    await tab.sees(`${other}> is signed in, verified`, "now it has");
  });

export const deletingByMail = (browser, { careful }) =>
  story(browser, careful, "deleting the account by mail", async (meet, { origin }) => {
    const email = newEmail();
    const tab = await member(meet, email);
    await tab.sees(email, "a member");
    const asked = { password: PASSWORD, callbackURL: `${origin}/bye` };
    same((await tab.does("Delete account", asked)).data,
      { success: true, message: "Verification email sent" }, "a mail asks first");
    await tab.sees(email, "the account is still there");
    const url = await link(email, "/delete-user/callback");
    isError(await tab.does("Delete account", { token: "nonsense" }), 404, "INVALID_TOKEN",
      "Invalid token", "a made-up token deletes nothing");
    const wrong = await tab.page.goto(spoilt(url, tokenOf(url)));
    same([wrong.status(), await wrong.json()],
      [404, { message: "Invalid token", code: "INVALID_TOKEN" }], "a wrong link neither");
    const stranger = await meet();
    const refused = await stranger.page.goto(url);
    same([refused.status(), (await refused.json()).code], [404, "FAILED_TO_GET_USER_INFO"],
      "nor does the link in a browser that is not signed in");
    check(await userOf(email), "the account is there after all that");

    await tab.page.goto(url);
    same([...await tab.arrives("/bye", "the link leads to the page")], [], "without an error");
    await tab.sees(NOBODY, "which nobody is signed in to");
    same(await tab.cookies(), {}, "the cookies are gone");
    same(await userOf(email), undefined, "the account, too");
  });

export const deletingByToken = (browser, { careful }) =>
  story(browser, careful, "deleting the account by the mail's token", async (meet) => {
    const email = newEmail();
    const tab = await member(meet, email);
    await tab.does("Delete account");
    const token = tokenOf(await link(email, "/delete-user/callback"));
    await tab.mark();
    same((await tab.does("Delete account", { token })).data,
      { success: true, message: "User deleted" }, "the client's call takes it");
    await tab.sees(NOBODY, "the hook shows it");
    check(await tab.isMarked(), "without a reload");
    same(await userOf(email), undefined, "the account is gone");
  });
