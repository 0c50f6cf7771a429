import type { AgentConfig } from '../../agents/index.ts';
import { batch, type Statement } from '../../db/client.ts';
import {
  abridge,
  isEmptyTitle,
  runTask,
  summaryTask,
  summaryTokens,
  titleTask,
} from '../../llm/index.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import { type Ctx, payingKey } from '../../platform/context.ts';
import type { Job } from '../../platform/job.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { foldOf, type HistoryMessage, type RunRow, selectRun, tokensOf } from '../../runs/index.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { findWorkspace } from '../../workspaces/index.ts';
import { rememberJobs } from '../memories/extract.ts';
import { indexTitle } from '../search/index-store.ts';
import type { MessageRow } from '../store/messages.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import { selectExchange, titleByModel, titleByRule } from './store.ts';
import {
  type BranchMessage,
  insertSummary,
  type SummaryRow,
  selectBranchPart,
  selectSummary,
} from './summary-store.ts';

type JobOf<Type extends Job['type']> = Extract<Job, { type: Type }>;

/** The parts of a finished turn that its background work needs. */
export interface EndedTurn {
  readonly session: Pick<SessionRow, 'id' | 'workspace_id' | 'title' | 'titled_by' | 'end_user_id'>;
  readonly run: Pick<RunRow, 'id' | 'status' | 'is_preview'>;
  /** The end of the branch, up to and including the answer. */
  readonly branch: readonly HistoryMessage[];
  readonly memory: AgentConfig['memory'];
  /** The message that was answered. */
  readonly user: Pick<MessageRow, 'id' | 'seq' | 'text'>;
  readonly content_logging: boolean;
  /** The history that was available to this turn. */
  readonly budget: number;
  /** The depth that the newest summary covers. */
  readonly covered: number;
  readonly background_model: string | null;
}

/**
 * Returns what the end of a turn adds to its batch: a title by rule, and jobs for a generated title
 * and for the summary.
 */
export function followUps(
  ctx: Ctx,
  turn: EndedTurn,
): { readonly statements: Statement[]; readonly jobs: Job[] } {
  if (turn.run.status !== 'completed') return { statements: [], jobs: [] };
  const title = titleWork(ctx, turn);
  const fold = foldJob(ctx, turn);
  return {
    statements: title.statements,
    jobs: [...title.jobs, ...(fold === null ? [] : [fold]), ...rememberJobs(ctx, turn)],
  };
}

function titleWork(
  { db, actor }: Ctx,
  { session, run, branch, background_model }: EndedTurn,
): { statements: Statement[]; jobs: Job[] } {
  const { id, workspace_id, title: previous, titled_by } = session;
  const isWanted = previous === null || (titled_by === 'rule' && isEmptyTitle(previous));
  const title = isWanted ? titleTask.extract(branch.slice(-2)) : null;
  if (title === null || title === previous) return { statements: [], jobs: [] };
  const isWorthMore = background_model !== null && !isEmptyTitle(title);
  return {
    statements: [
      titleByRule(db, workspace_id, id, title, previous),
      ...indexTitle(db, workspace_id, id, title),
    ],
    jobs: isWorthMore
      ? [{ type: 'session.title', session_id: id, run_id: run.id, api_key_id: payingKey(actor) }]
      : [],
  };
}

function foldJob(
  { actor }: Ctx,
  { session, run, branch, memory, budget, covered }: EndedTurn,
): Job | null {
  const last = memory.summary ? foldOf(branch, covered, budget) : null;
  if (last?.id === undefined) return null;
  const through = { message_id: last.id, depth: last.depth };
  const cause = { session_id: session.id, run_id: run.id, api_key_id: payingKey(actor) };
  return {
    type: 'session.summarize',
    ...cause,
    ...through,
    max_tokens: summaryTokens(memory.window_tokens),
  };
}

/**
 * The attribution of background model calls: the run that caused them. They are not part of its
 * cost.
 */
const attributionOf = ({ id, agent_id, end_user_id }: SessionRow, run: RunRow | undefined) => ({
  agent_id,
  version_id: run?.version_id ?? null,
  experiment_id: run?.experiment_id ?? null,
  variant_id: run?.variant_id ?? null,
  session_id: id,
  run_id: run?.id ?? null,
  end_user_id,
});

/** Maximum messages and tokens of one summary call. A longer part is folded in several calls. */
const part = { messages: 200, tokens: 24_000 };
const maxParts = 50;

async function summarize(ctx: Ctx, job: JobOf<'session.summarize'>): Promise<void> {
  const { background_model } = await findWorkspace(ctx);
  for (let parts = 0; parts < maxParts; parts += 1) {
    if (!(await foldPart(ctx, job, background_model))) return;
  }
}

/**
 * Folds the next messages into the summary. Returns false when none are left to fold, or they are
 * now on another branch.
 */
async function foldPart(
  ctx: Ctx,
  job: JobOf<'session.summarize'>,
  model: string | null,
): Promise<boolean> {
  const { session_id, run_id, depth, message_id, max_tokens } = job;
  const [[session], [base], [run], [target]] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectSummary(ctx.db, ctx.workspace_id, session_id),
    selectRun(ctx.db, ctx.workspace_id, run_id),
    selectBranchPart(ctx.db, ctx.workspace_id, session_id, depth - 1, depth, 1),
  ]);
  const from = base?.covers_depth ?? 0;
  if (session === undefined || target?.id !== message_id || from >= depth) return false;
  const found = await selectBranchPart(
    ctx.db,
    ctx.workspace_id,
    session_id,
    from,
    depth,
    part.messages,
  );
  const taken = takePart(found);
  const last = taken.at(-1);
  if (last === undefined) return false;
  const call_key = `${run_id}:summary:${from}`;
  const input = { previous: base?.text ?? '', messages: taken, max_tokens };
  const call = { ...attributionOf(session, run), model, call_key };
  const { output: text, usage, by } = await runTask(ctx, summaryTask, input, call);
  const row: SummaryRow = {
    id: ctx.newId('sum'),
    workspace_id: ctx.workspace_id,
    session_id,
    version: (base?.version ?? 0) + 1,
    covers_message_id: last.id,
    covers_depth: last.depth,
    text,
    tokens: estimateTokens(text),
    model: by,
    created_at: ctx.now(),
  };
  const isStored = async () =>
    (await selectSummary(ctx.db, ctx.workspace_id, session_id).get())?.id === row.id;
  const results = await commitIdempotent(
    ctx,
    { statements: [insertSummary(ctx.db, row, base?.id ?? null), ...usage] },
    isStored,
  );
  const isMade = results === null || results[0].length > 0;
  return isMade && last.depth < depth;
}

function takePart(messages: readonly BranchMessage[]): BranchMessage[] {
  const taken: BranchMessage[] = [];
  let tokens = 0;
  for (const message of messages.map(abridge)) {
    tokens += tokensOf(message);
    if (taken.length > 0 && tokens > part.tokens) break;
    taken.push(message);
  }
  return taken;
}

async function giveTitle(ctx: Ctx, { session_id, run_id }: JobOf<'session.title'>): Promise<void> {
  const [[session], exchange, [run]] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectExchange(ctx.db, ctx.workspace_id, run_id),
    selectRun(ctx.db, ctx.workspace_id, run_id),
  ]);
  const { background_model: model } = await findWorkspace(ctx);
  if (session?.titled_by !== 'rule' || model === null || exchange.length === 0) return;
  const call = { ...attributionOf(session, run), model, call_key: `${run_id}:title` };
  const { output, by, usage } = await runTask(ctx, titleTask, exchange, call);
  // The title by rule is set already.
  const title = by === 'builtin' ? null : output;
  const { db, workspace_id } = ctx;
  const titled =
    title === null
      ? []
      : [
          titleByModel(db, workspace_id, session_id, title),
          ...indexTitle(db, workspace_id, session_id, title),
        ];
  const statements = [...titled, ...usage];
  // Idempotent: the title is guarded, and the usage row has a fixed name.
  await commitIdempotent(ctx, { statements }, async () => false);
}

/**
 * Exhausted attempts need no action: the title by rule stays, and the next turn enqueues another
 * summary.
 */
const onExhausted: JobHandler['onExhausted'] = async (ctx, job, error) =>
  ctx.log.warn('background_given_up', { job, error });

export const backgroundJobs: {
  readonly [Type in 'session.title' | 'session.summarize']: JobHandler<Type>;
} = {
  'session.title': { run: giveTitle, onExhausted },
  'session.summarize': { run: summarize, onExhausted },
};
