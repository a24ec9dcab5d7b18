// SPDX-License-Identifier: ISC
// The members' page: the gate did the work, only the greeting is left.
import "../lib/nav.js";
import { $ } from "../lib/dom.js";
import { getUser } from "../lib/session.js";

const user = await getUser();
if (user?.name) $("hello").textContent = `You're in, ${user.name}.`;
