import { html } from 'hono/html';
import { Router } from './router.ts';

/** Files of a build of the console, by their names below /console/build. */
interface Build {
  readonly script: string;
  readonly style: string;
}

/** Everything comes from this deployment. Styles are files, and scripts never make markup from text. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "worker-src 'self'",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = ({ script, style }: Build) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>AgentGrid</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/console/build/${style}">
    <script type="module" src="/console/build/${script}"></script>
  </head>
  <body>
    <div id="root"></div>
    <noscript>The console needs JavaScript. The API is described at <a href="/docs">/docs</a>.</noscript>
  </body>
</html>`;

/** The page of the console: the same for every address below /console, which its script reads. */
export const consolePageRoutes = new Router();

consolePageRoutes.get('/console/*', async (c) => {
  // A file of a former build, which must not be answered by a page.
  if (c.req.path.startsWith('/console/build/')) return c.notFound();
  const { default: build } = await import('../../dist/console.txt');
  return c.html(page(JSON.parse(build) as Build), 200, {
    'content-security-policy': policy,
    'cache-control': 'no-cache',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
});
