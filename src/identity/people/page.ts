import { html } from 'hono/html';
import { Router } from '../../http/router.ts';

/** Its script is a static asset of this deployment; the tokens of links are in the fragment. */
const page = () => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>AgentGrid account</title>
  </head>
  <body>
    <main></main>
    <noscript>This page needs JavaScript. The API is described at <a href="/docs">/docs</a>.</noscript>
    <script type="module" src="/account/page.js"></script>
  </body>
</html>`;

const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The page to which links in mail, and the link of `npm start`, lead. */
export const accountPageRoutes = new Router();
accountPageRoutes.get('/account', (c) =>
  c.html(page(), 200, {
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  }),
);
