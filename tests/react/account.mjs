// SPDX-License-Identifier: ISC
// Stories of a member's own account: name, password, the end of it.
import { check, same } from "../browser/tap.mjs";
import { rows, userOf } from "./database.mjs";
import { NOBODY, PASSWORD, isError, isFine, newEmail, story } from "./person.mjs";

const PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";

export const updating = (browser, { plain }) =>
  story(browser, plain, "changing name and picture", async (meet) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email);
    await tab.mark();
    same((await tab.does("Update user", { name: "Zoë Łukasz 🦉" })).data, { status: true },
      "a name beyond ASCII");
    await tab.sees(`Zoë Łukasz 🦉 <${email}>`, "the hook shows it");
    await tab.does("Update user", { image: PICTURE });
    await tab.sees("with a picture", "and the picture");
    same((await tab.session()).user.image, PICTURE, "which getSession has, too");
    await tab.does("Update user", { image: "null" });
    await tab.sees("without a picture", "null takes it away");
    check(await tab.isMarked(), "all without a reload");
    isError(await tab.does("Update user", { email: newEmail() }), 400,
      "EMAIL_CAN_NOT_BE_UPDATED", "Email can not be updated", "the address is not changed so");
    const stranger = await meet();
    isError(await stranger.does("Update user", { name: "x" }), 401, "UNAUTHORIZED",
      "Unauthorized", "a stranger has nothing to change");
    same((await userOf(email)).name, "Zoë Łukasz 🦉", "the row has the last name");
  });

export const changingPassword = (browser, { plain }) =>
  story(browser, plain, "changing the password", async (meet) => {
    const email = newEmail();
    const [tab, other] = [await meet(), await meet()];
    await tab.signsUp(email);
    await other.signsIn(email);
    const [second, third] = ["second battery", "third battery"];
    const changes = (currentPassword, newPassword, more = {}) =>
      tab.does("Change password", { currentPassword, newPassword, ...more });
    isError(await changes("wrong one", second), 400, "INVALID_PASSWORD", "Invalid password",
      "a wrong one is refused");
    isError(await changes(PASSWORD, "short"), 400, "PASSWORD_TOO_SHORT", "Password too short",
      "a short new one as well");
    const { data } = await changes(PASSWORD, second);
    same([data.token, data.user.email], [null, email], "the right one is accepted");
    check(data.user.createdAt.date, "the user has dates");
    check(await other.session(), "other browsers stay signed in");

    const before = (await tab.session()).session.token;
    const changed = await changes(second, third, { revokeOtherSessions: true });
    check(changed.data.token && changed.data.token !== before, "unless they are to be revoked");
    check(changed.headers["set-auth-token"]?.startsWith(`${changed.data.token}.`),
      "then there is a new token");
    same(await other.session(), null, "the other browser is out");
    await tab.sees(email, "this one is not");
    same((await tab.session()).session.token, changed.data.token, "it has the new session");
    isError(await other.signsIn(email, { password: second }), 401, "INVALID_EMAIL_OR_PASSWORD",
      "Invalid email or password", "the old password is no more");
    isFine(await other.signsIn(email, { password: third }), "the new one is the password");
  });

export const deleting = (browser, { plain }) =>
  story(browser, plain, "deleting the account", async (meet) => {
    const email = newEmail();
    const [tab, other] = [await meet(), await meet()];
    const { data: { user: { id } } } = await tab.signsUp(email);
    await other.signsIn(email);
    await tab.mark();
    isError(await tab.does("Delete account", { password: "wrong one" }), 400, "INVALID_PASSWORD",
      "Invalid password", "not with a wrong password");
    await tab.sees(email, "nothing happened");
    same((await tab.does("Delete account", { password: PASSWORD })).data,
      { success: true, message: "User deleted" }, "with the right one it is done");
    await tab.sees(NOBODY, "the hook shows it");
    check(await tab.isMarked(), "without a reload");
    same(await tab.cookies(), {}, "the cookie is gone");
    same(await other.session(), null, "other browsers are signed out");
    same(await rows('SELECT 1 FROM "user" WHERE id = $1 UNION ALL SELECT 1 FROM account ' +
      'WHERE "userId" = $1 UNION ALL SELECT 1 FROM session WHERE "userId" = $1', id), [],
    "no row is left");
    isError(await tab.signsIn(email), 401, "INVALID_EMAIL_OR_PASSWORD",
      "Invalid email or password", "nobody can sign in with it");
    await tab.signsUp(email);
    same((await tab.does("Delete account")).data?.success, true,
      "a fresh session needs no password");
    await tab.sees(NOBODY, "and the hook shows that, too");
  });
