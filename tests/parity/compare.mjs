// SPDX-License-Identifier: ISC
// What is different between two transcripts of one script, and how to show it.
import { explain } from "./explained.mjs";

const without = (lines, others) => {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
};

// The lines that only one has; all of them when only their order is different.
function differing(peer, ours) {
  if (peer.join("\n") === ours.join("\n")) return null;
  const only = [without(peer, ours), without(ours, peer)];
  return only.flat().length > 0 ? only : [["(in another order)", ...peer], ours];
}

// What was asked, as explanations look at it.
function callOf({ meant }, { sent }) {
  const [{ method = "", path = "", headers = [], body = "" } = {}] = [sent].flat();
  return { meant, method, path: path.replace(/^\/api\/auth/, ""), body, headers: Object.fromEntries(headers) };
}

// The first step that no explanation covers.
export function compare(script, peer, ours, world) {
  const met = new Set();
  for (const [i, step] of script.entries()) {
    const [a, b] = explain(callOf(step, peer[i]), peer[i].lines, ours[i].lines, { world, met });
    const found = differing(a, b);
    if (found) return { i, step, peer: peer[i], ours: ours[i], only: found,
      history: peer.slice(0, i).map(({ sent }) => sent) };
  }
  return null;
}

// Of a long line, the neighbourhood of the first difference to its counterpart.
function cut(line, other = "") {
  if (line.length < 300) return line;
  let at = 0;
  while (at < line.length && line[at] === other[at]) at++;
  const from = Math.max(0, at - 80);
  return `${line.slice(0, 40)}...${line.slice(Math.max(40, from), at + 160)}...`;
}

const kind = (line) => line.split(/[ :]/)[0];
const counterpart = (line, others) => others.find((other) => kind(other) === kind(line));

const showSent = ({ method, path, headers, body }) => [`${method} ${path}`,
  ...headers.filter(([name]) => !/^(host|x-forwarded-for|user-agent)$/.test(name))
    .map((pair) => `  ${pair.join(": ")}`.slice(0, 300)),
  ...body === undefined ? [] : [`  ${String(body).slice(0, 400)}`]].join("\n");

const brief = (lines) => lines.filter((line) => /^(status|body|client|location|set-cookie|mail)\b/.test(line))
  .map((line) => `  ${line.slice(0, 400)}`).join("\n");

export function show({ i, peer, ours, only: [a, b] }, world) {
  const logs = world.servers.map((server) => server.log()).filter((text) => text !== "");
  return [
    `step ${i + 1}`,
    ...[peer.sent].flat().map(showSent),
    `${peer.server} (1):`, brief(peer.lines), `${ours.server} (2):`, brief(ours.lines), "difference:",
    ...a.map((line) => `- ${cut(line, counterpart(line, b))}`),
    ...b.map((line) => `+ ${cut(line, counterpart(line, a))}`),
    ...logs.map((text) => `log: ...${text.slice(-300)}`),
  ].join("\n");
}
