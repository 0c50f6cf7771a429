import { z } from '@hono/zod-openapi';

/** The `server_label` of the tools of an agent in requests for approval. */
export const serverLabel = 'agentgrid';

export const ModelName = z.string().min(1).max(200).openapi({
  description:
    'An agent: `slug` or id, `slug@label`, `slug@7`. Keys that may change all agents can also name a model of a provider: `openai/gpt-5-mini`',
  example: 'support@production',
});

export const Model = z
  .object({
    id: z.string().openapi({ example: 'support' }),
    object: z.literal('model'),
    created: z.int().describe('Unix seconds; 0 for models of providers'),
    owned_by: z.string().describe('`workspace` for agents, otherwise the provider'),
  })
  .openapi('OpenAIModel');
export type Model = z.output<typeof Model>;

export const ModelList = z
  .object({ object: z.literal('list'), data: z.array(Model) })
  .openapi('OpenAIModelList');
export type ModelList = z.output<typeof ModelList>;

const maxTextChars = 100_000;

export const CreateEmbeddings = z
  .strictObject({
    model: z
      .string()
      .min(1)
      .max(200)
      .describe('An embedding model: `provider/model`')
      .openapi({ example: 'builtin/lexical' }),
    input: z
      .union(
        [
          z.string().min(1).max(maxTextChars),
          z.array(z.string().min(1).max(maxTextChars)).min(1).max(1000),
        ],
        {
          error:
            'Must be a string or a list of up to 1000 strings; lists of tokens are not supported.',
        },
      )
      .describe('A text, or a list of texts'),
    encoding_format: z
      .enum(['float', 'base64'])
      .default('float')
      .describe('`base64` encodes little-endian 32-bit floats'),
    dimensions: z
      .int()
      .min(1)
      .optional()
      .describe(
        'Length of the vectors. Other lengths than the default of the model are supported only for models of unknown length, such as those of your own server',
      ),
    user: z
      .string()
      .max(128)
      .optional()
      .describe('Your id of the end user; recorded in the usage rows'),
  })
  .openapi('CreateEmbeddings', {
    example: { model: 'builtin/lexical', input: 'How do I descale the machine?' } as never,
  });
export type CreateEmbeddings = z.output<typeof CreateEmbeddings>;

export const Embeddings = z
  .object({
    object: z.literal('list'),
    data: z.array(
      z.object({
        object: z.literal('embedding'),
        index: z.int(),
        embedding: z.union([z.array(z.number()), z.string()]),
      }),
    ),
    model: z.string(),
    usage: z.object({ prompt_tokens: z.int(), total_tokens: z.int() }),
  })
  .openapi('Embeddings');
export type Embeddings = z.output<typeof Embeddings>;
