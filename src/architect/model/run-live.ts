import type { Ctx } from '../../platform/context.ts';
import { uiStream } from '../../protocols/ui-stream/index.ts';
import { type Message, type RunRequest, readResult, runAsStream } from '../../runs/index.ts';
import { Failure, type FailureCode, failures } from '../../shared/failure.ts';
import { PartialReply } from './partial-reply.ts';

/** Takes the parts of a reply as they arrive. */
export type OnText = (delta: string) => void;

interface StreamedEvent {
  readonly type: string;
  readonly delta?: string;
  readonly errorText?: string;
}

/** Runs the architect and passes its reply on while it arrives. Returns the answer as it is stored. */
export async function runLive(ctx: Ctx, request: RunRequest, onText: OnText): Promise<Message> {
  // The run is read to its end when the client disconnects.
  const own = { ...ctx, signal: new AbortController().signal };
  const { run_id, body } = await runAsStream(own, request, { protocol: uiStream });
  const reply = new PartialReply();
  let steps = 0;
  for await (const event of eventsOf(new Response(body).body ?? new ReadableStream())) {
    if (event.type === 'error') throw failureOf(event.errorText ?? '');
    // A second model call corrects the first answer.
    if (event.type === 'start-step') steps += 1;
    if (steps > 1) reply.close();
    if (event.type !== 'text-delta') continue;
    const added = reply.push(event.delta ?? '');
    if (added !== '') onText(added);
  }
  const { answer } = await readResult(own, run_id ?? '');
  if (answer === null)
    throw new Failure('run_interrupted', 'The run of the architect was interrupted. Retry.');
  return answer;
}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const pieces = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const [, data] = /^data: (\{.*)$/m.exec(piece) ?? [];
      if (data !== undefined) yield JSON.parse(data) as StreamedEvent;
    }
  }
}

function failureOf(text: string): Failure {
  const [, code = '', detail = ''] = /^(\w+): ([\s\S]*)$/.exec(text) ?? [];
  return code in failures
    ? new Failure(code as FailureCode, detail)
    : new Failure('provider_error', text);
}
