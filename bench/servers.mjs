// SPDX-License-Identifier: ISC
// Starts and ends the two sides. Whatever was started is ended again by stopAll, in reverse.
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';

export const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
export const root = path.dirname(here);
export const secret = 'bench-0aGk7wPz3mVq9tXc5yRf1uLb8nEj4hDs';

export const stops = [];

export function stopAll() {
  while (stops.length > 0) {
    try {
      stops.pop()();
    } catch (e) {
      console.error(`bench: at the end: ${e.message}`);
    }
  }
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function answers(url, seconds, alive = () => true) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end && alive(); await sleep(100)) {
    if (
      await fetch(url).then(
        (r) => r.ok,
        () => false,
      )
    )
      return;
  }
  throw new Error(`${url} does not answer`);
}

// start.sh makes a cluster of its own for every VAR.
export async function startOurs(folder) {
  const port = await freePort();
  const script = process.env.BENCH_START ?? path.join(root, 'start.sh');
  const env = {
    ...process.env,
    VAR: folder,
    PORT: String(port),
    BETTER_AUTH_SECRET: secret,
    RATE_LIMIT: 'off',
    PASSWORD_HASH: 'scrypt',
  };
  stops.push(() => execFileSync(script, ['--stop'], {env, stdio: 'ignore'}));
  // A file and no pipe: what stays in the background would hold a pipe open.
  const log = `${folder}.log`;
  const output = fs.openSync(log, 'w');
  try {
    execFileSync(script, ['--detach'], {env, stdio: ['ignore', output, output]});
  } catch {
    throw new Error(`start.sh failed:\n${fs.readFileSync(log, 'utf8')}`);
  } finally {
    fs.closeSync(output);
  }
  // start.sh may have put the folder elsewhere and left a link.
  const conf = path.join(fs.realpathSync(folder), 'postern.conf');
  return {name: 'ours', port, conf, url: `http://127.0.0.1:${port}`, host: `localhost:${port}`};
}

// The peer gets a database of its own on our server, by the same socket.
export async function startPeer(database) {
  const port = await freePort();
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: 'production',
    BETTER_AUTH_TELEMETRY: '0',
    BETTER_AUTH_SECRET: secret,
    PORT: String(port),
    PROCESSES: '2',
    ...database.variables,
  };
  const server = path.join(here, 'peer', 'server.mjs');
  execFileSync(process.execPath, [server, 'migrate'], {env, stdio: ['ignore', 'ignore', 'inherit']});
  const child = spawn(process.execPath, [server], {env, stdio: ['ignore', 'ignore', 'inherit']});
  const stop = () => {
    child.kill('SIGTERM');
  };
  stops.push(stop);
  const url = `http://127.0.0.1:${port}`;
  await answers(`${url}/api/auth/ok`, 30, () => child.exitCode === null);
  return {name: 'peer', port, pid: child.pid, url, host: `localhost:${port}`, stop};
}

// Debian keeps it where only root looks.
export function lighttpd() {
  return fs.existsSync('/usr/sbin/lighttpd') ? '/usr/sbin/lighttpd' : 'lighttpd';
}

export function setting(conf, name) {
  const line = fs
    .readFileSync(conf, 'utf8')
    .split('\n')
    .find((l) => l.startsWith(`${name}=`));
  return line?.slice(name.length + 1).replace(/^(["'])(.*)\1$/, '$2');
}
