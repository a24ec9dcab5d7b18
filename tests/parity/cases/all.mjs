// SPDX-License-Identifier: ISC
// Every case: [name, call...]; each begins with the people of scene.mjs.
import { flows } from "./flows.mjs";
import { matrix } from "./matrix.mjs";

const group = ({ variants = ["base"], ...rest }) => ({ variants, ...rest });

export const groups = [...flows, ...matrix].map(group);
