import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import { Failure } from '../shared/failure.ts';
import { schemaErrors } from '../shared/json-schema/index.ts';
import { findJson } from './find-json.ts';
import { isStrictSchema } from './strict-schema.ts';

export type Structured =
  /** `json` is the JSON document within the answer. */
  | { readonly ok: true; readonly value: unknown; readonly json: string }
  /** `errors` names each error and its location, for the model to correct. */
  | { readonly ok: false; readonly errors: readonly string[] };

/** Maximum number of errors that are reported to a model. */
const maxErrors = 20;

/** The requested format of an answer. */
export interface OutputFormat {
  /** null allows any JSON object, as OpenAI's `json_object`. */
  readonly schema: object | null;
  readonly name: string;
  readonly description?: string;
  /** true makes the provider decode by the schema; it then rejects schemas outside of its subset. */
  readonly strict: boolean;
}

/** Returns the format for a schema without a name, such as an agent's. Strict when OpenAI accepts the schema as strict. */
export const toOutputFormat = (schema: object): OutputFormat => ({
  schema,
  name: 'answer',
  strict: isStrictSchema(schema),
});

/** Keys under which the provider packages read `strictJsonSchema`, which defaults to true in some of them. */
const namespaces = ['openai', 'openaiCompatible', 'groq', 'mistral', 'deepseek', 'azure', 'xai'];

/** Returns the call options that request an answer in a format. */
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
 * Parses an answer as JSON, including JSON in a code fence or within other text, and validates it
 * against its JSON Schema (draft 2020-12). Returns the first valid document; without one, the errors
 * of the likeliest.
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

/** Returns the messages that ask the model to correct an answer: the answer and its errors. */
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

/** Returns the failure of a run whose corrected answer is still invalid. Its text is kept. */
export const structuredOutputFailed = (errors: readonly string[]) =>
  new Failure(
    'structured_output_failed',
    `The model's answer does not follow the output schema: ${errors.slice(0, 3).join('; ')}`,
  );
