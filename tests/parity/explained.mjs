// SPDX-License-Identifier: ISC
// The differences that are meant. Each names the row of docs/PARITY.md that tells of it.
//   row      text of that row
//   of       which answers it is about: by the call, and what the peer's and our lines are
//   without  lines that are left out of both, else the whole answers count as equal

const path = (pattern) => ({ path: where }) => typeof where === "string" && pattern.test(where);
const has = (lines, pattern) => lines.some((line) => pattern.test(line));
const status = (theirs, mine) => (step, peer, ours) =>
  peer.includes(`status ${theirs}`) && ours.includes(`status ${mine}`);
const all = (...conditions) => (...about) => conditions.every((condition) => condition(...about));

export const EXPLAINED = [
  {
    row: "`/api/auth/jwks` has `cache-control: public, max-age=300` and an `etag`",
    of: path(/^\/jwks(\?|$)/),
    without: /^(cache-control|etag): /,
  },
  {
    row: "answers 304 and HEAD",
    of: all(({ method }) => method === "HEAD", path(/^\/jwks$/)),
  },
  {
    row: "A guest who signs up keeps the row",
    of: (step, peer, ours) => path(/^\/sign-up\//)(step) && has(ours, /^x-merge-status: /),
  },
  {
    row: "`x-merge-status` tells",
    of: (step, peer, ours) => path(/^\/sign-in\//)(step) && has(ours, /^x-merge-status: /),
    without: /^(x-merge-status|access-control-expose-headers): /,
  },
  {
    row: "`set-auth-jwt` is left out when no key can sign or it has over 7000 bytes",
    of: (step, peer, ours) => has(peer, /^set-auth-jwt: .{6000}/) && !has(ours, /^set-auth-jwt: /),
    without: /^(set-auth-jwt|access-control-expose-headers): /,
  },
];

const used = new Set();
export const unused = () => EXPLAINED.filter((entry) => !used.has(entry)).map(({ row }) => row);

export function explain(step, peer, ours) {
  let lines = [peer, ours];
  for (const entry of EXPLAINED.filter(({ of }) => of(step, peer, ours))) {
    const next = entry.without
      ? lines.map((some) => some.filter((line) => !entry.without.test(line))) : [[], []];
    if (next.join("\n") !== lines.join("\n")) used.add(entry);
    lines = next;
  }
  return lines;
}

export { all, status };
