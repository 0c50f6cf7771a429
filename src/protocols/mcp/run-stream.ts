import type {
  Message,
  RunEvent,
  RunStream,
  StreamEncoder,
  StreamProtocol,
} from '../../runs/index.ts';
import { Failure, type FailureCode } from '../../shared/failure.ts';

/** A step or the outcome of a run. */
type Frame =
  | { readonly type: 'progress'; readonly message: string }
  | { readonly type: 'answer'; readonly message: Message }
  | {
      readonly type: 'failure';
      readonly code: FailureCode;
      readonly detail: string;
      readonly retry_after_s: number | null;
      readonly extra: Readonly<Record<string, unknown>>;
    };

/** Encodes a run as its steps and its outcome, for `readAnswer`. Text is in the outcome only. */
class McpStream implements StreamEncoder {
  #isWriting = false;

  frames(event: RunEvent): string[] {
    const frame = this.#frameOf(event);
    return frame === null ? [] : [write(frame)];
  }

  end(): string {
    return '';
  }

  refuse({ code, message: detail, options: { extra = {}, retryAfter } }: Failure): string {
    return write({ type: 'failure', code, detail, retry_after_s: retryAfter ?? null, extra });
  }

  #frameOf(event: RunEvent): Frame | null {
    switch (event.type) {
      case 'start':
      case 'resume':
        return progress(`Run ${event.run_id} has started.`);
      case 'retrieval':
        return progress(`Found ${event.hits} passages.`);
      case 'start-step':
        this.#isWriting = false;
        return null;
      case 'text-delta':
        if (this.#isWriting) return null;
        this.#isWriting = true;
        return progress('Writing the answer.');
      case 'tool-input-available':
        return progress(`Calling ${event.tool_name}.`);
      case 'finish':
      case 'requires-action':
        return { type: 'answer', message: event.message };
      case 'error': {
        const { code, detail, retry_after_s, extra, run } = event;
        return {
          ...{ type: 'failure', code, detail, retry_after_s },
          extra: { ...extra, run_id: run.id },
        };
      }
      default:
        return null;
    }
  }
}

const progress = (message: string): Frame => ({ type: 'progress', message });
const write = (frame: Frame): string => `data: ${JSON.stringify(frame)}\n\n`;

export const mcpStream: StreamProtocol = { name: 'mcp', make: () => new McpStream() };

/**
 * Returns the answer of a run, or the answer so far of one that waits; reports its steps. Throws the run's failure.
 * The run continues when `signal` stops the reading, as it does when a client of the API disconnects.
 */
export async function readAnswer(
  { body }: Pick<RunStream, 'body'>,
  signal: AbortSignal,
  report: (message: string) => Promise<void>,
): Promise<Message> {
  const stream = typeof body === 'string' ? new Response(body).body : body;
  const reader = stream?.pipeThrough(new TextDecoderStream()).getReader();
  const stop = () => void reader?.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  let rest = '';
  // The events of a run that has waited have the outcomes before it was resumed, too.
  let outcome: Exclude<Frame, { type: 'progress' }> | null = null;
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      const blocks = (rest + value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const frame = parse(block);
        if (frame?.type === 'progress') await report(frame.message);
        else if (frame !== null) outcome = frame;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
  if (outcome?.type === 'answer') return outcome.message;
  if (outcome?.type === 'failure') throw toFailure(outcome);
  throw new Failure('run_interrupted', 'The run’s events ended without a result. Ask again.');
}

/** Returns null for a comment, which keeps the connection open. */
const parse = (block: string): Frame | null =>
  block.startsWith('data: ') ? (JSON.parse(block.slice('data: '.length)) as Frame) : null;

const toFailure = ({ code, detail, retry_after_s, extra }: Extract<Frame, { type: 'failure' }>) =>
  new Failure(code, detail, {
    extra,
    ...(retry_after_s === null ? {} : { retryAfter: retry_after_s }),
  });
