// SPDX-License-Identifier: ISC
// The questionnaire as form controls: render, check, collect, show the server's errors.
import { get, post } from "./api.js";
import { el } from "./dom.js";

const TITLES = { software_context: "Software", hardware_context: "Hardware" };
// More choices than this are quicker to scan in a list box than as radio buttons.
const RADIO_LIMIT = 6;

export const loadQuestionnaire = () => get("/api/user/profile/questionnaire");
export const loadProfile = () => get("/api/user/profile");
export const saveProfile = (answers) => post("/api/user/profile", answers);

const read = (object, path) => path.split(".").reduce((at, key) => at?.[key], object);

function write(object, path, value) {
  const keys = path.split(".");
  const last = keys.pop();
  let at = object;
  for (const key of keys) at = at[key] ??= {};
  at[last] = value;
}

const groupOf = (path) => path.split(".")[0];

function groupTitle(key) {
  const words = key.replace(/_context$/, "").replaceAll("_", " ");
  return TITLES[key] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

// Pairs of label and readable answer, for showing a profile.
export function describeAnswers(questionnaire, profile) {
  return questionnaire.questions.map((question) => {
    const values = [read(profile, question.path) ?? []].flat();
    const labels = values.map((value) =>
      question.options.find((option) => option.value === value)?.label ?? value);
    return { label: question.label, answer: labels.join(", ") || "No answer" };
  });
}

// A questionnaire of controls. `groups` are {key, title, element}, one for each top-level key.
export function createQuestionnaire(questionnaire, answers = {}) {
  const fields = questionnaire.questions.map((question, index) =>
    createField(question, `q${index}`, read(answers, question.path)));
  const keys = [...new Set(fields.map((field) => groupOf(field.path)))];
  const groups = keys.map((key) => ({
    key,
    title: groupTitle(key),
    element: el("div", { class: "group" },
      ...fields.filter((field) => groupOf(field.path) === key).map((field) => field.element)),
  }));

  function collect() {
    const out = {};
    for (const key of keys) out[key] = {};
    for (const field of fields) {
      const value = field.value();
      if (value.length) write(out, field.path, value);
    }
    return out;
  }

  // Marks what is missing in one group (or in all) and gives the first field that is.
  function check(key) {
    let first = null;
    for (const field of fields) {
      if (key && groupOf(field.path) !== key) continue;
      const missing = field.required && field.value().length === 0;
      field.setError(missing ? field.missingText : "");
      if (missing) first ??= field;
    }
    return first;
  }

  // Shows errors of a 422; gives the first field that got one and the texts no field took.
  function showErrors(errors) {
    const texts = new Map();
    const rest = [];
    for (const { path, message } of errors) {
      const bare = path.replace(/^profile\./, "").replace(/\[\d+\]/g, "");
      const field = fields.find((one) => one.path === bare) ??
        fields.find((one) => one.path.startsWith(`${bare}.`));
      if (!field) rest.push(message);
      else texts.set(field, [...new Set([...(texts.get(field) ?? []), message])]);
    }
    for (const field of fields) field.setError((texts.get(field) ?? []).join(" "));
    return { first: fields.find((field) => texts.has(field)) ?? null, rest };
  }

  return { groups, collect, check, showErrors };
}

function createField(question, id, answer) {
  const multi = question.kind === "multi";
  if (!multi && question.options.length > RADIO_LIMIT) return selectField(question, id, answer);
  return choiceField(question, id, multi, [answer ?? []].flat());
}

// Single choices offer "No answer" where they may be left open; boxes need the word.
function hintText(question) {
  if (question.kind !== "multi") return "";
  return question.required ? "Choose all that apply." : "Choose all that apply. Optional.";
}

// What both kinds of field share. The hint belongs to the whole question and is said once;
// the error is said on every control, because focus may land on any of them.
function common(question, id, holder, hinted, controls) {
  const hintId = holder.querySelector(".hint")?.id;
  if (hintId) hinted.setAttribute("aria-describedby", hintId);
  const error = el("p", { id: `${id}-error`, class: "error", hidden: true });
  holder.append(error);

  function mark(control, bad) {
    const ids = [control === hinted && hintId, bad && error.id].filter(Boolean).join(" ");
    if (ids) control.setAttribute("aria-describedby", ids);
    else control.removeAttribute("aria-describedby");
    if (bad) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }

  return {
    path: question.path,
    group: groupOf(question.path),
    required: question.required === true,
    focus: () => (controls.find((control) => control.checked) ?? controls[0]).focus(),
    setError(text) {
      error.textContent = text;
      error.hidden = text === "";
      holder.classList.toggle("invalid", text !== "");
      for (const control of controls) mark(control, text !== "");
    },
  };
}

function selectField(question, id, answer) {
  const select = el("select", { id, name: question.path, required: question.required },
    el("option", { value: "" }, question.required ? "Choose one" : "No answer"),
    ...question.options.map(({ value, label }) => el("option", { value }, label)));
  select.value = question.options.some(({ value }) => value === answer) ? answer : "";
  const holder = el("div", { class: "field question", "data-path": question.path },
    el("label", { for: id }, question.label), select);
  const field = common(question, id, holder, select, [select]);
  select.addEventListener("change", () => field.setError(""));
  return {
    ...field, element: holder, missingText: "Choose one of the list.", value: () => select.value,
  };
}

function choiceField(question, id, multi, answers) {
  const options = [...question.options];
  // A radio button can't be unchosen, so leaving a question open needs a choice of its own.
  if (!multi && !question.required) options.push({ value: "", label: "No answer" });
  const inputs = options.map((option, index) => {
    const input = el("input", {
      id: `${id}-${index}`,
      type: multi ? "checkbox" : "radio",
      name: question.path,
      value: option.value,
      required: !multi && question.required,
    });
    input.checked = answers.includes(option.value) ||
      (option.value === "" && answers.length === 0);
    return input;
  });
  const hint = hintText(question);
  const holder = el("fieldset", { class: "question", "data-path": question.path },
    el("legend", {}, question.label),
    hint ? el("p", { id: `${id}-hint`, class: "hint" }, hint) : null,
    el("div", { class: "choices" }, ...inputs.map((input, index) =>
      el("label", { class: "choice", for: input.id }, input,
        el("span", {}, options[index].label)))));
  const field = common(question, id, holder, holder, inputs);
  holder.addEventListener("change", ({ target }) => {
    if (multi && target.checked) {
      const exclusive = options[inputs.indexOf(target)].exclusive === true;
      inputs.forEach((input, index) => {
        if (input !== target && (exclusive || options[index].exclusive)) input.checked = false;
      });
    }
    field.setError("");
  });
  return {
    ...field,
    element: holder,
    missingText: multi ? "Choose at least one." : "Choose one.",
    value() {
      const chosen = inputs.filter((input) => input.checked && input.value !== "");
      const values = chosen.map((input) => input.value);
      return multi ? values : values[0] ?? "";
    },
  };
}
