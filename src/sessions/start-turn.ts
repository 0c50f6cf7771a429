import { type AgentConfig, parseConfig } from '../agents/index.ts';
import { isGuardViolation } from '../db/errors.ts';
import { messages } from '../db/schema/sessions.ts';
import { batchWithModels } from '../llm/index.ts';
import { commitSurely } from '../platform/commit.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { fromUsd } from '../shared/money.ts';
import { second } from '../shared/time.ts';
import type { ToolPin } from '../tools/index.ts';
import { Account } from '../usage/index.ts';
import { type HistoryMessage, windowOf } from './history.ts';
import { ownSession } from './own-session.ts';
import type { SendMessage } from './schema.ts';
import {
  claimSession,
  insertMessage,
  insertRun,
  type MessageRow,
  type RunRow,
  type SessionRow,
  selectMessages,
  selectMessagesOfRun,
  selectSession,
  selectTurnVersion,
} from './store.ts';

/** Without a sign of life for this long a run counts as lost and its session is free again. */
export const leaseFor = 20 * second;
/** Messages read for the history; the token window decides how many of them are sent. */
const historyLimit = 60;

/** A turn that has begun: the user's message and the run are stored. */
export interface Turn {
  readonly run: RunRow;
  readonly session: SessionRow;
  readonly version: { readonly id: string; readonly number: number };
  readonly config: AgentConfig;
  /** What the run adds its costs up in. */
  readonly account: Account;
  /** The tools of the version, as they were when it was made. */
  readonly tools: readonly ToolPin[];
  readonly question: string;
  readonly user_message_id: string;
  /** The sequence number of the user's message. */
  readonly seq: number;
  /** Of the answer to come. */
  readonly message_id: string;
  readonly history: readonly HistoryMessage[];
}

/**
 * Begins a turn: one read, one batch. Throws `not_found`, `session_closed`, `session_busy` with the
 * id of the run that is answering, `agent_archived`.
 */
export async function startTurn(ctx: Ctx, session_id: string, input: SendMessage): Promise<Turn> {
  const [sessionRows, versionRows, recent] = await batchWithModels(ctx, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectTurnVersion(ctx.db, ctx.workspace_id, session_id, input.version),
    selectMessages(ctx.db, ctx.workspace_id, session_id, null, historyLimit),
  ]);
  const session = ownSession(ctx, sessionRows);
  const now = ctx.now();
  refuseClosed(session, now);
  const version = versionRows[0];
  if (version === undefined) throw notFound();
  if (version.archived_at !== null) throw new Failure('agent_archived', 'The agent is archived: restore it to go on.');

  const question = input.message ?? (input.parts ?? []).map((part) => part.text).join('\n\n');
  const run = newRun(ctx, session, version.version_id);
  const user: Omit<MessageRow, 'seq'> = {
    id: ctx.newId('msg'),
    workspace_id: ctx.workspace_id,
    session_id,
    role: 'user',
    text: question,
    citations: [],
    run_id: run.id,
    created_at: now,
  };
  const seq = await storeStart(ctx, run, user);
  const config = parseConfig(version.config);
  return {
    run,
    session,
    version: { id: version.version_id, number: version.number },
    config,
    account: new Account(fromUsd(config.limits.cost_usd)),
    tools: version.tools,
    question,
    user_message_id: user.id,
    seq,
    message_id: ctx.newId('msg'),
    history: windowOf([...recent].reverse(), config.memory.window_tokens),
  };
}

/** On whose behalf the turn calls models. */
export const attributionOf = ({ run, session, account }: Turn) => ({
  account,
  agent_id: run.agent_id,
  version_id: run.version_id,
  session_id: session.id,
  run_id: run.id,
  end_user_id: session.end_user_id,
});

function refuseClosed(session: SessionRow, now: number): void {
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  if (session.expires_at !== null && session.expires_at <= now) throw new Failure('session_closed', 'The session has expired.');
}

const newRun = (ctx: Ctx, session: SessionRow, version_id: string): RunRow => ({
  id: ctx.newId('run'),
  workspace_id: ctx.workspace_id,
  agent_id: session.agent_id,
  version_id,
  session_id: session.id,
  status: 'running',
  finish_reason: null,
  error_code: null,
  error_detail: null,
  confidence: null,
  coverage: null,
  input_tokens: null,
  output_tokens: null,
  cost_nano_usd: null,
  first_token_ms: null,
  latency_ms: null,
  lease_until: ctx.now() + leaseFor,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  ended_at: null,
});

/** Returns the sequence number of the user's message. */
async function storeStart(ctx: Ctx, run: RunRow, user: Omit<MessageRow, 'seq'>): Promise<number> {
  const stored = () => selectMessagesOfRun(ctx.db, run.workspace_id, run.id).all();
  for (;;) {
    const change = {
      statements: [
        claimSession(ctx.db, run, ctx.now()),
        insertRun(ctx.db, run),
        insertMessage(ctx.db, user, 0).returning({ seq: messages.seq }),
      ],
      pending: { run_id: run.id },
    };
    try {
      const results = await commitSurely(ctx, change, async () => (await stored()).length > 0);
      const [message] = results === null ? await stored() : (results[2] as [{ seq: number }]);
      return message?.seq ?? 0;
    } catch (error) {
      if (!isGuardViolation(error, 'messages.seq')) throw error;
    }
    await refuseBusy(ctx, run);
  }
}

/** Throws when another run holds the session; it may have ended meanwhile, and then there is nothing to refuse. */
async function refuseBusy(ctx: Ctx, run: RunRow): Promise<void> {
  const session = await selectSession(ctx.db, ctx.workspace_id, run.session_id ?? '').get();
  if (session === undefined) throw notFound();
  if (session.active_run_id === null || session.active_run_until <= ctx.now()) return;
  throw new Failure('session_busy', 'The session is answering another message; wait for that run or read its state.', {
    retryAfter: 1,
    extra: { run_id: session.active_run_id },
  });
}
