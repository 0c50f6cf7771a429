import { useState } from 'react';
import type { UserSession } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useSession } from '../../app/session.tsx';
import { leaveSignedOut } from '../../app/sign-in.ts';
import { accountTexts } from '../../texts/account.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';

const refresh = ['/api/v1/me/sessions'];

/** Browsers in which the person is signed in. */
export function SignIns() {
  const texts = useTexts(accountTexts);
  const { person } = useSession();
  const [isLeaving, setLeaving] = useState(false);
  const reading = api.useInfiniteQuery('get', '/api/v1/me/sessions', {}, paged);
  const rows = rowsOf(reading.data);
  const endOthers = useAction(() => client.DELETE('/api/v1/me/sessions'), { refresh });
  const end = useAction(
    (user_session: string) =>
      client.DELETE('/api/v1/me/sessions/{user_session}', { params: { path: { user_session } } }),
    { refresh },
  );
  const leave = useAction(
    async () => {
      await client.DELETE('/api/v1/me/sessions');
      await client.POST('/api/v1/auth/sign-out');
    },
    { refresh: [], onDone: () => leaveSignedOut(person.id) },
  );
  return (
    <Section
      title={texts.sessions}
      description={texts.sessionsHint}
      actions={
        <>
          {rows !== undefined && rows.length > 1 && (
            <Button isBusy={endOthers.isRunning} onClick={() => endOthers.run()}>
              {texts.endOthers}
            </Button>
          )}
          <Button onClick={() => setLeaving(true)}>{texts.signOutAll}</Button>
        </>
      }
    >
      <ProblemNote problem={end.problem ?? endOthers.problem} />
      <ListTable<UserSession>
        label={texts.sessions}
        loading={texts.sessionsLoading}
        reading={reading}
        rows={rows}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.device,
            cell: ({ user_agent, is_current }) => (
              <>
                {browserOf(user_agent) ?? texts.unknownDevice}{' '}
                {is_current && <Badge tone="good">{texts.here}</Badge>}
              </>
            ),
          },
          {
            name: texts.method,
            cell: ({ method }) => texts.methods[method] ?? method,
            isMinor: true,
          },
          { name: texts.address, cell: ({ ip }) => ip ?? '–', isMinor: true },
          { name: texts.lastSeen, cell: ({ last_seen_at }) => <Time value={last_seen_at} /> },
          {
            name: texts.signedIn,
            cell: ({ created_at }) => <Time value={created_at} form="moment" />,
            isMinor: true,
          },
          {
            name: texts.actions,
            cell: ({ id, is_current }) =>
              !is_current && (
                <Button isSmall isBusy={end.isRunning} onClick={() => end.run(id)}>
                  {texts.end}
                </Button>
              ),
          },
        ]}
        empty={null}
      />
      <ConfirmDialog
        isOpen={isLeaving}
        onClose={() => setLeaving(false)}
        title={texts.signOutTitle}
        action={texts.signOutAll}
        isBusy={leave.isRunning}
        problem={leave.problem}
        onConfirm={() => leave.run()}
      >
        {texts.signOutHint}
      </ConfirmDialog>
    </Section>
  );
}

const browsers = [
  ['Edge', /Edg\//],
  ['Opera', /OPR\//],
  ['Firefox', /Firefox\//],
  ['Chrome', /Chrome\//],
  ['Safari', /Safari\//],
] as const;
const systems = [
  ['Windows', /Windows/],
  ['Android', /Android/],
  ['iOS', /iPhone|iPad/],
  ['macOS', /Mac OS X/],
  ['Linux', /Linux/],
] as const;

/** `Firefox, Linux`; otherwise the beginning of what the browser says of itself. */
function browserOf(agent: string | null): string | null {
  if (agent === null) return null;
  const find = (names: readonly (readonly [string, RegExp])[]) =>
    names.find(([, shape]) => shape.test(agent))?.[0];
  const found = [find(browsers), find(systems)].filter((name) => name !== undefined);
  return found.length === 0 ? agent.slice(0, 40) : found.join(', ');
}
