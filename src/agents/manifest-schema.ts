import { z } from '@hono/zod-openapi';
import { Name, Slug, Time } from '../http/schema.ts';
import { PortableConfig } from './config.ts';
import { newFieldSchemas } from './fields.ts';
import { RequireEvaluation } from './required-evaluation.ts';
import { Agent } from './schema.ts';

const kind = 'agentgrid.agent';

const BaseName = z.strictObject({
  name: z.string().min(1).max(100),
  is_own: z
    .boolean()
    .describe("true for the agent's own base, which is replaced by that of the new agent"),
  pinned: z
    .strictObject({
      revision: z.int().min(0),
      fingerprint: z
        .string()
        .regex(/^[0-9a-f]{16}$/)
        .describe('Identifies the base whose revision it is'),
    })
    .nullable()
    .optional()
    .describe(
      'Revision that the agent is pinned to. An import keeps it for the same base, and otherwise lists it in `warnings`',
    ),
});

/** A portable agent: its active version, without ids and without secrets. */
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
      .describe('Knowledge bases that the agent searches, by name'),
    require_evaluation: RequireEvaluation.nullable()
      .optional()
      .describe(
        'The evaluation that later versions have to pass. An import keeps it where the workspace has the dataset, and otherwise lists it in `warnings`',
      ),
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
    warnings: z
      .array(z.string())
      .describe('Parts of the manifest that were left out')
      .openapi({ example: [] }),
  })
  .openapi('ImportedAgent');
export type ImportedAgent = z.output<typeof ImportedAgent>;

export const DuplicateAgent = z
  .strictObject({
    name: Name(100).optional().describe('Name of the copy; "… (copy)" unless given'),
    slug: Slug.optional().describe('Derived from the name unless given'),
  })
  .openapi('DuplicateAgent', { example: { name: 'Support, second try' } });
export type DuplicateAgent = z.output<typeof DuplicateAgent>;
