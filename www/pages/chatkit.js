// SPDX-License-Identifier: ISC
// ChatKit's element on the example backend, or how to start that.
import "../lib/nav.js";
import "../lib/openai-chatkit.js";
import { chatkitFetch, chatkitUrl } from "../lib/chatkit.js";
import { $ } from "../lib/dom.js";

const url = await chatkitUrl();
$("without-backend").hidden = url !== null;
$("with-backend").hidden = url === null;
if (url !== null) $("chatkit").setOptions({ api: { url, fetch: chatkitFetch } });
