// SPDX-License-Identifier: ISC
// A guest of a thousand threads joins an account: with one item in each thread, and with a hundred.
import * as db from './database.mjs';
import {median} from './load.mjs';

export const threads = 1000;
const sizes = {few: 1, many: 100}; // items in a thread

async function post(side, where, body, headers = {}) {
  const answer = await fetch(side.url + where, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {origin: `http://${side.host}`, host: side.host, 'content-type': 'application/json', ...headers},
  });
  if (!answer.ok) throw new Error(`${where}: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  return answer.json();
}

function write(variables, guest, items) {
  db.query(
    variables,
    `insert into chatkit_threads (id, owner_id, created_at, data)
     select left('${guest}', 16) || n, '${guest}', now(), '{"title":"A thread"}' from generate_series(1, ${threads}) n;
     insert into chatkit_items (thread_id, id, created_at, data)
     select left('${guest}', 16) || n, 'i' || i, now(), jsonb_build_object('type', 'user_message', 'content', repeat('x', 200))
       from generate_series(1, ${threads}) n, generate_series(1, ${items}) i`,
  );
  db.query(variables, 'vacuum analyze chatkit_threads, chatkit_items');
  db.query(variables, 'checkpoint');
}

// One merge, in milliseconds from the request to its answer. Nothing is left of it.
async function mergeOne(ours, variables, items) {
  const {token, user} = await post(ours, '/api/auth/sign-in/anonymous', {});
  write(variables, user.id, items);
  const cookie = {cookie: db.cookie(7)};
  await post(ours, '/api/chatkit/merge', {}, cookie); // another request of the same kind came before
  const start = performance.now();
  const {merged_count: count, merge_id: merge} = await post(ours, '/api/chatkit/merge', {guest_token: token}, cookie);
  const took = performance.now() - start;
  if (count !== threads) throw new Error(`merged ${count} threads`);
  db.query(
    variables,
    `delete from chatkit_threads where owner_id = (select member_id from postern.merge_log where id = '${merge}')`,
  );
  return took;
}

// The growth is the median of each round's: both of a round had the same minute of a busy machine.
export async function measureMerge(ours, variables, rounds) {
  const found = {few: [], many: []};
  for (let round = 0; round < rounds; round++) {
    for (const [size, items] of Object.entries(sizes)) found[size].push(await mergeOne(ours, variables, items));
  }
  return {
    threads,
    few: {items: threads * sizes.few, median_ms: median(found.few)},
    many: {items: threads * sizes.many, median_ms: median(found.many), max_ms: Math.max(...found.many)},
    growth: median(found.few.map((ms, i) => found.many[i] / ms)),
  };
}
