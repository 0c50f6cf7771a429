import { Router } from '../../http/router.ts';
import { PutTelemetry, Telemetry } from './schema.ts';
import { getTelemetry, removeTelemetry, setTelemetry } from './service.ts';

const tag = 'Operations';

export const telemetryRoutes = new Router()
  .endpoint(
    {
      method: 'get',
      path: '/telemetry',
      access: 'operations:read',
      tag,
      summary: 'Get the telemetry export',
      description: 'Where runs are exported to, and how that goes. Off until it is set.',
      reply: { status: 200, schema: Telemetry, description: 'The export' },
    },
    (ctx) => getTelemetry(ctx),
  )
  .endpoint(
    {
      method: 'put',
      path: '/telemetry',
      access: 'workspace:write',
      tag,
      summary: 'Set the telemetry export',
      description:
        'Runs that end from now on are sent to an OpenTelemetry endpoint within a minute or two, as spans of the GenAI conventions: ' +
        '`invoke_agent` with `chat`, `execute_tool` and `retrieval` below it. A span may be sent twice, with the same ids. What the endpoint ' +
        'is too busy for is sent again for a day; what it refuses is dropped and counted. Setting it resumes what was suspended.',
      body: PutTelemetry,
      reply: { status: 200, schema: Telemetry, description: 'The export as it is set now' },
      failures: ['url_not_allowed'],
    },
    (ctx, { body }) => setTelemetry(ctx, body),
  )
  .endpoint(
    {
      method: 'delete',
      path: '/telemetry',
      access: 'workspace:write',
      tag,
      summary: 'Remove the telemetry export',
      description: 'What still waits is not sent.',
      reply: { status: 204, description: 'Removed' },
      failures: ['not_found'],
    },
    async (ctx) => void (await removeTelemetry(ctx)),
  );
