import { z } from '@hono/zod-openapi';
import { Router } from '../../http/router.ts';
import { Id } from '../../http/schema.ts';
import { Message } from '../schema/message.ts';
import type { NativeStream } from '../stream/encoder.ts';
import { runFailures } from '../stream/respond.ts';
import { toEventStream, wantsStream } from '../stream/sse.ts';
import { SubmitActions } from './schema.ts';
import { submitAsStream, submitToEnd } from './submit.ts';

export const actionRoutes = (stream: NativeStream) =>
  new Router().endpoint(
    {
      method: 'post',
      path: '/runs/{run}/actions',
      access: 'sessions:write',
      for_end_users: true,
      for_visitors: true,
      tag: 'Sessions',
      summary: 'Submit required actions',
      operationId: 'submitRunActions',
      description:
        'Submits the `required_actions` of a run with the status `requires_action`: results of client tools, decisions about calls that wait ' +
        'for approval, the ends of sign-ins, and answers to questions of MCP servers. Once all are submitted the run resumes, and the response ' +
        'is that of a message: the answer, or the events that follow. A partial submission is stored, and the response lists the ' +
        'actions still required; a call may require another action once it is made. Each action is accepted once: repeating it joins or replays the run, a different one for the same call is a ' +
        '`conflict`. When a budget or a rate limit refuses to resume it, the run still waits.',
      params: z.object({ run: Id('run') }),
      body: SubmitActions,
      alsoProduces: ['text/event-stream'],
      events: stream.events,
      reply: {
        status: 200,
        schema: Message,
        description: 'The answer, or the answer so far of a run that still waits',
      },
      failures: [...runFailures, 'conflict', 'run_expired', 'session_closed'],
      ownsIdempotency: true,
    },
    async (ctx, { params, body, request }) => {
      const { actions } = body;
      if (!wantsStream(body, request)) return submitToEnd(ctx, params.run, actions);
      const run = await submitAsStream(ctx, params.run, actions, { protocol: stream });
      return toEventStream(stream, run);
    },
  );
