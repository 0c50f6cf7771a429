import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { definedFields } from '../../shared/defined-fields.ts';
import { Failure, notFound, validationFailed } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import type { KnownJudge } from './judge-answer.ts';
import { assertJudgeModel } from './model.ts';
import {
  type CreateJudge,
  type Judge,
  JudgeConfig,
  type JudgeRevision,
  toJudge,
  toJudgeRevision,
  type UpdateJudge,
} from './schema.ts';
import {
  changeJudge,
  deleteJudgeRows,
  insertJudge,
  insertJudgeRevision,
  type JudgeRow,
  maxJudges,
  selectJudge,
  selectJudgeRevision,
  selectJudgeRevisions,
  selectJudges,
} from './store.ts';

type IfMatch = readonly string[] | null;

const auditOf = (action: string, { id, revision }: Pick<JudgeRow, 'id' | 'revision'>) => ({
  action: `judge.${action}`,
  target_type: 'judge',
  target_id: id,
  detail: { revision },
});

/** The entity tag: a change of the name makes no revision. */
export const etagOf = ({ revision, updated_at }: Judge): string =>
  `${revision}-${Date.parse(updated_at)}`;

export async function readJudge(ctx: Ctx, id: string): Promise<JudgeRow> {
  const row = await selectJudge(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('judge');
  return row;
}

export const toKnownJudge = ({ id, revision, config }: JudgeRow): KnownJudge => ({
  judge_id: id,
  revision,
  config: JudgeConfig.parse(config),
});

/** Returns a judge for scoring, in its newest revision unless another is given; null for one that does not exist. */
export async function findJudge(
  ctx: Ctx,
  id: string,
  revision?: number,
): Promise<KnownJudge | null> {
  const { db, workspace_id } = ctx;
  const row = await selectJudge(db, workspace_id, id).get();
  if (row === undefined) return null;
  if (revision === undefined || revision === row.revision) return toKnownJudge(row);
  const former = await selectJudgeRevision(db, workspace_id, id, revision).get();
  return former === undefined ? null : toKnownJudge({ ...row, ...former });
}

/** Throws `validation_failed` for a model that cannot judge, and `conflict` for too many judges. */
export async function createJudge(ctx: Ctx, { name, ...config }: CreateJudge): Promise<Judge> {
  await assertJudgeModel(ctx, config.model, '/model');
  const now = ctx.now();
  const { workspace_id, db } = ctx;
  const stamp = { created_by: actorId(ctx.actor), created_at: now };
  const row: JudgeRow = {
    ...{ id: ctx.newId('jdg'), workspace_id, name, revision: 1, config },
    ...stamp,
    updated_at: now,
  };
  const reply = toJudge(row);
  const revision = { judge_id: row.id, revision: 1, workspace_id, config, ...stamp };
  try {
    await commit(ctx, {
      statements: [insertJudge(db, row), insertJudgeRevision(db, revision)],
      audit: [auditOf('create', row)],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'judges.name')) throw error;
    throw new Failure('conflict', `A workspace has at most ${maxJudges} judges. Delete one first.`);
  }
  return reply;
}

export const getJudge = async (ctx: Ctx, id: string): Promise<Judge> =>
  toJudge(await readJudge(ctx, id));

export const listJudges = (
  { db, workspace_id, config }: Ctx,
  query: PageQuery,
): Promise<Page<Judge>> =>
  readPage(
    { secret: config.signing_secret, workspace_id, list: 'judges' },
    query,
    (after, limit) => selectJudges(db, workspace_id, after, limit).all(),
    ({ id }) => id,
    toJudge,
  );

/** Throws `not_found`, `precondition_failed`, `validation_failed`, and `conflict` for a concurrent change. */
export async function updateJudge(
  ctx: Ctx,
  id: string,
  ifMatch: IfMatch,
  { name, ...input }: UpdateJudge,
): Promise<Judge> {
  const row = await readJudge(ctx, id);
  refuseStale(row, ifMatch);
  const changes = definedFields(input);
  const parsed = JudgeConfig.safeParse({ ...row.config, ...changes });
  if (!parsed.success)
    throw validationFailed(
      parsed.error.issues.map(({ path, message }) => ({
        pointer: `/${path.join('/')}`,
        detail: message,
      })),
    );
  const config = parsed.data;
  if (input.model !== undefined) await assertJudgeModel(ctx, config.model, '/model');
  const isSame = JSON.stringify(config) === JSON.stringify(JudgeConfig.parse(row.config));
  const revision = isSame ? row.revision : row.revision + 1;
  // A change within the same millisecond must change the entity tag, too.
  const updated_at = Math.max(ctx.now(), row.updated_at + 1);
  const changed = { ...row, config, revision, updated_at, ...(name === undefined ? {} : { name }) };
  const reply = toJudge(changed);
  const { db, workspace_id } = ctx;
  const stamp = { created_by: actorId(ctx.actor), created_at: updated_at };
  try {
    await commit(ctx, {
      statements: [
        changeJudge(db, row, changed),
        ...(isSame
          ? []
          : [insertJudgeRevision(db, { judge_id: id, revision, workspace_id, config, ...stamp })]),
      ],
      audit: [auditOf('update', changed)],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'judges.revision')) throw error;
    throw new Failure('conflict', 'The judge has changed concurrently. Retry.', { retryAfter: 1 });
  }
  return reply;
}

function refuseStale(row: JudgeRow, ifMatch: IfMatch): void {
  if (ifMatch !== null && !ifMatch.includes(etagOf(toJudge(row))))
    throw new Failure('precondition_failed', 'The judge has changed. Read it again and retry.');
}

/** Deletes a judge with its revisions and the scores of its calibration. Scorers that name it fail from then on. */
export async function deleteJudge(ctx: Ctx, id: string, ifMatch: IfMatch): Promise<void> {
  const row = await readJudge(ctx, id);
  refuseStale(row, ifMatch);
  const statements = deleteJudgeRows(ctx.db, ctx.workspace_id, id);
  await commit(ctx, { statements, audit: [auditOf('delete', row)] });
}

export async function listJudgeRevisions(
  ctx: Ctx,
  id: string,
  query: PageQuery,
): Promise<Page<JudgeRevision>> {
  const { db, workspace_id, config } = ctx;
  await readJudge(ctx, id);
  return readPage(
    { secret: config.signing_secret, workspace_id, list: `judge_revisions:${id}` },
    query,
    (before, limit) =>
      selectJudgeRevisions(
        db,
        workspace_id,
        id,
        before === null ? null : Number(before),
        limit,
      ).all(),
    ({ revision }) => String(revision),
    toJudgeRevision,
  );
}
