import { useState } from 'react';
import type { Membership, Person } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { consolePath, pathOfWorkspace } from '../../app/places.ts';
import { useSession } from '../../app/session.tsx';
import { accountTexts } from '../../texts/account.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { Table } from '../../ui/table.tsx';

/** Memberships of the person, which they may end. */
export function Workspaces({ person }: { readonly person: Person }) {
  const texts = useTexts(accountTexts);
  return (
    <Section title={texts.workspaces} description={texts.workspacesHint}>
      <Table<Membership>
        label={texts.workspaces}
        rows={person.workspaces}
        keyOf={({ workspace_id }) => workspace_id}
        columns={[
          {
            name: texts.workspace,
            cell: ({ workspace_id, name }) => <a href={pathOfWorkspace(workspace_id)}>{name}</a>,
          },
          { name: texts.role, cell: ({ role }) => <Badge>{texts.roles[role]}</Badge> },
          { name: texts.actions, cell: (one) => <Leave membership={one} /> },
        ]}
      />
    </Section>
  );
}

function Leave({ membership }: { readonly membership: Membership }) {
  const texts = useTexts(accountTexts);
  const { workspace } = useSession();
  const [isAsking, setAsking] = useState(false);
  const leave = useAction(
    () =>
      client.DELETE('/api/v1/me/workspaces/{workspace}', {
        params: { path: { workspace: membership.workspace_id } },
      }),
    {
      refresh: ['/api/v1/me'],
      onDone: () => {
        setAsking(false);
        if (membership.workspace_id === workspace.workspace_id) location.assign(consolePath);
      },
    },
  );
  return (
    <>
      <Button isSmall onClick={() => setAsking(true)}>
        {texts.leave}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.leaveTitle(membership.name)}
        action={texts.leave}
        isBusy={leave.isRunning}
        problem={leave.problem}
        onConfirm={() => leave.run()}
      >
        {texts.leaveHint}
      </ConfirmDialog>
    </>
  );
}
