// Tells at a failure of a test what its open pages show: often the page says why.
import type { Page } from 'playwright-core';
import { afterEach } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    pages?: string;
  }
}

/** The last answers that each open page was given. */
const followed = new Map<Page, string[]>();

export function follow(page: Page): void {
  const answers: string[] = [];
  followed.set(page, answers);
  page.on('close', () => followed.delete(page));
  page.on('response', (response) => {
    const request = response.request();
    answers.push(`${response.status()} ${request.method()} ${response.url()}`);
    answers.splice(0, answers.length - 12);
  });
}

async function report([page, answers]: [Page, string[]]): Promise<string> {
  const parts = page.locator(
    '#content, [role=dialog], [role=alertdialog], body:not(:has(#content))',
  );
  const shown = await Promise.all(
    (await parts.all()).map((part) =>
      part.ariaSnapshot({ timeout: 10_000 }).catch((error: Error) => error.message),
    ),
  );
  return [page.url(), ...answers, shown.join('\n').slice(0, 8000)].join('\n');
}

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  task.meta.pages = (await Promise.all([...followed].map(report))).join('\n\n');
});
