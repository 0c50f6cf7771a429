import { sql } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import type { TurnEvent } from '../../runs/events.ts';
import { settleLostCall } from '../../runs/recover/lost-call.ts';
import { encodeEvents, interruptedDetail, textOf } from '../../runs/stream/event-log.ts';
import { indexMessages } from '../search/store.ts';
import {
  endRun,
  insertMessage,
  type MessageRow,
  type RunRow,
  releaseSession,
  selectKeepsContent,
  selectMessage,
} from '../store.ts';

/**
 * Ends a run whose host died, with what it had said: the session takes messages again, and the call
 * that was under way is paid for as far as it got. Does nothing where the run has ended already.
 */
export async function closeInterrupted(
  ctx: Ctx,
  run: RunRow,
  events: readonly TurnEvent[],
): Promise<void> {
  const now = ctx.now();
  const text = textOf(events);
  const [[asked], [settings]] = await batch(ctx.db, [
    selectMessage(ctx.db, run.workspace_id, run.input_message_id ?? ''),
    selectKeepsContent(ctx.db, run.workspace_id),
  ]);
  const answer =
    text === '' || asked === undefined ? null : answerRow(ctx, run, asked, events, text);
  const statements = [
    ...(answer === null ? [] : [insertMessage(ctx.db, answer, 1)]),
    ...indexMessages(
      ctx.db,
      [asked, answer].filter((row) => row != null),
    ),
    releaseSession(
      ctx.db,
      run,
      now,
      answer === null ? { new_messages: 0 } : { new_messages: 1, head: answer.id },
    ),
    endRun(ctx.db, run.workspace_id, run.id, {
      status: 'interrupted',
      finish_reason: 'interrupted',
      error_code: 'run_interrupted',
      error_detail: interruptedDetail,
      events: settings?.keeps_content === true ? encodeEvents(events) : null,
      latency_ms: now - run.created_at,
      ended_at: now,
    }),
    ...(await settleLostCall(ctx, run, asked, events)),
    sumUp(ctx, run),
  ];
  await batch(ctx.db, statements).catch((error: unknown) => {
    if (!isGuardViolation(error, 'messages.seq')) throw error;
  });
}

/** What the run has used, from the rows of all its calls; null where one of them is unknown. */
const sumUp = (ctx: Ctx, { id }: RunRow) => {
  const sum = (column: string) =>
    sql.raw(`iif(count(*) = count(${column}), coalesce(sum(${column}), 0), null)`);
  return ctx.db.run(sql`update runs set
      cost_nano_usd = (select ${sum('cost_nano_usd')} from usage where run_id = ${id}),
      (input_tokens, output_tokens) =
        (select ${sum('input_tokens')}, ${sum('output_tokens')} from usage where run_id = ${id} and operation not like 'embed%')
    where id = ${id} and workspace_id = ${ctx.workspace_id} and status = 'interrupted'`);
};

function answerRow(
  ctx: Ctx,
  run: RunRow,
  asked: MessageRow,
  events: readonly TurnEvent[],
  text: string,
): MessageRow {
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
