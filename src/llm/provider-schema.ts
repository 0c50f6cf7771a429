import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import {
  hasReferences,
  inlineReferences,
  isNode,
  type SchemaNode,
} from '../shared/json-schema/index.ts';
import type { Provider } from './providers.ts';

type CallSchemas = Pick<LanguageModelV4CallOptions, 'tools' | 'responseFormat'>;

/**
 * Returns the schemas of a call in the form that the provider accepts. Arguments and answers are
 * validated against the original schemas.
 */
export function schemasFor(
  { tools, responseFormat }: CallSchemas,
  provider: Pick<Provider, 'takes_references' | 'takes_strict_tools'>,
): CallSchemas {
  return {
    ...(tools === undefined
      ? {}
      : {
          tools: tools.map((tool) => {
            if (tool.type !== 'function') return tool;
            const inputSchema = withoutRootChoice(forReferences(tool.inputSchema, provider));
            const { strict: _strict, ...lenient } = tool;
            return { ...(provider.takes_strict_tools === false ? lenient : tool), inputSchema };
          }),
        }),
    ...(responseFormat?.type !== 'json' || responseFormat.schema === undefined
      ? {}
      : {
          responseFormat: {
            ...responseFormat,
            schema: forReferences(responseFormat.schema, provider),
          },
        }),
  };
}

/** Inlines references for providers that do not accept them. A recursive schema is returned unchanged. */
function forReferences<Schema extends object>(
  schema: Schema,
  { takes_references }: Pick<Provider, 'takes_references'>,
): Schema {
  if (takes_references === true || !hasReferences(schema)) return schema;
  return (inlineReferences(schema as SchemaNode) ?? schema) as Schema;
}

/** Keywords that providers reject at the root of tool arguments. */
const choices = ['anyOf', 'oneOf', 'allOf'] as const;

/** Removes choices at the root and adds the properties of their alternatives to the root. */
function withoutRootChoice<Schema extends object>(schema: Schema): Schema {
  const root = schema as SchemaNode;
  const branches = choices.flatMap((keyword) => {
    const list = root[keyword];
    return Array.isArray(list) ? list.filter(isNode) : [];
  });
  if (branches.length === 0) return schema;
  const { anyOf: _, oneOf: __, allOf: ___, ...rest } = root;
  const properties = Object.fromEntries(
    [...branches, root].flatMap(({ properties: own }) => (isNode(own) ? Object.entries(own) : [])),
  );
  return { ...rest, properties } as Schema;
}
