// SPDX-License-Identifier: ISC
// The questionnaire as the server gives it: closed lists, one answer or several.
import { useEffect, useState } from 'react';

const URL_OF_QUESTIONS = '/api/user/profile/questionnaire';

// null while it is on its way, and { error } where it does not come.
export function useQuestions() {
  const [state, setState] = useState(null);
  useEffect(() => {
    let gone = false;
    fetch(URL_OF_QUESTIONS)
      .then((response) => (response.ok ? response.json() : Promise.reject(new Error('status'))))
      .then(({ questions }) => !gone && setState({ questions }))
      .catch(() => !gone && setState({ error: 'The questions did not load. Please reload the page.' }));
    return () => { gone = true; };
  }, []);
  return state;
}

// { "a.b": "x" } as { a: { b: "x" } }.
export function profileOf(answers) {
  const profile = {};
  for (const [path, value] of Object.entries(answers)) {
    const keys = path.split('.');
    const last = keys.pop();
    let at = profile;
    for (const key of keys) at = at[key] ??= {};
    at[last] = value;
  }
  return profile;
}

export function missing(questions, answers) {
  const errors = {};
  for (const { path, required, kind } of questions) {
    if (!required || answers[path]?.length) continue;
    errors[path] = kind === 'multi' ? 'Choose at least one.' : 'Choose one.';
  }
  return errors;
}

// What a 422 says, by question; whatever fits none is under the empty path.
export function refusals(questions, list = []) {
  const errors = {};
  for (const { path, message } of list) {
    const bare = path.replace(/^profile\./, '').replace(/\[\d+\]/g, '');
    const question = questions.find((one) => one.path === bare || one.path.startsWith(`${bare}.`));
    errors[question?.path ?? ''] = message;
  }
  return errors;
}

// "None" and its like stand alone.
function toggled({ options }, chosen, { value, exclusive }) {
  if (chosen.includes(value)) return chosen.filter((one) => one !== value);
  if (exclusive) return [value];
  const alone = options.filter((one) => one.exclusive).map((one) => one.value);
  return [...chosen.filter((one) => !alone.includes(one)), value];
}

function Choice({ question, option, answer, onAnswer, error, described }) {
  const multi = question.kind === 'multi';
  const chosen = multi ? (answer ?? []) : answer;
  return (
    <label className="auth-choice">
      <input
        type={multi ? 'checkbox' : 'radio'} name={question.path} value={option.value}
        checked={multi ? chosen.includes(option.value) : chosen === option.value}
        onChange={() => onAnswer(multi ? toggled(question, chosen, option) : option.value)}
        aria-invalid={error ? true : undefined} aria-describedby={described}
      />
      <span>{option.label}</span>
    </label>
  );
}

function hintOf({ kind, required }) {
  const many = kind === 'multi' && 'Choose all that apply.';
  return [many, !required && 'Optional.'].filter(Boolean).join(' ');
}

function Question({ question, answer, onAnswer, error }) {
  const id = question.path.replaceAll('.', '-');
  const described = error ? `${id}-error` : undefined;
  const hint = hintOf(question);
  return (
    <fieldset className="auth-question" data-path={question.path}>
      <legend>{question.label}</legend>
      {hint && <p className="auth-hint">{hint}</p>}
      <div className="auth-choices">
        {question.options.map((option) => (
          <Choice
            key={option.value} {...{ question, option, answer, onAnswer, error, described }}
          />
        ))}
      </div>
      {error && <p className="auth-error" id={`${id}-error`}>{error}</p>}
    </fieldset>
  );
}

export default function Questions({ questions, answers, onAnswers, errors }) {
  return questions.map((question) => (
    <Question
      key={question.path} question={question} answer={answers[question.path]}
      error={errors[question.path]}
      onAnswer={(value) => onAnswers({ ...answers, [question.path]: value })}
    />
  ));
}
