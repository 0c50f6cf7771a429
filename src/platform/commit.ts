import { type BatchResults, batch, type Statement, type Statements } from '../db/client.ts';
import { compileByColumns } from '../db/compiled.ts';
import { isGuardViolation, isUniqueViolation } from '../db/errors.ts';
import { audit_log, idempotency_keys } from '../db/schema/platform.ts';
import { second } from '../shared/time.ts';
import { type AuditedChange, changesOf } from './audit-changes.ts';
import { auditedId, type Ctx } from './context.ts';
import { guardedFingerprint, idempotencyTtl, readReply } from './idempotency.ts';
import type { Job } from './job.ts';
import { insertJob } from './lanes.ts';
import { sealReply } from './reply-vault.ts';
import { withRetry } from './with-retry.ts';

/** Delay after which the sweep sends a job that the fast path did not finish. */
export const firstSweepAfter = 10 * second;

export interface Change<Batch extends Statements = Statements> {
  readonly statements: Batch;
  readonly audit?: readonly AuditEntry[];
  readonly jobs?: readonly (Job | QueuedJob)[];
  /** The response body, stored for a replay when the request has an idempotency key. */
  readonly reply?: unknown;
  /**
   * Replaces `reply` for a streamed response: the run that the key starts. A replay attaches to it.
   */
  readonly pending?: { readonly run_id: string };
}

/** A job with its place on the queue. */
export interface QueuedJob {
  readonly job: Job;
  /** Jobs of one lane are sent some at a time, so that they take turns with those of other lanes. */
  readonly lane: string;
  /** The id of a scheduled job, such as a cleanup, that this one replaces if it is still there. */
  readonly id?: string;
}

export interface AuditEntry {
  readonly action: string;
  readonly target_type: string;
  readonly target_id: string;
  readonly detail?: Readonly<Record<string, unknown>>;
  /** Recorded as `changes` of the detail. */
  readonly changed?: AuditedChange;
  /** Set only for an actor outside the workspace: the root key creates one. */
  readonly workspace_id?: string;
}

/**
 * Makes a change: the statements, their audit rows, the jobs that they cause and the stored reply
 * in one batch, all or nothing. Jobs are sent afterwards; the sweep sends those that were not.
 * Returns the results of `statements`, in their order. Throws `IdempotentReplay` or
 * `IdempotencyKeyOfRun` when the idempotency key has been used before, whatever the statements
 * would have done.
 */
export async function commit<const Batch extends Statements>(
  ctx: Ctx,
  change: Change<Batch>,
): Promise<BatchResults<Batch>> {
  const now = ctx.now();
  const jobs = (change.jobs ?? []).map((queued) => ({
    id: ('id' in queued ? queued.id : undefined) ?? ctx.newId('job'),
    workspace_id: ctx.workspace_id,
    job: 'job' in queued ? queued.job : queued,
    lane: 'lane' in queued ? queued.lane : null,
  }));
  const head = await keyRow(ctx, change);
  const audits = await Promise.all(
    (change.audit ?? []).map(async (entry) => [auditRow(ctx, entry, await detailOf(entry))]),
  );
  const tail: Statement[] = [
    ...audits.flat(),
    ...jobs.map((row) =>
      insertJob(ctx.db, { ...row, due_at: now + firstSweepAfter, created_at: now }),
    ),
  ];
  let results: readonly unknown[];
  try {
    results = await batch(ctx.db, [...head, ...change.statements, ...tail]);
  } catch (error) {
    const isUsed =
      isUniqueViolation(error, 'idempotency_keys.workspace_id', 'idempotency_keys.key_hash') ||
      isGuardViolation(error, 'idempotency_keys.fingerprint');
    throw isUsed ? await readReply(ctx) : error;
  }
  const inserted = results.slice(results.length - jobs.length) as BatchResults<
    readonly ReturnType<typeof insertJob>[]
  >;
  const sent = jobs.filter((_, index) => inserted[index]?.[0]?.is_waiting === false);
  if (sent.length > 0) ctx.defer(ctx.jobs.send(sent.map(({ lane: _, ...message }) => message)));
  return results.slice(
    head.length,
    head.length + change.statements.length,
  ) as unknown as BatchResults<Batch>;
}

/**
 * Commits a change that no caller would repeat, such as the end of a run: retries while the database
 * loses the connection. `wasMade` returns true when an attempt without a response was committed; the
 * result is then null.
 */
export async function commitIdempotent<const Batch extends Statements>(
  ctx: Ctx,
  change: Change<Batch>,
  wasMade: () => Promise<boolean>,
): Promise<BatchResults<Batch> | null> {
  return withRetry(
    async (tries) => (tries > 1 && (await wasMade()) ? null : commit(ctx, change)),
    50,
  );
}

/** A statement is thenable, so it is passed in an array: awaiting it would run it. */
async function keyRow(ctx: Ctx, change: Change): Promise<Statement[]> {
  if (ctx.idempotency === null || !('reply' in change || 'pending' in change)) return [];
  const { key_hash, fingerprint: known } = ctx.idempotency;
  if (known === null)
    throw new Error('the body of an idempotent request was committed before it was fingerprinted');
  const now = ctx.now();
  const fingerprint = guardedFingerprint(ctx, ctx.idempotency, known);
  const row = {
    workspace_id: ctx.workspace_id,
    key_hash,
    fingerprint,
    created_at: now,
    expires_at: now + idempotencyTtl,
  };
  const outcome = change.pending ?? { reply: await sealReply(ctx, ctx.idempotency, change.reply) };
  return [ctx.db.insert(idempotency_keys).values({ ...row, ...outcome })];
}

const insertAudit = compileByColumns<typeof audit_log.$inferInsert>((db, row) =>
  db.insert(audit_log).values(row),
);

async function detailOf({ detail, changed }: AuditEntry): Promise<Record<string, unknown> | null> {
  if (changed === undefined) return detail ?? null;
  return { ...detail, changes: await changesOf(changed) };
}

const auditRow = (ctx: Ctx, entry: AuditEntry, detail: Record<string, unknown> | null): Statement =>
  insertAudit(ctx.db, {
    id: ctx.newId('aud'),
    workspace_id: entry.workspace_id ?? ctx.workspace_id,
    actor_type: ctx.actor.type,
    actor_id: auditedId(ctx.actor),
    action: entry.action,
    target_type: entry.target_type,
    target_id: entry.target_id,
    detail,
    request_id: ctx.request_id,
    ip: ctx.ip,
    created_at: ctx.now(),
  });
