// SPDX-License-Identifier: ISC
import { useEffect, useRef, useState } from 'react';
import AuthPage, { Status, TextField, focusFirstError } from '../components/AuthPage';
import { attempt, auth, messageOf } from '../lib/auth';
import { go, target, withTarget } from '../lib/redirect';

function wrong({ email, password }) {
  const errors = {};
  if (!/^\S+@\S+$/.test(email)) errors.email = 'Enter your e-mail address.';
  if (!password) errors.password = 'Enter your password.';
  return errors;
}

export default function SignIn() {
  const form = useRef(null);
  const [errors, setErrors] = useState({});
  const [status, setStatus] = useState('');
  const [busy, setBusy] = useState(false);
  // Known in the browser alone: the page is written before anybody asks for it.
  const [back, setBack] = useState('/');
  useEffect(() => setBack(target()), []);

  async function enter(call) {
    setBusy(true);
    setStatus('');
    const { error } = await attempt(call);
    if (!error) return go(target());
    setBusy(false);
    return setStatus(messageOf(error));
  }

  function submit(event) {
    event.preventDefault();
    const entries = Object.fromEntries(new FormData(event.target));
    const found = wrong(entries);
    setErrors(found);
    if (Object.keys(found).length) return focusFirstError(form.current);
    return enter(() => auth.signIn.email(entries));
  }

  return (
    <AuthPage
      title="Sign in"
      lead={back === '/' ? undefined : 'The page you asked for is for members. You will come back to it.'}
    >
      <form ref={form} method="post" onSubmit={submit} noValidate>
        <Status>{status}</Status>
        <TextField
          id="email" label="E-mail address" type="email" autoComplete="username" required
          error={errors.email}
        />
        <TextField
          id="password" label="Password" type="password" autoComplete="current-password" required
          error={errors.password}
        />
        <button className="button button--primary button--lg" type="submit" disabled={busy}>
          Sign in
        </button>
      </form>
      <p className="auth-after">New here? <a href={withTarget('/sign-up/', back)}>Make an account</a>.</p>
    </AuthPage>
  );
}
