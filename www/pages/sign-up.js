// SPDX-License-Identifier: ISC
// Sign-up: account and questionnaire as steps of one form, and one request at its end.
import "../lib/nav.js";
import { post } from "../lib/api.js";
import { $, el } from "../lib/dom.js";
import { prepareEntry } from "../lib/entry.js";
import {
  emailProblem, passwordProblem, ready, setBusy, setStatus, showProblems, validationMessages,
} from "../lib/forms.js";
import { createQuestionnaire, loadQuestionnaire } from "../lib/questionnaire.js";
import { leaveNote, mergeText, redirectTarget } from "../lib/session.js";

const form = $("form");
const steps = [{ title: "Account", element: $("account-step"), heading: $("account-title") }];
let current = 0;
let questionnaire = null;
let loading = load();

// A server without a questionnaire answers 404: then the account is all there is to do.
async function load() {
  const { data, error, status } = await loadQuestionnaire();
  if (error && status !== 404) return error;
  if (questionnaire || !data?.questions?.length) return null;
  questionnaire = createQuestionnaire(data);
  for (const { key, title, element } of questionnaire.groups) {
    const heading = el("h2", { tabindex: "-1", id: `${key}-title` }, title);
    const section = el("section", { "aria-labelledby": heading.id, hidden: true },
      heading, element);
    $("question-steps").append(section);
    steps.push({ title, key, heading, element: section });
  }
  drawSteps();
  return null;
}

function drawSteps() {
  const several = steps.length > 1;
  $("steps").replaceChildren(...(several ? steps : []).map(({ title }, index) => {
    const state = index < current ? "done" : index === current ? "now" : "later";
    return el("li", { class: state, "aria-current": state === "now" ? "step" : null },
      el("span", { class: "step-number", "aria-hidden": "true" }, String(index + 1)),
      el("span", {}, title),
      state === "done" ? el("span", { class: "visually-hidden" }, " (done)") : null);
  }));
  $("back").hidden = current === 0;
  $("next").textContent = several && current < steps.length - 1 ? "Continue" : "Create account";
}

function show(index) {
  current = index;
  steps.forEach(({ element }, at) => {
    element.hidden = at !== index;
  });
  drawSteps();
}

function enter(index) {
  show(index);
  setStatus("");
  const { heading, title } = steps[index];
  heading.textContent = title;
  heading.focus();
  scrollTo({ top: 0 });
}

const account = () => ({
  name: $("name").value.trim(),
  email: $("email").value.trim(),
  password: $("password").value,
});

function accountIsFine() {
  const { name, email, password } = account();
  return showProblems({
    name: name === "" ? "Enter your name." : "",
    email: emailProblem(email),
    password: passwordProblem(password),
  });
}

function stepIsFine() {
  if (current === 0) return accountIsFine();
  const missing = questionnaire.check(steps[current].key);
  missing?.focus();
  return !missing;
}

function showAccountProblems(problems) {
  show(0);
  showProblems(problems);
}

function showQuestionErrors(errors) {
  const { first, rest } = questionnaire.showErrors(errors);
  if (first) {
    show(steps.findIndex(({ key }) => key === first.group));
    first.focus();
  }
  setStatus(rest.join(" ") || (first ? "" : "Some answers were not accepted."));
}

function showError(error) {
  switch (error.code) {
  case "PROFILE_INVALID":
    if (questionnaire && Array.isArray(error.errors)) showQuestionErrors(error.errors);
    else setStatus(error.message);
    break;
  case "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL":
    showAccountProblems({
      email: "There is an account with this address already. Sign in instead, or use another one.",
    });
    break;
  case "PASSWORD_TOO_SHORT":
    showAccountProblems({
      password: "This password is too short for this site. Use a longer one.",
    });
    break;
  case "PASSWORD_TOO_LONG":
    showAccountProblems({ password: "This password is too long. Use at most 128 characters." });
    break;
  case "VALIDATION_ERROR": {
    const texts = Object.entries(validationMessages(error.message)).filter(([id]) => $(id));
    if (texts.length) showAccountProblems(Object.fromEntries(texts));
    else setStatus(error.message);
    break;
  }
  default:
    setStatus(error.message);
  }
}

async function submit() {
  const body = account();
  if (questionnaire) body.profile = questionnaire.collect();
  const { error, headers } = await post("/api/auth/sign-up/email", body);
  if (error) {
    setBusy(form, false);
    showError(error);
    return;
  }
  leaveNote(`Welcome, ${body.name}. ${await mergeText(headers)}`.trim());
  location.assign(redirectTarget());
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setStatus("");
  if (!stepIsFine()) return;
  setBusy(form, true);
  const failed = await loading;
  if (failed) {
    loading = load();
    setBusy(form, false);
    setStatus(`The questions couldn't be loaded. ${failed.message}`);
  } else if (current < steps.length - 1) {
    setBusy(form, false);
    enter(current + 1);
  } else {
    await submit();
  }
});

$("back").addEventListener("click", () => {
  if (form.getAttribute("aria-busy") !== "true") enter(current - 1);
});

ready(form);
drawSteps();
prepareEntry("sign-in-link");
