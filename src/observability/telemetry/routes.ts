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
      description:
        'Returns the endpoint that runs are exported to, and the state of the export. `off` until it is set.',
      reply: { status: 200, schema: Telemetry, description: 'The telemetry export' },
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
        'Sends runs that end from now on to an OpenTelemetry endpoint within about two minutes, as spans of the GenAI semantic conventions: ' +
        '`invoke_agent` with `chat`, `execute_tool` and `retrieval` as children. A span may be sent twice, with the same ids. Temporary failures ' +
        'are retried for a day; refused spans are dropped and counted. Setting the export resumes a suspended one.',
      body: PutTelemetry,
      reply: { status: 200, schema: Telemetry, description: 'The updated export' },
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
      description: 'Discards the runs that wait for export.',
      reply: { status: 204, description: 'Removed' },
      failures: ['not_found'],
    },
    async (ctx) => void (await removeTelemetry(ctx)),
  );
