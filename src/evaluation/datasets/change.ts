import type { Statement } from '../../db/client.ts';
import {
  isErasedTurn,
  isGuardViolation,
  isIndexViolation,
  isUniqueViolation,
} from '../../db/errors.ts';
import type { revisionActions } from '../../db/schema/datasets.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coversAgent } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import {
  changeDatasetRow,
  type DatasetRow,
  insertRevision,
  maxCases,
  selectDataset,
} from './store.ts';

/** The entity tags of `If-Match`; null without the header. */
export type IfMatch = readonly string[] | null;

/** Times that a change is tried while others change the dataset. */
const attempts = 12;

/** Returns a dataset. Throws `not_found`, also for one of an agent that the key does not cover. */
export async function findDataset(ctx: Ctx, id: string): Promise<DatasetRow> {
  const row = await selectDataset(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('dataset');
  return row;
}

export function refuseStale(revision: number, ifMatch: IfMatch, what: string): void {
  if (ifMatch !== null && !ifMatch.includes(String(revision)))
    throw new Failure('precondition_failed', `The ${what} has changed. Read it again and retry.`);
}

/** What makes the next revision of a dataset. */
export interface Plan<Reply> {
  readonly action: (typeof revisionActions)[number];
  readonly fields?: { readonly name?: string; readonly description?: string };
  readonly added?: number;
  readonly updated?: number;
  readonly removed?: number;
  readonly case_id?: string;
  readonly statements?: readonly Statement[];
  readonly audit: string;
  readonly reply: Reply;
}

/** A change that changes nothing. */
export interface NoPlan<Reply> {
  readonly action: null;
  readonly reply: Reply;
}

/**
 * Changes a dataset, which makes a revision: `plan` gets the dataset as it is and the number of the next revision. It is
 * called again when others have changed the dataset in the meantime. Throws `not_found`, and `conflict` for too many cases.
 */
export async function changeDataset<Reply>(
  ctx: Ctx,
  id: string,
  plan: (row: DatasetRow, revision: number) => Promise<Plan<Reply> | NoPlan<Reply>>,
): Promise<Reply> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const row = await findDataset(ctx, id);
    const planned = await plan(row, row.revision + 1);
    if (planned.action === null) {
      if (ctx.idempotency !== null) await commit(ctx, { statements: [], reply: planned.reply });
      return planned.reply;
    }
    try {
      await commitRevision(ctx, row, planned);
      return planned.reply;
    } catch (error) {
      if (isErasedTurn(error)) throw new Failure('conflict', 'The turn of this case is erased.');
      if (!hasRaced(error)) throw error;
    }
  }
  throw new Failure('unavailable', 'Too many concurrent changes of this dataset. Retry.', {
    retryAfter: 1,
  });
}

async function commitRevision(ctx: Ctx, row: DatasetRow, planned: Plan<unknown>): Promise<void> {
  const { added = 0, updated = 0, removed = 0, fields = {}, case_id = null, reply } = planned;
  if (row.case_count + added - removed > maxCases && added > 0)
    throw new Failure('conflict', `A dataset can have at most ${maxCases} cases.`);
  const now = ctx.now();
  await commit(ctx, {
    statements: [
      changeDatasetRow(ctx.db, row, { ...fields, added: added - removed }, now),
      ...(planned.statements ?? []),
      insertRevision(ctx.db, {
        dataset_id: row.id,
        revision: row.revision + 1,
        workspace_id: ctx.workspace_id,
        action: planned.action,
        added,
        updated,
        removed,
        case_id,
        created_by: actorId(ctx.actor),
        created_at: now,
      }),
    ],
    audit: [
      {
        action: planned.audit,
        target_type: 'dataset',
        target_id: row.id,
        detail: { revision: row.revision + 1, added, updated, removed, case_id },
      },
    ],
    reply,
  });
}

const hasRaced = (error: unknown): boolean =>
  isGuardViolation(error, 'datasets.revision') ||
  isIndexViolation(error, 'dataset_cases_digest') ||
  isUniqueViolation(error, 'dataset_cases.dataset_id', 'dataset_cases.digest');
