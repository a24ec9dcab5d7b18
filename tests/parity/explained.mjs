// SPDX-License-Identifier: ISC
// The differences that are meant. Each names the row of docs/PARITY.md that tells of it.
//   row      text of that row
//   of       which answers it is about: by the call, and what the peer's and our lines are
//   without  lines that are left out of both, else the whole answers count as equal

const path = (pattern) => ({ path: p }) => typeof p === "string" && pattern.test(p);

export const EXPLAINED = [
  {
    row: "`/api/auth/jwks` has `cache-control: public, max-age=300` and an `etag`",
    of: path(/^\/jwks(\?|$)/),
    without: /^(cache-control|etag): /,
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
