import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { Failure } from '../shared/failure.ts';
import { schemaErrors } from '../shared/json-schema/index.ts';
import { findJson } from './find-json.ts';
import { isStrictSchema } from './strict-schema.ts';

export type Structured =
  /** `json` is the answer without what stood around it. */
  | { readonly ok: true; readonly value: unknown; readonly json: string }
  /** `errors` is for the model to read: what is wrong where. */
  | { readonly ok: false; readonly errors: readonly string[] };

/** More than this many faults tell a model nothing new. */
const maxErrors = 20;

/** The form of an answer, as it is said to the provider. */
export interface OutputFormat {
  /** null: any JSON object, OpenAI's `json_object`. */
  readonly schema: object | null;
  readonly name: string;
  readonly description?: string;
  /** Whether the provider is to decode by the schema; it refuses schemas outside of its subset then. */
  readonly strict: boolean;
}

/** The format of a schema that says nothing of itself, such as an agent's: strict where OpenAI takes it so. */
export const toOutputFormat = (schema: object): OutputFormat => ({
  schema,
  name: 'answer',
  strict: isStrictSchema(schema),
});

/** Names under which the provider packages read `strictJsonSchema`, which some of them set to true unless told otherwise. */
const namespaces = ['openai', 'openaiCompatible', 'groq', 'mistral', 'deepseek', 'azure', 'xai'];

/** How a provider is asked for an answer of a form. */
export function structuredFormat({ schema, name, description, strict }: OutputFormat) {
  const responseFormat: NonNullable<LanguageModelV4CallOptions['responseFormat']> = {
    type: 'json',
    ...(schema === null
      ? {}
      : { schema: schema as never, name, ...(description === undefined ? {} : { description }) }),
  };
  const providerOptions: NonNullable<LanguageModelV4CallOptions['providerOptions']> =
    schema === null
      ? {}
      : Object.fromEntries(namespaces.map((provider) => [provider, { strictJsonSchema: strict }]));
  return { responseFormat, providerOptions };
}

/**
 * Reads an answer as JSON, also out of a code fence or from among other words, and checks it against its
 * JSON Schema (draft 2020-12). Of several documents the first that is valid counts.
 */
export function parseStructured(text: string, schema: object): Structured {
  let first: Structured | null = null;
  for (const { json, value } of findJson(text)) {
    const errors = schemaErrors(schema, value);
    if (errors.length === 0) return { ok: true, value, json };
    first ??= { ok: false, errors: errors.slice(0, maxErrors) };
  }
  return first ?? { ok: false, errors: ['The answer is not JSON.'] };
}

/** What to say to the model for its one chance to put an answer right: its answer, and what is wrong with it. */
export const repairPrompt = (text: string, errors: readonly string[]): LanguageModelV4Message[] => [
  { role: 'assistant', content: [{ type: 'text', text }] },
  {
    role: 'user',
    content: [
      {
        type: 'text',
        text: `Your answer does not follow the schema:\n${errors.map((error) => `- ${error}`).join('\n')}\nAnswer again with the corrected JSON and nothing else.`,
      },
    ],
  },
];

/** The run ends with this, its text kept, when the second answer is no better. */
export const structuredOutputFailed = (errors: readonly string[]) =>
  new Failure(
    'structured_output_failed',
    `The model's answer does not follow the output schema: ${errors.slice(0, 3).join('; ')}`,
  );
