import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { AgentConfig } from '../../agents/index.ts';
import type { Statement } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commitSurely } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { fromUsd } from '../../shared/money.ts';
import { second } from '../../shared/time.ts';
import type { ToolPin } from '../../tools/index.ts';
import { Account } from '../../usage/index.ts';
import { type Brought, noFiles, takeBrought, withTaken } from '../attachments/brought.ts';
import { carriedBy, markUsed, takeAttachments } from '../attachments/send.ts';
import {
  dropOtherSummaries,
  dropSummariesAfter,
  selectSummary,
} from '../background/summary-store.ts';
import {
  historyLimit,
  lengthened,
  type Memory,
  readPath,
  type TurnVersion,
  toTurnVersion,
} from '../host/memory.ts';
import {
  type ClaimedSession,
  claimSession,
  insertClaimedSession,
  insertMessage,
  insertRunOfSession,
  type MessageRow,
  type RunRow,
  readVersionOfRun,
  type SessionRow,
  selectClaimedSession,
  selectRun,
  selectVersionOfRun,
  type TurnVersionRow,
} from '../store.ts';
import type { TurnEvent } from './events.ts';
import type { HistoryMessage, Summary } from './history.ts';
import { refuseMissing } from './instructions.ts';
import { type Overrides, withOverrides } from './overrides.ts';
import { takeItems } from './take-items.ts';
import type { TurnInput } from './turn-input.ts';

/** Without a sign of life for this long a run counts as lost and its session is free again. */
export const leaseFor = 20 * second;

/** A turn that has begun: the user's message and the run are stored. */
export interface Turn {
  readonly run: RunRow;
  readonly session: SessionRow;
  readonly version: TurnVersion;
  readonly config: AgentConfig;
  /** What the run adds its costs up in. */
  readonly account: Account;
  readonly tools: readonly ToolPin[];
  readonly question: string;
  /** What the model reads in place of the question; null for the question itself. */
  readonly given: readonly LanguageModelV4Message[] | null;
  readonly overrides: Overrides;
  /** The message that is answered. */
  readonly user: MessageRow;
  /** Of the answer to come. */
  readonly message_id: string;
  /** What comes before the question, oldest first, as far as it was read. */
  readonly history: readonly HistoryMessage[];
  readonly summary: Summary | null;
  /** The branch up to the message that is answered. */
  readonly path: readonly MessageRow[];
  /** The head that the session goes back to where no answer comes; undefined for the message that was asked. */
  readonly former_head: string | null | undefined;
  /** Whether the trace and the events may say what was said. */
  readonly keeps_content: boolean;
  /** What has happened so far. */
  readonly events: TurnEvent[];
  readonly cancel: AbortController;
  /** Aborted with `cancel`, and when the time of the run is over. */
  readonly signal: AbortSignal;
  /** Set once the turn's end is stored. */
  readonly outcome: { is_stored: boolean; answer: MessageRow | null };
}

/** A session as the host remembers it does not fit what is stored; to be read again. */
export class StaleMemory extends Error {}

/**
 * Begins a turn in one batch: takes the session, stores run and message, reads the version where it is
 * not the one that is known. Throws `StaleMemory` when the session is not as it is remembered, or takes no message.
 */
export async function startTurn(
  ctx: Ctx,
  memory: Memory,
  input: TurnInput,
  run_id: string,
  more: readonly Statement[],
): Promise<Turn> {
  const asked = await placeOf(ctx, memory, input);
  const now = ctx.now();
  const { session, version: known } = memory;
  const run = newRun(ctx, session, run_id, input);
  const isNew = asked.again === null;
  const brought = isNew ? await takeBrought(ctx, session, input) : noFiles;
  const user =
    asked.again ??
    (await newMessage(
      ctx,
      session,
      run,
      asked,
      { ...input, prompt: withTaken(input.prompt, brought) },
      brought,
    ));
  const claim = {
    expected_head: session.head_id,
    head: user.id,
    new_messages: isNew ? 1 : 0,
  } as const;
  const remembers =
    (input.draft?.config ?? known?.config)?.memory.summary === true && input.create === undefined;
  const statements: Statement[] = [
    input.create === undefined
      ? claimSession(ctx.db, run, claim, now)
      : insertClaimedSession(ctx.db, {
          ...input.create,
          message_seq: 1,
          head_id: user.id,
          active_run_id: run.id,
          active_run_until: run.lease_until,
        }),
    insertRunOfSession(ctx.db, { ...run, input_message_id: user.id }, input.version),
    readVersionOfRun(ctx.db, { run_id: run.id, known: known?.id ?? null }),
    ...(isNew
      ? [...brought.statements(user.id), ...markUsed(ctx, user), insertMessage(ctx.db, user, 0)]
      : []),
    ...(input.create === undefined ? leavesBranch(ctx, memory, asked) : []),
    ...((input.takes_items?.length ?? 0) === 0
      ? []
      : takeItems(ctx.db, ctx.workspace_id, session.id, input.takes_items ?? [])),
    ...more,
    ...(remembers ? [selectSummary(ctx.db, ctx.workspace_id, session.id)] : []),
  ];
  const started = await commitStart(
    ctx,
    run,
    { statements, ...(more.length === 0 ? { pending: { run_id } } : {}) },
    remembers,
  );
  const used = started.version ?? known;
  if (used === null) throw new Error('the version of a run that has started is not known');
  const { keeps_content, background_model, ...held } = started.session;
  const version = { ...used, background_model };
  const overrides = input.overrides ?? {};
  const cancel = new AbortController();
  const config = withOverrides(input.draft?.config ?? version.config, overrides);
  return {
    run: { ...run, version_id: version.id, input_message_id: user.id },
    session: held,
    version,
    config,
    account: new Account(fromUsd(config.limits.cost_usd)),
    tools: input.draft?.tools ?? version.tools,
    question: user.text,
    given: user.prompt,
    overrides,
    user: isNew ? { ...user, seq: held.message_seq } : user,
    message_id: ctx.newId('msg'),
    history: asked.path,
    summary: started.summary,
    path: asked.path,
    former_head: isNew ? undefined : session.head_id,
    keeps_content,
    events: [],
    cancel,
    signal: AbortSignal.any([AbortSignal.timeout(config.limits.seconds * second), cancel.signal]),
    outcome: { is_stored: false, answer: null },
  };
}

interface Place {
  readonly parent: MessageRow | null;
  /** The message that is answered once more; null for a new one. */
  readonly again: MessageRow | null;
  /** What comes before the message that is answered. */
  readonly path: readonly MessageRow[];
}

/** Where in the tree of messages the turn goes on. */
async function placeOf(ctx: Ctx, memory: Memory, { text, parent_id }: TurnInput): Promise<Place> {
  const path = parent_id === undefined ? memory.path : await branchTo(ctx, memory, parent_id);
  const leaf = path.at(-1) ?? null;
  if (parent_id !== undefined && (leaf?.id ?? null) !== parent_id) throw notFound('message');
  if (text !== null) return { parent: leaf, again: null, path };
  if (leaf?.role !== 'user')
    throw new Failure('conflict', 'Only a message of the user can be answered.');
  return { parent: null, again: leaf, path: path.slice(0, -1) };
}

async function branchTo(
  ctx: Ctx,
  { path, session, version }: Memory,
  leaf: string | null,
): Promise<readonly MessageRow[]> {
  if (leaf === null) return [];
  const known = path.slice(0, path.findIndex(({ id }) => id === leaf) + 1);
  // What is remembered reaches back from the head only: further up there may be more that belongs to the history.
  const isWhole =
    known[0]?.parent_id === null ||
    known.length >= historyLimit(version?.config.memory.window_tokens ?? 0);
  return known.length > 0 && isWhole ? known : readPath(ctx, session.id, leaf, version);
}

/** Where the turn does not go on from the head, what was summarised of the branch that is left goes. */
function leavesBranch(
  { db, workspace_id }: Ctx,
  { session, path }: Memory,
  { parent, again, path: before }: Place,
): Statement[] {
  const leaf = again ?? parent;
  if ((leaf?.id ?? null) === session.head_id) return [];
  const last = before.at(-1);
  const isShown = last === undefined || path.some(({ id }) => id === last.id);
  return [
    isShown
      ? dropSummariesAfter(db, workspace_id, session.id, last?.depth ?? 0)
      : dropOtherSummaries(db, workspace_id, session.id),
  ];
}

interface Started {
  readonly session: ClaimedSession;
  /** null where it is the one that is known. */
  readonly version: TurnVersion | null;
  readonly summary: Summary | null;
}

async function commitStart(
  ctx: Ctx,
  run: RunRow,
  change: Parameters<typeof commitSurely>[1],
  remembers: boolean,
): Promise<Started> {
  const wasMade = async () =>
    (await selectRun(ctx.db, run.workspace_id, run.id).get()) !== undefined;
  let results: unknown[] | null;
  try {
    results = await commitSurely(ctx, change, wasMade);
  } catch (error) {
    if (isGuardViolation(error, 'messages.attachments'))
      throw invalid('/attachments', 'An attachment was deleted meanwhile.');
    if (isGuardViolation(error, 'conversations.metadata'))
      throw new Failure('conflict', 'The items of the conversation changed meanwhile. Retry.', {
        retryAfter: 1,
      });
    // The first two messages of a conversation at once: one has made the session.
    if (isUniqueViolation(error, 'sessions.id')) throw new StaleMemory();
    // Another message has brought the same file to the session meanwhile.
    if (isUniqueViolation(error, 'attachments.session_id', 'attachments.sha256'))
      throw new StaleMemory();
    if (isGuardViolation(error, 'messages.seq') || isGuardViolation(error, 'runs.version_id'))
      throw new StaleMemory();
    throw error;
  }
  const read = results ?? [
    await selectClaimedSession(ctx.db, run.workspace_id, run.session_id ?? '').all(),
    null,
    await selectVersionOfRun(ctx.db, run.id, null).all(),
    ...(remembers
      ? [await selectSummary(ctx.db, run.workspace_id, run.session_id ?? '').all()]
      : []),
  ];
  const [sessions, , versions] = read as [ClaimedSession[], unknown, TurnVersionRow[]];
  const [session] = sessions;
  if (session === undefined) throw notFound('session');
  const [summary = null] = remembers ? (read.at(-1) as Summary[]) : [];
  const version = versions[0] === undefined ? null : toTurnVersion(versions[0]);
  return { session, version, summary };
}

/** Why a session that was read anew takes no message, where it does not. */
export function refuse(ctx: Ctx, { session, version }: Pick<Memory, 'session' | 'version'>): void {
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  if (session.expires_at !== null && session.expires_at <= ctx.now())
    throw new Failure('session_closed', 'The session has expired.');
  if (version === null) throw invalid('/version', 'The version of the session does not exist.');
  refuseMissing(version.config.inputs, session.inputs);
}

/** The branch that is shown once the turn is over. */
export const pathAfter = ({ path, user, version, outcome: { answer } }: Turn): MessageRow[] =>
  lengthened(path, version, user, ...(answer === null ? [] : [answer]));

/** On whose behalf the turn calls models. */
export const attributionOf = ({ run, session, account }: Turn) => ({
  account,
  agent_id: run.agent_id,
  version_id: run.version_id,
  session_id: session.kind === 'one_shot' ? null : session.id,
  run_id: run.id,
  end_user_id: session.end_user_id,
});

/** Throws for attachments that it cannot be sent with. */
async function newMessage(
  ctx: Ctx,
  session: SessionRow,
  run: RunRow,
  { parent, path }: Place,
  input: TurnInput,
  brought: Brought,
): Promise<MessageRow> {
  const id = ctx.newId('msg');
  const before = path.findLast(({ role }) => role === 'user')?.attachments ?? [];
  return {
    id,
    workspace_id: ctx.workspace_id,
    session_id: session.id,
    // The statement that stores it takes the number from the session.
    seq: 0,
    parent_id: parent?.id ?? null,
    depth: (parent?.depth ?? 0) + 1,
    role: 'user',
    text: input.text ?? '',
    citations: [],
    prompt: input.prompt === undefined ? null : [...input.prompt],
    attachments: carriedBy(before, [
      ...(await takeAttachments(ctx, session, id, input)),
      ...brought.files(id),
    ]),
    run_id: run.id,
    created_at: ctx.now(),
  };
}

/** A run that is about to begin. */
export const newRun = (ctx: Ctx, session: SessionRow, id: string, input: TurnInput): RunRow => ({
  id,
  workspace_id: ctx.workspace_id,
  agent_id: session.agent_id,
  version_id: '',
  experiment_id: null,
  variant_id: null,
  session_id: session.id,
  input_message_id: null,
  is_preview: input.draft !== undefined,
  status: 'running',
  finish_reason: null,
  error_code: null,
  error_detail: null,
  confidence: null,
  coverage: null,
  input_tokens: null,
  output_tokens: null,
  cache_read_tokens: null,
  reasoning_tokens: null,
  cost_nano_usd: null,
  first_token_ms: null,
  latency_ms: null,
  context: null,
  metadata: input.metadata ?? null,
  events: null,
  lease_until: ctx.now() + leaseFor,
  created_by: actorId(ctx.actor),
  created_at: ctx.now(),
  ended_at: null,
});
