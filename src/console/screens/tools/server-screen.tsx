import { useState } from 'react';
import type { McpRefresh, McpServerDetail } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { mcpServerTexts } from '../../texts/mcp-servers.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { DeleteServer } from './delete-server.tsx';
import { EditServer } from './edit-server.tsx';
import { ServerStatus } from './mcp-servers.tsx';
import { ServerTools } from './server-tools.tsx';
import { SignIns } from './sign-ins.tsx';

const path = '/api/v1/tools/mcp';

/** `/tools/mcp/{server}`: its state, who has signed in, and its tools with what changed. */
export function ServerScreen({ id }: { readonly id: string }) {
  const texts = useTexts(toolTexts);
  const { data, error, refetch } = api.useQuery('get', `${path}/{server}`, {
    params: { path: { server: id } },
  });
  if (data !== undefined) return <Shown server={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingServer}</Loading>;
}

function Shown({ server }: { readonly server: McpServerDetail }) {
  const texts = useTexts(toolTexts);
  const mayWrite = useCan('tools:write');
  const { id, name, url, status, error, auth, server_info, refreshed_at, refused } = server;
  const [found, setFound] = useState<McpRefresh | null>(null);
  const refresh = useAction(
    async () =>
      (await client.POST(`${path}/{server}/refresh`, { params: { path: { server: id } } })).data,
    { refresh: [path], onDone: (result) => setFound(result ?? null) },
  );
  return (
    <Page
      title={name}
      back={{ to: placeOf('/tools/mcp'), label: texts.mcp }}
      heading={
        <>
          {name} <ServerStatus status={status} />
        </>
      }
      actions={
        mayWrite && (
          <>
            <Button isBusy={refresh.isRunning} onClick={() => refresh.run()}>
              {texts.refresh}
            </Button>
            <EditServer server={server} />
            <DeleteServer id={id} name={name} />
          </>
        )
      }
    >
      <ProblemNote problem={refresh.problem} />
      {found !== null && error === null && <Found found={found} />}
      {error !== null && <p className="note note-bad">{error}</p>}
      <Facts
        facts={[
          [texts.url, <code key="url">{url}</code>],
          [texts.access, texts.auths[auth.type]],
          [texts.server, server_info === null ? '–' : `${server_info.name} ${server_info.version}`],
          [texts.refreshed, <Time key="time" value={refreshed_at} />],
        ]}
      />
      {auth.type === 'oauth' && <SignIns server={id} per={auth.per} />}
      <ServerTools server={server} mayWrite={mayWrite} />
      {refused.length > 0 && (
        <Section title={texts.refused}>
          <ul>
            {refused.map((one) => (
              <li key={one.name}>
                <code>{one.name}</code> {one.reason}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </Page>
  );
}

/** What the last listing has found. */
function Found({ found: { added, changed, removed } }: { readonly found: McpRefresh }) {
  const texts = useTexts(mcpServerTexts);
  const namesOf = (tools: McpRefresh['added']) => tools.map(({ name }) => name).join(', ');
  const isSame = added.length + changed.length + removed.length === 0;
  return (
    <p className={`note ${isSame ? 'note-good' : 'note-warn'}`} role="status">
      {isSame && texts.noChange} {added.length > 0 && texts.added(namesOf(added))}{' '}
      {changed.length > 0 && texts.changed(namesOf(changed))}{' '}
      {removed.length > 0 && texts.removed(namesOf(removed))}
    </p>
  );
}
