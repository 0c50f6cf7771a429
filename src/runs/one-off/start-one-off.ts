import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { invalid, versionNotFound } from '../../shared/failure.ts';
import { type ActiveRun, begin, newRun } from '../active-run.ts';
import { contentExpiry, insertRunContent } from '../store/contents.ts';
import { type Assigned, newRunColumns, selectContentLogging, selectRun } from '../store/runs.ts';
import { type RunVersionRow, selectVersionOfRun } from '../store/versions.ts';
import { type RunVersion, toRunVersion } from '../version.ts';
import { adoptRunFiles, type RunFiles } from './files.ts';
import type { OneOffInput } from './one-off-input.ts';
import { OneOffStorage } from './one-off-storage.ts';
import { insertOneOffRun } from './store.ts';

/** Starts a one-off run in one batch: stores the run with its question, and reads the version. */
export async function startOneOff(
  ctx: Ctx,
  input: OneOffInput,
  more: readonly Statement[],
): Promise<ActiveRun> {
  const { run_id, agent_id, end_user_id, draft, metadata = null } = input;
  const question_id = ctx.newId('msg');
  const given = { id: run_id, agent_id, session_id: null, input_message_id: question_id, metadata };
  const groups = input.groups === undefined ? ctx.groups : input.groups;
  const run = newRun(ctx, {
    ...given,
    is_preview: draft !== undefined,
    groups: groups === null ? null : [...groups],
  });
  const files = await adoptRunFiles(ctx, input, question_id);
  const content = newContent(ctx, input, question_id, files);
  const { version, content_logging, assigned } = await commitStart(
    ctx,
    input,
    [
      insertOneOffRun(ctx.db, {
        ...newRunColumns(run),
        requested: input.version,
        assigned_subject: draft === undefined ? (input.subject ?? null) : null,
        inputs: JSON.stringify(input.inputs),
      }),
      selectVersionOfRun(ctx.db, run_id, null),
      selectContentLogging(ctx.db, ctx.workspace_id),
      insertRunContent(ctx.db, content),
      ...files.statements,
      ...more,
    ],
    more.length > 0,
  );
  return {
    ...begin({ version, draft, overrides: input.overrides }),
    run: { ...run, ...assigned, version_id: version.id },
    prompt: promptOf(content, input.past),
    end_user_id,
    kept_until: contentExpiry(content.created_at, content_logging),
    user_message_id: question_id,
    message_id: content.answer_id,
    content_logging,
    storage: new OneOffStorage(ctx, run, content),
  };
}

function newContent(
  ctx: Ctx,
  { run_id, agent_id, end_user_id, inputs, labels, text }: OneOffInput,
  question_id: string,
  { files, prompt }: RunFiles,
) {
  return {
    ...{ run_id, agent_id, end_user_id, question_id },
    workspace_id: ctx.workspace_id,
    inputs: { ...inputs },
    metadata: { ...labels },
    question: text,
    prompt: prompt === null ? null : [...prompt],
    files: [...files],
    answer_id: ctx.newId('msg'),
    ...{ answer: '', citations: [], answer_prompt: null, answered_at: null },
    created_at: ctx.now(),
  };
}

const promptOf = (
  { question, prompt, inputs, files }: ReturnType<typeof newContent>,
  past: OneOffInput['past'] = { given: prompt, history: [] },
) => ({
  question,
  ...past,
  summary: null,
  inputs,
  files,
});

/** Throws `validation_failed` when the version or the agent has changed since the request was checked. */
async function commitStart(
  ctx: Ctx,
  { run_id, version: requested }: OneOffInput,
  statements: readonly Statement[],
  hasMore: boolean,
): Promise<{ version: RunVersion; content_logging: boolean; assigned: Assigned }> {
  const { db, workspace_id } = ctx;
  const wasMade = async () => (await selectRun(db, workspace_id, run_id).get()) !== undefined;
  let results: unknown[] | null;
  try {
    const change = { statements, ...(hasMore ? {} : { pending: { run_id } }) };
    results = await commitIdempotent(ctx, change, wasMade);
  } catch (error) {
    if (isGuardViolation(error, 'runs.version_id'))
      throw invalid('/version', versionNotFound(requested ?? ''));
    throw error;
  }
  const [runs, versions, settings] = (results ?? [
    await selectRun(db, workspace_id, run_id).all(),
    await selectVersionOfRun(db, run_id, null).all(),
    await selectContentLogging(db, workspace_id).all(),
  ]) as [Assigned[], RunVersionRow[], { content_logging: boolean }[]];
  const [version] = versions;
  const [stored] = runs;
  if (version === undefined || stored === undefined)
    throw new Error(`the version of run ${run_id} was not read`);
  const { experiment_id, variant_id, subject } = stored;
  return {
    assigned: { experiment_id, variant_id, subject },
    version: toRunVersion(version),
    content_logging: settings[0]?.content_logging ?? false,
  };
}
