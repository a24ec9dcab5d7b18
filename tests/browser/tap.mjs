// SPDX-License-Identifier: ISC
// TAP lines and the exit status.

let count = 0;
let failed = 0;
let skipped = 0;

export function check(ok, name, detail = "") {
  count++;
  if (!ok) failed++;
  console.log(`${ok ? "ok" : "not ok"} ${count} - ${name}`);
  if (!ok && detail) console.log(String(detail).replace(/^/gm, "#   "));
  return Boolean(ok);
}

export function same(got, want, name) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(want)];
  return check(a === b, name, `got  ${a}\nwant ${b}`);
}

export function skip(name, reason) {
  count++;
  skipped++;
  console.log(`ok ${count} - ${name} # SKIP ${reason}`);
}

export const comment = (text) => console.log(`# ${text}`);

export function finish() {
  console.log(`1..${count}`);
  comment(`${count - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && count > skipped ? 0 : 1;
}
