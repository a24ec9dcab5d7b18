// SPDX-License-Identifier: ISC
// The site in a real browser: node run.mjs [BASE_URL].  SHOTS=dir keeps screenshots,
// ONLY=story,story picks some, BACKEND=1 those for a site with CHATKIT_BACKEND.
import { launch } from "./browser.mjs";
import { finish } from "./tap.mjs";
import { questionsOf } from "./site.mjs";
import {
  chatJoinsExistingAccount, chatJoinsNewAccount, doubleSend, lostConnection,
  strangersSeeNothing, visitorChats,
} from "./chat.mjs";
import {
  accountPage, accountStepChecks, exclusiveAnswers, existingAddress, longLists, membersOnly,
  missingAnswers, questionnairePage, redirects, refusedAnswers, signOutAndIn,
  signUpByKeyboard, tooManyTries,
} from "./accounts.mjs";
import {
  changedAddress, changedPassword, deletedAccount, devices, forgottenPassword, landings, looksOfCare,
  refusedCare, signedInElsewhere, unusableLinks, verifiedAddress, withoutScriptsOfCare,
} from "./care.mjs";
import { mailsOfDevelopment } from "./mails.mjs";
import {
  backendAnswersHome, kitInTrouble, kitJoinsExistingAccount, kitWithoutBackend,
} from "./chatkit.mjs";
import { looksOfMembers, looksOfVisitors, strictPolicy, withoutScripts } from "./looks.mjs";

const STORIES = [
  visitorChats, doubleSend, lostConnection, strangersSeeNothing,
  chatJoinsNewAccount, chatJoinsExistingAccount,
  signUpByKeyboard, accountStepChecks, missingAnswers, longLists, refusedAnswers,
  exclusiveAnswers, existingAddress, signOutAndIn, redirects, membersOnly, accountPage,
  questionnairePage, mailsOfDevelopment, tooManyTries,
  forgottenPassword, unusableLinks, verifiedAddress, landings, changedAddress, changedPassword,
  signedInElsewhere, deletedAccount, refusedCare, devices,
  looksOfVisitors, looksOfMembers, looksOfCare, strictPolicy, withoutScripts, withoutScriptsOfCare,
  kitWithoutBackend,
];
const BACKEND_STORIES = [backendAnswersHome, kitJoinsExistingAccount, kitInTrouble];

const base = new URL(process.argv[2] || process.env.BASE_URL || "http://localhost:8080").origin;
const only = process.env.ONLY?.split(",");

const browser = await launch();
const questions = await questionsOf(base);
for (const story of process.env.BACKEND ? BACKEND_STORIES : STORIES) {
  if (!only || only.includes(story.name)) await story(browser, base, questions);
}
await browser.close();
process.exit(finish());
