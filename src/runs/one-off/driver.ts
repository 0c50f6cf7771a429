import { batch, type Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import type { ActiveRun } from '../active-run.ts';
import type { RunDriver, RunSource, RunTerms } from '../driver.ts';
import type { RunEvent } from '../events.ts';
import { hostName, hostOf } from '../host/host-client.ts';
import { interruptRun, sumUsage } from '../recover/interrupt.ts';
import { type LostRun, settleLostCall } from '../recover/lost-call.ts';
import { answerRun, type RunContentRow, selectRunContent } from '../store/contents.ts';
import { isOpen, type RunRow, selectContentLogging, selectRun } from '../store/runs.ts';
import { selectVersionOfRun } from '../store/versions.ts';
import { textOfEvents } from '../stream/event-log.ts';
import { toRunVersion } from '../version.ts';
import { type OneOffInput, oneOffKind } from './one-off-input.ts';
import { restoreOneOff } from './restore-one-off.ts';
import { startOneOff } from './start-one-off.ts';

/** The driver of runs without a session. Each has its own host, named by its id. */
export const oneOffDriver: RunDriver<OneOffInput> = {
  kind: oneOffKind,
  owns: ({ session_id }) => session_id === null,
  open: () => source,
  closeInterrupted,
  restore: restoreOneOff,
};

const source: RunSource<OneOffInput> = {
  async open(_ctx, { agent_id, end_user_id }): Promise<RunTerms> {
    return { on_busy: 'reject', caller: { agent_id, end_user_id }, active_run_id: null };
  },
  async check() {
    // The request has been checked before it was sent to the host.
  },
  async queued(): Promise<Statement[]> {
    throw new Error('a one-off run is never queued');
  },
  newRunId: (_ctx, { run_id }) => run_id,
  begin: (ctx, input, _run_id, more): Promise<ActiveRun> => startOneOff(ctx, input, more),
  async retry(ctx, input, run) {
    if (run === undefined) return null;
    const stored = isOpen(run) ? await recovered(ctx, run) : run;
    const hasFailed = stored?.status === 'failed' || stored?.status === 'interrupted';
    return hasFailed ? input : null;
  },
  ended() {
    // A one-off run has no cache.
  },
  invalidate() {
    // A one-off run has no cache.
  },
};

/** Closes a run if its host has died, and reads it again. An active run is unchanged. */
async function recovered(ctx: Ctx, run: RunRow): Promise<RunRow | undefined> {
  await hostOf(ctx, hostName(run)).recover(run.id);
  return selectRun(ctx.db, ctx.workspace_id, run.id).get();
}

/** Ends a one-off run whose host died, with the text so far. */
async function closeInterrupted(ctx: Ctx, run: RunRow, events: readonly RunEvent[]): Promise<void> {
  const { db, workspace_id } = ctx;
  const [[content], [settings], [version]] = await batch(db, [
    selectRunContent(db, workspace_id, run.id),
    selectContentLogging(db, workspace_id),
    selectVersionOfRun(db, run.id, null),
  ]);
  const lost: LostRun | null =
    content === undefined || version === undefined
      ? null
      : { run, version: toRunVersion(version), ...promptOf(content) };
  const text = textOfEvents(events);
  const answer = { answer: text, citations: [], answer_prompt: null, answered_at: ctx.now() };
  const statements = [
    ...(text === '' ? [] : [answerRun(db, workspace_id, run.id, answer)]),
    interruptRun(ctx, run, events, settings?.content_logging === true),
    ...(await settleLostCall(ctx, run.id, events, async () => lost)),
    sumUsage(ctx, run),
  ];
  await batch(db, statements).catch((error: unknown) => {
    if (!isGuardViolation(error, 'run_contents.answer')) throw error;
  });
}

const promptOf = ({ end_user_id, question, prompt, inputs, files }: RunContentRow) => ({
  end_user_id,
  readPrompt: async () => ({
    ...{ question, given: prompt, inputs, files },
    history: [],
    summary: null,
  }),
});
