import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiError, type CallOptions, type Client, openClient } from '../client.ts';
import { CommandError, exits, usageError } from './exit.ts';

const requestTimeoutMs = 60_000;
const attempts = 5;
const maxPauseMs = 30_000;
const transient: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

/** The API with timeouts and retries. A POST has one idempotency key for all of its attempts. */
export interface Api {
  call<Reply>(method: string, path: string, options?: CallOptions): Promise<Reply>;
  /** As `call`, but null for 404. */
  find<Reply>(method: string, path: string, options?: CallOptions): Promise<Reply | null>;
  /** All items of a list. */
  list<Item>(path: string): Promise<Item[]>;
  text(path: string): Promise<string>;
}

export function openApi(url: string | undefined, signal: AbortSignal): Api {
  const given = url ?? process.env.AGENTGRID_URL ?? '';
  const key = (process.env.AGENTGRID_API_KEY ?? '').trim();
  if (given === '') throw usageError('Set AGENTGRID_URL, or give --url.');
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol))
    throw usageError(`The URL must be http or https, not "${given}".`);
  if (key === '') throw usageError('Set AGENTGRID_API_KEY.');
  // Otherwise the error of the header would print the key.
  if (!/^[\x21-\x7e]+$/.test(key)) throw usageError('AGENTGRID_API_KEY is not a key.');
  return apiOf(openClient(given, key), signal);
}

function apiOf(client: Client, signal: AbortSignal): Api {
  const read = <Reply>(
    method: string,
    path: string,
    options: CallOptions,
    from: (response: Response) => Promise<Reply>,
  ) => {
    const isNew = method === 'POST' && options.idempotencyKey === undefined;
    const all = isNew ? { ...options, idempotencyKey: randomUUID() } : options;
    return retry(signal, () => {
      const limit = AbortSignal.any([
        ...(options.signal === undefined ? [signal] : [options.signal]),
        AbortSignal.timeout(requestTimeoutMs),
      ]);
      return client.send(method, path, { ...all, signal: limit }).then(from);
    });
  };
  const call = <Reply>(method: string, path: string, options: CallOptions = {}) =>
    read(method, path, options, async (response) => {
      const text = await response.text();
      return (text === '' ? undefined : JSON.parse(text)) as Reply;
    });
  return {
    call,
    async find<Reply>(method: string, path: string, options: CallOptions = {}) {
      try {
        return await call<Reply>(method, path, options);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    async list<Item>(path: string) {
      const items: Item[] = [];
      for (let cursor = ''; ; ) {
        const mark = path.includes('?') ? '&' : '?';
        const page = await call<{ data: Item[]; next_cursor: string | null }>(
          'GET',
          `${path}${mark}limit=100${cursor}`,
        );
        items.push(...page.data);
        if (page.next_cursor === null) return items;
        cursor = `&cursor=${encodeURIComponent(page.next_cursor)}`;
      }
    },
    text: (path) => read('GET', path, {}, (response) => response.text()),
  };
}

async function retry<Reply>(signal: AbortSignal, work: () => Promise<Reply>): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted && attempt > 1) throw error;
      const isTransient = !(error instanceof ApiError) || transient.has(error.status);
      if (!isTransient || attempt === attempts || signal.aborted) throw error;
      const backoff = 500 * 2 ** attempt * (0.5 + Math.random() / 2);
      const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
      await wait(Math.min(maxPauseMs, Math.max(backoff, asked)), undefined, { signal });
    }
  }
}

/** Returns an error as a message for people, with its exit code. */
export function explain(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (error instanceof ApiError) {
    const lines = error.errors.map(({ pointer, detail }) => `  ${pointer}: ${detail}`);
    const code = error.status === 422 || error.status === 400 ? exits.usage : exits.api;
    return new CommandError(code, [error.message, ...lines].join('\n'));
  }
  const { cause, message } = error as Error;
  const reason = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : '';
  return new CommandError(exits.api, `The request failed: ${message}${reason}.`);
}
