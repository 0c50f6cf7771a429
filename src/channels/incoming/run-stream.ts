import type {
  Message,
  RunEvent,
  RunStream,
  StreamEncoder,
  StreamProtocol,
} from '../../runs/index.ts';
import { Failure, type FailureCode } from '../../shared/failure.ts';

type Frame =
  | { readonly type: 'text'; readonly delta: string }
  | { readonly type: 'answer'; readonly message: Message }
  | {
      readonly type: 'failure';
      readonly code: FailureCode;
      readonly detail: string;
      readonly extra: Readonly<Record<string, unknown>>;
    };

/** Encodes a run as its text and its outcome, for `readRun`. */
class ChannelStream implements StreamEncoder {
  frames(event: RunEvent): string[] {
    switch (event.type) {
      case 'text-delta':
        return [write({ type: 'text', delta: event.delta })];
      case 'finish':
      case 'requires-action':
        return [write({ type: 'answer', message: event.message })];
      case 'error':
        return [write({ type: 'failure', code: event.code, detail: event.detail, extra: {} })];
      default:
        return [];
    }
  }

  end(): string {
    return '';
  }

  refuse({ code, message: detail, options: { extra = {} } }: Failure): string {
    return write({ type: 'failure', code, detail, extra });
  }
}

const write = (frame: Frame): string => `data: ${JSON.stringify(frame)}\n\n`;

export const channelStream: StreamProtocol = { name: 'channel', make: () => new ChannelStream() };

/** Returns the answer of a run, and reports its text so far. Throws the failure of the run. */
export async function readAnswer(
  { body }: Pick<RunStream, 'body'>,
  onText: (text: string) => void,
): Promise<Message> {
  const stream = typeof body === 'string' ? new Response(body).body : body;
  let rest = '';
  let text = '';
  let outcome: Exclude<Frame, { type: 'text' }> | null = null;
  for await (const piece of stream?.pipeThrough(new TextDecoderStream()).values() ?? []) {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (!block.startsWith('data: ')) continue;
      const frame = JSON.parse(block.slice('data: '.length)) as Frame;
      if (frame.type === 'text') {
        text += frame.delta;
        onText(text);
      } else outcome = frame;
    }
  }
  if (outcome?.type === 'answer') return outcome.message;
  if (outcome?.type === 'failure')
    throw new Failure(outcome.code, outcome.detail, { extra: outcome.extra });
  throw new Failure('run_interrupted', 'The run’s events ended without a result.');
}
