import { z } from '@hono/zod-openapi';
import { Id, Metadata } from '../http/schema.ts';
import {
  context_tokens,
  diversity,
  MetadataFilter,
  Reranker,
  searchModes,
} from '../knowledge/index.ts';
import { InputFields } from './inputs.ts';
import { OutputSchema } from './output-schema.ts';
import { web } from './web-config.ts';

const Model = z
  .string()
  .max(200)
  .regex(/^[a-z0-9_-]+\/\S+$/, 'Must have the form `provider/model`.')
  .openapi({ example: 'builtin/extractive' });

const differ = (items: readonly string[]) => new Set(items).size === items.length;

const settings = {
  temperature: z
    .number()
    .min(0)
    .max(2)
    .nullable()
    .describe('Sampling temperature; null uses the default of the provider, as in all settings'),
  top_p: z.number().min(0).max(1).nullable(),
  max_output_tokens: z.int().min(1).max(1_000_000).nullable(),
  stop: z.array(z.string().min(1).max(100)).max(4).describe('Stop sequences'),
  reasoning_effort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).nullable(),
};

/** Revisions of bases by their ids. */
const Revisions = z
  .record(Id('kb'), z.int().min(0))
  .refine((value) => Object.keys(value).length <= 10, 'At most 10 bases.')
  .describe(
    'Revisions of knowledge bases to which the version is pinned: it searches their documents as they were, until they are purged. Bases that are not named, and all if null, are searched as they are',
  )
  .openapi({ example: { kb_01kag3v5n4fwmr5t7m2gq9d8hc: 12 } });

/** Pins a new version to the revisions that its bases have now. */
const pinLatest = z.literal('latest');

const knowledge = {
  base_ids: z
    .array(Id('kb'))
    .max(10)
    .refine(differ, 'Each base once.')
    .describe("Ids of the knowledge bases to search; the agent's own base unless given"),
  revisions: Revisions.nullable(),
  mode: z.enum(searchModes).describe('Hybrid, keyword-only or vector-only retrieval'),
  top_k: z.int().min(1).max(50).describe('Maximum number of passages in the prompt'),
  min_score: z.number().min(0).max(1).describe('Leaves out passages with a lower score'),
  filter: MetadataFilter.nullable().describe('Searches only files whose metadata it matches'),
  reranker: Reranker.nullable().describe(
    '`builtin/lexical`, or a reranking model such as `cohere/rerank-v3.5`; null for none',
  ),
  diversity,
  context_tokens,
  rewrite_query: z
    .boolean()
    .describe(
      'The model writes the search queries of a question that depends on the conversation, or asks several things: one more call for such questions',
    ),
  scope: z
    .enum(['only', 'first', 'general'])
    .describe(
      'Answers from the knowledge only, from the knowledge first, or from general knowledge too',
    ),
  citations: z.boolean(),
  no_answer: z
    .string()
    .min(1)
    .max(2000)
    .describe('Answer if the knowledge bases do not contain one'),
};

const memory = {
  window_tokens: z
    .union([
      z.literal(0),
      z.int().min(256, 'Must be 0 for no history, or at least 256.').max(1_000_000),
    ])
    .describe('Maximum tokens of history in the prompt: 0 for none, otherwise at least 256'),
  summary: z.boolean().describe('Summarizes older messages that do not fit into the window'),
  remember: z
    .boolean()
    .describe(
      'Remembers what an end user says about themselves, and gives it to the model in later sessions with them',
    ),
  remember_tokens: z
    .int()
    .min(50)
    .max(8000)
    .describe('Maximum tokens of remembered facts in the prompt'),
};

const approvals = {
  write: z
    .enum(['never', 'after_untrusted', 'always'])
    .describe(
      'When calls of tools with the effect `write` wait for the approval of a person: `after_untrusted` once the model has read passages, attachments or results of tools',
    ),
  destructive: z
    .enum(['after_untrusted', 'always'])
    .describe('The same for tools with the effect `destructive`'),
  exits: z
    .enum(['allow', 'approve', 'block'])
    .describe(
      'After the model has read untrusted content: how calls are treated that send text to another host than the one that returned it, by `fetch_url`, `web_search` or a tool with free arguments',
    ),
  allowed_hosts: z
    .array(
      z
        .string()
        .max(253)
        .regex(
          /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/,
          'A host in lower case such as `api.example.com`, or `*.example.com` for those below it.',
        ),
    )
    .max(100)
    .refine(differ, 'Each host once.')
    .describe('Hosts to which `exits` does not apply')
    .openapi({ example: ['api.example.com'] }),
  by_end_user: z
    .boolean()
    .describe(
      'End users, and keys with the role `runtime`, may decide; otherwise only the roles `editor` and `admin`',
    ),
  expires_in_s: z
    .int()
    .min(60)
    .max(86_400)
    .describe('Seconds after which a call that was not decided expires, and its run with it'),
};

const hand_over = {
  by_end_user: z
    .boolean()
    .describe(
      'End users, and keys with the role `runtime`, may hand a session over to a person; otherwise only the roles `editor` and `admin`, and the agent by its tool `hand_over`',
    ),
};

const limits = {
  steps: z.int().min(1).max(100).describe('Maximum model calls of a run'),
  tool_calls: z.int().min(0).max(500).describe('Maximum tool calls of a run'),
  cost_usd: z.number().min(0).max(1000).describe('Maximum cost of a run'),
  seconds: z.int().min(1).max(3600).describe('Maximum duration of a run'),
};

const plain = {
  instructions: z
    .string()
    .max(100_000)
    .describe('System prompt; `{{name}}` is replaced by the value of an input'),
  model: Model.describe("Model that answers; the workspace's default model unless given"),
  fallback_models: z
    .array(Model)
    .max(5)
    .refine(differ, 'Each model once.')
    .describe('Models to try, in this order, when the model fails'),
  tools: z
    .array(z.string().min(1).max(64))
    .max(64)
    .refine(differ, 'Each tool once.')
    .describe(
      'Names of the tools that the model may call. `server__*` stands for all tools that an MCP server has when it is saved',
    )
    .openapi({ example: [] }),
  welcome_message: z.string().min(1).max(4000).nullable(),
  starter_questions: z.array(z.string().trim().min(1).max(300)).max(6),
  inputs: InputFields.describe(
    'Form fields; their values are given when a session or run is started',
  ),
  output_schema: OutputSchema.nullable(),
  metadata: Metadata,
};

/** The objects into which a patch is merged one level deep. All other fields are replaced as a whole. */
export const sections = { settings, knowledge, memory, approvals, web, hand_over, limits };

type Nullish<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends z.ZodType
    ? z.ZodOptional<z.ZodNullable<Shape[Key]>>
    : never;
};

const nullish = <Shape extends z.ZodRawShape>(shape: Shape) =>
  Object.fromEntries(
    Object.entries(shape).map(([name, field]) => [
      name,
      (field as z.ZodType).nullable().optional(),
    ]),
  ) as Nullish<Shape>;

/** A complete configuration, as it is stored and shown. It depends on no default that may change later. */
export const AgentConfig = z
  .strictObject({
    ...plain,
    settings: z.strictObject(settings),
    knowledge: z.strictObject(knowledge),
    memory: z.strictObject(memory),
    approvals: z.strictObject(approvals),
    web: z.strictObject(web),
    hand_over: z.strictObject(hand_over),
    limits: z.strictObject(limits),
  })
  .openapi('AgentConfig');
export type AgentConfig = z.output<typeof AgentConfig>;

const { base_ids: _, revisions: __, ...portableKnowledge } = knowledge;

const patch = {
  ...nullish(plain),
  settings: z.strictObject(nullish(settings)).nullable().optional(),
  memory: z.strictObject(nullish(memory)).nullable().optional(),
  approvals: z.strictObject(nullish(approvals)).nullable().optional(),
  web: z.strictObject(nullish(web)).nullable().optional(),
  hand_over: z.strictObject(nullish(hand_over)).nullable().optional(),
  limits: z.strictObject(nullish(limits)).nullable().optional(),
};

/** A part of a configuration: RFC 7396 at the top level and in the sections; null resets a field to its default. */
export const AgentConfigPatch = z
  .strictObject({
    ...patch,
    knowledge: z
      .strictObject({
        ...nullish(knowledge),
        revisions: z
          .union([Revisions, pinLatest])
          .describe('Revisions to pin, or `latest` for those that the bases have now')
          .nullable()
          .optional(),
      })
      .nullable()
      .optional(),
  })
  .describe(
    'Merged into the configuration: fields that are left out are kept, null resets a field to its default',
  )
  .openapi('AgentConfigPatch', {
    example: { instructions: 'Answer in one sentence.', settings: { temperature: 0.2 } },
  });
export type AgentConfigPatch = z.output<typeof AgentConfigPatch>;

/** A configuration without ids of a workspace. The manifest lists knowledge bases separately. */
export const PortableConfig = z
  .strictObject({
    ...patch,
    knowledge: z.strictObject(nullish(portableKnowledge)).nullable().optional(),
  })
  .describe('Without the ids of knowledge bases')
  .openapi('PortableConfig', { example: { instructions: 'Answer in one sentence.' } });
export type PortableConfig = z.output<typeof PortableConfig>;

/** The names of the configuration's fields. */
export const configFields: ReadonlySet<string> = new Set(Object.keys(AgentConfig.shape));
