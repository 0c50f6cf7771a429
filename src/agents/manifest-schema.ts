import { z } from '@hono/zod-openapi';
import { Name, Slug, Time } from '../http/schema.ts';
import { PortableConfig } from './config.ts';
import { newFieldSchemas } from './fields.ts';
import { Agent } from './schema.ts';

const kind = 'agentgrid.agent';

const BaseName = z.strictObject({
  name: z.string().min(1).max(100),
  is_own: z
    .boolean()
    .describe("Whether it is the agent's own base; the new agent has one of its own in its place"),
});

/** An agent on its own: without ids, without secrets, without versions other than the active one. */
export const Manifest = z
  .strictObject({
    kind: z.literal(kind),
    format: z.literal(1),
    agent: z.strictObject({ ...newFieldSchemas, slug: Slug }),
    config: PortableConfig,
    knowledge_bases: z
      .array(BaseName)
      .max(10)
      .default([])
      .describe('What the agent searches, by name'),
    exported_at: Time.optional(),
  })
  .openapi('AgentManifest', {
    example: {
      kind,
      format: 1,
      agent: { name: 'Support', slug: 'support', description: '', tags: [] },
      config: { instructions: 'Answer from the documents.' },
      knowledge_bases: [{ name: 'Support', is_own: true }],
      exported_at: '2026-11-20T09:30:00.000Z',
    },
  });
export type Manifest = z.output<typeof Manifest>;

export const ImportedAgent = Agent.omit({ warnings: true })
  .extend({
    warnings: z.array(z.string()).describe('What could not be taken over').openapi({ example: [] }),
  })
  .openapi('ImportedAgent');
export type ImportedAgent = z.output<typeof ImportedAgent>;

export const DuplicateAgent = z
  .strictObject({
    name: Name(100).optional().describe('"… (copy)" unless given'),
    slug: Slug.optional().describe('Made of the name unless given'),
  })
  .openapi('DuplicateAgent', { example: { name: 'Support, second try' } });
export type DuplicateAgent = z.output<typeof DuplicateAgent>;
