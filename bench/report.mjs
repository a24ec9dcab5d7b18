// SPDX-License-Identifier: ISC
// The table for people, and which targets were met.
import {ways} from './gate.mjs';

const number = (value, digits) =>
  value === undefined || Number.isNaN(value)
    ? '-'
    : value.toLocaleString('en-US', {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        useGrouping: false,
      });
const rate = (value) => number(value, value < 100 ? 1 : 0);
const ms = (value) => number(value, value < 10 ? 2 : 0);
const mb = (kb) => number(kb === undefined ? undefined : kb / 1024, 1);
const percent = (value) => (value === undefined ? '-' : `${number(value * 100, 1)} %`);
const times = (value) => (value === undefined ? '-' : `${number(value, 1)} x`);

// The statement of a sign-in without the sign-in: for information, since the hash takes a thousand times as long.
export const lookupAlone = 'sign-in, its SQL statement alone';

// The first column is text, the others are numbers.
function table(head, rows) {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => String(row[i]).length)));
  const line = (row) =>
    row
      .map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i])))
      .join('  ');
  return [line(head), widths.map((w) => '-'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}

function operationRow({name, ours, peer, ratio}) {
  return [
    name,
    rate(ours?.rps),
    rate(peer?.rps),
    times(ratio),
    ms(ours?.p50_ms),
    ms(ours?.p99_ms),
    ms(peer?.p50_ms),
    ms(peer?.p99_ms),
  ];
}

const growth = ({calm, storm}, side) => storm[side] && calm[side] && storm[side].p99_ms / calm[side].p99_ms;

export function targets({operations, hash, storm, memory, exec, token, gate, merge, scale}) {
  const find = (name) => operations.find((o) => o.name === name);
  const list = [];
  const add = (name, wanted, value, text, met) => {
    const measured = value !== undefined && !Number.isNaN(value);
    list.push({
      name,
      wanted,
      value,
      text: measured ? text(value) : 'not measured',
      met: measured ? met(value) : null,
    });
  };
  const atLeast = (limit) => (value) => value >= limit;
  const atMost = (limit) => (value) => value <= limit;

  add('get-session, ours / peer', '>= 15 x', find('get-session').ratio, times, atLeast(15));
  add('token, ours / peer', '>= 12 x', find('token').ratio, times, atLeast(12));
  add('jwks, ours / peer', '>= 10 x', find('jwks').ratio, times, atLeast(10));
  add('sign-in / what the hash alone allows', '>= 95 %', hash.share, percent, atLeast(0.95));
  add('get-session p99, sign-in storm / calm', '<= 5 x', growth(storm, 'ours'), times, atMost(5));
  add(
    'profile write, p99',
    '< 20 ms',
    find('profile').ours?.p99_ms,
    (v) => `${ms(v)} ms`,
    (v) => v < 20,
  );
  add(
    'JWT check in Python, warm',
    '< 1 ms',
    token?.python && token.python.p50_us / 1e3,
    (v) => `${number(v, 3)} ms`,
    (v) => v < 1,
  );
  add(
    'profile by JWT, whole request',
    '< 1 ms',
    token?.whole_request?.p50_ms,
    (v) => `${number(v, 3)} ms`,
    (v) => v < 1,
  );
  for (const name of ['gate-jwt', 'gate-copy']) {
    add(`${ways[name]}, of one who says yes`, '>= 60 %', gate?.[name].of_yes, percent, atLeast(0.6));
    add(
      `${ways[name]}, added at p50`,
      '< 0.3 ms',
      gate?.[name].added_ms,
      (v) => `${number(v, 3)} ms`,
      (v) => v < 0.3,
    );
  }
  add(
    'merge of 1,000 threads with 100,000 items',
    '< 50 ms',
    merge?.many.median_ms,
    (v) => `${ms(v)} ms`,
    (v) => v < 50,
  );
  add('merge, 1,000 to 100,000 items', 'within 20 %', merge?.growth, times, atMost(1.2));
  add(
    'private memory of the largest idle worker',
    '<= 3 MB',
    memory?.ours.largest_worker_private_kb,
    (v) => `${mb(v)} MB`,
    atMost(3072),
  );
  add(
    'exec to first answer, slowest program',
    '< 30 ms',
    exec?.length ? Math.max(...exec.map((e) => e.median_ms)) : undefined,
    (v) => `${ms(v)} ms`,
    (v) => v < 30,
  );
  for (const name of ['get-session', 'sign-in']) {
    const change = scale?.[name].change;
    add(
      `${name}, 10,000 to 1,000,000 users`,
      'within 20 %',
      change,
      (v) => `${v > 0 ? '+' : ''}${percent(v)}`,
      (v) => v >= -0.2,
    );
  }
  return list;
}

function printStorm(storm) {
  const row = (side) => [
    side,
    rate(storm.calm[side]?.rps),
    rate(storm.storm[side]?.rps),
    ms(storm.calm[side]?.p99_ms),
    ms(storm.storm[side]?.p99_ms),
    times(growth(storm, side)),
  ];
  console.log('\nget-session while 32 clients sign in\n');
  console.log(
    table(['', 'calm /s', 'storm /s', 'calm p99 ms', 'storm p99 ms', 'growth'], [row('ours'), row('peer')]),
  );
}

function printMemory({ours, peer}) {
  const rows = Object.entries(ours.programs)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, p]) => [
      name,
      p.processes,
      p.workers || '-',
      p.workers ? mb(p.worker_private_kb) : '-',
      mb(p.private_kb),
      mb(p.rss_kb),
    ]);
  rows.push(['ours, all', ours.processes, '', '', mb(ours.private_kb), `PSS ${mb(ours.pss_kb)}`]);
  rows.push(['peer, all', peer.processes, '', '', mb(peer.private_kb), `PSS ${mb(peer.pss_kb)}`]);
  console.log('\nMemory after the load, idle (MB)\n');
  console.log(
    table(['program', 'processes', 'workers', 'private, largest worker', 'private, sum', 'RSS, sum'], rows),
  );
  console.log(`RSS of the peer's processes: ${peer.rss_kb.map((kb) => mb(kb)).join(', ')} MB`);
}

function printGate(gate) {
  console.log('\nA file behind lighttpd, and who lets it out\n');
  console.log(
    table(
      ['at the gate', '16 clients /s', 'of yes', 'p50 ms', 'p99', '1 client p50 ms', 'p99', 'added'],
      Object.entries(gate).map(([name, {many, one, of_yes, added_ms}]) => [
        ways[name],
        rate(many.rps),
        percent(of_yes),
        number(many.p50_ms, 3),
        number(many.p99_ms, 3),
        number(one.p50_ms, 3),
        number(one.p99_ms, 3),
        number(added_ms, 3),
      ]),
    ),
  );
}

function printRest({hash, exec, token, merge, scale}) {
  console.log(
    `\nThe hash alone: ${rate(hash.alone_per_second)} a second on all cores; our sign-in is ${percent(hash.share)} of that.`,
  );
  if (merge) {
    console.log(
      `\nmerge: a guest of ${merge.threads} threads joins an account in ${ms(merge.few.median_ms)} ms with ` +
        `${merge.few.items} items, in ${ms(merge.many.median_ms)} ms with ${merge.many.items}.`,
    );
  }
  if (exec?.length) {
    console.log('\nFrom exec to the first answer, as a CGI program\n');
    console.log(
      table(
        ['program', 'request', 'median ms', 'max ms', 'answer'],
        exec.map((e) => [e.program, e.request, ms(e.median_ms), ms(e.max_ms), e.answer]),
      ),
    );
  }
  if (token) {
    console.log(
      `\nChecking a JWT: ${number(token.python.p50_us / 1e3, 3)} ms in Python (PyJWT ${token.python.pyjwt}, warm, without HTTP)` +
        (token.whole_request
          ? `; ${number(token.whole_request.p50_ms, 3)} ms for a whole GET of a profile by JWT, one client`
          : ''),
    );
  }
  if (scale) {
    console.log('\nRequests or statements a second\n');
    console.log(
      table(
        ['look-up', '10,000 users', '1,000,000 users', 'change'],
        Object.entries(scale).map(([name, s]) => [name, rate(s.small), rate(s.large), percent(s.change)]),
      ),
    );
  }
}

export function print(result) {
  const {versions, machine, plan} = result;
  console.log(
    `Postern and Better Auth ${versions['better-auth']} (Node ${versions.node}), ${result.users} users, one database server,`,
  );
  console.log(
    `${machine.cpus} cores, ${plan.rounds} round${plan.rounds > 1 ? 's' : ''} in turns, medians; load generator on the same cores.`,
  );
  if (machine.load_average > machine.cpus / 4) {
    console.log(
      `The load average was ${number(machine.load_average, 1)} at the start: others used the machine, so do not trust this run far.`,
    );
  }
  console.log();
  console.log(
    table(
      ['operation', 'ours /s', 'peer /s', 'ratio', 'ours p50 ms', 'p99', 'peer p50 ms', 'p99'],
      result.operations.map(operationRow),
    ),
  );
  printStorm(result.storm);
  if (result.memory) printMemory(result.memory);
  if (result.gate) printGate(result.gate);
  printRest(result);
  console.log('\nTargets\n');
  const verdict = {true: 'met', false: 'MISSED', null: '-'};
  console.log(
    table(
      ['target', 'wanted', 'measured', ''],
      result.targets.map((t) => [t.name, t.wanted, t.text, verdict[t.met]]),
    ),
  );
  for (const problem of result.problems) console.log(`\nProblem: ${problem}`);
}
