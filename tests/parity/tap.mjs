// SPDX-License-Identifier: ISC
// TAP lines and the exit status.

let count = 0;
let failed = 0;

export function check(good, claim, detail = "") {
  count++;
  if (!good) failed++;
  const text = good || !detail ? "" : `\n${detail.replace(/^/gm, "#   ")}`;
  console.log(`${good ? "ok" : "not ok"} ${count} - ${claim}${text}`);
}

export const comment = (text) => console.log(text.replace(/^/gm, "# "));

export function finish() {
  console.log(`1..${count}`);
  comment(`${count - failed} passed, ${failed} failed`);
  return failed === 0 && count > 0 ? 0 : 1;
}
