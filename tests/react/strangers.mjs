// SPDX-License-Identifier: ISC
// Stories of a page whose origin the server does not trust.
import { check, same } from "../browser/tap.mjs";
import { userOf } from "./database.mjs";
import { NOBODY, PASSWORD, newEmail, signedUp, story } from "./person.mjs";

const BLOCKED = /blocked by CORS policy|net::ERR_FAILED/;
const learnsNothing = ({ data, thrown, error, headers }) =>
  !data && Boolean(thrown ?? error) && Object.keys(headers).length === 0;

// What a page may send without asking first: a request it cannot read the answer of.
const sendBlind = (tab, url, body) => tab.page.evaluate(([to, text]) =>
  fetch(to, { method: "POST", mode: "no-cors", credentials: "include", body: text })
    .then(({ type }) => type), [url, body]);

const askFromNowhere = (tab, url) => tab.page.evaluate((to) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts";
  frame.srcdoc = `<script>fetch("${to}", { credentials: "include" })
    .then((got) => got.text(), (error) => error.name)
    .then((text) => parent.postMessage(text, "*"))</script>`;
  addEventListener("message", ({ data }) => resolve(data), { once: true });
  document.body.append(frame);
}), url);

const postForm = (tab, url, values) => tab.page.evaluate(([action, fields]) => {
  const form = document.createElement("form");
  Object.assign(form, { action, method: "post" });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(form);
  form.submit();
}, [url, values]);

export const strangerReadsNothing = (browser, { plain }) =>
  story(browser, plain, "a page of a strange origin", async (meet, { base, stranger }) => {
    const email = newEmail();
    const tab = await meet();
    await tab.signsUp(email);
    const bad = await (await tab.another()).open(stranger);
    await bad.sees("Nobody is signed in, or so it seems.", "its hook sees nobody");
    for (const call of ["Get session", "Get token", "List sessions", "Sign out",
      "Revoke sessions", "Delete account"]) {
      check(learnsNothing(await bad.does(call)), `its ${call} learns nothing`);
    }
    check(learnsNothing(await bad.does("Update user", { name: "Mallory" })),
      "nor does it change a name");
    for (const path of ["sign-out", "revoke-sessions", "delete-user", "update-user"]) {
      same(await sendBlind(bad, `${base}/api/auth/${path}`, '{"name":"Mallory"}'), "opaque",
        `${path} sent blindly`);
    }
    same(await askFromNowhere(bad, `${base}/api/auth/get-session`), "TypeError",
      "a frame without an origin reads nothing either");
    await tab.open();
    await tab.sees(`Ada Lovelace <${email}>`, "the member is signed in as before");
    check(await userOf(email), "and still has an account");
  }, { tolerate: BLOCKED });

export const strangerSignsNobodyIn = (browser, { plain }) =>
  story(browser, plain, "a strange origin and passwords", async (meet, { base, stranger }) => {
    const [email, mallory] = [newEmail(), newEmail()];
    await signedUp(plain, email);
    await signedUp(plain, mallory);
    const tab = await meet(stranger);
    check(learnsNothing(await tab.signsIn(email)), "it cannot sign in");
    check(learnsNothing(await tab.signsUp(newEmail())), "nor sign up");
    check(learnsNothing(await tab.does("Enter as a guest")), "nor enter as a guest");
    same(await tab.cookies(), {}, "no cookie comes of it");
    const signIn = `${base}/api/auth/sign-in/email`;
    await postForm(tab, signIn, { email: mallory, password: PASSWORD });
    await tab.page.waitForURL(signIn);
    same(JSON.parse(await tab.page.locator("body").textContent()).code, "INVALID_ORIGIN",
      "a form that is sent there is refused");
    same(await tab.cookies(), {}, "without a cookie");
    await tab.open();
    await tab.sees(NOBODY, "the real page knows of nobody");

    await tab.signsIn(email);
    await tab.open(stranger);
    await postForm(tab, signIn, { email: mallory, password: PASSWORD });
    await tab.page.waitForURL(signIn);
    await tab.open();
    await tab.sees(email, "nobody is signed in as somebody else");
  }, { tolerate: BLOCKED });
