import { z } from '@hono/zod-openapi';
import type { agent_versions, agents } from '../db/schema/agents.ts';
import { Name } from '../http/schema.ts';

const Tags = z
  .array(Name(50))
  .max(20)
  .refine((tags) => new Set(tags).size === tags.length, 'Each tag once.')
  .openapi({ example: ['support'] });

/** The columns of an agent that callers set. Create, update, read, duplicate, export and import derive from them. */
export const fieldSchemas = {
  name: Name(100).openapi({ example: 'Support' }),
  description: z.string().max(2000).openapi({ example: 'Answers questions about our products.' }),
  tags: Tags,
};

type FieldName = keyof typeof fieldSchemas;
export type AgentFields = { -readonly [Name in FieldName]: z.output<(typeof fieldSchemas)[Name]> };

/** The columns that are specific to one agent: set for each new agent, never copied. */
export type OwnColumns = Omit<typeof agents.$inferSelect, FieldName>;

/** The values of fields that may be left out. */
const defaults = { description: '', tags: [] } satisfies Partial<AgentFields>;

/** The columns of a version that are copied; code that creates a version must set each of them. */
export type VersionContent = Pick<typeof agent_versions.$inferSelect, 'config' | 'tools'>;

const names = Object.keys(fieldSchemas) as FieldName[];

/** Returns only the agent fields of an object. */
export const agentFieldsOf = (agent: AgentFields): AgentFields =>
  Object.fromEntries(names.map((name) => [name, agent[name]])) as unknown as AgentFields;

/** Returns the agent fields that a change sets. */
export const changedFieldsOf = (
  change: { readonly [Name in FieldName]?: AgentFields[Name] | undefined },
) =>
  Object.fromEntries(
    names.filter((name) => change[name] !== undefined).map((name) => [name, change[name]]),
  ) as Partial<AgentFields>;

type Optional = keyof typeof defaults;
type NewFieldSchemas = {
  [Name in FieldName]: Name extends Optional
    ? z.ZodDefault<(typeof fieldSchemas)[Name]>
    : (typeof fieldSchemas)[Name];
};

/** The schemas of the fields of a new agent: those with a default may be left out. */
export const newFieldSchemas = Object.fromEntries(
  names.map((name) => [
    name,
    name in defaults
      ? (fieldSchemas[name] as z.ZodType).default(defaults[name as Optional])
      : fieldSchemas[name],
  ]),
) as unknown as NewFieldSchemas;

/** Returns the fields of an agent with a name and defaults. */
export const unsetFields = (name: string): AgentFields => ({ ...defaults, name });
