// SPDX-License-Identifier: ISC
// The questions alone: for members who have not answered, and for those who change an answer.
import { useEffect, useRef, useState } from 'react';
import AuthPage, { Status, focusFirstError } from '../components/AuthPage';
import Questions, { missing, profileOf, refusals, useQuestions } from '../components/Questions';
import { auth, isMember, messageOf } from '../lib/auth';
import { go, target, withTarget } from '../lib/redirect';

const PROFILE = '/api/user/profile';

// What the client of Better Auth has no name for is asked with fetch; the cookie is the same.
async function ask(options) {
  try {
    const response = await fetch(PROFILE, options);
    const body = await response.json().catch(() => null);
    return response.ok ? { data: body } : { error: body ?? {} };
  } catch {
    return { error: {} };
  }
}

const save = (profile) => ask({
  method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(profile),
});

const read = (profile, path) => path.split('.').reduce((at, key) => at?.[key], profile);

const answersOf = (questions, profile) => Object.fromEntries(questions
  .map(({ path }) => [path, read(profile, path)]).filter(([, value]) => value !== undefined));

// Visitors and guests have nobody to keep answers for.
function useMember() {
  const { data, isPending } = auth.useSession();
  useEffect(() => {
    if (isPending || isMember(data?.user)) return;
    go(withTarget('/sign-in/', window.location.pathname + window.location.search));
  }, [data, isPending]);
  return data?.user;
}

export default function Questionnaire() {
  const form = useRef(null);
  const user = useMember();
  const questionnaire = useQuestions();
  const questions = questionnaire?.questions;
  const [answers, setAnswers] = useState({});
  const [errors, setErrors] = useState({});
  const [status, setStatus] = useState('');
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    if (!questions || !user?.hasProfile) return;
    ask().then(({ data }) => data && setAnswers(answersOf(questions, data)));
  }, [questions, user?.hasProfile]);

  function refuse(found, text = '') {
    setErrors(found);
    setStatus(text);
    focusFirstError(form.current);
  }

  async function submit(event) {
    event.preventDefault();
    const found = missing(questions, answers);
    if (Object.keys(found).length) return refuse(found);
    setBusy(true);
    const { error } = await save(profileOf(answers));
    if (!error) return go(target());
    setBusy(false);
    const refused = refusals(questions, error.errors);
    return refuse(refused, error.errors ? refused[''] : messageOf(error));
  }

  return (
    <AuthPage
      title="A few questions"
      lead="The members' chapters come in three editions. Your answers choose yours; you can change them later."
    >
      <form ref={form} method="post" onSubmit={submit} noValidate>
        <Status>{status || questionnaire?.error}</Status>
        {questions && <Questions {...{ questions, answers, errors }} onAnswers={setAnswers} />}
        <div className="auth-actions">
          <button
            className="button button--primary button--lg" type="submit"
            disabled={busy || !questions || !user}
          >
            Save answers
          </button>
        </div>
      </form>
    </AuthPage>
  );
}
