import type { Ctx } from '../../platform/context.ts';
import { runAsStream, type TurnInput, type WireRequest } from '../../sessions/index.ts';
import { answerOf, prepareRun } from './agent.ts';
import { filesOfChat, readChat, readChatOverrides } from './chat-input.ts';
import type { ChatCompletion, CreateChatCompletion } from './chat-schema.ts';
import { type ChatWireOptions, chatWire } from './chat-wire.ts';
import { toCompletion } from './completion.ts';
import { toEventStream } from './event-stream.ts';
import { bringFiles } from './input-files.ts';
import { checkRequestSize } from './text-size.ts';

/** Answers a conversation that the caller keeps; `origin` is where its citations point to: one run of an agent, without a session to go on in. */
export async function createChatCompletion(
  ctx: Ctx,
  body: CreateChatCompletion,
  origin: string,
): Promise<ChatCompletion | Response> {
  checkRequestSize(body);
  const brought = await bringFiles(ctx, filesOfChat(body));
  const { question, messages } = readChat(body);
  const overrides = readChatOverrides(body);
  const { session_id, input: plain } = await prepareRun(ctx, body.model, question, body);
  const input: TurnInput = { ...plain, prompt: messages, overrides, brought };
  if (body.stream === true)
    return toEventStream(await runAsStream(ctx, session_id, input, wireFor(body, origin)));
  return answerOf(ctx, session_id, input, (message) => toCompletion(message, body.model, origin));
}

function wireFor(
  { model, stream_options, tools }: CreateChatCompletion,
  origin: string,
): WireRequest {
  const names = (tools ?? []).map((tool) => tool.function.name);
  const options: ChatWireOptions = {
    model,
    include_usage: stream_options?.include_usage ?? false,
    tools: names,
    origin,
  };
  return { kind: chatWire, options };
}
