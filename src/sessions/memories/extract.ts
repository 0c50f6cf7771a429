import { batch, type Statement } from '../../db/client.ts';
import { extractFacts, factsTask, runTask } from '../../llm/index.ts';
import { commitIdempotent } from '../../platform/commit.ts';
import { type Ctx, payingKey } from '../../platform/context.ts';
import type { Job } from '../../platform/job.ts';
import type { JobHandler } from '../../platform/job-handler.ts';
import { type RunRow, selectRun } from '../../runs/index.ts';
import { findWorkspace } from '../../workspaces/index.ts';
import type { MessageRow } from '../store/messages.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import { advanceCursor, selectCursor, selectUnread, skipMessages } from './cursor-store.ts';
import { forgetExcess, rememberFact, selectFactsOfSession } from './store.ts';

type RememberJob = Extract<Job, { type: 'session.remember' }>;

/** Messages that one call reads. */
const messagesAtOnce = 20;
const maxCalls = 20;

/** The parts of a finished turn that decide whether it is searched. */
interface SearchableTurn {
  readonly session: Pick<SessionRow, 'id' | 'end_user_id'>;
  readonly run: Pick<RunRow, 'id' | 'is_preview'>;
  readonly memory: { readonly remember: boolean };
  readonly user: Pick<MessageRow, 'seq' | 'text'>;
  readonly content_logging: boolean;
  readonly background_model: string | null;
}

/**
 * Returns the job that searches a turn for facts about its end user. Without a model, and where the rule finds nothing, there is none; nor
 * where content is not kept, since a fact is content.
 */
export function rememberJobs(
  { actor }: Ctx,
  { session, run, memory, user, content_logging, background_model }: SearchableTurn,
): Job[] {
  const isWanted =
    memory.remember && session.end_user_id !== null && !run.is_preview && content_logging;
  if (!isWanted || (background_model === null && extractFacts(user.text).length === 0)) return [];
  const { id: session_id } = session;
  const cause = { session_id, run_id: run.id, api_key_id: payingKey(actor) };
  return [{ type: 'session.remember', ...cause, seq: user.seq }];
}

/** Returns the statement that leaves a turn without content logging unsearched, also by later jobs of its session. */
export function skipUnlogged(
  { db, workspace_id }: Ctx,
  { session, memory, user, content_logging }: Omit<SearchableTurn, 'run' | 'background_model'>,
): Statement[] {
  const isSkipped = memory.remember && session.end_user_id !== null && !content_logging;
  return isSkipped ? [skipMessages(db, workspace_id, session.id, user.seq)] : [];
}

async function remember(ctx: Ctx, job: RememberJob): Promise<void> {
  const { background_model } = await findWorkspace(ctx);
  for (let calls = 0; calls < maxCalls; calls += 1)
    if (!(await searchNext(ctx, job, background_model))) return;
}

/** Searches the next messages that were not searched. Returns false when none are left, or another attempt searches them. */
async function searchNext(
  ctx: Ctx,
  { session_id, run_id, seq }: RememberJob,
  model: string | null,
): Promise<boolean> {
  const { db, workspace_id } = ctx;
  const [[session], [cursor], [run]] = await batch(db, [
    selectSession(db, workspace_id, session_id),
    selectCursor(db, workspace_id, session_id),
    selectRun(db, workspace_id, run_id),
  ]);
  const from = cursor?.seq ?? 0;
  const end_user_id = session?.end_user_id ?? null;
  if (session === undefined || end_user_id === null || from >= seq) return false;
  const unread = await selectUnread(db, workspace_id, session_id, from, seq, messagesAtOnce);
  const to = unread.length < messagesAtOnce ? seq : (unread.at(-1)?.seq ?? seq);
  const { agent_id } = session;
  const known = unread.length === 0 ? [] : await selectFactsOfSession(db, workspace_id, session_id);
  const call = {
    ...{ agent_id, session_id, end_user_id, model, call_key: `${run_id}:memory:${from}` },
    ...{ version_id: run?.version_id ?? null, run_id: run?.id ?? null },
    ...{ experiment_id: run?.experiment_id ?? null, variant_id: run?.variant_id ?? null },
  };
  const input = { messages: unread, known };
  const found =
    unread.length === 0
      ? { output: [], by: 'builtin', usage: [] }
      : await runTask(ctx, factsTask, input, call);
  const now = ctx.now();
  const person = { workspace_id, agent_id, end_user_id };
  const facts = found.output.flatMap(({ message_id, ...fact }) =>
    rememberFact(
      db,
      {
        ...{ ...person, ...fact, id: ctx.newId('fact'), session_id, message_id },
        origin: found.by === 'builtin' ? 'rule' : 'model',
        ...{
          superseded_at: null,
          created_by: session.created_by,
          created_at: now,
          updated_at: now,
        },
      },
      from,
    ),
  );
  const statements = [
    ...facts,
    ...(facts.length === 0 ? [] : [forgetExcess(db, person)]),
    advanceCursor(db, workspace_id, session_id, from, to),
    ...found.usage,
  ];
  await commitIdempotent(ctx, { statements }, async () => {
    const [stored] = await selectCursor(db, workspace_id, session_id);
    return (stored?.seq ?? 0) >= to;
  });
  return to < seq;
}

/** Exhausted attempts need no action: the next turn searches this one too. */
const onExhausted: JobHandler['onExhausted'] = async (ctx, job, error) =>
  ctx.log.warn('memory_given_up', { job, error });

export const memoryJobs: { readonly 'session.remember': JobHandler<'session.remember'> } = {
  'session.remember': { run: remember, onExhausted },
};
