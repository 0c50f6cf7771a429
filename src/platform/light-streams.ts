/**
 * Streams in JavaScript in place of the runtime's, whose every chunk crosses between JavaScript and
 * the runtime several times. What libraries connect with `pipeThrough` and read with `getReader`
 * stays in JavaScript; every other use, such as the body of a response, gets the runtime's stream.
 *
 * Differences from the standard: a source is pulled when its stream is read, not ahead, a
 * transformer starts when it is connected, and chunks before a failure are delivered. Import this
 * module before a library that extends one of these classes (docs/decisions/0052-light-streams.md).
 */
import { Channel, type Controller, type Producer, type Read } from './light-channel.ts';

const NativeReadable = ReadableStream;
const NativeTransform = TransformStream;

interface Transformer<In, Out> {
  readonly start?: (controller: Controller<Out>) => unknown;
  readonly transform?: (chunk: In, controller: Controller<Out>) => unknown;
  readonly flush?: (controller: Controller<Out>) => unknown;
  readonly cancel?: (reason: unknown) => unknown;
}

interface Strategy {
  readonly highWaterMark?: number;
}

type Reader<Out> = Pick<LightReader<Out>, 'read' | 'cancel'>;

/** Reads a channel like a `ReadableStreamDefaultReader`. */
class LightReader<Out> {
  readonly #channel: Channel<Out>;
  readonly #release: () => void;

  constructor(channel: Channel<Out>, release: () => void) {
    this.#channel = channel;
    this.#release = release;
  }

  get closed(): Promise<void> {
    return this.#channel.ended();
  }

  read(): Promise<Read<Out>> {
    return this.#channel.read();
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#channel.cancel(reason);
  }

  releaseLock(): void {
    this.#release();
  }
}

/** A readable stream whose chunks stay in JavaScript while it is read or piped there. */
export class LightReadableStream<Out> extends NativeReadable<Out> {
  /** Null for a stream of bytes, which the runtime serves: its readers bring their own buffer. */
  readonly #channel: Channel<Out> | null;
  #reader: LightReader<Out> | null = null;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return Function.prototype[Symbol.hasInstance].call(NativeReadable, value);
  }

  constructor(producer: Producer<Out> = {}, { highWaterMark = 1 }: Strategy = {}) {
    const channel = producer.type === undefined ? new Channel(producer, highWaterMark) : null;
    if (channel === null) super(producer as never);
    else super(sourceOf(channel), { highWaterMark: 0 });
    this.#channel = channel;
  }

  override get locked(): boolean {
    return this.#reader !== null || super.locked;
  }

  override getReader(): ReadableStreamDefaultReader<Out>;
  override getReader(options: ReadableStreamGetReaderOptions): ReadableStreamBYOBReader;
  override getReader(options?: ReadableStreamGetReaderOptions): unknown {
    return options === undefined ? this.read() : super.getReader(options);
  }

  /** Locks the stream for one reader. */
  read(): Reader<Out> {
    if (this.locked) throw new TypeError('The stream is locked.');
    if (this.#channel === null) return super.getReader() as Reader<Out>;
    this.#reader = new LightReader(this.#channel, () => {
      this.#reader = null;
    });
    return this.#reader;
  }

  override async cancel(reason?: unknown): Promise<void> {
    if (this.locked) throw new TypeError('The stream is locked.');
    await (this.#channel === null ? super.cancel(reason) : this.#channel.cancel(reason));
  }

  override pipeThrough<Next>(
    pair: ReadableWritablePair<Next, Out>,
    options?: StreamPipeOptions,
  ): ReadableStream<Next> {
    if (options !== undefined || !(pair instanceof LightTransformStream) || pair.isNative)
      return super.pipeThrough(pair, options);
    return (pair as LightTransformStream<Out, Next>).connect(this.read());
  }

  override async *values(): AsyncGenerator<Out> {
    const reader = this.read();
    try {
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    } finally {
      await reader.cancel();
    }
  }

  override [Symbol.asyncIterator](): AsyncGenerator<Out> {
    return this.values();
  }
}

/** A source of the runtime's stream for uses outside JavaScript. */
const sourceOf = <Out>(channel: Channel<Out>): UnderlyingSource<Out> => ({
  async pull(controller) {
    const { done, value } = await channel.read();
    if (done) controller.close();
    else controller.enqueue(value);
  },
  cancel: (reason) => channel.cancel(reason),
});

/** A transform stream that is connected directly to a light stream, or becomes the runtime's. */
export class LightTransformStream<In, Out> {
  readonly #transformer: Transformer<In, Out>;
  readonly #strategies: [QueuingStrategy<In>?, QueuingStrategy<Out>?];
  #native: TransformStream<In, Out> | null = null;

  constructor(
    transformer: Transformer<In, Out> = {},
    ...strategies: [QueuingStrategy<In>?, QueuingStrategy<Out>?]
  ) {
    this.#transformer = transformer;
    this.#strategies = strategies;
  }

  /** True once one of its ends has been used alone. */
  get isNative(): boolean {
    return this.#native !== null;
  }

  get readable(): ReadableStream<Out> {
    return this.#asNative().readable;
  }

  get writable(): WritableStream<In> {
    return this.#asNative().writable;
  }

  /** Starts the transformer with the chunks of a light stream. */
  connect(reader: Reader<In>): LightReadableStream<Out> {
    const transformer = this.#transformer;
    return new LightReadableStream<Out>({
      start: (output) => transformer.start?.(output),
      pull: async (output) => {
        try {
          await transformNext(transformer, reader, output);
        } catch (reason) {
          void reader.cancel(reason).catch(() => undefined);
          throw reason;
        }
      },
      cancel: async (reason) => {
        await transformer.cancel?.(reason);
        await reader.cancel(reason);
      },
    });
  }

  #asNative(): TransformStream<In, Out> {
    this.#native ??= new NativeTransform(
      this.#transformer as never,
      ...this.#strategies,
    ) as TransformStream<In, Out>;
    return this.#native;
  }
}

/** Transforms chunks until there is output, or the input ends. */
async function transformNext<In, Out>(
  transformer: Transformer<In, Out>,
  reader: Reader<In>,
  output: Controller<Out>,
): Promise<void> {
  while (output.isEmpty) {
    const next = await reader.read();
    // Cancelled, or failed outside of `transform`.
    if (output.isOver) return reader.cancel();
    if (next.done) {
      await transformer.flush?.(output);
      output.close();
      return;
    }
    if (transformer.transform === undefined) output.enqueue(next.value as never);
    else {
      const transformed = transformer.transform(next.value, output);
      if (transformed instanceof Promise) await transformed;
    }
    if (output.isOver) await reader.cancel();
  }
}

/** Decodes bytes like the runtime's `TextDecoderStream`, and passes text unchanged. */
export class LightTextDecoderStream extends LightTransformStream<BufferSource | string, string> {
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false }: DecoderOptions = {}) {
    const decoder = new TextDecoder(label, { fatal, ignoreBOM });
    const emit = (text: string, output: Controller<string>) => {
      if (text !== '') output.enqueue(text);
    };
    super({
      transform: (chunk, output) =>
        emit(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }), output),
      flush: (output) => emit(decoder.decode(), output),
    });
    this.encoding = decoder.encoding;
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }
}

interface DecoderOptions {
  readonly fatal?: boolean;
  readonly ignoreBOM?: boolean;
}

// biome-ignore lint/style/noRestrictedGlobals: libraries find the classes by their global names.
Object.assign(globalThis, {
  ReadableStream: LightReadableStream,
  TransformStream: LightTransformStream,
  TextDecoderStream: LightTextDecoderStream,
});
