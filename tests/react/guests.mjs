// SPDX-License-Identifier: ISC
// Stories of guests, and of what becomes of them.
import { check, same } from "../browser/tap.mjs";
import { rows, userById } from "./database.mjs";
import { NOBODY, isError, newEmail, signedUp, story } from "./person.mjs";

const GUEST = "A guest is signed in";

const enter = async (tab) => (await tab.does("Enter as a guest")).data;
const sessionsOf = (id) => rows('SELECT token FROM session WHERE "userId" = $1', id);

export const guest = (browser, { plain }) =>
  story(browser, plain, "a guest", async (meet) => {
    const tab = await meet();
    await tab.mark();
    const { token, user } = await enter(tab);
    await tab.sees(GUEST, "the hook shows one");
    check(await tab.isMarked(), "without a reload");
    same([user.name, user.isAnonymous, user.emailVerified], ["Anonymous", true, false],
      "a user like others, but anonymous");
    check(user.email.endsWith("@anonymous.placeholder.invalid"), "with an address nobody has");
    const { ["better-auth.session_token"]: cookie } = await tab.cookies();
    same([cookie.httpOnly, cookie.sameSite, cookie.value.startsWith(`${token}.`)],
      [true, "Lax", true], "and a cookie like others");
    isError(await tab.does("Enter as a guest"), 400,
      "ANONYMOUS_USERS_CANNOT_SIGN_IN_AGAIN_ANONYMOUSLY",
      "Anonymous users cannot sign in again anonymously", "a guest does not enter twice");
    check((await tab.does("Get token")).data.token, "guests get tokens");
    isError(await tab.signsIn(newEmail()), 401, "INVALID_EMAIL_OR_PASSWORD",
      "Invalid email or password", "a sign-in that fails");
    same((await tab.session()).user.id, user.id, "leaves the guest as it is");
    same((await tab.does("Delete the guest")).data, { success: true }, "a guest can go");
    same([await tab.cookies(), await userById(user.id)], [{}, undefined], "nothing is left");
    await tab.showAgain();
    await tab.sees(NOBODY, "as the hook finds out");
    await tab.signsUp(newEmail());
    isError(await tab.does("Delete the guest"), 403, "USER_IS_NOT_ANONYMOUS",
      "User is not anonymous", "a member is no guest");
  });

export const guestSignsUp = (browser, { plain }) =>
  story(browser, plain, "a guest signs up", async (meet) => {
    const email = newEmail();
    const tab = await meet();
    const before = await enter(tab);
    await tab.sees(GUEST, "a guest");
    const second = await tab.another();
    await tab.mark();
    const { data } = await tab.signsUp(email);
    await tab.sees(`Ada Lovelace <${email}> is signed in`, "the hook shows the member");
    check(await tab.isMarked(), "without a reload");
    same([data.user.isAnonymous, data.user.email], [false, email], "who is no guest");
    check(data.token !== before.token, "and has another session");
    same((await tab.session()).session.token, data.token, "which the cookie names");
    same(await rows('SELECT 1 FROM "user" WHERE id = $1 AND "isAnonymous"', before.user.id), [],
      "the guest is no more");
    same(await rows("SELECT 1 FROM session WHERE token = $1", before.token), [],
      "nor is its session");
    same((await sessionsOf(data.user.id)).length, 1, "the member has one session");
    await second.open();
    await second.sees(email, "another tab has the member, too");
    await tab.does("Sign out");
    await tab.signsIn(email);
    await tab.sees(email, "the password is the member's");
  });

export const guestSignsIn = (browser, { plain }) =>
  story(browser, plain, "a guest signs in", async (meet, site) => {
    const email = newEmail();
    const { id } = await signedUp(site, email);
    const tab = await meet();
    const before = await enter(tab);
    await tab.mark();
    isError(await tab.signsUp(email), 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL",
      "User already exists. Use another email.", "not by signing up again");
    same((await tab.session()).user.id, before.user.id, "which leaves the guest");
    const { data } = await tab.signsIn(email);
    await tab.sees(email, "signing in makes the member of it");
    check(await tab.isMarked(), "without a reload");
    same([data.user.id, data.user.isAnonymous], [id, false], "the one there was");
    same([await userById(before.user.id), await sessionsOf(before.user.id)], [undefined, []],
      "the guest is no more");
    same((await tab.session()).session.token, data.token, "the cookie is the member's");
  });
