// SPDX-License-Identifier: ISC
// Sign-in: one request, then on to where the visitor wanted to go.
import "../lib/nav.js";
import { post } from "../lib/api.js";
import { $ } from "../lib/dom.js";
import { prepareEntry } from "../lib/entry.js";
import { emailProblem, ready, setBusy, setStatus, showProblems } from "../lib/forms.js";
import {
  getUser, lacksProfile, leaveNote, mergeText, redirectTarget, withRedirect,
} from "../lib/session.js";

const form = $("form");

async function goOn(headers) {
  const text = await mergeText(headers);
  if (text) leaveNote(text);
  const target = redirectTarget();
  const user = await getUser({ fresh: true });
  location.assign(lacksProfile(user) ? withRedirect("/questionnaire.html", target) : target);
}

function showError(error) {
  if (error.code === "INVALID_EMAIL_OR_PASSWORD") {
    showProblems({ password: "The address or the password is wrong." });
  } else if (error.code === "INVALID_EMAIL") {
    showProblems({ email: emailProblem("?") });
  } else {
    setStatus(error.message);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setStatus("");
  const email = $("email").value.trim();
  const password = $("password").value;
  const fine = showProblems({
    email: emailProblem(email),
    password: password === "" ? "Enter your password." : "",
  });
  if (!fine) return;
  setBusy(form, true);
  const rememberMe = $("remember").checked;
  const { data, error, headers } =
    await post("/api/auth/sign-in/email", { email, password, rememberMe });
  if (data?.twoFactorRedirect) {
    setBusy(form, false);
    setStatus("This account asks for a second factor, which this site doesn't offer yet.");
  } else if (error) {
    setBusy(form, false);
    showError(error);
  } else {
    await goOn(headers);
  }
});

ready(form);
prepareEntry("sign-up-link");
