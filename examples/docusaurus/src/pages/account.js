// SPDX-License-Identifier: ISC
// The state of the account: who it is, which edition, and the way out.
import { useEffect, useState } from 'react';
import AuthPage, { Status } from '../components/AuthPage';
import { attempt, auth, isMember, messageOf } from '../lib/auth';
import { useLevel } from '../lib/level';
import { go, withTarget } from '../lib/redirect';

function Answers({ user, level }) {
  if (user.hasProfile === false) {
    return <dd>None yet. <a href="/questionnaire/?redirectTo=/account/">Answer a few questions</a></dd>;
  }
  return <dd>{level ?? '…'} · <a href="/questionnaire/?redirectTo=/account/">change your answers</a></dd>;
}

export default function Account() {
  const { data, isPending } = auth.useSession();
  const user = data?.user;
  const level = useLevel(user);
  const [status, setStatus] = useState('');

  useEffect(() => {
    if (!isPending && !isMember(user)) go(withTarget('/sign-in/', '/account/'));
  }, [isPending, user]);

  async function leave() {
    const { error } = await attempt(() => auth.signOut());
    if (error) setStatus(messageOf(error));
    else go('/');
  }

  return (
    <AuthPage title="Your account">
      <Status>{status}</Status>
      {isMember(user) && (
        <>
          <dl className="auth-facts">
            <dt>Name</dt><dd>{user.name}</dd>
            <dt>E-mail address</dt><dd>{user.email}</dd>
            <dt>Edition</dt><Answers user={user} level={level} />
          </dl>
          <div className="auth-actions">
            <a className="button button--primary button--lg" href="/members/">Open your edition</a>
            <button className="button button--outline button--primary button--lg" type="button" onClick={leave}>Sign out</button>
          </div>
        </>
      )}
    </AuthPage>
  );
}
