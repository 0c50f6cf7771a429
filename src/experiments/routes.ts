import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../agents/index.ts';
import { pageOf, pageQuery } from '../http/openapi.ts';
import { Router } from '../http/router.ts';
import { Id } from '../http/schema.ts';
import {
  concludeExperiment,
  pauseExperiment,
  resumeExperiment,
  startExperiment,
  stopExperiment,
  stopVariant,
} from './lifecycle.ts';
import {
  AllExperimentsQuery,
  ConcludeExperiment,
  CreateExperiment,
  EndExperiment,
  ExperimentsQuery,
  UpdateExperiment,
} from './request-schema.ts';
import { Experiment, ExperimentEntry } from './schema.ts';
import {
  createExperiment,
  deleteExperiment,
  getExperiment,
  listEntries,
  listExperiments,
  updateExperiment,
} from './service.ts';

const tag = 'Experiments';
const ofAgent = z.object({ agent: AgentParameter });
const one = z.object({ experiment: Id('exp') });
const etag = (reply: { readonly revision: number }) => String(reply.revision);
const reply = (description: string) => ({ status: 200, schema: Experiment, description }) as const;

export const experimentRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/experiments',
      access: 'agents:write',
      tag,
      summary: 'Create an experiment',
      description:
        'Compares versions of the agent on its traffic. The experiment is a draft: nothing changes until it is started.',
      params: ofAgent,
      body: CreateExperiment,
      reply: { status: 201, schema: Experiment, description: 'The experiment' },
      failures: ['conflict'],
      etag,
    },
    (ctx, { params, body }) => createExperiment(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'get',
      path: '/agents/{agent}/experiments',
      access: 'agents:read',
      tag,
      summary: 'List experiments',
      params: ofAgent,
      query: ExperimentsQuery,
      reply: { status: 200, schema: pageOf(Experiment), description: 'Experiments, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listExperiments(ctx, { ...query, agent: params.agent }),
  )
  .endpoint(
    {
      method: 'get',
      path: '/experiments',
      access: 'agents:read',
      tag,
      summary: 'List all experiments',
      description: 'Experiments of all agents. A key that is limited to agents sees theirs.',
      query: AllExperimentsQuery,
      reply: { status: 200, schema: pageOf(Experiment), description: 'Experiments, newest first' },
      failures: ['invalid_cursor', 'not_found'],
    },
    (ctx, { query }) => listExperiments(ctx, query),
  )
  .endpoint(
    {
      method: 'get',
      path: '/experiments/{experiment}',
      access: 'agents:read',
      tag,
      summary: 'Get an experiment',
      params: one,
      reply: reply('The experiment'),
      etag,
    },
    (ctx, { params }) => getExperiment(ctx, params.experiment),
  )
  .endpoint(
    {
      method: 'patch',
      path: '/experiments/{experiment}',
      access: 'agents:write',
      tag,
      summary: 'Update an experiment',
      description:
        'Of a draft, everything; `variants` replaces all variants. While the experiment runs or is paused: `name`, `hypothesis` and `weights`. ' +
        'New weights move as few subjects as possible, and none who were exposed.',
      params: one,
      body: UpdateExperiment,
      reply: reply('The updated experiment'),
      failures: ['conflict'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => updateExperiment(ctx, params.experiment, ifMatch, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/experiments/{experiment}',
      access: 'agents:write',
      tag,
      summary: 'Delete an experiment',
      description: 'Deletes a draft. An experiment that has run is kept with its results.',
      params: one,
      reply: { status: 204, description: 'Deleted' },
      failures: ['conflict', 'precondition_failed'],
    },
    async (ctx, { params, ifMatch }) =>
      void (await deleteExperiment(ctx, params.experiment, ifMatch)),
  )
  .endpoint(
    {
      method: 'post',
      path: '/experiments/{experiment}/start',
      access: 'agents:write',
      tag,
      summary: 'Start an experiment',
      description:
        'From now on, new sessions and runs without a named version use the variant of their end user, else of their session. ' +
        'Sessions that exist already use the active version. At most one experiment of an agent runs.',
      params: one,
      reply: reply('The running experiment'),
      failures: ['conflict', 'experiment_not_ready', 'agent_archived', 'precondition_failed'],
      etag,
    },
    (ctx, { params, ifMatch }) => startExperiment(ctx, params.experiment, ifMatch),
  )
  .endpoint(
    {
      method: 'post',
      path: '/experiments/{experiment}/pause',
      access: 'agents:write',
      tag,
      summary: 'Pause an experiment',
      description: 'Everybody uses the active version, and nothing is counted until it is resumed.',
      params: one,
      reply: reply('The paused experiment'),
      failures: ['conflict', 'precondition_failed'],
      etag,
    },
    (ctx, { params, ifMatch }) => pauseExperiment(ctx, params.experiment, ifMatch),
  )
  .endpoint(
    {
      method: 'post',
      path: '/experiments/{experiment}/resume',
      access: 'agents:write',
      tag,
      summary: 'Resume an experiment',
      description: 'Subjects who were exposed return to their variants.',
      params: one,
      reply: reply('The running experiment'),
      failures: ['conflict', 'experiment_not_ready', 'agent_archived', 'precondition_failed'],
      etag,
    },
    (ctx, { params, ifMatch }) => resumeExperiment(ctx, params.experiment, ifMatch),
  )
  .endpoint(
    {
      method: 'post',
      path: '/experiments/{experiment}/stop',
      access: 'agents:write',
      tag,
      summary: 'Stop an experiment',
      description: 'Ends it without a conclusion. Everybody uses the active version.',
      params: one,
      body: EndExperiment,
      reply: reply('The stopped experiment'),
      failures: ['conflict', 'precondition_failed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) =>
      stopExperiment(ctx, params.experiment, ifMatch, body.reason),
  )
  .endpoint(
    {
      method: 'post',
      path: '/experiments/{experiment}/conclude',
      access: 'agents:write',
      tag,
      summary: 'Conclude an experiment',
      description:
        'Ends it. With `promote`, the version of that variant becomes the active one at the same moment, recorded like any activation.',
      params: one,
      body: ConcludeExperiment,
      reply: reply('The concluded experiment'),
      failures: ['conflict', 'agent_archived', 'tool_not_configured', 'precondition_failed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) => concludeExperiment(ctx, params.experiment, ifMatch, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/experiments/{experiment}/variants/{variant}/stop',
      access: 'agents:write',
      tag,
      summary: 'Stop a variant',
      operationId: 'stopVariant',
      description:
        'Its subjects use the version of the control from now on and are no longer counted. It cannot be resumed.',
      params: z.object({ experiment: Id('exp'), variant: Id('var') }),
      body: EndExperiment,
      reply: reply('The experiment'),
      failures: ['conflict', 'precondition_failed'],
      etag,
    },
    (ctx, { params, body, ifMatch }) =>
      stopVariant(ctx, params.experiment, params.variant, ifMatch, body.reason),
  )
  .endpoint(
    {
      method: 'get',
      path: '/experiments/{experiment}/entries',
      access: 'agents:read',
      tag,
      summary: 'List the entries of an experiment',
      operationId: 'listExperimentEntries',
      description: 'Its changes of status and weights, and the variants that were stopped.',
      params: one,
      query: z.strictObject(pageQuery),
      reply: { status: 200, schema: pageOf(ExperimentEntry), description: 'Entries, newest first' },
      failures: ['invalid_cursor'],
    },
    (ctx, { params, query }) => listEntries(ctx, params.experiment, query),
  );
