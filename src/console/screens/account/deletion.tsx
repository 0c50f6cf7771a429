import { useState } from 'react';
import type { Person } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { accountDataTexts } from '../../texts/account-data.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { useConfirmedAction } from './confirm-person.tsx';
import { OwnedAlone, ownedAloneOf } from './owned-alone.tsx';

/** Deletes the account, once the person knows what is lost. */
export function DeletionSection({ person }: { readonly person: Person }) {
  const texts = useTexts(accountDataTexts);
  const [isAsking, setAsking] = useState(false);
  const remove = useConfirmedAction(
    (withWorkspaces: boolean) =>
      client.DELETE('/api/v1/me', {
        params: { query: { delete_workspaces: withWorkspaces ? 'true' : 'false' } },
      }),
    { refresh: [], onDone: () => location.assign('/account') },
  );
  const owned = ownedAloneOf(remove.problem);
  const needsOwner = owned.some(({ has_other_members }) => has_other_members);
  const mayDeleteAll = owned.length > 0 && !needsOwner;
  return (
    <Section
      title={texts.deletion}
      description={texts.deletionHint}
      actions={<Button onClick={() => setAsking(true)}>{texts.delete}</Button>}
    >
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => {
          remove.reset();
          setAsking(false);
        }}
        title={texts.deleteTitle}
        action={needsOwner ? texts.tryAgain : mayDeleteAll ? texts.deleteAll : texts.delete}
        isBusy={remove.isRunning}
        problem={owned.length > 0 ? null : remove.problem}
        typed={person.email}
        onConfirm={() => remove.run(mayDeleteAll)}
      >
        {owned.length > 0 ? (
          <OwnedAlone workspaces={owned} />
        ) : (
          <div className="plain">
            <p>{texts.lost}</p>
            <ul>
              <li>{texts.lostSignIns}</li>
              {person.workspaces.length > 0 && (
                <li>
                  {texts.lostMemberships(person.workspaces.map(({ name }) => name).join(', '))}
                </li>
              )}
              <li>{texts.lostJobs}</li>
            </ul>
            <p>{texts.stays}</p>
          </div>
        )}
      </ConfirmDialog>
    </Section>
  );
}
