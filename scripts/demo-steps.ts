import type { UIMessageChunk } from 'ai';
import { shorten } from './demo-print.ts';

/** Prints the events of a turn live: model calls, tool calls with their inputs, results, text. */
export class StepPrinter {
  readonly #started = performance.now();
  readonly #names = new Map<string, string>();
  #calls = 0;
  #isWriting = false;

  print(chunk: UIMessageChunk): void {
    if (chunk.type === 'text-delta') this.#write(chunk.delta);
    else {
      const line = this.#describe(chunk);
      if (line !== null) this.#line(line);
    }
  }

  end(): void {
    if (this.#isWriting) process.stdout.write('\n');
    this.#isWriting = false;
  }

  #describe(chunk: UIMessageChunk): string | null {
    switch (chunk.type) {
      case 'data-retrieval':
        return `retrieval   ${(chunk.data as { hits: number }).hits} passages`;
      case 'start-step':
        this.#calls += 1;
        return `model       call ${this.#calls}`;
      case 'tool-input-available':
        this.#names.set(chunk.toolCallId, chunk.toolName);
        return `  call      ${chunk.toolName} ${shorten(JSON.stringify(chunk.input))}`;
      case 'tool-output-available':
        return `  result    ${this.#nameOf(chunk.toolCallId)} ${shorten(JSON.stringify(chunk.output))}`;
      case 'tool-output-error':
        return `  error     ${this.#nameOf(chunk.toolCallId)} ${shorten(chunk.errorText)}`;
      default:
        return null;
    }
  }

  #nameOf(tool_call_id: string): string {
    return this.#names.get(tool_call_id) ?? tool_call_id;
  }

  #line(text: string): void {
    this.end();
    console.log(`  ${(performance.now() - this.#started).toFixed(0).padStart(6)} ms  ${text}`);
  }

  #write(text: string): void {
    if (!this.#isWriting) process.stdout.write('  ');
    this.#isWriting = true;
    process.stdout.write(text.replaceAll('\n', '\n  '));
  }
}
