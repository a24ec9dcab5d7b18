// SPDX-License-Identifier: ISC
// A word for who is here, on a page that everybody may read. It is chosen in the browser,
// so nothing here may be meant for some alone; what is, is in the members' editions.
import { attempt, auth, isMember, messageOf } from '../lib/auth';
import { useLevel } from '../lib/level';
import { useState } from 'react';

function Visitor() {
  const [status, setStatus] = useState('');
  async function lookAround() {
    const { error } = await attempt(() => auth.signIn.anonymous());
    if (error) setStatus(messageOf(error));
  }
  return (
    <>
      <p>You are reading as a <strong>visitor</strong>. The first chapters are open to everybody.</p>
      <p className="welcome-actions">
        <a className="button button--primary" href="/sign-up/?redirectTo=/members/">Join and read on</a>
        <button className="button button--link" type="button" onClick={lookAround}>Read as a guest</button>
      </p>
      {status && <p role="alert" className="auth-status">{status}</p>}
    </>
  );
}

const Guest = () => (
  <>
    <p>
      You are reading as a <strong>guest</strong>: without a name, but the server knows you again.
      What it keeps for you joins your account when you make one.
    </p>
    <p className="welcome-actions">
      <a className="button button--primary" href="/sign-up/?redirectTo=/members/">Join and read on</a>
    </p>
  </>
);

const Unanswered = ({ name }) => (
  <>
    <p>Hello {name}. A few questions, and the members’ chapters are <strong>yours</strong>.</p>
    <p className="welcome-actions">
      <a className="button button--primary" href="/questionnaire/?redirectTo=/members/">Answer them</a>
    </p>
  </>
);

const Reader = ({ name, level }) => (
  <>
    <p>
      Hello {name}. The members’ chapters are waiting
      {level && <> in the edition for your level: <strong>{level}</strong></>}.
    </p>
    <p className="welcome-actions">
      <a className="button button--primary" href="/members/">Open your edition</a>
    </p>
  </>
);

function Words({ user }) {
  const level = useLevel(user);
  if (!user) return <Visitor />;
  if (!isMember(user)) return <Guest />;
  if (user.hasProfile === false) return <Unanswered name={user.name} />;
  return <Reader name={user.name} level={level} />;
}

export default function Welcome() {
  const { data, isPending } = auth.useSession();
  return (
    <aside className="welcome" aria-label="Your reading" aria-live="polite">
      {isPending && !data ? <p className="welcome-pending">…</p> : <Words user={data?.user} />}
    </aside>
  );
}
