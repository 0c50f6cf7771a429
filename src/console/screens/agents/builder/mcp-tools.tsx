import { useState } from 'react';
import type { McpServer } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { useCan } from '../../../app/session.tsx';
import { agentToolTexts } from '../../../texts/agent-tools.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { ServerSignIn } from './server-sign-in.tsx';
import { type Choosing, Group, ToolChoice } from './tools-part.tsx';

/** The tools of an MCP server, which are listed with its first use. */
export function McpTools({
  server,
  choosing,
}: {
  readonly server: McpServer;
  readonly choosing: Choosing;
}) {
  const texts = useTexts(agentToolTexts);
  const { id, name, status, auth } = server;
  const mayWrite = useCan('tools:write');
  const [isSigningIn, setSigningIn] = useState(false);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/tools/mcp/{server}', {
    params: { path: { server: id } },
  });
  return (
    <>
      <Group
        title={
          <>
            {texts.mcpServer(name)}{' '}
            {status !== 'ready' && <Badge tone="warn">{texts.mcpStatuses[status]}</Badge>}{' '}
            {status !== 'ready' && auth.type === 'oauth' && mayWrite && (
              <Button isSmall onClick={() => setSigningIn(true)}>
                {texts.signIn}
              </Button>
            )}
          </>
        }
      >
        {data === undefined ? (
          error === null ? (
            <Loading>{texts.loadingTools}</Loading>
          ) : (
            <Failed problem={error} onRetry={refetch} />
          )
        ) : (
          data.catalog
            .filter(({ tool_name, description }) => choosing.isShown(tool_name, description))
            .map(({ tool_name, description, effect }) => (
              <ToolChoice key={tool_name} name={tool_name} {...{ choosing, description, effect }} />
            ))
        )}
      </Group>
      <ServerSignIn server={isSigningIn ? server : null} onClose={() => setSigningIn(false)} />
    </>
  );
}
