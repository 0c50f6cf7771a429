import type { CallToolResult } from '@modelcontextprotocol/client';
import type { McpDefinition } from '../../db/schema/mcp.ts';
import { schemaErrors } from '../../shared/json-schema/index.ts';
import type { ToolImage, ToolOutcome } from '../tool.ts';

type Block = CallToolResult['content'][number];

const maxBlocks = 200;
const maxErrors = 5;
const maxErrorText = 2000;

/**
 * Turns the result of a tool into what a model reads. Structured content is validated against the schema that was
 * accepted. Text alone becomes a string; otherwise the result has members for each kind of content.
 */
export function toOutcome(
  { content = [], structuredContent, isError }: CallToolResult,
  { output_schema }: Pick<McpDefinition, 'output_schema'>,
): ToolOutcome {
  if (content.length > maxBlocks)
    return { ok: false, error: `The result has more than ${maxBlocks} parts.` };
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n');
  if (isError === true)
    return {
      ok: false,
      error: text === '' ? 'The tool failed without a message.' : text.slice(0, maxErrorText),
    };
  const problem = structureProblem(output_schema, structuredContent);
  if (problem !== null) return { ok: false, error: problem };
  const images = imagesIn(content);
  const others = content.flatMap((block) => (block.type === 'text' ? [] : [toPart(block)]));
  if (structuredContent === undefined && others.length === 0) return { ok: true, output: text };
  const repeats = structuredContent !== undefined && isJsonOf(text, structuredContent);
  if (others.length === 0 && (repeats || text === ''))
    return { ok: true, output: structuredContent };
  return {
    ok: true,
    output: {
      ...(text === '' || repeats ? {} : { text }),
      ...(structuredContent === undefined ? {} : { structured: structuredContent }),
      ...(others.length === 0 ? {} : { content: others }),
    },
    ...(images.length === 0 ? {} : { images }),
  };
}

/** Formats that models see, and the number of images of a result that are shown. */
const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];
const maxImages = 4;
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;

const imagesIn = (content: readonly Block[]): ToolImage[] =>
  content
    .flatMap((block) =>
      block.type === 'image' && imageTypes.includes(block.mimeType) && base64.test(block.data)
        ? [{ media_type: block.mimeType, data: block.data }]
        : [],
    )
    .slice(0, maxImages);

function structureProblem(
  schema: McpDefinition['output_schema'],
  structured: unknown,
): string | null {
  if (schema === null) return null;
  if (structured === undefined)
    return 'The tool declares structured results and returned none, so the result was discarded.';
  const errors = schemaErrors(schema, structured).slice(0, maxErrors);
  return errors.length === 0
    ? null
    : `The result does not match the schema that the tool declares, so it was discarded. ${errors.join(' ').slice(0, maxErrorText)}`;
}

/** Servers repeat structured content as text for older clients. */
function isJsonOf(text: string, value: unknown): boolean {
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}

/** A part that is not text, by the names of the protocol in snake case. */
function toPart(block: Exclude<Block, { type: 'text' }>): Record<string, unknown> {
  switch (block.type) {
    case 'image':
    case 'audio':
      return { type: block.type, mime_type: block.mimeType, bytes: bytesOf(block.data) };
    case 'resource_link': {
      const { uri, name, title, description, mimeType } = block;
      return {
        type: 'resource_link',
        uri,
        name,
        ...defined({ title, description, mime_type: mimeType }),
      };
    }
    case 'resource': {
      const { uri, mimeType } = block.resource;
      const content =
        'text' in block.resource
          ? { text: block.resource.text }
          : { bytes: bytesOf(block.resource.blob) };
      return { type: 'resource', uri, ...defined({ mime_type: mimeType }), ...content };
    }
    default:
      return { type: 'unknown' };
  }
}

const defined = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** The size of base64 data. */
const bytesOf = (base64: string): number => Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
