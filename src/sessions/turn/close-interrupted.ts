import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import {
  interruptRun,
  type LostRun,
  type RunEvent,
  type RunRow,
  selectContentLogging,
  selectVersionOfRun,
  settleLostCall,
  sumUsage,
  textOfEvents,
  toRunVersion,
} from '../../runs/index.ts';
import { selectSummary } from '../background/summary-store.ts';
import { indexMessages } from '../search/index-store.ts';
import { releaseSession } from '../store/claims.ts';
import {
  insertMessage,
  type MessageRow,
  selectAnsweringRuns,
  selectMessage,
} from '../store/messages.ts';
import { selectSession } from '../store/sessions.ts';
import { readPath } from './session-state.ts';

/**
 * Ends a turn whose host died, with the text so far: the session is released, and the active model
 * call is billed up to its last token. Does nothing when the run has ended already.
 */
export async function closeInterruptedTurn(
  ctx: Ctx,
  run: RunRow,
  events: readonly RunEvent[],
): Promise<void> {
  const { db } = ctx;
  const text = textOfEvents(events);
  const [[question], [settings], answered] = await batch(db, [
    selectMessage(db, run.workspace_id, run.input_message_id ?? ''),
    selectContentLogging(db, run.workspace_id),
    selectAnsweringRuns(db, run.workspace_id, run.session_id ?? ''),
  ]);
  const run_ids = answered.map((one) => one.run_id);
  const answer =
    text === '' || question === undefined ? null : answerRow(ctx, run, question, events, text);
  const indexed = [question, answer].filter((row) => row != null);
  const released =
    answer === null ? { new_messages: 0 as const } : { new_messages: 1 as const, head: answer.id };
  const statements = [
    ...(answer === null ? [] : [insertMessage(db, answer, 1)]),
    ...indexMessages(db, indexed),
    releaseSession(db, run, ctx.now(), released),
    interruptRun(ctx, run, events, settings?.content_logging === true, run_ids),
    ...(await settleLostCall(ctx, run.id, events, () => lostTurn(ctx, run, question))),
    sumUsage(ctx, run),
  ];
  await batch(db, statements).catch((error: unknown) => {
    if (!isGuardViolation(error, 'messages.seq')) throw error;
  });
}

async function lostTurn(
  ctx: Ctx,
  run: RunRow,
  question: MessageRow | undefined,
): Promise<LostRun | null> {
  const { db, workspace_id } = ctx;
  const session_id = run.session_id ?? '';
  const [[session], [found], [summary = null]] = await batch(db, [
    selectSession(db, workspace_id, session_id),
    selectVersionOfRun(db, run.id, null),
    selectSummary(db, workspace_id, session_id),
  ]);
  if (session === undefined || found === undefined) return null;
  const version = toRunVersion(found);
  const parent_id = question?.parent_id ?? null;
  return {
    run,
    version,
    end_user_id: session.end_user_id,
    readPrompt: async () => ({
      question: question?.text ?? '',
      given: question?.prompt ?? null,
      history: parent_id === null ? [] : await readPath(ctx, session_id, parent_id, version),
      summary,
      inputs: session.inputs,
      note: session.hand_back_note,
      files: question?.attachments ?? [],
    }),
  };
}

function answerRow(
  ctx: Ctx,
  run: RunRow,
  question: MessageRow,
  events: readonly RunEvent[],
  text: string,
): MessageRow {
  const started = events.find((event) => event.type === 'start');
  return {
    ...question,
    prompt: null,
    id: started?.message_id ?? ctx.newId('msg'),
    parent_id: question.id,
    depth: question.depth + 1,
    role: 'assistant',
    text,
    citations: [],
    attachments: [],
    run_id: run.id,
    author: null,
    created_at: ctx.now(),
  };
}
