// SPDX-License-Identifier: ISC
// Who is here, in the navigation bar: the ways in, or the account and the way out.
import { useLocation } from '@docusaurus/router';
import { attempt, auth, isMember } from '../lib/auth';
import { go, withTarget } from '../lib/redirect';

async function signOut() {
  const { error } = await attempt(() => auth.signOut());
  if (!error) go('/');
}

// The ways in lead back to the page that is read now, but not to each other.
function waysIn(pathname) {
  const back = /^\/(sign-in|sign-up|account|questionnaire)\//.test(pathname) ? '/' : pathname;
  return { signIn: withTarget('/sign-in/', back), signUp: withTarget('/sign-up/', back) };
}

function entriesFor(user, pathname) {
  const { signIn, signUp } = waysIn(pathname);
  if (!isMember(user)) {
    return [
      { label: 'Sign in', href: signIn },
      { label: 'Sign up', href: signUp, strong: true },
    ];
  }
  return [
    { label: user.name || 'Account', href: '/account/', title: 'Your account' },
    { label: 'Sign out', onClick: signOut },
  ];
}

function Entry({ label, href, title, strong, onClick, mobile }) {
  const link = mobile ? 'menu__link' : 'navbar__item navbar__link account-entry';
  const className = strong && !mobile ? 'navbar__item button button--primary button--sm' : link;
  if (onClick) {
    return <button type="button" className={`${className} account-button`} onClick={onClick}>{label}</button>;
  }
  return <a className={className} href={href} title={title}>{label}</a>;
}

export default function AccountNavbarItem({ mobile = false }) {
  const { data, isPending } = auth.useSession();
  const { pathname } = useLocation();
  // Nothing stands here, rather than the wrong thing, until the server has said who it is.
  const entries = isPending && !data ? [] : entriesFor(data?.user, pathname);
  if (!mobile) return entries.map((entry) => <Entry key={entry.label} {...entry} />);
  return entries.map((entry) => (
    <li className="menu__list-item" key={entry.label}><Entry {...entry} mobile /></li>
  ));
}
