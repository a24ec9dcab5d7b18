// SPDX-License-Identifier: ISC
// Where to go afterwards: redirectTo is anybody's text.

// A path of this site, or the fallback. URL parsers drop tabs and line breaks, read "\" as
// "/", and make "//host" of "/.//host", so what counts is what remains after parsing.
export function safePath(value, origin, fallback = '/') {
  // eslint-disable-next-line no-control-regex
  if (typeof value !== 'string' || !value.startsWith('/') || /[\\\u0000-\u001f\u007f-\u009f]/.test(value)) {
    return fallback;
  }
  if (!URL.canParse(value, origin)) return fallback;
  const url = new URL(value, origin);
  if (url.origin !== origin || url.pathname.startsWith('//')) return fallback;
  return url.pathname + url.search + url.hash;
}

export const target = () =>
  safePath(new URLSearchParams(window.location.search).get('redirectTo'), window.location.origin);

export const withTarget = (page, path) =>
  path === '/' ? page : `${page}?redirectTo=${encodeURIComponent(path)}`;

// A full load and not a step of the router: the gate decides about what comes next, and the
// members' pages are another site to the router.
export const go = (path) => window.location.assign(path);
