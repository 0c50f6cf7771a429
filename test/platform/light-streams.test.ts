import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  LightReadableStream,
  LightTextDecoderStream,
  LightTransformStream,
} from '../../src/platform/light-streams.ts';

const from = <Chunk>(chunks: readonly Chunk[]) =>
  new LightReadableStream<Chunk>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });

async function collect<Chunk>(stream: ReadableStream<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

/** Extends the global class, as libraries do. */
class Lines extends TransformStream<string, string> {
  constructor() {
    let rest = '';
    super({
      transform(chunk, controller) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) controller.enqueue(line);
      },
    });
  }
}

const doubled = () =>
  new LightTransformStream<string, string>({
    transform(chunk, controller) {
      controller.enqueue(chunk);
      controller.enqueue(chunk);
    },
    flush: (controller) => controller.enqueue('end'),
  });

describe('light streams', () => {
  it('replace the classes of the runtime, whose streams are still recognized', () => {
    expect(ReadableStream).toBe(LightReadableStream);
    expect(new TransformStream()).toBeInstanceOf(LightTransformStream);
    expect(new Response('text').body).toBeInstanceOf(ReadableStream);
    expect({}).not.toBeInstanceOf(ReadableStream);
  });

  it('decode text and split it into lines, wherever the bytes are split', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 10 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        async (texts, sizes) => {
          const sent = texts.map((text) => text.replaceAll('\n', ' '));
          const bytes = new TextEncoder().encode(sent.map((text) => `${text}\n`).join(''));
          const pieces: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
            const size = sizes[turn % sizes.length] as number;
            pieces.push(bytes.slice(at, at + size));
            at += size;
          }
          const lines = from(pieces)
            .pipeThrough(new LightTextDecoderStream())
            .pipeThrough(new Lines());
          expect(await collect(lines)).toEqual(sent);
        },
      ),
    );
  });

  it('are the body of a response', async () => {
    const encoder = new TextEncoder();
    const stream = from(['a', 'b'].map((text) => encoder.encode(text)));
    const response = new Response(stream as unknown as ReadableStream<Uint8Array>);
    expect(response.body).toBe(stream);
    expect(await response.text()).toBe('ab');
  });

  it('connect to the streams of the runtime on both sides', async () => {
    const native = new Response('text').body as ReadableStream<Uint8Array>;
    const decoded = native.pipeThrough(new LightTextDecoderStream()).pipeThrough(doubled());
    expect(await collect(decoded)).toEqual(['text', 'text', 'end']);
    const [first, second] = from(['a']).pipeThrough(doubled()).tee();
    expect([await collect(first), await collect(second)]).toEqual([
      ['a', 'a', 'end'],
      ['a', 'a', 'end'],
    ]);
  });

  it('wait for chunks that a source enqueues by itself', async () => {
    const stream = new LightReadableStream<string>({
      start(controller) {
        setTimeout(() => controller.enqueue('late'), 5);
        setTimeout(() => controller.close(), 10);
      },
      pull: () => undefined,
    });
    expect(await collect(stream.pipeThrough(doubled()))).toEqual(['late', 'late', 'end']);
  });

  it('deliver the chunks before a failure of the source, and then the failure', async () => {
    const failing = () => {
      let pulls = 0;
      return new LightReadableStream<string>({
        pull(controller) {
          pulls += 1;
          if (pulls === 2) throw new Error('gone');
          controller.enqueue('a');
        },
      });
    };
    const reader = failing().pipeThrough(new LightTransformStream<string, string>()).getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'a' });
    await expect(reader.read()).rejects.toThrow('gone');
    await expect(collect(failing().pipeThrough(doubled()))).rejects.toThrow('gone');
  });

  it('deliver the chunks before a failure when both come at once', async () => {
    const stream = new LightReadableStream<string>({
      start(controller) {
        setTimeout(() => {
          controller.enqueue('a');
          controller.enqueue('b');
          controller.error(new Error('gone'));
        }, 5);
      },
    });
    const reader = stream.pipeThrough(doubled()).getReader();
    const chunks = [];
    for (let left = 4; left > 0; left -= 1) chunks.push((await reader.read()).value);
    expect(chunks).toEqual(['a', 'a', 'b', 'b']);
    await expect(reader.read()).rejects.toThrow('gone');
  });

  it('pull again for a reader that came while the source was pulled', async () => {
    let pulls = 0;
    const stream = new LightReadableStream<number>({
      async pull(controller) {
        pulls += 1;
        controller.enqueue(pulls);
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const reader = stream.getReader();
    const read = await Promise.all([reader.read(), reader.read(), reader.read()]);
    expect(read.map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it('cancel the source of a transformer that fails', async () => {
    for (const transform of [
      () => Promise.reject(new Error('broken')),
      (_: string, controller: { error(reason: unknown): void }) =>
        controller.error(new Error('broken')),
    ]) {
      const cancelled: unknown[] = [];
      const endless = new LightReadableStream<string>({
        pull: (controller) => controller.enqueue('x'),
        cancel: (reason) => void cancelled.push(reason),
      });
      const stream = endless
        .pipeThrough(new LightTransformStream<string, string>({ transform }))
        .pipeThrough(doubled());
      await expect(collect(stream)).rejects.toThrow('broken');
      expect(cancelled).toHaveLength(1);
    }
  });

  it('do not flush a transformer when they are cancelled', async () => {
    let isFlushed = false;
    const waiting = new LightReadableStream<string>({ pull: () => undefined });
    const reader = waiting
      .pipeThrough(
        new LightTransformStream<string, string>({
          flush: () => {
            isFlushed = true;
          },
        }),
      )
      .getReader();
    const read = reader.read();
    await reader.cancel();
    expect(await read).toEqual({ done: true, value: undefined });
    expect(isFlushed).toBe(false);
  });

  it('fail with a transformer', async () => {
    const broken = new LightTransformStream<string, string>({
      transform: () => Promise.reject(new Error('broken')),
    });
    await expect(collect(from(['a']).pipeThrough(broken))).rejects.toThrow('broken');
  });

  it('end where a transformer terminates, and cancel their source', async () => {
    const cancelled: unknown[] = [];
    const endless = new LightReadableStream<string>({
      pull: (controller) => controller.enqueue('x'),
      cancel: (reason) => void cancelled.push(reason),
    });
    const once = new LightTransformStream<string, string>({
      transform(chunk, controller) {
        controller.enqueue(chunk);
        controller.terminate();
      },
    });
    expect(await collect(endless.pipeThrough(once))).toEqual(['x']);
    expect(cancelled).toHaveLength(1);
  });

  it('cancel their source with the reason of the reader', async () => {
    const cancelled: unknown[] = [];
    const source = new LightReadableStream<string>({
      pull: (controller) => controller.enqueue('x'),
      cancel: (reason) => void cancelled.push(reason),
    });
    const stream = source.pipeThrough(doubled());
    const reader = stream.getReader();
    await reader.read();
    await expect(stream.cancel()).rejects.toThrow(TypeError);
    await reader.cancel('enough');
    expect(await reader.read()).toEqual({ done: true, value: undefined });
    expect(cancelled).toEqual(['enough']);
  });

  it('are the streams of the runtime for readers that bring their own buffer', async () => {
    const stream = new LightReadableStream<Uint8Array>({
      type: 'bytes',
      pull(controller) {
        controller.enqueue(new Uint8Array([1, 2]));
        controller.close();
      },
    });
    const { value } = await stream.getReader({ mode: 'byob' }).read(new Uint8Array(4));
    expect(value).toEqual(new Uint8Array([1, 2]));
  });

  it('tell a reader that they are read to their end', async () => {
    const reader = from(['a', 'b']).getReader();
    let isClosed = false;
    const closed = reader.closed.then(() => {
      isClosed = true;
    });
    await reader.read();
    expect(isClosed).toBe(false);
    await reader.read();
    await closed;
    const failing = new LightReadableStream({ pull: () => Promise.reject(new Error('gone')) });
    const broken = failing.getReader();
    await expect(broken.read()).rejects.toThrow('gone');
    await expect(broken.closed).rejects.toThrow('gone');
  });

  it('are locked by one reader', () => {
    const stream = from(['a']);
    const reader = stream.getReader();
    expect(stream.locked).toBe(true);
    expect(() => stream.getReader()).toThrow(TypeError);
    reader.releaseLock();
    expect(stream.locked).toBe(false);
  });
});
