import type { Ctx } from '../../platform/context.ts';
import { oneOffRequest, runAsStream, type StreamRequest } from '../../runs/index.ts';
import { answerOf, prepareRun } from './agent.ts';
import { filesOfChat, readChat, readChatOverrides } from './chat-input.ts';
import type { ChatCompletion, CreateChatCompletion } from './chat-schema.ts';
import { type ChatStreamOptions, chatStream } from './chat-stream.ts';
import { toCompletion } from './completion.ts';
import { toEventStream } from './event-stream.ts';
import { storeFiles } from './input-files.ts';
import { checkRequestSize } from './text-size.ts';

/**
 * Answers the conversation of a request in a one-off run. `origin` is the base of the citation
 * URLs. Throws `model_not_found`, `validation_failed`, `too_large` and the failure of the run.
 */
export async function createChatCompletion(
  ctx: Ctx,
  body: CreateChatCompletion,
  origin: string,
): Promise<ChatCompletion | Response> {
  checkRequestSize(body);
  const brought = await storeFiles(ctx, filesOfChat(body));
  const { question, messages } = readChat(body);
  const overrides = readChatOverrides(body);
  const prepared = await prepareRun(ctx, body.model, question, body);
  const run = oneOffRequest({ ...prepared, prompt: messages, overrides, brought });
  if (body.stream === true)
    return toEventStream(await runAsStream(ctx, run, streamFor(body, origin)));
  return answerOf(ctx, run, (message) => toCompletion(message, body.model, origin));
}

function streamFor(
  { model, stream_options, tools }: CreateChatCompletion,
  origin: string,
): StreamRequest {
  const names = (tools ?? []).map((tool) => tool.function.name);
  const options: ChatStreamOptions = {
    model,
    include_usage: stream_options?.include_usage ?? false,
    tools: names,
    origin,
  };
  return { protocol: chatStream, options };
}
