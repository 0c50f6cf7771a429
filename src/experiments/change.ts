import type { Statement } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { type AuditEntry, commit } from '../platform/commit.ts';
import { actorId, type Ctx, coversAgent } from '../platform/context.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { type Experiment, toExperiment } from './schema.ts';
import {
  type EntryRow,
  type ExperimentRow,
  insertEntry,
  type StoredExperiment,
  selectExperiment,
} from './store.ts';

/** The entity tags of `If-Match`; null without the header. */
export type IfMatch = readonly string[] | null;

/** Times that a change is tried while others change the experiment. */
export const attempts = 10;

/** Returns an experiment. Throws `not_found`, also for one of an agent that the key does not cover. */
export async function findExperiment(ctx: Ctx, id: string): Promise<StoredExperiment> {
  const row = await selectExperiment(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('experiment');
  return row;
}

export function refuseStale({ revision }: ExperimentRow, ifMatch: IfMatch): void {
  if (ifMatch !== null && !ifMatch.includes(String(revision)))
    throw new Failure(
      'precondition_failed',
      'The experiment has changed. Read it again and retry.',
    );
}

export const auditOf = (
  action: string,
  { id, agent_id }: Pick<ExperimentRow, 'id' | 'agent_id'>,
  detail: Readonly<Record<string, unknown>> = {},
): AuditEntry => ({
  action: `experiment.${action}`,
  target_type: 'experiment',
  target_id: id,
  detail: { agent_id, ...detail },
});

/** Returns the statement that adds to the log of an experiment, in an array since statements are thenable. */
export const logged = (
  ctx: Ctx,
  { id }: Pick<ExperimentRow, 'id'>,
  kind: string,
  detail: EntryRow['detail'],
  variant_id: string | null = null,
): Statement[] => [
  insertEntry(ctx.db, {
    id: ctx.newId('ent'),
    workspace_id: ctx.workspace_id,
    experiment_id: id,
    ...{ kind, variant_id, detail },
    created_by: ctx.actor.type === 'system' ? null : actorId(ctx.actor),
    created_at: ctx.now(),
  }),
];

export interface Changed {
  /** The experiment after the change. */
  readonly reply: StoredExperiment;
  /** The first changes the row that was read, and violates `experiments.revision` when it has changed since. */
  readonly statements: readonly Statement[];
  readonly audit: AuditEntry;
}

/** Returns true when the experiment, or the variant that was to be stopped, has changed since it was read. */
const isStale = (error: unknown): boolean =>
  isGuardViolation(error, 'experiments.revision') ||
  isGuardViolation(error, 'experiment_variants.name');

export const tooManyChanges = () =>
  new Failure('unavailable', 'Too many concurrent changes of this experiment. Retry.', {
    retryAfter: 1,
  });

/**
 * Reads an experiment, lets `decide` plan a change, and commits it if the experiment is still unchanged; otherwise it
 * starts again, so that of concurrent changes each sees the one before it. Throws `not_found`, `precondition_failed`,
 * and what `decide` throws.
 */
export async function changing(
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  decide: (row: StoredExperiment) => Promise<Changed> | Changed,
): Promise<Experiment> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await findExperiment(ctx, id);
    refuseStale(row, ifMatch);
    const { reply: after, statements, audit } = await decide(row);
    const reply = toExperiment(after);
    try {
      await commit(ctx, { statements, audit: [audit], reply });
      return reply;
    } catch (error) {
      if (!isStale(error)) throw error;
    }
  }
  throw tooManyChanges();
}
