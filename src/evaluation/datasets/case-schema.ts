import { z } from '@hono/zod-openapi';
import { Id, Name, Time } from '../../http/schema.ts';
import { Inputs } from '../../runs/index.ts';
import { canonicalJson, sha256 } from '../../shared/digest.ts';
import { isWithinDepth } from '../../shared/json-schema/index.ts';
import type { CaseContent } from './case.ts';

const maxTextChars = 100_000;
const maxTurns = 200;
const maxItems = 50;
const maxArgumentsChars = 16_000;
/** A cell of a table may be nested deeper than a request. */
const maxArgumentsDepth = 24;
/** Characters of the JSON of a case. */
export const maxCaseChars = 300_000;

const Text = (max: number) =>
  z.string().min(1).max(max).regex(/\S/, 'Must not be blank.').openapi({ example: 'text' });

const Conversation = z
  .array(z.strictObject({ role: z.enum(['user', 'assistant']), text: Text(maxTextChars) }))
  .max(maxTurns)
  .describe('Messages before the input, oldest first');

const ExpectedCitation = z
  .strictObject({
    file_id: Id('file'),
    page: z.int().min(1).max(1_000_000).optional(),
    text: Text(8000).optional().describe('A passage of the file; without it any passage counts'),
  })
  .openapi('ExpectedCitation');

const ExpectedToolCall = z
  .strictObject({
    name: z.string().min(1).max(200),
    arguments: z
      .record(z.string(), z.unknown())
      .refine(
        (value) =>
          isWithinDepth(value, maxArgumentsDepth) &&
          JSON.stringify(value).length <= maxArgumentsChars,
        `At most ${maxArgumentsChars} characters of JSON, nested at most ${maxArgumentsDepth} deep.`,
      )
      .optional()
      .describe('Arguments that the call must have, among others'),
  })
  .openapi('ExpectedToolCall');

const expectations = {
  answer: Text(maxTextChars).describe('A correct answer'),
  facts: z.array(Text(4000)).max(maxItems).describe('Facts that the answer must state'),
  refuses: z.boolean().describe('True if the agent must not answer'),
  citations: z.array(ExpectedCitation).max(maxItems).describe('Passages that the answer must cite'),
  tool_calls: z.array(ExpectedToolCall).max(maxItems).describe('Calls that the run must make'),
};

const Expectation = z
  .strictObject(expectations)
  .partial()
  .describe('What the answer is compared with; all of it is optional')
  .openapi('CaseExpectation', {
    example: { answer: 'At nine.', facts: ['The shop opens at nine.'] },
  });

/** The expectation of a case from a turn: fields replace those of the turn, null removes them. */
export const ExpectationOverrides = z
  .strictObject({
    answer: expectations.answer.nullable(),
    facts: expectations.facts.nullable(),
    refuses: expectations.refuses.nullable(),
    citations: expectations.citations.nullable(),
    tool_calls: expectations.tool_calls.nullable(),
  })
  .partial()
  .describe('Fields that replace what the turn gave; null removes one')
  .openapi('CaseExpectationOverrides', { example: { answer: 'At nine.' } });
export type ExpectationOverrides = z.output<typeof ExpectationOverrides>;

export const Tags = z
  .array(Name(64))
  .max(20)
  .transform((tags) => [...new Set(tags)])
  .openapi({ example: ['hours'] });

const fields = {
  input: Text(maxTextChars).describe('The message that the agent answers'),
  conversation: Conversation,
  inputs: Inputs.refine((value) => Object.keys(value).length <= 50, 'At most 50 values.'),
  expected: Expectation,
  tags: Tags,
};

export const CaseInput = z
  .strictObject({
    ...fields,
    conversation: Conversation.default([]),
    inputs: fields.inputs.default({}),
    expected: Expectation.default({}),
    tags: Tags.default([]),
  })
  .refine(
    (value) => JSON.stringify(value).length <= maxCaseChars,
    `A case must have at most ${maxCaseChars} characters of JSON.`,
  )
  .openapi('CaseInput', {
    example: {
      input: 'When does the shop open?',
      expected: { answer: 'At nine.', facts: ['The shop opens at nine.'] },
      tags: ['hours'],
    } as never,
  });
export type CaseInput = z.output<typeof CaseInput>;

export const UpdateCase = z
  .strictObject(fields)
  .partial()
  .openapi('UpdateCase', { example: { expected: { answer: 'At nine, on Sundays at ten.' } } });
export type UpdateCase = z.output<typeof UpdateCase>;

/** Returns the content as it is stored: parts that say nothing are left out. */
export function toContent({ input, conversation, inputs, expected, tags }: CaseInput): CaseContent {
  const stated = Object.entries(expected).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return {
    input,
    ...(conversation.length === 0 ? {} : { conversation }),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    expected: Object.fromEntries(stated),
    tags,
  };
}

/** Identifies a case in its dataset: cases that differ in their tags only are the same. */
export const digestOf = ({ tags: _, ...content }: CaseContent): Promise<string> =>
  sha256(canonicalJson(content));

const CaseSource = z
  .object({
    agent_id: Id('agt'),
    version_id: Id('ver'),
    session_id: Id('ses').nullable(),
    run_id: Id('run'),
    message_id: Id('msg'),
    omitted_messages: z
      .int()
      .describe('Earlier messages of the conversation for which the case has no room'),
    review_item_id: Id('rvw').nullable(),
  })
  .openapi('CaseSource');

export const Case = z
  .object({
    id: Id('case'),
    dataset_id: Id('ds'),
    revision: z.int().describe('The revision that gave it this content; the `ETag`'),
    input: z.string(),
    conversation: z.array(z.object({ role: z.enum(['user', 'assistant']), text: z.string() })),
    inputs: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    expected: Expectation,
    tags: z.array(z.string()),
    source: CaseSource.nullable().describe('The turn that it was made from; null for none'),
    is_withheld: z
      .boolean()
      .describe('True for a case from a turn if the key may not read messages: it has no content'),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Case');
export type Case = z.output<typeof Case>;
