import type { Call } from './protocol.ts';

const dimensionsByDefault = 64;

/** OpenAI embeddings, as floats or as base64 of little-endian floats. The same text has the same vector, of length 1. */
export function answerEmbeddings({ body, model }: Call): unknown {
  const input: string[] = Array.isArray(body?.input) ? body.input : [body?.input];
  const dimensions: number = body?.dimensions ?? body?.output_dimension ?? dimensionsByDefault;
  const tokens = input.reduce((sum, text) => sum + Math.ceil(String(text).length / 4), 0);
  const data = input.map((text, index) => {
    const vector = embed(String(text), dimensions);
    return {
      object: 'embedding',
      index,
      embedding: body?.encoding_format === 'base64' ? base64(vector) : [...vector],
    };
  });
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** Embeddings of Cohere's second API, as floats. */
export function answerCohereEmbeddings({ id, body }: Call): unknown {
  const texts: string[] = body.texts;
  const dimensions: number = body.output_dimension ?? lengthsOfCohere[body.model] ?? 1536;
  return {
    id,
    texts,
    embeddings: { float: texts.map((text) => [...embed(text, dimensions)]) },
    meta: { billed_units: { input_tokens: texts.reduce((sum, text) => sum + text.length, 0) } },
  };
}

const lengthsOfCohere: Readonly<Record<string, number>> = { 'embed-multilingual-v3.0': 1024 };

/** Counts of words by a hash of each: texts that share words are near each other. */
function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/\p{L}+|\p{N}+/gu) ?? ['']) {
    let hash = 0;
    for (const character of word)
      hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
    const place = hash % dimensions;
    vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

const base64 = (vector: Float32Array): string =>
  btoa(String.fromCharCode(...new Uint8Array(vector.buffer)));
