// SPDX-License-Identifier: ISC
// The one thing of the theme that is changed: one more type of item in the bar.
import ComponentTypes from '@theme-original/NavbarItem/ComponentTypes';
import AccountNavbarItem from '../../components/AccountNavbarItem';

export default { ...ComponentTypes, 'custom-account': AccountNavbarItem };
