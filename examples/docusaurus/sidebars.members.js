// SPDX-License-Identifier: ISC
const edition = process.env.EDITION;

export default { book: ['index', 'motion', `${edition}/plan`] };
