import { lazy, Suspense } from 'react';
import type { McpServer } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { agentToolTexts } from '../../../texts/agent-tools.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Loading, ProblemNote } from '../../../ui/states.tsx';

const SignIns = lazy(async () => ({
  default: (await import('../../tools/sign-ins.tsx')).SignIns,
}));

/** Signs in to an MCP server with OAuth from within the builder, and lists its tools then. */
export function ServerSignIn({
  server,
  onClose,
}: {
  /** null while there is none to sign in to. */
  readonly server: McpServer | null;
  readonly onClose: () => void;
}) {
  const texts = useTexts(agentToolTexts);
  const list = useAction(
    async (id: string) =>
      (
        await client.POST('/api/v1/tools/mcp/{server}/refresh', {
          params: { path: { server: id } },
        })
      ).data,
    {
      refresh: ['/api/v1/tools'],
      onDone: (found) => found?.server.status === 'ready' && onClose(),
    },
  );
  return (
    <Dialog
      isOpen={server !== null}
      onClose={onClose}
      title={server === null ? '' : texts.mcpServer(server.name)}
      size="wide"
    >
      {server?.auth.type === 'oauth' && (
        <>
          <Suspense fallback={<Loading>{texts.loadingTools}</Loading>}>
            <SignIns server={server.id} per={server.auth.per} />
          </Suspense>
          <ProblemNote problem={list.problem} />
          <div className="form-actions">
            <Button kind="primary" isBusy={list.isRunning} onClick={() => list.run(server.id)}>
              {texts.listTools}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}
