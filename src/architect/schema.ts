import { z } from '@hono/zod-openapi';
import { AgentConfigPatch, agentFieldSchemas } from '../agents/index.ts';
import { type Topic, topics } from '../db/schema/architect.ts';
import { pageQuery } from '../http/openapi.ts';
import { Id, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import { questionOf } from './builtin/questions.ts';
import type { MessageRow, SessionRow } from './store.ts';

export const Finding = z
  .object({
    rule: z.string().openapi({ example: 'missing_scope' }),
    severity: z.enum(['error', 'warning', 'info']),
    detail: z.string().describe('What is wrong, and what to do'),
    pointer: z
      .string()
      .describe('JSON Pointer to the part of the agent')
      .openapi({ example: '/config/instructions' }),
  })
  .openapi('Finding');
export type Finding = z.output<typeof Finding>;

const TestQuestion = z
  .object({
    question: z.string(),
    expects: z
      .enum(['answer', 'decline'])
      .describe('`decline`: the agent should say that it has no answer'),
    file_id: z.string().optional().describe('The file that answers it, if it is known'),
  })
  .openapi('TestQuestion');

export const ArchitectDraft = z
  .object({
    ...agentFieldSchemas,
    tags: agentFieldSchemas.tags.optional(),
    config: AgentConfigPatch.describe('Merged into the default configuration of an agent'),
    test_questions: z.array(TestQuestion),
  })
  .openapi('ArchitectDraft', {
    example: {
      name: 'Shop support',
      description: 'Answers questions of customers.',
      config: { instructions: 'You are the customer support assistant of a shop.' },
      test_questions: [{ question: 'How do I return a product?', expects: 'answer' }],
    },
  });

const DraftPreview = z
  .object({
    question: z.string(),
    expects: z.enum(['answer', 'decline']),
    passed: z.boolean().describe('The draft answered, or declined, as expected'),
    answer: z.string(),
    run_id: z.string().nullable(),
    confidence: z.number().nullable(),
    coverage: z.enum(['full', 'partial', 'none']).nullable(),
    cited_file_ids: z.array(z.string()),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
  })
  .openapi('DraftPreview');

const ArchitectMessage = z
  .object({
    id: Id('msg'),
    role: z.enum(['user', 'assistant']),
    text: z.string(),
    suggestions: z.array(z.string()).describe('Answers that the user can choose'),
    run_id: z.string().nullable().describe('The run of the architect; null if it is built in'),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
    created_at: Time,
  })
  .openapi('ArchitectMessage');

const TopicName = z.enum(topics);

export const ArchitectSession = z
  .object({
    id: Id('ars'),
    by: z
      .string()
      .describe('`builtin` for the built-in architect, which follows rules; otherwise its model')
      .openapi({ example: 'builtin' }),
    draft: ArchitectDraft.describe('The agent so far; it is valid at every step'),
    open: z
      .array(z.object({ topic: TopicName, question: z.string() }))
      .describe('What is not decided yet; the architect uses defaults for it'),
    findings: z.array(Finding).describe('Problems of the draft'),
    previews: z.array(DraftPreview).describe('The answers of the last test'),
    tested_at: Time.nullable(),
    base_id: z
      .string()
      .nullable()
      .describe('Knowledge base with the documents of the conversation; null without any'),
    agent_id: z.string().nullable().describe('The agent that was created'),
    message_count: z.int(),
    created_by: z.string().nullable(),
    created_at: Time,
    updated_at: Time,
    expires_at: Time.describe('30 days after the last change; it is deleted then'),
  })
  .openapi('ArchitectSession');
export type ArchitectSession = z.output<typeof ArchitectSession>;

export const ArchitectConversation = ArchitectSession.extend({
  messages: z.array(ArchitectMessage).describe('All messages, oldest first'),
}).openapi('ArchitectConversation');
export type ArchitectConversation = z.output<typeof ArchitectConversation>;

export const ArchitectReply = z
  .object({ message: ArchitectMessage, session: ArchitectSession })
  .openapi('ArchitectReply');
export type ArchitectReply = z.output<typeof ArchitectReply>;

const Model = z
  .string()
  .max(200)
  .regex(/^[a-z0-9_-]+\/\S+$/, 'Must have the form `provider/model`.')
  .describe(
    'Model of the architect: the default model of the workspace unless given. `builtin/extractive` is the built-in architect',
  )
  .openapi({ example: 'builtin/extractive' });

export const CreateArchitectSession = z
  .strictObject({
    model: Model.optional(),
    base_ids: z
      .array(Id('kb'))
      .max(9)
      .refine((ids) => new Set(ids).size === ids.length, 'Each base once.')
      .default([])
      .describe('Knowledge bases that the agent will search'),
  })
  .openapi('CreateArchitectSession', { example: {} as never });
export type CreateArchitectSession = z.output<typeof CreateArchitectSession>;

const maxMessageChars = 20_000;

const Document = z.strictObject({
  name: z.string().trim().min(1).max(200).openapi({ example: 'returns.md' }),
  text: z
    .string()
    .max(200_000)
    .refine((text) => text.trim() !== '', 'Must contain text.')
    .openapi({ example: '# Returns\n\nYou can return a product within 30 days.' }),
});
export type GivenDocument = z.output<typeof Document>;

export const SendArchitectMessage = z
  .strictObject({
    message: z.string().trim().min(1).max(maxMessageChars),
    topic: TopicName.optional().describe(
      'What the message is about; by default knowledge if documents are sent, otherwise the last question',
    ),
    documents: z
      .array(Document)
      .max(10)
      .default([])
      .describe('Documents for the agent; they are stored in the knowledge base of the session'),
    stream: z
      .boolean()
      .optional()
      .describe(
        'Stream the reply as server-sent events; defaults to whether `Accept` is `text/event-stream`',
      ),
  })
  .openapi('SendArchitectMessage', {
    example: { message: 'Answer questions of customers about our coffee machines.' } as never,
  });
export type SendArchitectMessage = z.output<typeof SendArchitectMessage>;

export const TestDraft = z
  .strictObject({
    questions: z
      .array(
        z.strictObject({
          question: z.string().trim().min(1).max(300),
          expects: z.enum(['answer', 'decline']).default('answer'),
        }),
      )
      .min(1)
      .max(12)
      .optional()
      .describe('Questions in place of the test questions of the draft'),
  })
  .openapi('TestArchitectDraft', { example: {} as never });
export type TestDraft = z.output<typeof TestDraft>;

export const CreateDesignedAgent = z
  .strictObject({
    name: agentFieldSchemas.name.optional().describe('The name of the draft unless given'),
    slug: z
      .string()
      .min(2)
      .max(64)
      .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'Lower-case letters, digits and inner hyphens.')
      .optional()
      .describe('Derived from the name unless given'),
  })
  .openapi('CreateDesignedAgent', { example: {} as never });
export type CreateDesignedAgent = z.output<typeof CreateDesignedAgent>;

export const SessionQuery = z.strictObject(pageQuery);

export const toArchitectMessage = (row: MessageRow): z.output<typeof ArchitectMessage> => ({
  id: row.id,
  role: row.role,
  text: row.text,
  suggestions: [...row.suggestions],
  run_id: row.run_id,
  cost_usd: toWireUsd(row.cost_nano_usd),
  created_at: toWireTime(row.created_at),
});

const toOpen = (open: readonly Topic[]) =>
  open.map((topic) => ({ topic, question: questionOf[topic] }));

export const toArchitectSession = (row: SessionRow): ArchitectSession => ({
  id: row.id,
  by: row.model ?? 'builtin',
  draft: { ...row.draft, test_questions: [...row.draft.test_questions] },
  open: toOpen(row.open),
  findings: [...row.findings],
  previews: row.previews.map(({ cost_nano_usd, cited_file_ids, ...preview }) => ({
    ...preview,
    cited_file_ids: [...cited_file_ids],
    cost_usd: toWireUsd(cost_nano_usd),
  })),
  tested_at: toWireTimeOrNull(row.tested_at),
  base_id: row.base_id,
  agent_id: row.agent_id,
  message_count: row.message_count,
  created_by: row.created_by,
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
  expires_at: toWireTime(row.expires_at),
});
