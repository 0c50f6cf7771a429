import { useState } from 'react';
import { useLocation } from 'wouter';
import type { McpServerDetail, McpTool } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Badge, Facts, Page, Section } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { EffectBadge } from './effect-badge.tsx';
import { ServerStatus } from './mcp-servers.tsx';
import { SignIns } from './sign-ins.tsx';
import { TestMcp } from './test-tool.tsx';

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
  const refresh = useAction(
    () => client.POST(`${path}/{server}/refresh`, { params: { path: { server: id } } }),
    { refresh: [path] },
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
            <DeleteServer id={id} name={name} />
          </>
        )
      }
    >
      <ProblemNote problem={refresh.problem} />
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
      <Catalogue server={server} mayWrite={mayWrite} />
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

function Catalogue({
  server: { id, catalog, revision },
  mayWrite,
}: {
  readonly server: McpServerDetail;
  readonly mayWrite: boolean;
}) {
  const texts = useTexts(toolTexts);
  const waiting = catalog.filter(({ state }) => state !== 'accepted');
  const accept = useAction(
    () =>
      client.POST(`${path}/{server}/accept`, {
        params: { path: { server: id }, header: { 'If-Match': `"${revision}"` } },
        body: { tools: waiting.map(({ name, hash }) => ({ name, hash })) },
      }),
    { refresh: [path] },
  );
  return (
    <Section title={texts.serverTools(catalog.length)}>
      {waiting.length > 0 && (
        <div className="note note-warn">
          <p>{texts.waiting(waiting.map(({ name }) => name).join(', '))}</p>
          <ProblemNote problem={accept.problem} />
          {mayWrite && (
            <Button isSmall isBusy={accept.isRunning} onClick={() => accept.run()}>
              {texts.accept}
            </Button>
          )}
        </div>
      )}
      {catalog.map((tool) => (
        <Entry key={tool.name} server={id} tool={tool} mayWrite={mayWrite} />
      ))}
      {catalog.length === 0 && <p className="muted">{texts.noServerTools}</p>}
    </Section>
  );
}

function Entry({
  server,
  tool,
  mayWrite,
}: {
  readonly server: string;
  readonly tool: McpTool;
  readonly mayWrite: boolean;
}) {
  const texts = useTexts(toolTexts);
  const { name, state, effect, description, changes } = tool;
  return (
    <details className="card">
      <summary>
        <code>{name}</code> <EffectBadge effect={effect} />{' '}
        {state !== 'accepted' && <Badge tone="warn">{texts.states[state]}</Badge>}
      </summary>
      <p>{description}</p>
      {changes.map(({ field, before, after }) => (
        <div key={field} className="side-by-side">
          <pre tabIndex={0}>{JSON.stringify(before, null, 2)}</pre>
          <pre tabIndex={0}>{JSON.stringify(after, null, 2)}</pre>
        </div>
      ))}
      {mayWrite && state === 'accepted' && <TestMcp server={server} tool={tool} />}
    </details>
  );
}

function DeleteServer({ id, name }: { readonly id: string; readonly name: string }) {
  const texts = useTexts(toolTexts);
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(
    () => client.DELETE(`${path}/{server}`, { params: { path: { server: id } } }),
    { refresh: [], onDone: () => go('/mcp') },
  );
  return (
    <>
      <Button onClick={() => setAsking(true)}>{texts.disconnect}</Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.deleteTitle(name)}
        action={texts.disconnect}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.disconnectHint}</p>
      </ConfirmDialog>
    </>
  );
}
