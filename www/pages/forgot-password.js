// SPDX-License-Identifier: ISC
// The way back for who forgot the password. Whether an address is known is told to nobody.
import "../lib/nav.js";
import { post } from "../lib/api.js";
import { $ } from "../lib/dom.js";
import { emailProblem, ready, setBusy, setStatus, showProblems } from "../lib/forms.js";
import { getUser, isMember } from "../lib/session.js";

const form = $("form");

function show({ sent, title }) {
  $("entry").hidden = sent;
  $("sent").hidden = !sent;
  $("title").textContent = title;
}

function showSent(email) {
  $("address").textContent = email;
  show({ sent: true, title: "Look into your mails" });
  $("title").focus();
}

function showError(error) {
  if (error.code === "RESET_PASSWORD_DISABLED") {
    setStatus("This site sends no mails at the moment. Please ask the people who run it.");
  } else if (error.code === "VALIDATION_ERROR") {
    showProblems({ email: emailProblem("?") });
  } else {
    setStatus(error.message);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setStatus("");
  const email = $("email").value.trim();
  if (!showProblems({ email: emailProblem(email) })) return;
  setBusy(form, true);
  const { error } = await post("/api/auth/request-password-reset",
    { email, redirectTo: "/reset-password.html" });
  setBusy(form, false);
  if (error) showError(error);
  else showSent(email);
});

$("again").addEventListener("click", () => {
  show({ sent: false, title: "Forgot your password?" });
  $("email").focus();
  $("email").select();
});

ready(form);
const user = await getUser();
if (isMember(user) && $("email").value === "") $("email").value = user.email;
