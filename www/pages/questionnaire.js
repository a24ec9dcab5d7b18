// SPDX-License-Identifier: ISC
// The questionnaire alone, for members who came in without it (say, by a social sign-in), and
// for those whose answers no longer fit.
import "../lib/nav.js";
import { $, el } from "../lib/dom.js";
import { ready, setBusy, setStatus } from "../lib/forms.js";
import { createQuestionnaire, loadProfile, loadQuestionnaire, saveProfile } from "../lib/questionnaire.js";
import { getSession, isMember, leaveNote, redirectTarget, withRedirect } from "../lib/session.js";

const form = $("form");
const target = redirectTarget();
let questionnaire = null;

const here = () => location.pathname + location.search;

async function start() {
  const { data, error } = await getSession();
  if (error) {
    setStatus(error.message);
    return;
  }
  if (!isMember(data?.user)) {
    location.replace(withRedirect("/sign-in.html", here()));
    return;
  }
  if (data.user.hasProfile) {
    location.replace(target);
    return;
  }
  const questions = await loadQuestionnaire();
  if (questions.error) {
    setStatus(questions.error.message);
    return;
  }
  const { data: profile } = await loadProfile();
  questionnaire = createQuestionnaire(questions.data, profile);
  $("questions").replaceChildren(...questionnaire.groups.flatMap(({ title, element }) =>
    [el("h2", {}, title), element]));
  if (profile) askAgain(profile);
  ready(form);
}

// The questions have changed since this member answered them.
function askAgain(profile) {
  $("lead").textContent = "The questions have changed since you answered them. What still fits is filled in.";
  questionnaire.showErrors((profile.errors ?? []).map(({ path }) =>
    ({ path, message: "Please answer this one again." })));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  setStatus("");
  const missing = questionnaire.check();
  if (missing) {
    missing.focus();
    return;
  }
  setBusy(form, true);
  const { error } = await saveProfile(questionnaire.collect());
  if (!error) {
    leaveNote("Thank you, your answers are saved.");
    location.assign(target);
    return;
  }
  setBusy(form, false);
  const { first, rest } = questionnaire.showErrors(error.errors ?? []);
  first?.focus();
  setStatus(first ? rest.join(" ") : error.message);
});

start();
