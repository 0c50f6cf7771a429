import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { begin, newRun, type RunRow, type RunVersion, readVersionOfRun } from '../../runs/index.ts';
import {
  type AdoptedFiles,
  adoptFiles,
  noAdoptedFiles,
  withAdopted,
} from '../attachments/adopt-files.ts';
import { carriedBy, markUsed, takeAttachments } from '../attachments/send.ts';
import { selectSummary } from '../background/summary-store.ts';
import { selectFacts } from '../memories/store.ts';
import { readableBranch } from '../readable.ts';
import { claimSession, insertClaimedSession } from '../store/claims.ts';
import { insertMessage, type MessageRow } from '../store/messages.ts';
import { insertRunOfSession } from '../store/runs.ts';
import type { SessionRow } from '../store/sessions.ts';
import { commitStart } from './commit-start.ts';
import { leaveBranch, type Place, placeOf } from './place.ts';
import type { SessionState } from './session-state.ts';
import { takeItems } from './take-items.ts';
import { type Turn, TurnStorage } from './turn.ts';
import type { TurnInput } from './turn-input.ts';

/**
 * Begins a turn in one batch: claims the session, stores run and message, reads the version unless it is the cached
 * one. Throws `StaleSessionError` when the session is not as it is cached, or takes no message.
 */
export async function startTurn(
  ctx: Ctx,
  state: SessionState,
  input: TurnInput,
  run_id: string,
  more: readonly Statement[],
): Promise<Turn> {
  const place = await placeOf(ctx, state, input);
  const { session, version: cached } = state;
  const fixed = fixedVersion(state, input);
  const run = runOf(ctx, session, run_id, input);
  const adopted = place.again === null ? await adoptFiles(ctx, session, input) : noAdoptedFiles;
  const prompt = withAdopted(input.prompt, adopted);
  const user =
    place.again ?? (await newMessage(ctx, session, run, place, { ...input, prompt }, adopted));
  const { history, isWhole } = await readableBranch(ctx, session.id, place.path);
  const hasSummary =
    isWhole &&
    (input.draft?.config ?? cached?.config)?.memory.summary === true &&
    input.create === undefined;
  const mayRemember =
    session.end_user_id !== null &&
    (input.draft?.config ?? cached?.config)?.memory.remember !== false;
  const statements = [
    ...startStatements(ctx, { state, input, fixed, place, run, user, adopted }),
    ...more,
    ...(mayRemember ? [selectFacts(ctx.db, session)] : []),
    ...(hasSummary ? [selectSummary(ctx.db, ctx.workspace_id, session.id)] : []),
  ];
  const pending = more.length === 0 ? { pending: { run_id } } : {};
  const started = await commitStart(
    ctx,
    run,
    { statements, ...pending },
    {
      ...{ hasSummary, mayRemember, fixed },
    },
  );
  const used = started.version ?? cached;
  if (used === null) throw new Error('a run has started whose version was not read');
  const { content_logging, background_model, index_number, ...claimed } = started.session;
  const version = { ...used, background_model };
  const isNew = place.again === null;
  const turn: Turn = {
    ...begin({ version, draft: input.draft, overrides: input.overrides }),
    version,
    run: { ...run, ...started.assigned, version_id: version.id, input_message_id: user.id },
    requested: input.draft === undefined ? input.version : undefined,
    session: claimed,
    index_number,
    prompt: {
      question: user.text,
      given: user.prompt,
      history,
      summary: started.summary,
      facts: (input.draft?.config ?? version.config).memory.remember ? started.facts : [],
      inputs: claimed.inputs,
      note: claimed.hand_back_note,
      files: user.attachments,
    },
    end_user_id: claimed.end_user_id,
    kept_until: claimed.expires_at,
    user: isNew ? { ...user, seq: claimed.message_seq } : user,
    user_message_id: user.id,
    message_id: ctx.newId('msg'),
    path: place.path,
    former_head: isNew ? undefined : session.head_id,
    content_logging,
    outcome: { is_stored: false, answer: null },
    storage: new TurnStorage(ctx, () => turn),
  };
  return turn;
}

interface Start {
  readonly state: SessionState;
  readonly input: TurnInput;
  readonly fixed: RunVersion | null;
  readonly place: Place;
  readonly run: RunRow;
  readonly user: MessageRow;
  readonly adopted: AdoptedFiles;
}

/** The statements that begin a turn; `commitStart` reads the results of the first and, unless the version is fixed, the third. */
function startStatements(
  ctx: Ctx,
  { state, input, fixed, place, run, user, adopted }: Start,
): Statement[] {
  const { db, workspace_id } = ctx;
  const { session } = state;
  const isNew = place.again === null;
  const claim = {
    expected_head: session.head_id,
    head: user.id,
    new_messages: isNew ? 1 : 0,
  } as const;
  const created = {
    ...{ message_seq: 1, head_id: user.id },
    ...{ active_run_id: run.id, active_run_until: run.lease_until },
  };
  return [
    input.create === undefined
      ? claimSession(db, run, claim, ctx.now())
      : insertClaimedSession(db, { ...input.create, ...created }),
    insertRunOfSession(db, { ...run, input_message_id: user.id }, input.version, {
      fixed,
      is_once: input.run_id !== undefined,
    }),
    ...(fixed === null
      ? [readVersionOfRun(db, { run_id: run.id, cached: state.version?.id ?? null })]
      : []),
    ...(isNew
      ? [...adopted.statements(user.id), ...markUsed(ctx, user), insertMessage(db, user, 0)]
      : []),
    ...(input.create === undefined ? leaveBranch(ctx, state, place) : []),
    ...((input.takes_items?.length ?? 0) === 0
      ? []
      : takeItems(db, workspace_id, session.id, input.takes_items ?? [])),
  ];
}

/**
 * The only version that the turn may use: the cached one, if it was chosen by the same request. The
 * batch then reads no version; another choice is a stale session. Null when the batch has to read it, as for a draft,
 * which is not part of an experiment.
 */
const fixedVersion = (
  { version, requested }: SessionState,
  { version: wanted, draft }: TurnInput,
): RunVersion | null => (requested === wanted && draft === undefined ? version : null);

/** The row of a run of a session that is about to begin, or to be queued. */
export const runOf = (
  ctx: Ctx,
  { agent_id, id: session_id }: SessionRow,
  id: string,
  { draft, metadata }: TurnInput,
): RunRow =>
  newRun(ctx, {
    ...{ id, agent_id, session_id },
    metadata: metadata ?? null,
    is_preview: draft !== undefined,
  });

/** The user's message. Throws for attachments that it cannot be sent with. */
async function newMessage(
  ctx: Ctx,
  session: SessionRow,
  run: RunRow,
  { parent, path }: Place,
  input: TurnInput,
  adopted: AdoptedFiles,
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
      ...adopted.files(id),
    ]),
    run_id: run.id,
    author: null,
    created_at: ctx.now(),
  };
}
