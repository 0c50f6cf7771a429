import type { sql } from 'drizzle-orm';
import type { Statement } from '../../db/client.ts';
import { commit, type QueuedJob } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Job } from '../../platform/job.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import type { BaseRow } from '../base-store.ts';
import { evaluationOfSwitch } from '../evaluation/evaluations.ts';
import { incomplete } from '../fail-second-space.ts';
import { type EmbeddingMigration, toMigration } from './schema.ts';
import { auditOf, buildJob, findMigration } from './service.ts';
import { lastSeq, type MigrationRow, updateMigration, updateSpaces } from './store.ts';

interface Transition {
  readonly action: string;
  readonly from: readonly MigrationRow['status'][];
  readonly changes: Parameters<typeof updateMigration>[4] & {
    readonly status: MigrationRow['status'];
  };
  readonly base: Partial<BaseRow>;
  readonly jobs?: readonly (Job | QueuedJob)[];
  readonly statements?: readonly Statement[];
}

/** Changes migration and base in one batch. Throws `conflict` in another state. */
async function change(
  ctx: Ctx,
  row: MigrationRow,
  { action, from, changes, base, jobs = [], statements = [] }: Transition,
): Promise<EmbeddingMigration> {
  const refused = () =>
    new Failure('conflict', `The embedding migration is ${row.status}, not ${from.join(' or ')}.`);
  if (!from.includes(row.status)) throw refused();
  const now = ctx.now();
  const reply = toMigration({ ...row, ...(changes as Partial<MigrationRow>), updated_at: now });
  const [[changed]] = await commit(ctx, {
    statements: [
      updateMigration(ctx.db, ctx.workspace_id, row.id, from, { ...changes, updated_at: now }),
      updateSpaces(ctx.db, row, changes.status, base),
      ...statements,
    ],
    audit: [auditOf(action, row)],
    jobs,
    reply,
  });
  if (changed === undefined) throw refused();
  return reply;
}

/** Makes searches use the new model. */
export async function switchMigration(ctx: Ctx, id: string): Promise<EmbeddingMigration> {
  const { row } = await findMigration(ctx, id);
  const visible_at = (row.ready_at ?? 0) + ctx.vectors.visibleAfterMs;
  if (row.status === 'ready' && ctx.now() < visible_at)
    throw new Failure('conflict', 'The last vectors are not visible to searches yet.', {
      retryAfter: Math.ceil((visible_at - ctx.now()) / second),
    });
  return change(ctx, row, {
    action: 'switch',
    from: ['ready'],
    changes: { status: 'switched', switched_at: ctx.now() },
    base: {
      ...row.target,
      vector_space: row.target_space,
      second_space: row.source_space,
      second_embedding: row.source,
      updated_at: ctx.now(),
    },
    ...evaluationOfSwitch(ctx, row.base_id),
  });
}

/** Makes searches use the former model again. Throws `conflict` when its vectors are incomplete. */
export async function switchBackMigration(ctx: Ctx, id: string): Promise<EmbeddingMigration> {
  const { row } = await findMigration(ctx, id);
  if (row.status === 'switched' && row.error_code === incomplete)
    throw new Failure(
      'conflict',
      'The former vectors are incomplete, since the former model could not embed a new chunk.',
    );
  return change(ctx, row, {
    action: 'switch_back',
    from: ['switched'],
    changes: { status: 'ready' },
    base: {
      ...row.source,
      vector_space: row.source_space,
      second_space: row.target_space,
      second_embedding: row.target,
      updated_at: ctx.now(),
    },
    ...evaluationOfSwitch(ctx, row.base_id),
  });
}

const fromStart = { cursor_file: '', cursor_attempt: 0, cursor_ordinal: -1 };

/** Removes the vectors of the new model. */
export async function cancelMigration(ctx: Ctx, id: string): Promise<EmbeddingMigration> {
  const { row } = await findMigration(ctx, id);
  return change(ctx, row, {
    action: 'cancel',
    from: ['building', 'failed', 'ready'],
    changes: { status: 'cancelling', ...fromStart },
    base: { second_embedding: null },
    jobs: [{ type: 'embedding.remove', migration_id: id }],
  });
}

/** Removes the vectors of the former model. */
export async function completeMigration(ctx: Ctx, id: string): Promise<EmbeddingMigration> {
  const { row } = await findMigration(ctx, id);
  return change(ctx, row, {
    action: 'complete',
    from: ['switched'],
    changes: { status: 'completing', ...fromStart },
    base: { second_embedding: null },
    jobs: [{ type: 'embedding.remove', migration_id: id }],
  });
}

/** Continues a failed migration, from the start when chunks of the meantime are missing. */
export async function resumeMigration(ctx: Ctx, id: string): Promise<EmbeddingMigration> {
  const { row } = await findMigration(ctx, id);
  const restart =
    row.error_code === incomplete
      ? { ...fromStart, chunks_done: 0, last_seq: lastSeq as unknown as ReturnType<typeof sql> }
      : {};
  return change(ctx, row, {
    action: 'resume',
    from: ['failed'],
    changes: {
      status: 'building',
      ...restart,
      ready_at: null,
      error_code: null,
      error_detail: null,
    },
    base: { second_embedding: row.target },
    jobs: [buildJob(ctx, id)],
  });
}
