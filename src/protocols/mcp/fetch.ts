import { z } from '@hono/zod-openapi';
import { getFile, getText, readPassage } from '../../knowledge/index.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import type { McpScope } from './agents.ts';
import { readArguments, toInputSchema } from './arguments.ts';
import { contentUrl } from './content-url.ts';
import { mayFetchFiles, searchedAgents } from './search.ts';
import type { ToolCall, ToolReply } from './tool.ts';

/** Text around a passage: as much as a search may return. */
const contextTokens = 4000;

const FetchArguments = z.strictObject({
  id: z
    .string()
    .regex(
      /^(?:chk_[0-9a-z]{26}@[a-z0-9-]{2,64}|file_[0-9a-z]{26}(?:@\d{1,9})?)$/,
      'Must be the `id` of a result.',
    )
    .describe(
      '`id` of a result of `search`, or `metadata.next_id` for the next part of a long document',
    ),
});

export const fetchInputSchema = () => toInputSchema(FetchArguments);

export const fetchOutputSchema = {
  type: 'object' as const,
  properties: {
    id: { type: 'string' },
    title: { type: 'string' },
    text: { type: 'string' },
    url: { type: 'string' },
    metadata: { type: 'object' },
  },
  required: ['id', 'title', 'text', 'url', 'metadata'],
};

/** Returns a document that `search` has found, or the passage with the text around it where the caller may not read whole files. */
export async function fetchDocument({ scope, input }: ToolCall): Promise<ToolReply> {
  const { id } = readArguments(FetchArguments, input);
  const reply = id.startsWith('chk_') ? await passage(scope, id) : await document(scope, id);
  return { content: [{ type: 'text', text: JSON.stringify(reply) }], structuredContent: reply };
}

async function document(scope: McpScope, id: string) {
  if (!mayFetchFiles(scope))
    throw new Failure(
      'forbidden',
      'This credential may not read whole files. Use the `id` of a result of `search`.',
    );
  const [file_id = '', start = '0'] = id.split('@');
  const part = await readPart(scope, file_id, { start: Number(start) });
  const { file, text } = part;
  const next_id = text.next_start === null ? null : `${file.id}@${text.next_start}`;
  return {
    id,
    title: file.title ?? file.name,
    text: text.text,
    url: contentUrl(scope.origin, file.id),
    metadata: {
      ...{ file_name: file.name, media_type: file.media_type, pages: file.pages },
      ...{ language: file.language, tags: file.tags, published_at: file.published_at },
      ...{ start: text.start, end: text.end, length: text.length, next_id },
    },
  };
}

/** Returns a part of the text of a file in scope. Throws `not_found`. */
export async function readPart(
  { ctx, agent }: McpScope,
  file_id: string,
  range: { readonly start?: number; readonly page?: number },
) {
  const file = await getFile(ctx, file_id);
  if (agent !== null && !agent.config.knowledge.base_ids.includes(file.base_id))
    throw notFound('file');
  return { file, text: await getText(ctx, file_id, range) };
}

async function passage(scope: McpScope, id: string) {
  const [chunk_id = '', slug = ''] = id.split('@');
  const [agent] = await searchedAgents(scope, slug);
  const found =
    agent && (await readPassage(scope.ctx, agent.config.knowledge, chunk_id, contextTokens));
  if (found == null) throw notFound('passage');
  const { file_id, file_name, heading, page, text, start, end } = found;
  return {
    id,
    title: heading === null ? file_name : `${file_name}: ${heading}`,
    text,
    url: contentUrl(scope.origin, file_id, page),
    metadata: { file_name, page, start, end },
  };
}
