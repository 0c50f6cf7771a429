import { html, raw } from 'hono/html';
import { failures } from '../shared/failure.ts';

/**
 * The API reference page. Its script, styles and start-up code are static assets of this
 * deployment; it loads nothing from other hosts.
 */
export const docsPage = () => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>AgentGrid API</title>
    <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="docs"></div>
    <noscript>The document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/docs-page.js"></script>
  </body>
</html>`;

/** The page that the `type` of a problem document links to. */
export const problemsPage = () => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>AgentGrid problems</title>
  </head>
  <body>
    <h1>Problems</h1>
    <p>Every error is <code>application/problem+json</code> with one of these codes.</p>
    <dl>
      ${raw(
        Object.entries(failures)
          .map(
            ([code, { status, title }]) =>
              `<dt id="${code}"><code>${code}</code> (${status})</dt><dd>${title}.</dd>`,
          )
          .join('\n'),
      )}
    </dl>
  </body>
</html>`;

/**
 * Swagger UI embeds its icons as data URLs; everything else, including styles, is loaded from this
 * deployment.
 */
export const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
