// SPDX-License-Identifier: ISC
// Every case: [name, call...]; each begins with the people of scene.mjs.
import { broken } from "./broken.mjs";
import { cached } from "./caches.mjs";
import { flows } from "./flows.mjs";
import { limits } from "./limits.mjs";
import { matrix } from "./matrix.mjs";

const group = ({ variants = ["base"], ...rest }) => ({ variants, ...rest });

export const groups = [...flows, ...cached, ...broken, ...limits, ...matrix].map(group);
