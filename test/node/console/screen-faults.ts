import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { untilShown } from './screen-checks.ts';

/** An answer of a server. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const problem = (
  status: number,
  code: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  ...{ status, headers: { ...headers, 'content-type': 'application/problem+json' } },
  body: JSON.stringify({ status, code, detail, request_id: 'req_of_the_fault' }),
});

/** Faults of the reads of a screen, with the words that name them; null stands for a lost connection. */
export const faults = {
  '500 of a proxy': {
    says: 'The server failed',
    answer: { status: 500, headers: { 'content-type': 'text/html' }, body: '<h1>Oops</h1>' },
  },
  '503 as a problem': {
    says: 'Under maintenance for a moment.',
    answer: problem(503, 'unavailable', 'Under maintenance for a moment.', { 'retry-after': '1' }),
  },
  '429 with Retry-After': {
    says: 'Too many requests in this minute.',
    answer: problem(429, 'rate_limited', 'Too many requests in this minute.', {
      'retry-after': '2',
    }),
  },
  'a lost connection': { says: 'The server cannot be reached', answer: null },
  'malformed JSON': {
    says: 'did not arrive as the API sends it',
    answer: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"data":[{' },
  },
  '403': { says: 'Not for you.', answer: problem(403, 'forbidden', 'Not for you.') },
  '404': {
    says: 'Nothing has this id.',
    answer: problem(404, 'not_found', 'Nothing has this id.'),
  },
} as const satisfies Record<string, { readonly says: string; readonly answer: Answer | null }>;

export type Fault = keyof typeof faults;

/** Pauses between attempts pass at once; the order of what happens stays. */
const hurry = `(() => {
  const wait = setTimeout;
  window.setTimeout = (work, ms = 0, ...rest) => wait(work, ms >= 1000 ? ms / 100 : ms, ...rest);
})()`;

/**
 * Answers reads with the fault that the session names, once `failing.release` was called, until `failing` ends. It stands
 * before the page's own code: routes of Playwright would turn the cache of the browser off, and each screen is a new page. Reads
 * of the person, without which no screen is shown at all, stay; so does what happens to the numbers of the navigation uncounted.
 */
const inject = `(() => {
  const name = sessionStorage.getItem('fault');
  if (name === null) return;
  sessionStorage.removeItem('fault');
  const { answer } = ${JSON.stringify(faults)}[name];
  const send = window.fetch;
  const failing = { count: 0, hasEnded: false };
  const slowly = new Promise((resolve) => { failing.release = resolve; });
  window.failing = failing;
  window.fetch = async (input, options) => {
    const isRequest = input instanceof Request;
    const { pathname, search } = new URL(isRequest ? input.url : input, location.href);
    const isRead = ((isRequest ? input : options)?.method ?? 'GET') === 'GET' && /^\\/api\\/v1\\/(?!(?:users\\/)?me$)/.test(pathname);
    if (failing.hasEnded || !isRead) return send(input, options);
    if (!/(?:approvals\\?status=pending|inbox\\?closed=false)&limit=20$/.test(pathname + search)) failing.count += 1;
    await slowly;
    if (answer === null) throw new TypeError('Failed to fetch');
    return new Response(answer.body, answer);
  };
})()`;

/** Prepares a page for `breakReads`. */
export async function allowFaults(page: Page): Promise<void> {
  await page.addInitScript(hurry);
  await page.addInitScript(inject);
}

/** Opens a screen whose reads are slow, then fail, then work again. Returns what was wrong. */
export async function breakReads(page: Page, address: string, fault: Fault): Promise<string[]> {
  const found: string[] = [];
  const { says } = faults[fault];
  await page.evaluate(`sessionStorage.setItem('fault', ${JSON.stringify(fault)})`);
  await page.goto(address);
  const content = page.locator('#content');
  await content.waitFor();
  const waiting = content.locator('.spinner, h1').first();
  await waiting.waitFor();
  // At once: a part that has been loaded since then has no spinner any more.
  const words = await page.evaluate<string[]>(
    "[...document.querySelectorAll('#content .spinner')].map(({ parentElement }) => parentElement.innerText)",
  );
  if (words.some((one) => one.trim().length < 4)) found.push('waits without a word');
  await page.evaluate('failing.release()');
  await content.locator('.spinner').first().waitFor({ state: 'detached' });
  const failed = await page.evaluate<number>('failing.count');
  const alerts = content.getByRole('alert');
  if (failed > 0) {
    await alerts.first().waitFor();
    const text = await content.innerText();
    if (!text.includes(says)) found.push(`does not say “${says}”: ${text.slice(0, 300)}`);
  }
  await page.evaluate('failing.hasEnded = true');
  const again = content.getByRole('button', { name: 'Try again' });
  if (failed > 0 && (await again.count()) === 0) found.push('offers no way on');
  // A read that was refused a moment ago may say so later.
  await expect
    .poll(
      async () => {
        for (const one of await again.all())
          await one.click({ timeout: 2000 }).catch(() => undefined);
        return (await content.innerText()).includes(says);
      },
      { timeout: 150_000 },
    )
    .toBe(false);
  await untilShown(page);
  return found;
}
