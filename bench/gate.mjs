// SPDX-License-Identifier: ISC
// gate as an authorizer of a lighttpd of its own, with a file behind it: beside the same file without anybody at
// the gate, and with one who says yes without looking.
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {cgiEnvironment} from './observe.mjs';
import {median, summary, wrk, writeData} from './load.mjs';
import {answers, freePort, lighttpd, stops} from './servers.mjs';

const page = `<!doctype html><title>Members</title><p>${'x'.repeat(1000)}</p>\n`;
const settings = {COOKIE_CACHE: 'compact', COOKIE_CACHE_AGE: '86400'};

// Name of the operation in wrk.lua, and its words in the table.
export const ways = {
  'gate-bare': 'nobody',
  'gate-yes': 'one who says yes',
  'gate-jwt': 'gate, by JWT',
  'gate-copy': 'gate, by cached session',
  'gate-cookie': 'gate, by session cookie',
};

const program = (ours, name) => path.join(path.dirname(ours.conf), 'dist', 'libexec', 'postern', name);

function authorizer(folder, place, binary, environment) {
  const pairs = Object.entries(environment).map(([key, value]) => `"${key}" => "${value}"`);
  return `$HTTP["url"] =~ "^/${place}/" {
  fastcgi.server = ("/" => (("socket" => "${folder}/${place}.sock", "bin-path" => "${binary}", "max-procs" => 1,
    "bin-environment" => (${pairs.join(', ')}), "mode" => "authorizer", "check-local" => "disable")))
}
`;
}

// The members' pages and those who guard them.
async function startServer(ours, folder, bin) {
  const port = await freePort();
  fs.mkdirSync(folder, {recursive: true});
  for (const place of ['bare', 'yes', 'gate']) {
    fs.mkdirSync(path.join(folder, 'pages', place), {recursive: true});
    fs.writeFileSync(path.join(folder, 'pages', place, 'index.html'), page);
  }
  const conf = path.join(folder, 'lighttpd.conf');
  fs.writeFileSync(
    conf,
    `server.port = ${port}
server.bind = "127.0.0.1"
server.document-root = "${folder}/pages"
server.modules = ("mod_fastcgi")
server.errorlog = "${folder}/error.log"
mimetype.assign = (".html" => "text/html")
${authorizer(folder, 'yes', path.join(bin, 'yes'), {})}${authorizer(folder, 'gate', program(ours, 'gate'), {
      ...settings,
      POSTERN_CONF: ours.conf,
    })}`,
  );
  const child = spawn(lighttpd(), ['-D', '-f', conf], {stdio: ['ignore', 'ignore', 'inherit']});
  const stop = () => {
    child.kill('SIGTERM');
  };
  stops.push(stop);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/bare/index.html`, 10, () => child.exitCode === null);
  return {name: 'gate', url, host: ours.host, stop};
}

// The cookies of a session with its copy, as session sends them when COOKIE_CACHE is on.
function withCopy(ours, cookie) {
  const text = execFileSync(program(ours, 'session'), [], {
    env: {...cgiEnvironment(ours, cookie, ['GET', '/api/auth/get-session']), ...settings},
    input: '',
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const copy = /^set-cookie: ([^=]*session_data=[^;]*)/im.exec(text)?.[1];
  if (!copy) throw new Error('no copy of the session');
  return `${cookie}; ${copy}`;
}

// Everybody whom it should let in, and nobody else.
async function check(side, {cookie, copy, jwt}) {
  const wanted = [
    ['bare', {}, 200],
    ['yes', {}, 200],
    ['gate', {}, [302, 401, 403]],
    ['gate', {cookie}, 200],
    ['gate', {cookie: copy}, 200],
    ['gate', {cookie: copy.replace(/^[^;]*/, '$&x')}, [302, 401, 403]],
    ['gate', {authorization: `Bearer ${jwt}`}, 200],
    ['gate', {authorization: `Bearer ${jwt}x`}, [302, 401, 403]],
  ];
  for (const [place, headers, status] of wanted) {
    const answer = await fetch(`${side.url}/${place}/index.html`, {headers, redirect: 'manual'});
    const text = await answer.text();
    if (![status].flat().includes(answer.status) || (answer.status === 200) !== (text === page))
      throw new Error(
        `/${place}/ answers ${Object.keys(headers)} with ${answer.status}, where ${status} is right`,
      );
  }
}

// In turns: with many clients how many a second, with one how long.
export async function measureGate(ours, folder, bin, plan, connections, cookies) {
  if (!fs.existsSync(program(ours, 'gate'))) return undefined;
  const side = await startServer(ours, path.join(folder, 'gate'), bin);
  try {
    const copies = cookies.map((cookie) => withCopy(ours, cookie));
    await check(side, {cookie: cookies[0], copy: copies[0], jwt: ours.jwt});
    side.data = path.join(folder, 'gate.lua');
    writeData(side.data, {cookies, copies, users: cookies.length, host: side.host, jwt: ours.jwt});
    const names = Object.keys(ways);
    const found = Object.fromEntries(names.map((name) => [name, {many: [], one: []}]));
    for (const name of names) await wrk(side, name, plan.warm, connections);
    for (let round = 1; round <= plan.rounds; round++) {
      for (const name of names) found[name].many.push(await wrk(side, name, plan.short, connections));
      for (const name of names) found[name].one.push(await wrk(side, name, plan.short, 1));
    }
    return Object.fromEntries(names.map((name) => [name, compared(found, name)]));
  } finally {
    side.stop();
  }
}

// Each round has its own bare page and its own floor: they had the same minute of a busy machine.
function compared(found, name) {
  const {many, one} = found[name];
  return {
    many: summary(many),
    one: summary(one),
    of_yes: median(many.map((r, i) => r.rps / found['gate-yes'].many[i].rps)),
    added_ms: median(one.map((r, i) => r.p50 - found['gate-bare'].one[i].p50)),
  };
}
