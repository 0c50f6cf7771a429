import { z } from '@hono/zod-openapi';
import { pageOf } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import {
  File,
  FileForm,
  FileQuery,
  FileUpload,
  partlyUploaded,
  SearchResult,
  Uploaded,
} from '../knowledge/index.ts';
import { AgentSearchQuery, listAgentFiles, searchAgent, uploadAgentFiles } from './knowledge.ts';
import { agent } from './parameters.ts';

const tag = 'Knowledge';
const one = z.object({ agent });

export const agentKnowledgeRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/files',
      access: 'knowledge:write',
      tag,
      summary: 'Upload files for an agent',
      description: "Uploads files to the agent's own knowledge base.",
      params: one,
      body: FileUpload,
      otherBodies: { 'multipart/form-data': FileForm },
      bodyLimit: 32 * 1024 * 1024,
      reply: {
        status: 202,
        schema: Uploaded,
        description: 'The file with its fields; of several, those of the first, and all in `data`',
      },
      partial: partlyUploaded,
      failures: ['agent_archived', 'conflict', 'quota_exceeded'],
    },
    (ctx, { params, body, request }) =>
      uploadAgentFiles(ctx, params.agent, body === undefined ? { request } : { body }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/files',
      access: 'knowledge:read',
      tag,
      summary: 'List the files of an agent',
      description: "Lists the files of the agent's own knowledge base.",
      params: one,
      query: FileQuery,
      reply: { status: 200, schema: pageOf(File), description: 'Files, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listAgentFiles(ctx, params.agent, query),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/search',
      access: 'knowledge:search',
      for_end_users: true,
      tag,
      summary: 'Search the knowledge of an agent',
      description:
        'Searches all knowledge bases of the active version. Options that are left out are taken from its configuration.',
      params: one,
      body: AgentSearchQuery,
      reply: { status: 200, schema: SearchResult, description: 'The chunks, best first' },
      failures: ['revision_purged'],
    },
    (ctx, { params, body }) => searchAgent(ctx, params.agent, body),
  );
