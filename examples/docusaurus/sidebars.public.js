// SPDX-License-Identifier: ISC
export default {
  book: [
    'index',
    'senses',
    'decisions',
    { type: 'html', value: '<a class="menu__link" href="/members/">Moving, and your plan</a>' },
  ],
};
