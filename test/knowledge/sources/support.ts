import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import type { Workspace } from '../../support/api.ts';
import { Site } from '../../support/outbound.ts';
import { runSchedule } from '../../support/schedule.ts';

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
type Json = any;

const html = { 'content-type': 'text/html; charset=utf-8' };

/** A web site that serves pages with an ETag of their content and answers conditional requests. */
export class WebSite extends Site {
  async page(path: string, body: string, headers: Record<string, string> = {}): Promise<string> {
    const etag = `"${body.length}-${[...body].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) | 0, 7)}"`;
    return this.answers(path, {
      body,
      headers: { ...html, etag, ...headers },
      isConditional: true,
    });
  }

  /** An article with a title, a text and links. */
  article(path: string, title: string, text: string, links: readonly string[] = []) {
    const anchors = links.map((link) => `<li><a href="${link}">${link}</a></li>`).join('');
    return this.page(
      path,
      `<!doctype html><title>${title}</title><nav><ul>${anchors}</ul></nav><main><h1>${title}</h1><p>${text}</p></main>`,
    );
  }

  sitemap(path: string, urls: readonly string[]) {
    const entries = urls.map((url) => `<url><loc>${url}</loc></url>`).join('');
    const body = `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries}</urlset>`;
    return this.answers(path, { body, headers: { 'content-type': 'application/xml' } });
  }

  async robots(body = '', status = 200) {
    await this.answers('/robots.txt', { status, body, headers: { 'content-type': 'text/plain' } });
    return this;
  }

  /** Paths that have been requested, in order, without robots.txt. */
  async paths(): Promise<string[]> {
    const calls = await this.calls();
    return calls
      .map(({ url }) => url.slice(this.origin.length))
      .filter((path) => path !== '/robots.txt');
  }
}

/** A site without rules. */
export const newSite = () => new WebSite().robots();

/** Waits until the source has ended its synchronization, and returns it. */
export const synced = (workspace: Workspace, id: string): Promise<Json> =>
  sourceWhen(workspace, id, ({ status }) => ['ready', 'failed'].includes(status));

/**
 * Waits until the source meets the condition, and returns it. On a busy machine a step is left to the
 * minute's task, which therefore runs after some seconds.
 */
export async function sourceWhen(
  workspace: Workspace,
  id: string,
  isMet: (source: Json) => boolean,
): Promise<Json> {
  let nextTick = Date.now() + 5000;
  return vi.waitUntil(
    async () => {
      if (Date.now() > nextTick) {
        await tick();
        nextTick = Date.now() + 3000;
      }
      const { body } = await workspace.get(`/sources/${id}`);
      return isMet(body) ? body : null;
    },
    { timeout: 120_000, interval: 50 },
  );
}

/** Creates a source that does not pause, and waits for its first synchronization. */
export async function addSource(
  workspace: Workspace,
  base: string,
  settings: Record<string, unknown>,
): Promise<Json> {
  const { status, body } = await workspace.post(`/knowledge-bases/${base}/sources`, {
    delay_ms: 100,
    ...settings,
  });
  if (status !== 201) throw new Error(`creating a source gave ${status}: ${JSON.stringify(body)}`);
  return synced(workspace, body.id);
}

export async function syncAgain(workspace: Workspace, id: string): Promise<Json> {
  const { status, body } = await workspace.post(`/sources/${id}/sync`);
  if (status !== 202) throw new Error(`synchronizing gave ${status}: ${JSON.stringify(body)}`);
  return synced(workspace, id);
}

/** Pages of a source by the path of their address. */
export async function pagesOf(workspace: Workspace, id: string): Promise<Record<string, Json>> {
  const { body } = await workspace.get(`/sources/${id}/pages?limit=100`);
  return Object.fromEntries(
    body.data.map((page: Json) => {
      const { pathname, search } = new URL(page.url);
      return [pathname + search, page];
    }),
  );
}

/** Files of a base by their `external_id`. */
export async function filesOf(workspace: Workspace, base: string): Promise<Record<string, Json>> {
  const { body } = await workspace.get(`/knowledge-bases/${base}/files?limit=100`);
  return Object.fromEntries(body.data.map((file: Json) => [file.external_id, file]));
}

/** Waits until every file of the base is ready or failed. */
export const ingested = (workspace: Workspace, base: string) =>
  vi.waitUntil(
    async () => {
      const files = Object.values(await filesOf(workspace, base));
      return files.every(({ status }) => ['ready', 'failed'].includes(status)) ? files : null;
    },
    { timeout: 150_000, interval: 50 },
  );

/** Runs the tasks of sources of the minute. */
export async function tick(): Promise<void> {
  const execution = createExecutionContext();
  await runSchedule('* * * * *', env as unknown as Env, execution, ['knowledge_sources', 'outbox']);
  await waitOnExecutionContext(execution);
}
