// SPDX-License-Identifier: ISC
// One state of a page seen in up to four ways: phone and desktop, light and dark.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { check } from "./tap.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };
const SHOTS = process.env.SHOTS;
if (SHOTS) mkdirSync(SHOTS, { recursive: true });

async function violations(page) {
  // evaluate and not a script element, which the site's own policy would refuse.
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`));
}

const overflow = (page) => page.evaluate(() =>
  document.documentElement.scrollWidth - document.documentElement.clientWidth);

const VIEWS = ["phone light", "phone dark", "desktop light", "desktop dark"];

export async function look(page, name, views = VIEWS) {
  const bad = [];
  let wide = 0;
  for (const view of views) {
    const [size, colorScheme] = view.split(" ");
    await page.setViewportSize(SIZES[size]);
    await page.emulateMedia({ colorScheme });
    const found = await violations(page);
    bad.push(...found.map((text) => `${view}: ${text}`));
    if (SHOTS) {
      const path = `${SHOTS}/${`${name} ${view}`.replaceAll(" ", "-")}.png`;
      await page.screenshot({ path, fullPage: true });
    }
    if (size === "phone") wide = Math.max(wide, await overflow(page));
  }
  check(bad.length === 0, `${name}: axe finds nothing (${views.join(", ")})`, bad.join("\n"));
  check(wide <= 0, `${name}: no horizontal scroll at 360 px`, `${wide} px too wide`);
}
