import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { sendErasure } from '../attachments/objects.ts';
import { hostOf } from '../host/host-client.ts';
import {
  eraseContents,
  refuseActive,
  selectDueContents,
  selectSomeContents,
} from '../store/contents.ts';

/** Maximum number of runs that a tick erases, of one workspace among them, and in one batch. */
const maxRuns = 2000;
const maxPerWorkspace = 500;
const batchSize = 20;

/**
 * Erases one-off runs that have expired, or are older than their workspace's retention. Each batch
 * is complete in itself, so that an interrupted tick is continued by the next. Returns the number
 * of runs.
 */
export async function eraseDueRuns(ctx: Ctx): Promise<number> {
  const due = await selectDueContents(ctx.db, ctx.now(), maxPerWorkspace, maxRuns);
  let erased = 0;
  for (const [workspace_id, runs] of Map.groupBy(due, (run) => run.workspace_id)) {
    const own = { ...ctx, workspace_id };
    const ids = runs.map(({ run_id }) => run_id);
    for (let at = 0; at < ids.length; at += batchSize)
      erased += await eraseOrSplit(own, ids.slice(at, at + batchSize));
  }
  return erased;
}

/** A batch that fails is tried run by run, so that one that cannot be erased does not keep the others. */
async function eraseOrSplit(ctx: Ctx, ids: readonly string[]): Promise<number> {
  try {
    await eraseExpired(ctx, ids);
    return ids.length;
  } catch (error) {
    if (ids.length > 1) {
      let erased = 0;
      for (const id of ids) erased += await eraseOrSplit(ctx, [id]);
      return erased;
    }
    if (!isGuardViolation(error, 'run_contents.agent_id'))
      ctx.log.error('run_not_erased', { run_id: ids[0], error });
    return 0;
  }
}

async function eraseExpired(ctx: Ctx, ids: readonly string[]): Promise<void> {
  const { db, workspace_id } = ctx;
  const [, objects] = await commit(ctx, {
    statements: [
      refuseActive(db, workspace_id, ids),
      ...eraseContents(db, workspace_id, ids, ctx.newId('job'), ctx.now()),
    ],
    audit: [
      {
        action: 'run.expire',
        target_type: 'workspace',
        target_id: workspace_id,
        detail: { runs: ids.length },
      },
    ],
  });
  sendErasure(ctx, objects ?? []);
}

/** Erases one one-off run on request. */
export async function eraseOneOff(ctx: Ctx, run_id: string): Promise<void> {
  const { db, workspace_id } = ctx;
  await hostOf(ctx, run_id).erase();
  const [objects] = await commit(ctx, {
    statements: eraseContents(db, workspace_id, [run_id], ctx.newId('job'), ctx.now()),
    audit: [{ action: 'run.erase', target_type: 'run', target_id: run_id }],
  });
  sendErasure(ctx, objects ?? []);
}

/**
 * Erases all one-off runs of the workspace, or of one of its agents, with the state of their hosts;
 * active runs are cancelled first. May be interrupted and started again.
 */
export async function eraseOneOffs(ctx: Ctx, agent_id: string | null): Promise<void> {
  const { db, workspace_id } = ctx;
  for (;;) {
    const rows = await selectSomeContents(db, workspace_id, agent_id, batchSize).all();
    if (rows.length === 0) return;
    await eraseSomeOneOffs(
      ctx,
      rows.map(({ run_id }) => run_id),
    );
  }
}

/** Erases one-off runs with the state of their hosts, a few at once; active ones are cancelled first. */
export async function eraseSomeOneOffs(ctx: Ctx, ids: readonly string[]): Promise<void> {
  await Promise.all(ids.map((id) => hostOf(ctx, id).erase()));
  const statements = eraseContents(ctx.db, ctx.workspace_id, ids, ctx.newId('job'), ctx.now());
  const [objects] = await batch(ctx.db, statements);
  sendErasure(ctx, objects ?? []);
}
