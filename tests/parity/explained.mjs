// SPDX-License-Identifier: ISC
// The differences that are meant. Each names the row of docs/PARITY.md that tells of it.
//   row      text of that row
//   of       which answers it is about: by the call, and what the peer's and our lines are
//   without  lines that are left out of both, else the whole answers count as equal

const on = (pattern) => ({ path }) => pattern.test(path);
const meant = (what) => (call) => call.meant === what;
const asked = (pattern) => ({ path, body }) => pattern.test(path) || pattern.test(body);
const peer = (pattern) => (call, lines) => lines.some((line) => pattern.test(line));
const ours = (pattern) => (call, _, lines) => lines.some((line) => pattern.test(line));
const not = (condition) => (...about) => !condition(...about);
const all = (...conditions) => (...about) => conditions.every((condition) => condition(...about));
const any = (...conditions) => (...about) => conditions.some((condition) => condition(...about));

const SET = /^set-cookie: [^=]*session_token=[^;]/;
const CLEARED = /^set-cookie: [^=]*session_token=;/;
const COPY = /^set-cookie: [^=]*session_data/;
const ENDED = /^session .*"expiresAt":"<t of call \d+-\d+min>"/;
const NUL = /\\u0000|\u0000|%00/;
const CACHED = new Set(["compact", "jwt", "jwe", "jwks"]);
const cached = (call, a, b, { variant }) => CACHED.has(variant.name);
const sameCookies = (call, a, b) => [a, b].map((lines) =>
  [...new Set(lines.filter((line) => SET.test(line)))].join("\n")).every((text, _, [first]) => text === first);

const ADDRESS = "203.0.113.7";

export const EXPLAINED = [
  // Accounts and sessions
  {
    row: "A guest who signs up keeps the row",
    of: all(on(/^\/sign-up\//), ours(/^x-merge-status: /)),
  },
  {
    row: "For ten seconds the cookie of a session that another replaced",
    of: all(meant("replaced"), peer(CLEARED), not(ours(/^set-cookie/))),
    without: /^set-cookie: /,
  },
  {
    row: "`x-merge-status` tells",
    of: all(on(/^\/sign-in\//), ours(/^x-merge-status: /)),
    without: /^(x-merge-status|access-control-expose-headers): /,
  },
  {
    row: "`ipAddress` is the connection's",
    of: all(({ headers }) => headers["x-forwarded-for"] !== ADDRESS, ours(/^session .*"ipAddress":"127\.0\.0\.1"/)),
    without: /^session .*"ipAddress":/,
  },
  {
    row: "`userAgent` is cut at 512 bytes, and before a byte that is no UTF-8",
    of: ({ headers }) => /[\x80-\xff]/.test(headers["user-agent"]),
    without: /^session .*"userAgent":/,
  },
  {
    row: "A bearer token over 512 bytes or with other than visible ASCII is none",
    of: ({ headers }) => /^Bearer \S+ \S/.test(headers.authorization),
  },
  {
    row: "A request that extends a session and is then served gets all its cookies",
    of: all(cached, ours(SET), not(peer(CLEARED)), any(not(peer(SET)), sameCookies)),
    without: /^(set-cookie: [^=]*session_token=|set-auth-token: |access-control-expose-headers: )/,
  },
  {
    row: "revoke-other-sessions ends all others",
    of: on(/^\/revoke-other-sessions/),
    without: ENDED,
  },
  {
    row: "A sign-in or sign-up with the cookie of a session that has ended",
    of: all(on(/^\/sign-(in|up)\//), peer(/^status 200$/), peer(CLEARED), not(peer(SET)), ours(SET)),
    without: /^(set-cookie: |session .*"expiresAt":"<t of call \d+-)/,
  },
  {
    row: "The browser's copy is always written from the database",
    of: all(cached, on(/^\/(update-user|verify-email)/), peer(COPY), ours(COPY)),
    without: COPY,
  },
  {
    row: "Of the browser's copy the known columns count; pieces count up to the first that is missing",
    of: any(meant("an unknown column"), meant("a missing piece")),
  },
  {
    row: "update-user with the browser's copy of an account that is gone",
    of: all(cached, on(/^\/update-user/), peer(/^status 200$/), ours(/^status 401$/)),
  },
  // Passwords, addresses, deletion
  {
    row: "A reset uses up every reset token that is out for the user",
    of: on(/^\/reset-password/),
    without: /^verification .*"reset-password:/,
  },
  {
    row: "A reset uses up every reset token that is out for the user",
    of: meant("a second token"),
  },
  {
    row: "A change to an address that somebody took meanwhile",
    of: all(on(/^\/verify-email/), peer(/^status 500$/), ours(/USER_ALREADY_EXISTS/)),
  },
  {
    row: "update-user with `name` null",
    of: all(on(/^\/update-user/), peer(/^status 500$/), ours(/^body .*\[body\.name\]/)),
  },
  {
    row: "With `name` or `image` an object or an array",
    of: all(on(/^\/update-user/), ours(/^body .*\[body\.(name|image)\] .*received (object|array)/)),
  },
  {
    row: "verify-email with a signed token without an address",
    of: all(on(/^\/verify-email/), peer(/^status 500$/), ours(/INVALID_TOKEN/)),
  },
  {
    row: "A signed token without `exp`",
    of: all(meant("no exp"), ours(/TOKEN_EXPIRED/)),
  },
  {
    row: "`/api/auth/error` is a page of ours in any case",
    of: all(on(/^\/error/), ours(/^content-type: text\/html/)),
    without: /^(body |content-type: |content-security-policy: |x-content-type-options: )/,
  },
  // Tokens and keys
  {
    row: "answers 304 and HEAD",
    of: all(({ method }) => method === "HEAD", on(/^\/jwks$/)),
  },
  {
    row: "`/api/auth/jwks` has `cache-control: public, max-age=300` and an `etag`",
    of: on(/^\/jwks(\?|$)/),
    without: /^(cache-control|etag): /,
  },
  {
    row: "`set-auth-jwt` is left out when no key can sign or it has over 7000 bytes",
    of: all(peer(/^set-auth-jwt: .{3000}/), not(ours(/^set-auth-jwt: /))),
    without: /^(set-auth-jwt|access-control-expose-headers): /,
  },
  // Requests
  {
    row: "Invalid UTF-8 in JSON: 400",
    of: all(({ body: bytes }) => Buffer.isBuffer(bytes), ours(/Invalid JSON/)),
  },
  {
    row: "`\\u0000` in a field of text: 400",
    of: all(asked(NUL), ours(/cannot hold U\+0000/)),
  },
  {
    row: "JSON nested more than 64 deep: 400",
    of: all(asked(/\[{65}/), ours(/Invalid JSON/)),
  },
  {
    row: "Bodies over 64 KiB: 413",
    of: ours(/^status 413$/),
  },
  {
    row: "`%` in a path: 404",
    of: all(on(/^\/reset-password\/[^?]*%/), ours(/^status 404$/)),
  },
  {
    row: "`http:/host` and other addresses that a browser would have to repair: 403",
    of: all(asked(/"http:\/l|=http%3A%2Fl/), ours(/^body .*"INVALID_(CALLBACK|REDIRECT)_URL"/)),
  },
  {
    row: "`location` is ASCII: spaces and what is beyond it are escaped",
    of: all(on(/^\/sign-in\/email/), peer(/^location: .*[^!-~]/), ours(/^location: [!-~]+$/)),
    without: /^location: /,
  },
  {
    row: "`/.//host` in a callback leads to `/.//host`",
    of: all(asked(/=%2F\.%2F%2F/), ours(/^location: .*\/\.\/\//)),
    without: /^location: /,
  },
  {
    row: "Behind lighttpd a GET with a body, or two `content-type` lines: 400",
    of: ours(/^body <\?xml/),
  },
  {
    row: "Numbers in JSON keep their digits",
    of: asked(/1e999|\d{20}/),
  },
  {
    row: "A second byte order mark before JSON, or a `%` in a form that encodes nothing: 400",
    of: all(asked(/^\ufeff\ufeff|%zz/), ours(/Invalid JSON/)),
  },
  // Limits
  {
    row: "so do all paths that nobody serves",
    of: all(peer(/^status 429$/), ours(/^status 404$/)),
  },
  {
    row: "429 names `x-retry-after` in `access-control-expose-headers`",
    of: all(peer(/^status 429$/), ours(/^status 429$/)),
    without: /^access-control-expose-headers: /,
  },
  // Failures
  {
    row: "Where Better Auth fails on what it is given",
    of: all(peer(/^status 500$/), not(ours(/^status 5/))),
  },
];

const used = new Set();
export const unused = () => EXPLAINED.filter((entry) => !used.has(entry)).map(({ row }) => row);

const ROW = /^(user|session|account|verification) /;

// What is left to compare of the answers to one call. met: the explanations of the script so
// far, for what was stored differently stays so.
export function explain(call, peer, ours, { world, met }) {
  let lines = [peer, ours];
  const leave = (keep) => {
    const next = lines.map((some) => some.filter(keep));
    const changed = next.join("\n") !== lines.join("\n");
    lines = next;
    return changed;
  };
  for (const { without } of met) leave((line) => !ROW.test(line) || !without.test(line));
  for (const entry of EXPLAINED.filter(({ of }) => of(call, peer, ours, world))) {
    if (!leave((line) => entry.without && !entry.without.test(line))) continue;
    used.add(entry);
    if (entry.without) met.add(entry);
  }
  return lines;
}
