import { newId } from '../../src/shared/id.ts';
import { newKey, sha256 } from './new-key.ts';
import type { Scratch } from './scratch.ts';

/** States of work in progress, whose jobs are not in an archive, and the state in which it can be begun again. */
const interrupted = [
  ['files', ['queued', 'extracting', 'chunking', 'embedding', 'indexing'], 'failed'],
  ['file_batches', ['queued', 'in_progress'], 'failed'],
  ['retrieval_evaluations', ['running'], 'failed'],
  ['evaluations', ['running'], 'failed'],
  ['end_user_exports', ['running'], 'failed'],
  ['erasures', ['running'], 'failed'],
  ['replays', ['running'], 'paused'],
] as const;
const reason = 'It was in progress when the workspace was exported. Start it again.';

/** Error of a migration that begins with the first chunk when it is resumed. */
const fromFirstChunk = 'incomplete';
const noVectors =
  'The archive of a workspace has no vectors. Set the key of the provider, then resume.';

/**
 * Changes the rows of a workspace so that it works without what its archive leaves out: a new admin key, embedding migrations that
 * compute the vectors once they are resumed, and no work in progress. Returns the key and what was changed.
 */
export function makeUsable(scratch: Scratch, workspace_id: string) {
  const notes: string[] = [];
  for (const [table, count] of Object.entries(scratch.removeOrphans()))
    notes.push(
      table === 'members'
        ? `${count} members were left out: people have an account in each deployment. Invite them again.`
        : `${count} rows of ${table} were left out: they refer to rows that were deleted during the export.`,
    );
  for (const [table, from, to] of interrupted) endWork(scratch, table, from, to, notes);
  const bases = addMigrations(scratch);
  if (bases > 0)
    notes.push(
      `${bases} knowledge bases have no vectors until their embedding migration is resumed.`,
    );
  const secret = newKey();
  const row = {
    id: newId('key'),
    workspace_id,
    name: 'Imported workspace',
    role: 'admin',
    hash: sha256(secret),
    last_four: secret.slice(-4),
    created_at: Date.now(),
  };
  scratch.insert('api_keys', [row]);
  return { key: secret, notes };
}

function endWork(
  scratch: Scratch,
  table: string,
  from: readonly string[],
  to: string,
  notes: string[],
): void {
  const columns = scratch.columnsOf(table);
  if (columns.length === 0) return;
  const errors = columns.includes('error_detail')
    ? `, error_code = 'internal', error_detail = '${reason}'`
    : '';
  const count = scratch.change(
    `update "${table}" set status = ?${errors} where status in (select value from json_each(?))`,
    to,
    JSON.stringify(from),
  );
  if (count > 0) notes.push(`${count} ${table} in progress are ${to}: start them again.`);
}

/** Adds an embedding migration to each knowledge base with chunks, from its settings to the same. */
function addMigrations(scratch: Scratch): number {
  scratch.change(
    `update embedding_migrations set status = 'cancelled' where status not in ('cancelled', 'completed')`,
  );
  scratch.change('update knowledge_bases set second_space = null, second_embedding = null');
  const bases = scratch.all<{ id: string; workspace_id: string }>(
    `select id, workspace_id from knowledge_bases b where deleted_at is null and exists (select 1 from chunks c where c.base_id = b.id)`,
  );
  const now = Date.now();
  for (const { id } of bases) {
    scratch.change(
      `insert into embedding_migrations (id, workspace_id, base_id, status, source_space, source, target_space, target, last_seq,
          chunks_total, embedding_calls, embedding_tokens, embedding_cost_nano_usd, embedding_unpriced_calls, error_code, error_detail, created_at, updated_at)
        select ?1, workspace_id, id, 'failed', vector_space, settings, space, settings, 0,
          chunk_count + former_chunk_count, 0, 0, 0, 0, ?2, ?3, ?4, ?4
        from (select *, json_object('embedding_model', embedding_model, 'dimensions', dimensions, 'query_prefix', query_prefix,
            'document_prefix', document_prefix) as settings,
          1 + max(vector_space, (select coalesce(max(m.target_space), 0) from embedding_migrations m where m.base_id = b.id)) as space
          from knowledge_bases b where b.id = ?5)`,
      newId('emb'),
      fromFirstChunk,
      noVectors,
      now,
      id,
    );
    scratch.change(
      `update knowledge_bases set second_space = (select target_space from embedding_migrations m where m.base_id = ?1 and m.status = 'failed')
        where id = ?1`,
      id,
    );
  }
  return bases.length;
}
