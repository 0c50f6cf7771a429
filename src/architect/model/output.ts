import { topics } from '../../db/schema/architect.ts';

const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
const text = { type: 'string' };
const texts = { type: 'array', items: text };

/** The fields of an agent that a model may write. It chooses no models, limits or approvals. */
const agentProperties = {
  name: orNull(text),
  description: orNull(text),
  instructions: orNull(text),
  welcome_message: orNull(text),
  starter_questions: orNull(texts),
  test_questions: orNull({
    type: 'array',
    items: {
      type: 'object',
      properties: { question: text, expects: { enum: ['answer', 'decline'] } },
      required: ['question', 'expects'],
    },
  }),
  tools: orNull(texts),
  base_ids: orNull(texts),
  scope: orNull({ enum: ['only', 'first', 'general'] }),
  top_k: orNull({ type: 'integer' }),
  rewrite_query: orNull({ type: 'boolean' }),
  no_answer: orNull(text),
  temperature: orNull({ type: 'number' }),
  inputs: orNull({
    type: 'array',
    items: {
      type: 'object',
      properties: { name: text, label: text, required: { type: 'boolean' } },
      required: ['name', 'label'],
    },
  }),
};

export interface ModelDraft {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly instructions?: string | null;
  readonly welcome_message?: string | null;
  readonly starter_questions?: readonly string[] | null;
  readonly test_questions?:
    | readonly { readonly question: string; readonly expects: 'answer' | 'decline' }[]
    | null;
  readonly tools?: readonly string[] | null;
  readonly base_ids?: readonly string[] | null;
  readonly scope?: 'only' | 'first' | 'general' | null;
  readonly top_k?: number | null;
  readonly rewrite_query?: boolean | null;
  readonly no_answer?: string | null;
  readonly temperature?: number | null;
  readonly inputs?:
    | readonly { readonly name: string; readonly label: string; readonly required?: boolean }[]
    | null;
}

export interface TurnOutput extends ModelDraft {
  readonly reply: string;
  readonly suggestions?: readonly string[] | null;
  readonly open?: readonly string[] | null;
  readonly keep_message_as_document?: boolean | null;
}

/** The answer of the architect to one message. */
export const turnSchema = {
  type: 'object',
  properties: {
    reply: { type: 'string', minLength: 1 },
    suggestions: orNull(texts),
    ...agentProperties,
    open: orNull({ type: 'array', items: { enum: topics } }),
    keep_message_as_document: orNull({ type: 'boolean' }),
  },
  required: ['reply'],
};

export const suggestionSchema = {
  type: 'object',
  properties: agentProperties,
  required: ['name', 'description', 'instructions'],
};
