import { sql } from 'drizzle-orm';
import type { Ctx } from '../../platform/context.ts';
import type { Erasing, Step } from './step.ts';

const limit = 256 * 1024 * 1024;

interface Archive {
  readonly id: string;
  readonly object_key: string;
}

/**
 * Pseudonymises the end user in one archive of usage. The position is the archive and, while it is being replaced, the
 * object that the new one replaces, so that an interrupted step removes it.
 */
export const usageArchives: Step = async (ctx, erasing, position) => {
  const { db, workspace_id, files } = ctx;
  const [after = '', replaced] = position.split(' ');
  if (replaced !== undefined) {
    const row = await db.get<Archive>(
      sql`select id, object_key from usage_archives where workspace_id = ${workspace_id} and id = ${after}`,
    );
    if (row !== undefined && row.object_key === replaced) await replace(ctx, erasing, row);
    await files.remove([replaced]);
    return { counts: { archives: 1 }, position: after };
  }
  const next = await db.get<Archive>(sql`select id, object_key from usage_archives
    where workspace_id = ${workspace_id} and id > ${after} order by id limit 1`);
  if (next === undefined) return { counts: {}, position: null };
  const isNamed = await contains(ctx, erasing, next.object_key);
  return { counts: {}, position: isNamed ? `${next.id} ${next.object_key}` : next.id };
};

async function* linesOf({ files }: Ctx, object_key: string): AsyncGenerator<string> {
  const object = await files.get(object_key);
  if (object === null) return;
  const unzipped = object.body.pipeThrough(
    new DecompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of unzipped) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

const fieldOf = (end_user_id: string) => `"end_user_id":${JSON.stringify(end_user_id)}`;

async function contains(ctx: Ctx, { end_user_id }: Erasing, object_key: string): Promise<boolean> {
  const field = fieldOf(end_user_id);
  for await (const line of linesOf(ctx, object_key)) if (line.includes(field)) return true;
  return false;
}

/** Writes the archive again without the person, and refers to the new object. */
async function replace(
  ctx: Ctx,
  { end_user_id, pseudonym }: Erasing,
  { id, object_key }: Archive,
): Promise<void> {
  const encoder = new TextEncoder();
  const [field, other] = [fieldOf(end_user_id), fieldOf(pseudonym)];
  const lines = linesOf(ctx, object_key);
  const changed = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`${value.replaceAll(field, other)}\n`));
    },
  });
  const body = changed.pipeThrough(
    new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>,
  );
  const key = `${object_key.replace(/(?:\.era_\w+)?\.ndjson\.gz$/, '')}.${pseudonym}.ndjson.gz`;
  const { byte_size, sha256 } = await ctx.files.put(key, body, {
    media_type: 'application/gzip',
    limit,
  });
  await ctx.db.run(sql`update usage_archives set object_key = ${key}, byte_size = ${byte_size}, sha256 = ${sha256}
    where workspace_id = ${ctx.workspace_id} and id = ${id}`);
}
