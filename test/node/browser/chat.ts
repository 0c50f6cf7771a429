import type { Locator, Page } from 'playwright-core';
import type { Round } from '../../support/provider/script.ts';
import type { Stage } from './stage.ts';

export const words = Array.from({ length: 80 }, (_, index) => `word${index} `);
/** Waits in the middle until it is released. */
export const half: Round = { text: words, fault: { kind: 'hold', events: 20 } };

/** The text of `words` as a page shows it. */
export const allWords = words.join('').trim();

export const addressOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
export const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });
export const answers = (page: Page): Locator => page.getByRole('article', { name: 'Assistant' });

export async function send(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  // Not before the last answer is complete.
  await page.getByRole('button', { name: 'Send' }).waitFor();
  await field(page).press('Enter');
}

/** A page of a third party that forbids everything but the server. */
export function embed(
  stage: Pick<Stage, 'url' | 'serve'>,
  address: string,
  attributes = '',
  html = '<html lang="en">',
): string {
  const tag = `<script src="${stage.url}/widget.js" data-link="${address}" ${attributes} async></script>`;
  const page = `<!doctype html>${html}<title>Shop</title><main><h1>Shop</h1></main>${tag}</html>`;
  const policy = `default-src 'none'; script-src ${stage.url}; connect-src ${stage.url}; require-trusted-types-for 'script'`;
  return stage.serve(`/${crypto.randomUUID()}`, page, policy);
}
