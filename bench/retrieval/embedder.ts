import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { embeddingPrefixes } from '../../src/models/embedding-models.ts';

/** Texts in one request. */
const batchSize = 16;
const parallel = 2;

export interface EmbedderOptions {
  /** The model; its family determines the prefixes, as for a knowledge base. */
  readonly model: string;
  /** Base URL of a provider that speaks OpenAI's protocol, such as `http://127.0.0.1:11434/v1`. */
  readonly url: string | undefined;
  readonly key: string | undefined;
  /** Vectors that are recorded, one JSON object a line: the SHA-256 of model and text, and the vector as base64 of float32. */
  readonly file: string | undefined;
}

/** Embeds texts with a provider, or with the vectors that a file has of them, to which the provider's are added. */
export class Embedder {
  readonly #options: EmbedderOptions;
  readonly #known = new Map<string, Float32Array>();
  #sent = 0;
  #ms = 0;

  constructor(options: EmbedderOptions) {
    this.#options = options;
    const { file } = options;
    if (file === undefined || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n').filter(Boolean)) {
      const { text, vector } = JSON.parse(line) as { text: string; vector: string };
      this.#known.set(
        text,
        new Float32Array(Uint8Array.from(Buffer.from(vector, 'base64')).buffer),
      );
    }
  }

  /** Texts that the provider embedded, and the mean of its time for each. */
  get cost(): string {
    return `${this.#sent} texts embedded, ${(this.#ms / Math.max(1, this.#sent)).toFixed(1)} ms each`;
  }

  /** Returns the vectors of texts, of length 1, in order. */
  async embed(purpose: 'query' | 'document', texts: readonly string[]): Promise<Float32Array[]> {
    const prefix = embeddingPrefixes(`openai-compatible/${this.#options.model}`)[purpose];
    const inputs = texts.map((text) => prefix + text);
    const missing = [...new Set(inputs)].filter((input) => !this.#known.has(this.#hash(input)));
    if (missing.length > 0 && this.#options.url === undefined)
      throw new Error(
        `${missing.length} of ${texts.length} texts have no recorded vector of ${this.#options.model}. State a provider with --provider.`,
      );
    const batches = Array.from({ length: Math.ceil(missing.length / batchSize) }, (_, at) =>
      missing.slice(at * batchSize, (at + 1) * batchSize),
    );
    const started = performance.now();
    const work = async () => {
      for (let batch = batches.shift(); batch !== undefined; batch = batches.shift())
        await this.#request(batch);
    };
    await Promise.all(Array.from({ length: parallel }, work));
    this.#sent += missing.length;
    this.#ms += performance.now() - started;
    return inputs.map((input) => this.#known.get(this.#hash(input)) as Float32Array);
  }

  async #request(input: readonly string[]): Promise<void> {
    const { url, key, model, file } = this.#options;
    const send = () =>
      fetch(`${url}/embeddings`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
        body: JSON.stringify({ model, input, encoding_format: 'float' }),
      });
    // A server closes idle connections.
    const response = await send().catch(send);
    if (!response.ok)
      throw new Error(`The provider returned ${response.status}: ${await response.text()}`);
    const { data } = (await response.json()) as {
      data: readonly { index: number; embedding: readonly number[] }[];
    };
    if (data.length !== input.length)
      throw new Error(`The provider returned ${data.length} vectors for ${input.length} texts.`);
    for (const { index, embedding } of data) {
      const length = Math.hypot(...embedding);
      if (!(length > 0)) throw new Error(`The provider returned a vector of length ${length}.`);
      const vector = Float32Array.from(embedding, (value) => value / length);
      const text = this.#hash(input[index] ?? '');
      this.#known.set(text, vector);
      if (file !== undefined)
        appendFileSync(
          file,
          `${JSON.stringify({ text, vector: Buffer.from(vector.buffer).toString('base64') })}\n`,
        );
    }
  }

  readonly #hash = (input: string): string =>
    createHash('sha256').update(`${this.#options.model}\n${input}`).digest('base64url');
}
