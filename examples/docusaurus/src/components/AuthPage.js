// SPDX-License-Identifier: ISC
// The frame of the pages about an account: one column, one heading.
import Layout from '@theme/Layout';
import Head from '@docusaurus/Head';

export default function AuthPage({ title, lead, children }) {
  return (
    <Layout title={title}>
      <Head><meta name="robots" content="noindex" /></Head>
      <main className="auth">
        <h1>{title}</h1>
        {lead && <p className="auth-lead">{lead}</p>}
        <noscript><p className="auth-status">This page needs JavaScript to talk to the server.</p></noscript>
        {children}
      </main>
    </Layout>
  );
}

// Said aloud when it changes.
export function Status({ children }) {
  return <p className={children ? 'auth-status' : 'auth-silent'} role="alert">{children}</p>;
}

export function TextField({ id, label, hint, error, ...input }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return (
    <div className="auth-field">
      <label htmlFor={id}>{label}</label>
      {hint && <p className="auth-hint" id={`${id}-hint`}>{hint}</p>}
      <input
        id={id} name={id} aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined} {...input}
      />
      {error && <p className="auth-error" id={`${id}-error`}>{error}</p>}
    </div>
  );
}

// After a refusal the first marked field gets the focus.
export const focusFirstError = (form) =>
  requestAnimationFrame(() => form?.querySelector('[aria-invalid="true"]')?.focus());
