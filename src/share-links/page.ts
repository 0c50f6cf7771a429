import { html } from 'hono/html';
import { Router } from '../http/router.ts';
import { Address } from './visit-schema.ts';

/** Nothing but the files and the API of this deployment; the styles are constructed by the script. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const chatPage = (address: string, script: string) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <meta name="referrer" content="no-referrer">
    <title>Chat</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  </head>
  <body>
    <main></main>
    <noscript>This chat needs JavaScript.</noscript>
    <script src="/widget/${script}" data-link="${address}" data-mode="page"></script>
  </body>
</html>`;

/** The page of a share link: the same for every address, so that it tells nothing about one. */
export const chatPageRoutes = new Router();

chatPageRoutes.get('/chat/:address', async (c) => {
  if (!Address.safeParse(c.req.param('address')).success) return c.notFound();
  const { default: script } = await import('../../dist/widget.txt');
  return c.html(chatPage(c.req.param('address'), script), 200, {
    'content-security-policy': policy,
    'cache-control': 'no-cache',
  });
});
