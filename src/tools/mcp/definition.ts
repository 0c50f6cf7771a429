import type { McpDefinition } from '../../db/schema/mcp.ts';
import { canonicalJson, sha256 } from '../../shared/digest.ts';
import { withoutInvisible } from '../../shared/invisible.ts';
import {
  isNode,
  isWithinDepth,
  relaxSchema,
  type SchemaNode,
  schemaProblem,
} from '../../shared/json-schema/index.ts';
import { toolNameOf } from './names.ts';

const maxName = 128;
const maxDescription = 16_000;
/** Levels of nesting of the values in a definition. */
const maxLevels = 40;

/** A tool as a server lists it. */
export interface ListedByServer {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  readonly inputSchema: unknown;
  readonly outputSchema?: unknown;
  readonly annotations?: unknown;
}

/** A tool that can be used, with the hash of everything that a model reads of it. */
export interface Offer {
  readonly name: string;
  readonly tool_name: string;
  readonly hash: string;
  readonly definition: McpDefinition;
}

/** A tool that cannot be used, and why. */
export interface Refused {
  readonly name: string;
  readonly reason: string;
}

/** Reads a tool of someone else's server, within limits, and without invisible text (R40, R43). */
export async function toOffer(server: string, tool: ListedByServer): Promise<Offer | Refused> {
  const refuse = (reason: string): Refused => ({ name: shown(tool.name), reason });
  const { name } = tool;
  if (name === '' || name.length > maxName || !isPlain(name))
    return refuse(`The name must have 1 to ${maxName} printable characters.`);
  if (!isWithinDepth(tool, maxLevels))
    return refuse(`The definition is nested more than ${maxLevels} levels deep.`);
  const cleaned = withoutInvisible(tool) as ListedByServer;
  const { title = null, description = '', annotations = {}, inputSchema, outputSchema } = cleaned;
  if (description.length > maxDescription)
    return refuse(`The description has more than ${maxDescription} characters.`);
  const input_schema = readSchema(inputSchema);
  if (typeof input_schema === 'string')
    return refuse(`The input schema cannot be used: ${input_schema}`);
  const output_schema = outputSchema === undefined ? null : readSchema(outputSchema);
  if (typeof output_schema === 'string')
    return refuse(`The output schema cannot be used: ${output_schema}`);
  const definition: McpDefinition = {
    ...{ title, description, input_schema, output_schema },
    annotations: isNode(annotations) ? annotations : {},
  };
  return {
    name,
    tool_name: await toolNameOf(server, name),
    hash: await sha256(canonicalJson({ name, ...definition })),
    definition,
  };
}

function readSchema(given: unknown): SchemaNode | string {
  if (!isNode(given)) return 'It must be an object.';
  const schema = relaxSchema(given);
  return schemaProblem(schema) ?? schema;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: names of other people's servers may hold any.
const control = /[\u0000-\u001f\u007f-\u009f]/;
const isPlain = (name: string): boolean =>
  !control.test(name) && withoutInvisible(name) === name && name.trim() === name;

/** A name for the list of refused tools. */
const shown = (name: string): string =>
  String(withoutInvisible(name))
    .replaceAll(new RegExp(control, 'g'), '')
    .slice(0, maxName)
    .toWellFormed();
