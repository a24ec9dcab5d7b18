// SPDX-License-Identifier: ISC
// The page of the mails that are not sent, and the way from a request to its link.
import { scenario } from "./browser.mjs";
import { look } from "./look.mjs";
import { check, same } from "./tap.mjs";
import { newEmail, signUp } from "./site.mjs";

const askForReset = (page, email) => page.evaluate(async (address) => {
  const response = await fetch("/api/auth/request-password-reset", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: address, redirectTo: "/" }),
  });
  return response.status;
}, email);

export const mailsOfDevelopment = (browser, base, questions) =>
  scenario(browser, base, "mails of development", async (page) => {
    const email = newEmail();
    await signUp(page, questions, { email });
    await page.goto("/mail.html");
    same(await askForReset(page, email), 200, "a reset is asked for");
    const mail = page.locator(".mail").filter({ hasText: email });
    await mail.waitFor();
    check(true, "its mail comes to the page by itself");
    same(await mail.locator("h2").textContent(), `Choose a new password for ${new URL(base).hostname}`,
      "with its subject");
    const link = mail.locator(".mail-text a").filter({ hasText: "/reset-password/" });
    check((await link.getAttribute("href")).startsWith(`${base}/api/auth/reset-password/`),
      "its link leads to this site");
    await look(page, "mails");
    await link.click();
    await page.waitForURL((url) => url.pathname === "/" && url.searchParams.has("token"));
    check(true, "and through it back with a token");
    await page.goto("/mail.html");
    await mail.waitFor();
    const download = page.waitForEvent("download");
    await mail.getByRole("link", { name: "The message as a file" }).click();
    check((await (await download).suggestedFilename()).endsWith(".eml"), "the message is a file, too");
  });
