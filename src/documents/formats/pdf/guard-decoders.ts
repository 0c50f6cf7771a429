import type { PdfBudget } from './budget.ts';

/** A decoder of the parser, which its package does not export. */
export interface DecodeStream {
  readonly buffer: Uint8Array;
  readonly stream: {
    reset(): void;
    readonly isAsync: boolean;
    getBytes(): Uint8Array;
    asyncGetBytes(): Promise<Uint8Array>;
  };
  eof: boolean;
  ensureBuffer(bytes: number): Uint8Array;
  readBlock(): void;
  asyncGetBytesFromDecompressionStream(
    format: string,
  ): Promise<{ decompressed: Uint8Array | null; compressed: Uint8Array }>;
}

/** Charges what decoders write to the budget of the file that is being read. */
export function guardDecoders(
  decoders: DecodeStream,
  currentBudget: () => PdfBudget | undefined,
): void {
  const { ensureBuffer } = decoders;
  decoders.ensureBuffer = function (bytes) {
    const budget = currentBudget();
    if (budget === undefined || bytes <= this.buffer.byteLength)
      return ensureBuffer.call(this, bytes);
    budget.checkStream(bytes);
    const before = this.buffer.byteLength;
    const buffer = ensureBuffer.call(this, bytes);
    budget.inflate(buffer.byteLength - before);
    return buffer;
  };
  // The original inflates the whole stream before checking its size. Null makes the parser decode
  // block by block, as it does after an error.
  decoders.asyncGetBytesFromDecompressionStream = async function (format) {
    this.stream.reset();
    const compressed = this.stream.isAsync
      ? await this.stream.asyncGetBytes()
      : this.stream.getBytes();
    const budget = currentBudget();
    const decompressed =
      format === 'deflate' && budget !== undefined ? await inflate(compressed, budget) : null;
    return { decompressed, compressed };
  };
}

async function inflate(compressed: Uint8Array, budget: PdfBudget): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const source = new Blob([compressed as Uint8Array<ArrayBuffer>]).stream();
    for await (const part of source.pipeThrough(new DecompressionStream('deflate'))) {
      size += part.byteLength;
      budget.checkStream(size);
      budget.inflate(part.byteLength);
      parts.push(part);
    }
  } catch {
    budget.check();
    return null;
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
