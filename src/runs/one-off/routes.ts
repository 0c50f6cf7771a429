import { z } from '@hono/zod-openapi';
import { AgentParameter } from '../../agents/index.ts';
import { Router } from '../../http/router.ts';
import { StreamEvent } from '../../protocols/ui-stream/event-schema.ts';
import { Message } from '../../sessions/schema.ts';
import { respond, runFailures } from '../stream/respond.ts';
import { StartRun } from './schema.ts';
import { prepareOneShot } from './service.ts';

export const oneShotRoutes = new Router().endpoint(
  {
    method: 'post',
    path: '/agents/{agent}/runs',
    access: 'sessions:write',
    tag: 'Sessions',
    summary: 'Run an agent once',
    operationId: 'runAgent',
    description:
      'Answers one message without a session: JSON or events, and repeated by `Idempotency-Key`, as in one. The run can be read, ' +
      'attached to and cancelled for 30 days, or for an hour in a workspace without content logging; then it is erased. With `config` ' +
      'a draft is tried (`agents:write`): no version is made, and its cost is counted under `preview`.',
    params: z.object({ agent: AgentParameter }),
    body: StartRun,
    alsoProduces: ['text/event-stream'],
    events: StreamEvent,
    reply: { status: 200, schema: Message, description: 'The answer' },
    failures: runFailures,
    ownsIdempotency: true,
  },
  async (ctx, { params, body, request }) =>
    respond(ctx, await prepareOneShot(ctx, params.agent, body), body, request),
);
