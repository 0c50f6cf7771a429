import { html } from 'hono/html';
import type { SignInResult } from './finish-sign-in.ts';

/** Nothing is loaded, framed or submitted, and the address, which holds the code, is sent nowhere. */
const headers = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

/** Returns the page that a person sees after a sign-in, or the result as JSON where that is accepted and HTML is not. */
export function signInPage(result: SignInResult, accept: string): Response {
  const status = result.type === 'signed_in' ? 200 : 400;
  const { title, text } = textOf(result);
  if (accept.includes('application/json') && !accept.includes('text/html'))
    return Response.json({ status: result.type, detail: text }, { status, headers });
  const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title}</title>
  </head>
  <body>
    <h1>${title}</h1>
    <p>${text}</p>
  </body>
</html>`;
  return new Response(String(page), {
    status,
    headers: { ...headers, 'content-type': 'text/html; charset=utf-8' },
  });
}

function textOf(result: SignInResult): { readonly title: string; readonly text: string } {
  switch (result.type) {
    case 'signed_in':
      return {
        title: 'Signed in',
        text: `${result.server} is connected. You can close this page and return to the conversation.`,
      };
    case 'failed':
      return {
        title: 'Not signed in',
        text: `${result.server} is not connected. ${result.detail} Return to the conversation and start again.`,
      };
    case 'unknown':
      return {
        title: 'Not signed in',
        text: 'This sign-in has expired, was completed before, or was replaced by another one. Return to the conversation and start again.',
      };
  }
}
