import { mayUse } from '../../identity/index.ts';
import { listTexts } from '../../knowledge/index.ts';
import { notFound } from '../../shared/failure.ts';
import type { McpScope } from './agents.ts';
import { readPart } from './fetch.ts';

const perPage = 50;
const root = 'agentgrid://files/';
const mimeType = 'text/plain';

const mayRead = ({ ctx }: McpScope): boolean => mayUse(ctx.actor, 'knowledge:read');

/** Lists a page of the files that the agents in scope search, or of all files for the whole workspace. None for a caller who may not read files. */
export async function listResources(scope: McpScope, cursor: string | undefined) {
  if (!mayRead(scope)) return { resources: [] };
  const { ctx, agent } = scope;
  const { data, next_cursor } = await listTexts(
    ctx,
    agent === null
      ? { base_ids: null, filter: null }
      : { base_ids: agent.config.knowledge.base_ids, filter: agent.config.knowledge.filter },
    agent?.id ?? '',
    { limit: perPage, cursor },
  );
  return {
    resources: data.map(({ id, name, title, pages, updated_at }) => ({
      uri: `${root}${id}`,
      name,
      ...(title === null ? {} : { title }),
      ...(pages === null ? {} : { description: `${pages} pages` }),
      mimeType,
      annotations: { lastModified: updated_at },
    })),
    ...(next_cursor === null ? {} : { nextCursor: next_cursor }),
  };
}

export const listResourceTemplates = (scope: McpScope) => ({
  resourceTemplates: !mayRead(scope)
    ? []
    : [
        {
          uriTemplate: `${root}{file}{?start}`,
          name: 'file',
          title: 'Text of a file',
          description: 'The text from an offset; `next` in `_meta` is the URI of the next part',
          mimeType,
        },
        {
          uriTemplate: `${root}{file}/pages/{page}`,
          name: 'page',
          title: 'Page of a file',
          description: 'The text of one page, from 1; for formats with pages',
          mimeType,
        },
      ],
});

const pattern =
  /^agentgrid:\/\/files\/(file_[0-9a-z]{26})(?:\/pages\/([1-9]\d{0,5})|\?start=(\d{1,9}))?$/;

/** Reads a part of the text of a file. Throws `not_found`, also for a URI that is none of a file. */
export async function readResource(scope: McpScope, uri: string) {
  const [, file_id, page, start] = pattern.exec(uri) ?? [];
  if (file_id === undefined || !mayRead(scope)) throw notFound('resource');
  const { text } = await readPart(scope, file_id, {
    ...(page === undefined ? {} : { page: Number(page) }),
    ...(start === undefined ? {} : { start: Number(start) }),
  });
  const { next_start, length, start: from, end } = text;
  const next = next_start === null ? null : `${root}${file_id}?start=${next_start}`;
  return {
    contents: [{ uri, mimeType, text: text.text, _meta: { start: from, end, length, next } }],
  };
}
