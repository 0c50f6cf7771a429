import { batch } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import type { Ctx } from '../platform/context.ts';
import { encodeEvents, textOf } from './event-log.ts';
import type { TurnEvent } from './events.ts';
import { indexMessages } from './search-store.ts';
import { endRun, insertMessage, type MessageRow, type RunRow, releaseSession, selectKeepsContent, selectMessage } from './store.ts';

/**
 * Ends a run whose host died, with what it had said: the session takes messages again. Does nothing
 * where the run has ended already.
 */
export async function closeInterrupted(ctx: Ctx, run: RunRow, events: readonly TurnEvent[]): Promise<void> {
  const now = ctx.now();
  const text = textOf(events);
  const [[asked], [settings]] = await batch(ctx.db, [
    selectMessage(ctx.db, run.workspace_id, run.input_message_id ?? ''),
    selectKeepsContent(ctx.db, run.workspace_id),
  ]);
  const answer = text === '' || asked === undefined ? null : answerRow(ctx, run, asked, events, text);
  const statements = [
    ...(answer === null ? [] : [insertMessage(ctx.db, answer, 1)]),
    ...indexMessages(
      ctx.db,
      [asked, answer].filter((row) => row != null),
    ),
    releaseSession(ctx.db, run, now, answer === null ? { new_messages: 0 } : { new_messages: 1, head: answer.id }),
    endRun(ctx.db, run.workspace_id, run.id, {
      status: 'interrupted',
      finish_reason: 'interrupted',
      events: settings?.keeps_content === true ? encodeEvents(events) : null,
      latency_ms: now - run.created_at,
      ended_at: now,
    }),
  ];
  await batch(ctx.db, statements).catch((error: unknown) => {
    if (!isGuardViolation(error, 'messages.seq')) throw error;
  });
}

function answerRow(ctx: Ctx, run: RunRow, asked: MessageRow, events: readonly TurnEvent[], text: string): MessageRow {
  const started = events.find((event) => event.type === 'started');
  return {
    ...asked,
    prompt: null,
    id: started?.message_id ?? ctx.newId('msg'),
    parent_id: asked.id,
    depth: asked.depth + 1,
    role: 'assistant',
    text,
    citations: [],
    attachments: [],
    run_id: run.id,
    created_at: ctx.now(),
  };
}
