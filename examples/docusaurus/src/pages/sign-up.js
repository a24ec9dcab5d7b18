// SPDX-License-Identifier: ISC
// Two steps in one form: the account, then the questions. With the answers, all of it is one
// request and one transaction; without, the gate asks later.
import { useEffect, useRef, useState } from 'react';
import AuthPage, { Status, TextField, focusFirstError } from '../components/AuthPage';
import Questions, { missing, profileOf, refusals, useQuestions } from '../components/Questions';
import { attempt, auth, messageOf } from '../lib/auth';
import { go, target, withTarget } from '../lib/redirect';

function wrong({ name, email, password }) {
  const errors = {};
  if (!name.trim()) errors.name = 'Enter a name. Others may see it.';
  if (!/^\S+@\S+$/.test(email)) errors.email = 'Enter an e-mail address.';
  if (password.length < 8) errors.password = 'Use at least 8 characters.';
  return errors;
}

function AccountStep({ account, onAccount, errors }) {
  const field = (id) => ({
    id, value: account[id], error: errors[id], required: true,
    onChange: ({ target: { value } }) => onAccount({ ...account, [id]: value }),
  });
  return (
    <>
      <TextField {...field('name')} label="Name" autoComplete="name" />
      <TextField {...field('email')} label="E-mail address" type="email" autoComplete="username" />
      <TextField
        {...field('password')} label="Password" type="password" autoComplete="new-password"
        hint="At least 8 characters. A few words are fine."
      />
    </>
  );
}

export default function SignUp() {
  const form = useRef(null);
  const heading = useRef(null);
  const questionnaire = useQuestions();
  const questions = questionnaire?.questions ?? [];
  const [step, setStep] = useState('account');
  const [account, setAccount] = useState({ name: '', email: '', password: '' });
  const [answers, setAnswers] = useState({});
  const [errors, setErrors] = useState({});
  const [status, setStatus] = useState('');
  const [busy, setBusy] = useState(false);
  const [back, setBack] = useState('/');
  useEffect(() => setBack(target()), []);

  function refuse(found, text = '') {
    setErrors(found);
    setStatus(text);
    focusFirstError(form.current);
  }

  function show(name) {
    setStep(name);
    refuse({});
    requestAnimationFrame(() => heading.current?.focus());
  }

  function explain(error) {
    if (error.code === 'PROFILE_INVALID') {
      const found = refusals(questions, error.errors);
      return refuse(found, found[''] ?? '');
    }
    if (error.code?.startsWith('USER_ALREADY_EXISTS')) {
      setStep('account');
      return refuse({ email: 'This address has an account already.' });
    }
    return refuse({}, messageOf(error));
  }

  async function create(more) {
    setBusy(true);
    const { error } = await attempt(() => auth.signUp.email({ ...account, ...more }));
    if (!error) return go(target());
    setBusy(false);
    return explain(error);
  }

  function submit(event) {
    event.preventDefault();
    const found = step === 'account' ? wrong(account) : missing(questions, answers);
    if (Object.keys(found).length) return refuse(found);
    if (step === 'account') return show('questions');
    return create({ profile: profileOf(answers) });
  }

  const asking = step === 'questions';
  return (
    <AuthPage title="Sign up">
      <form ref={form} method="post" onSubmit={submit} noValidate>
        <p className="auth-step" tabIndex={-1} ref={heading}>
          {asking ? 'Step 2 of 2: what you know and have' : 'Step 1 of 2: your account'}
        </p>
        <Status>{status || (asking && questionnaire?.error)}</Status>
        {asking
          ? <Questions {...{ questions, answers, errors }} onAnswers={setAnswers} />
          : <AccountStep {...{ account, errors }} onAccount={setAccount} />}
        <div className="auth-actions">
          <button
            className="button button--primary button--lg" type="submit"
            disabled={busy || (asking && !questionnaire?.questions)}
          >
            {asking ? 'Create account' : 'Continue'}
          </button>
          {asking && (
            <>
              <button className="button button--link" type="button" disabled={busy} onClick={() => create({})}>
                Answer later
              </button>
              <button className="button button--link" type="button" disabled={busy} onClick={() => show('account')}>
                Back
              </button>
            </>
          )}
        </div>
      </form>
      {!asking && (
        <p className="auth-after">Have an account? <a href={withTarget('/sign-in/', back)}>Sign in</a>.</p>
      )}
    </AuthPage>
  );
}
