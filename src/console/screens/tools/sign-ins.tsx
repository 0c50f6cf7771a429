import { useState } from 'react';
import type { McpAuthorization, StartedSignIn } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { uiTexts } from '../../texts/ui.ts';
import { Button } from '../../ui/button.tsx';
import { EndUserName } from '../../ui/end-user-name.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

const path = '/api/v1/tools/mcp/{server}/authorizations';
const tones = { pending: 'warn', active: 'good', expired: 'bad' } as const;

/** Who has signed in to an MCP server with OAuth, and the way to do so for the workspace. */
export function SignIns({
  server,
  per,
}: {
  readonly server: string;
  readonly per: 'workspace' | 'end_user';
}) {
  const texts = useTexts(toolTexts);
  const ui = useTexts(uiTexts);
  const mayWrite = useCan('tools:write');
  const params = { path: { server } };
  const reading = api.useInfiniteQuery('get', path, { params }, paged);
  const [started, setStarted] = useState<StartedSignIn | null>(null);
  const start = useAction(
    async (_: undefined, header) =>
      (await client.POST(path, { params: { ...params, header }, body: {} })).data as StartedSignIn,
    { refresh: [], onDone: setStarted },
  );
  const end = useAction(
    (authorization: string) =>
      client.DELETE('/api/v1/tools/mcp/{server}/authorizations/{authorization}', {
        params: { path: { server, authorization } },
      }),
    { refresh: ['/api/v1/tools'] },
  );
  const columns: readonly Column<McpAuthorization>[] = [
    {
      name: texts.who,
      cell: ({ end_user_id }) => <EndUserName id={end_user_id} nobody={texts.per.workspace} />,
    },
    {
      name: texts.status,
      cell: ({ status, error }) => (
        <>
          <Badge tone={tones[status]}>{texts.signInStates[status]}</Badge>
          {error !== null && ` ${error}`}
        </>
      ),
    },
    {
      name: texts.signedIn,
      cell: ({ authorized_at }) => <Time value={authorized_at} />,
      isMinor: true,
    },
    ...(mayWrite
      ? [
          {
            name: ui.actions,
            cell: ({ id }: McpAuthorization) => (
              <Button isSmall kind="quiet" onClick={() => end.run(id)}>
                {texts.signOut}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <Section
      title={texts.signIns}
      description={per === 'workspace' ? texts.signInHint : texts.signInUsersHint}
      actions={
        mayWrite && (
          <Button isBusy={start.isRunning} onClick={() => start.run(undefined)}>
            {texts.signIn}
          </Button>
        )
      }
    >
      <ProblemNote problem={start.problem ?? end.problem} />
      {started !== null && (
        <div className="note">
          <p>{texts.signInReady}</p>
          <p>
            <a href={started.url} target="_blank" rel="noopener noreferrer">
              {started.url}
            </a>
          </p>
          <Button isSmall onClick={() => reading.refetch()}>
            {texts.checkAgain}
          </Button>
        </div>
      )}
      <ListTable
        label={texts.signIns}
        loading={texts.loadingSignIns}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        empty={<p className="muted">{texts.nobody}</p>}
      />
    </Section>
  );
}
