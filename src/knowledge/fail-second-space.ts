import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { Statement } from '../db/client.ts';
import { knowledge_bases } from '../db/schema/knowledge.ts';
import { embedding_migrations } from '../db/schema/vectors.ts';
import type { Ctx } from '../platform/context.ts';

/** Error of a migration of which one of the models could not embed a new chunk, so that its vectors are incomplete. */
export const incomplete = 'incomplete';

/** Ends the upkeep of the second space of a base, of which a chunk is missing. Before the switch, this fails the migration. */
export const failSecondEmbedding = (
  { db, workspace_id, now }: Pick<Ctx, 'db' | 'workspace_id' | 'now'>,
  base_id: string,
  second_space: number,
  reason: string,
): Statement[] => [
  db
    .update(knowledge_bases)
    .set({ second_embedding: null })
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        eq(knowledge_bases.id, base_id),
        eq(knowledge_bases.second_space, second_space),
      ),
    ),
  db
    .update(embedding_migrations)
    .set({
      status: sql`iif(status in ('building', 'ready'), 'failed', status)`,
      error_code: incomplete,
      error_detail: `A new chunk could not be embedded: ${reason}`.slice(0, 1000),
      updated_at: now(),
    })
    .where(
      and(
        eq(embedding_migrations.workspace_id, workspace_id),
        eq(embedding_migrations.base_id, base_id),
        notInArray(embedding_migrations.status, ['cancelled', 'completed']),
      ),
    ),
];
