// SPDX-License-Identifier: ISC
// One book, built once per edition: EDITION is "public" or one of the readers' levels.
// Each build holds the pages of its own audience and nothing else, because Docusaurus puts
// the text of every page into its scripts: what is in the public build is public.
import { themes } from 'prism-react-renderer';

const edition = process.env.EDITION ?? 'public';
const levels = ['beginner', 'intermediate', 'advanced'];
const isPublic = edition === 'public';
if (!isPublic && !levels.includes(edition)) throw new Error(`EDITION=${edition}: no such edition`);

// The other builds are other sites to the router: a link there is a plain one.
const elsewhere = (path) => ({ to: `pathname://${path}`, target: '_self' });

const docs = isPublic
  ? { path: 'docs/public', sidebarPath: './sidebars.public.js' }
  : {
    path: 'docs/members',
    include: ['*.{md,mdx}', `${edition}/*.{md,mdx}`],
    sidebarPath: './sidebars.members.js',
  };

export default {
  title: 'A Small Book of Robots',
  tagline: 'Sensing, deciding, moving: in that order.',
  favicon: 'favicon.svg',
  url: process.env.SITE_URL ?? 'http://localhost:8080',
  baseUrl: isPublic ? '/' : '/members/',
  trailingSlash: true,
  onBrokenLinks: 'throw',
  onBrokenAnchors: 'throw',
  // No cache on disk: what one edition left there could come up in another.
  future: { v4: true, faster: { rspackPersistentCache: false } },
  customFields: { edition },
  plugins: [
    ['@docusaurus/plugin-content-docs', { routeBasePath: '/', breadcrumbs: false, ...docs }],
    ...(isPublic ? ['@docusaurus/plugin-content-pages', '@docusaurus/plugin-sitemap'] : []),
  ],
  themes: [['@docusaurus/theme-classic', { customCss: './src/css/custom.css' }]],
  themeConfig: {
    colorMode: { respectPrefersColorScheme: true },
    navbar: {
      title: 'A Small Book of Robots',
      logo: {
        alt: '', src: '/favicon.svg', width: 28, height: 28,
        ...(isPublic ? {} : { href: 'pathname:///', target: '_self' }),
      },
      items: [
        isPublic
          ? { label: 'Open chapters', to: '/', activeBaseRegex: '^/(senses|decisions)?/?$' }
          : { label: 'Open chapters', ...elsewhere('/') },
        isPublic
          ? { label: 'For members', ...elsewhere('/members/') }
          : { label: 'For members', to: '/' },
        { type: 'custom-account', position: 'right' },
      ],
    },
    footer: {
      copyright: 'An example of a site with Postern. Accounts stay on this server.',
    },
    prism: { theme: themes.github, darkTheme: themes.dracula },
  },
};
