import { z } from '@hono/zod-openapi';
import { Id } from '../../http/schema.ts';
import { attachToRun, readResult } from '../../runs/index.ts';
import { notFound } from '../../shared/failure.ts';
import { toAnswerReply } from './answer.ts';
import { readArguments, toInputSchema } from './arguments.ts';
import { mcpStream, readAnswer } from './run-stream.ts';
import type { ToolCall, ToolReply } from './tool.ts';

const GetAnswerArguments = z.strictObject({
  run_id: Id('run').describe('`run_id` of an answer, or of a reported start'),
});

export const getAnswerSchema = () => toInputSchema(GetAnswerArguments);

/** Returns the answer of a run: waits while it executes, and returns the answer so far while it waits for a person. */
export async function getAnswer({ scope, input, signal, report }: ToolCall): Promise<ToolReply> {
  const { run_id } = readArguments(GetAnswerArguments, input);
  const { ctx, agent, end_user_id, origin } = scope;
  const { row, end_user_id: owner } = await readResult(ctx, run_id);
  const isForeign = end_user_id !== null && owner !== end_user_id;
  if (isForeign || (agent !== null && row.agent_id !== agent.id)) throw notFound('run');
  const stream = await attachToRun(ctx, run_id, { protocol: mcpStream }, 0);
  const message = await readAnswer(stream, signal, report);
  return toAnswerReply(message, { origin, is_structured: true, is_replayed: false });
}
