import { sql } from 'drizzle-orm';
import { originalKey } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { eraseSomeOneOffs, removeObjects } from '../../runs/index.ts';
import { eraseSomeSessions } from '../../sessions/index.ts';
import { removeExports } from '../../workspaces/index.ts';
import { type Progress, type Step, valuesOf } from './step.ts';

const sessionsAtOnce = 20;
const filesAtOnce = 500;

/** Deletes what refers to runs and does not end with them: stored replies, and events with their deliveries. */
async function eraseReferences(
  { db, workspace_id }: Ctx,
  run_ids: readonly string[],
): Promise<void> {
  const ids = valuesOf(run_ids);
  const events = sql`select id from webhook_events where workspace_id = ${workspace_id} and subject_id in ${ids}`;
  await db.run(
    sql`delete from idempotency_keys where workspace_id = ${workspace_id} and run_id in ${ids}`,
  );
  await db.run(
    sql`delete from webhook_deliveries where workspace_id = ${workspace_id} and event_id in (${events})`,
  );
  await db.run(sql`delete from webhook_events where id in (${events})`);
}

/** Erases sessions with everything in them, and stops their runs. */
export const sessions: Step = async (ctx, { end_user_id }): Promise<Progress> => {
  const { db, workspace_id } = ctx;
  const rows = await db.all<{ id: string }>(sql`select id from sessions
    where workspace_id = ${workspace_id} and end_user_id = ${end_user_id} limit ${sessionsAtOnce}`);
  if (rows.length === 0) return { counts: {}, position: null };
  const ids = rows.map(({ id }) => id);
  const within = sql`workspace_id = ${workspace_id} and session_id in ${valuesOf(ids)}`;
  const runs = await db.all<{ id: string }>(sql`select id from runs where ${within}`);
  const files = await db.all<{ object_id: string }>(
    sql`select object_id from attachments where ${within}`,
  );
  const { n: messages = 0 } =
    (await db.get<{ n: number }>(
      sql`select count(*) as n from messages where session_id in ${valuesOf(ids)}`,
    )) ?? {};
  await eraseReferences(
    ctx,
    runs.map(({ id }) => id),
  );
  await eraseSomeSessions(ctx, ids);
  await removeObjects(
    ctx,
    files.map(({ object_id }) => object_id),
  );
  const counts = { sessions: ids.length, runs: runs.length, messages, attachments: files.length };
  return { counts, position: 'more' };
};

/** Erases runs without a session. */
export const oneOffRuns: Step = async (ctx, { end_user_id }) => {
  const { db, workspace_id } = ctx;
  const rows = await db.all<{ run_id: string }>(sql`select run_id from run_contents
    where workspace_id = ${workspace_id} and end_user_id = ${end_user_id} limit ${sessionsAtOnce}`);
  if (rows.length === 0) return { counts: {}, position: null };
  const ids = rows.map(({ run_id }) => run_id);
  const files = await db.all<{ object_id: string }>(
    sql`select object_id from run_files where workspace_id = ${workspace_id} and run_id in ${valuesOf(ids)}`,
  );
  await eraseReferences(ctx, ids);
  await eraseSomeOneOffs(ctx, ids);
  await removeObjects(
    ctx,
    files.map(({ object_id }) => object_id),
  );
  const counts = { runs: ids.length, messages: 2 * ids.length, attachments: files.length };
  return { counts, position: 'more' };
};

/** Removes the objects and rows of files that code has written. */
export const generatedFiles: Step = async ({ db, files, workspace_id }, { end_user_id }) => {
  const rows = await db.all<{ id: string }>(sql`select id from generated_files
    where workspace_id = ${workspace_id} and end_user_id = ${end_user_id} limit ${filesAtOnce}`);
  if (rows.length === 0) return { counts: {}, position: null };
  const ids = rows.map(({ id }) => id);
  await files.remove(ids.map((id) => originalKey(workspace_id, id)));
  await db.run(sql`delete from generated_files where id in ${valuesOf(ids)}`);
  return { counts: { generated_files: ids.length }, position: 'more' };
};

/** Removes archives that were made of the end user's data. */
export const exports: Step = async ({ db, files, workspace_id }, { end_user_id }) => {
  const rows = await db.all<{ id: string; object_key: string | null }>(sql`select id, object_key
    from end_user_exports where workspace_id = ${workspace_id} and end_user_id = ${end_user_id}`);
  await files.remove(rows.flatMap(({ object_key }) => object_key ?? []));
  await db.run(sql`delete from end_user_exports where id in ${valuesOf(rows.map(({ id }) => id))}`);
  return { counts: { exports: rows.length }, position: null };
};

/** Removes archives of the workspace: they have the end user's data, too. After everything else, so that no later one has. */
export const workspaceExports: Step = async (ctx) => {
  const reason = 'The archive was deleted, since an end user was erased. Start another export.';
  return { counts: { workspace_exports: await removeExports(ctx, reason) }, position: null };
};

/** Calls of `merge` after which the keyword index is taken to be compact. */
const maxMerges = 300;

/** Rewrites the keyword index of messages: the words of deleted messages stay in its segments until these are merged. */
export const keywordIndex: Step = async ({ db }, _erasing, position) => {
  const merges = Number(position);
  const pages = merges === 0 ? -1000 : 1000;
  await db.run(
    sql`insert into messages_fts(messages_fts, rank) values('merge', cast(${pages} as integer))`,
  );
  const left = await db.get<{ n: number }>(
    sql`select count(distinct segid) as n from messages_fts_idx`,
  );
  const isCompact = (left?.n ?? 0) <= 1 || merges >= maxMerges;
  return { counts: {}, position: isCompact ? null : String(merges + 1) };
};
