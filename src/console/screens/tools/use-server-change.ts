import type { McpServerDetail, UpdateMcpServer } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { type Action, useAction } from '../../api/use-action.ts';

const path = '/api/v1/tools/mcp/{server}';

/** Changes the settings of a server and lists its tools again, since others may be visible by then. */
export const useServerChange = (
  { id, revision }: Pick<McpServerDetail, 'id' | 'revision'>,
  onDone: () => void = () => undefined,
): Action<UpdateMcpServer, unknown> =>
  useAction(
    async (body: UpdateMcpServer) => {
      const params = { path: { server: id }, header: { 'If-Match': `"${revision}"` } };
      await client.PATCH(path, { params, body });
      if (body.url !== undefined || body.auth !== undefined || body.tools !== undefined)
        await client.POST(`${path}/refresh`, { params: { path: { server: id } } });
      return true;
    },
    { refresh: ['/api/v1/tools'], onDone },
  );
