import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { app } from '../../src/app.ts';
import { type Options, rootKey, toAnswer, toRequest } from '../support/api.ts';
import { fillPath, operations } from '../support/document.ts';
import { recording } from '../support/faulty.ts';
import { randomValues, type Seeded, seed, valuesFor } from '../support/resources.ts';
import { someOf } from '../support/turns.ts';

/** As old as a bookmark can be: every replica has got further. */
const oldest = `00000000-00000001-00000001-${'0'.repeat(32)}`;
const newest = `ffffffff-ffffffff-ffffffff-${'f'.repeat(32)}`;

/** Sends a request and returns where the sessions with D1 that it opened began, and what it ran. */
async function observe(method: string, path: string, key: string, options: Options = {}) {
  const { database, statements } = recording(env.DB);
  const began: (string | undefined)[] = [];
  const watched = {
    ...database,
    withSession(constraint?: string) {
      began.push(constraint);
      return database.withSession(constraint?.startsWith('first-') ? constraint : 'first-primary');
    },
  };
  const response = await app.fetch(
    toRequest(method, path, key, options),
    { ...env, DB: watched },
    createExecutionContext(),
  );
  return { answer: await toAnswer(response), began, statements };
}

const guarded = operations.filter(({ access }) => access !== 'public');
const changes = guarded.filter(({ method }) => method !== 'GET');
const reads = guarded.filter(({ method }) => method === 'GET');

describe('the consistency of a request', () => {
  let own: Seeded;
  beforeAll(async () => {
    own = await seed('Consistency');
  });

  it.each(changes.map((operation) => [operation.name, operation] as const))(
    '%s reads from the primary and ignores the bookmark',
    async (_name, operation) => {
      const key = operation.access === 'root' ? rootKey : own.workspace.key;
      const bookmarks = [undefined, oldest, newest, 'first-unconstrained', 'nonsense'];
      for (const bookmark of someOf(bookmarks, 2, changes.indexOf(operation))) {
        const headers: Record<string, string> =
          bookmark === undefined ? {} : { 'x-d1-bookmark': bookmark };
        const { began } = await observe(
          operation.method,
          fillPath(operation, randomValues()),
          key,
          { headers },
        );
        expect(began, bookmark ?? 'none').toEqual(['first-primary']);
      }
    },
  );

  it.each(reads.map((operation) => [operation.name, operation] as const))(
    '%s reads from its bookmark and writes nothing',
    async (_name, operation) => {
      const path = fillPath(operation, await valuesFor(operation, own));
      const key = operation.access === 'root' ? rootKey : own.workspace.key;
      for (const [bookmark, where] of [
        [oldest, oldest],
        ['first-primary', 'first-unconstrained'],
      ] as const) {
        const { answer, began, statements } = await observe('GET', path, key, {
          headers: { 'x-d1-bookmark': bookmark },
        });
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
        expect(began).toEqual([where]);
        expect(
          statements.map(({ sql }) => sql).filter((sql) => !/^\s*(?:select|with)\b/i.test(sql)),
        ).toEqual([]);
      }
    },
  );
});
