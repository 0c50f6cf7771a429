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
 * The schemas of a call as the provider takes them. Everything a provider does not take is still
 * validated here, when the arguments or the answer arrive.
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

/** Definitions in place of references, for providers that do not take these. A recursive schema is sent as it is. */
function forReferences<Schema extends object>(
  schema: Schema,
  { takes_references }: Pick<Provider, 'takes_references'>,
): Schema {
  if (takes_references === true || !hasReferences(schema)) return schema;
  return (inlineReferences(schema as SchemaNode) ?? schema) as Schema;
}

/** Keywords that providers refuse at the root of the arguments of a tool. */
const choices = ['anyOf', 'oneOf', 'allOf'] as const;

/** Keeps the properties of the alternatives as properties of the root: the model can fill them in. */
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
