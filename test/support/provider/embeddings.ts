import type { Call } from './protocol.ts';
import type { EmbeddingServer } from './script.ts';

const dimensionsByDefault = 64;

/** OpenAI embeddings, as floats or as base64 of little-endian floats. The same text has the same vector, of length 1. */
export function answerEmbeddings(
  { body, model }: Call,
  { length, answers }: EmbeddingServer = {},
): unknown {
  const input: string[] = Array.isArray(body?.input) ? body.input : [body?.input];
  const dimensions: number =
    length ?? body?.dimensions ?? body?.output_dimension ?? dimensionsByDefault;
  const tokens = input.reduce((sum, text) => sum + Math.ceil(String(text).length / 4), 0);
  const data = input.map((text, index) => {
    const vector = embed(String(text), dimensions);
    const isBase64 = body?.encoding_format === 'base64' || answers === 'base64';
    const values = answers === 'zeros' ? vector.fill(0) : vector;
    const embedding = answers === 'nulls' ? [...values].map(() => null) : [...values];
    return { object: 'embedding', index, embedding: isBase64 ? base64(vector) : embedding };
  });
  if (answers === 'reversed') data.reverse();
  if (answers === 'one-less') data.pop();
  if (answers === 'one-more') data.push(...data.slice(0, 1));
  return { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** The reason for which a server rejects a request; null if it does not. */
export function rejectionOf({ body }: Call, server: EmbeddingServer = {}): string | null {
  const input: string[] = Array.isArray(body?.input) ? body.input : [body?.input];
  if (server.rejects_length === true && body?.dimensions !== undefined)
    return `Model "${body.model}" does not support matryoshka representation.`;
  if (input.length > (server.texts ?? input.length))
    return `batch size ${input.length} > maximum allowed batch size ${server.texts}`;
  const characters = input.join('').length;
  return characters > (server.characters ?? characters) ? 'Too many tokens in batch.' : null;
}

/** Embeddings of Google, of one text or of several. */
export function answerGoogleEmbeddings({ body }: Call): unknown {
  const vectorOf = (request: {
    content: { parts: { text: string }[] };
    outputDimensionality?: number;
  }) => ({
    values: [...embed(request.content.parts[0]?.text ?? '', request.outputDimensionality ?? 3072)],
  });
  return body.requests === undefined
    ? { embedding: vectorOf(body) }
    : { embeddings: body.requests.map(vectorOf) };
}

/** Embeddings of Amazon's own models and of Cohere's on Bedrock. */
export function answerBedrockEmbeddings({ body }: Call): unknown {
  return body.texts === undefined
    ? { embedding: [...embed(body.inputText, body.dimensions ?? 1024)], inputTextTokenCount: 3 }
    : { embeddings: body.texts.map((text: string) => [...embed(text, 1024)]) };
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
