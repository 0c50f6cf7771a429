import { asc } from 'drizzle-orm';
import { receipt_keys } from '../../db/schema/end-users.ts';
import { invalidateTokensOf, tombstoneOf } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { sha256 } from '../../shared/digest.ts';
import { notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { openReceipt } from './receipt.ts';
import { firstStep } from './run-erasure.ts';
import { type Erasure, type ErasureKeys, toErasure, type VerifiedReceipt } from './schema.ts';
import {
  type ErasureRow,
  insertErasure,
  insertTombstone,
  selectErasure,
  selectErasures,
} from './store.ts';

/**
 * Starts the erasure of an end user. From now on tokens of the person are refused, and nothing new of them is stored
 * until the erasure has ended. Returns the erasure that runs already, if there is one.
 */
export async function eraseEndUser(ctx: Ctx, end_user_id: string): Promise<Erasure> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const id = ctx.newId('era');
  const row: ErasureRow = {
    id,
    workspace_id,
    end_user_id,
    subject_hash: await sha256(`${id}\n${end_user_id}`),
    pseudonym: id,
    status: 'running',
    step: firstStep,
    position: '',
    is_again: false,
    counts: {},
    is_known: null,
    receipt: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    completed_at: null,
  };
  const [[started]] = await commit(ctx, {
    statements: [
      insertErasure(db, row),
      insertTombstone(db, workspace_id, await tombstoneOf(ctx.config, end_user_id), now),
    ],
    // The entry names the erasure, not the person.
    audit: [{ action: 'end_user.erase', target_type: 'erasure', target_id: id }],
  });
  invalidateTokensOf(end_user_id);
  const running = started ?? row;
  await commit(ctx, {
    statements: [],
    jobs: [{ type: 'end_user.erase', erasure_id: running.id }],
  });
  return toErasure(running);
}

export async function getErasure(ctx: Ctx, id: string): Promise<Erasure> {
  const row = await selectErasure(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('erasure');
  return toErasure(row);
}

export const listErasures = (ctx: Ctx, query: PageQuery): Promise<Page<Erasure>> =>
  readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: 'erasures' },
    query,
    (after, limit) => selectErasures(ctx.db, ctx.workspace_id, after, limit).all(),
    (row) => row.id,
    toErasure,
  );

/** Verifies a receipt against the keys of the deployment, past ones included. */
export async function verifyReceipt(ctx: Ctx, receipt: string): Promise<VerifiedReceipt> {
  const opened = await openReceipt(ctx.db, receipt);
  const reply: VerifiedReceipt =
    opened === null ? { is_valid: false, kid: null, payload: null } : { is_valid: true, ...opened };
  await commit(ctx, { statements: [], reply });
  return reply;
}

/** Returns the public keys that have signed receipts. */
export async function listErasureKeys(ctx: Ctx): Promise<ErasureKeys> {
  const rows = await ctx.db.select().from(receipt_keys).orderBy(asc(receipt_keys.created_at));
  const about = { kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' } as const;
  return { keys: rows.map(({ kid, x }) => ({ ...about, kid, x })) };
}
