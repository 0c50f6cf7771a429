// The Worker of scripts/backup.ts and scripts/restore.ts: gives them the database, the bucket and the vector index of a
// deployment, local or on Cloudflare, with the same requests.
import { openDb } from '../../src/db/client.ts';
import { indexAgain } from '../../src/knowledge/search/index-again.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { indexSessions } from '../../src/sessions/search/index-sessions.ts';
import { putObject, readObject } from './objects.ts';
import type { Answer, Query } from './protocol.ts';

interface Bindings {
  readonly DB: D1Database;
  readonly FILES: R2Bucket;
  readonly VECTORS?: Vectorize;
}

/** Vectors that one call to Vectorize returns with their values. */
const vectorsAtOnce = 20;

export default {
  async fetch(request: Request, env: Bindings): Promise<Response> {
    try {
      return await answer(request, env);
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  },
};

async function answer(request: Request, env: Bindings): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const key = searchParams.get('key') ?? '';
  switch (`${request.method} ${pathname}`) {
    case 'POST /sql':
      return Response.json(await runAll(env.DB, await request.json()));
    case 'GET /objects':
      return Response.json(await listObjects(env.FILES, searchParams.get('cursor')));
    case 'GET /object':
      return readObject(env.FILES, key);
    case 'PUT /object':
      return putObject(env.FILES, key, request);
    case 'POST /vectors/read':
      return Response.json(await readVectors(env.VECTORS, await request.json()));
    case 'POST /vectors/write':
      await env.VECTORS?.upsert(await request.json());
      return new Response();
    case 'GET /vectors':
      return Response.json({ is_hosted: env.VECTORS !== undefined });
    case 'POST /keywords':
      return Response.json(await rebuildKeywords(env.DB));
    default:
      return new Response('Unknown request', { status: 404 });
  }
}

/** Runs the statements in one transaction. */
async function runAll(db: D1Database, queries: readonly Query[]): Promise<Answer[]> {
  const statements = queries.map(({ sql, params = [] }) => db.prepare(sql).bind(...params));
  const results = await db.batch<Record<string, unknown>>(statements);
  return results.map(({ results: rows }) => ({ rows }));
}

async function listObjects(bucket: R2Bucket, cursor: string | null) {
  const page = await bucket.list({
    include: ['httpMetadata', 'customMetadata'],
    ...(cursor === null ? {} : { cursor }),
  });
  const objects = page.objects.map(({ key, size, etag, httpMetadata, customMetadata }) => ({
    ...{ key, size, etag },
    content_type: httpMetadata?.contentType ?? null,
    metadata: customMetadata ?? {},
  }));
  return { objects, next: page.truncated ? page.cursor : null };
}

async function readVectors(index: Vectorize | undefined, ids: readonly string[]) {
  if (index === undefined) return [];
  const read: unknown[] = [];
  for (let start = 0; start < ids.length; start += vectorsAtOnce) {
    const vectors = await index.getByIds(ids.slice(start, start + vectorsAtOnce));
    read.push(
      ...vectors.map(({ id, namespace, values, metadata }) => ({
        ...{ id, namespace, metadata },
        values: [...values],
      })),
    );
  }
  return read;
}

/** Does some of the indexing that a deployment does every minute. Returns the number of chunks and sessions handled; 0 once all are. */
async function rebuildKeywords(database: D1Database): Promise<number> {
  const meter = { trips: 0, rows_read: 0, rows_written: 0, ms: 0 };
  const db = openDb(database.withSession('first-primary'), meter);
  const ctx = { db } as Ctx;
  return (await indexAgain(ctx)) + (await indexSessions(ctx));
}
