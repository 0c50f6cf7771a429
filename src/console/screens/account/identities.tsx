import { useState } from 'react';
import type { Identity } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { accountSignInTexts } from '../../texts/account-sign-in.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useConfirmedAction } from './confirm-person.tsx';

/** Accounts at identity providers that sign in to this one. Not shown where the deployment has none. */
export function Identities() {
  const texts = useTexts(accountSignInTexts);
  const reading = api.useQuery('get', '/api/v1/me/identities');
  const methods = api.useQuery('get', '/api/v1/auth/methods').data;
  const providers = methods?.providers ?? [];
  const identities = reading.data?.data ?? [];
  const link = useConfirmedAction(
    (provider: string, header) =>
      client.POST('/api/v1/me/identities', {
        params: { header },
        body: { provider, next: location.pathname },
      }),
    {
      refresh: [],
      onDone: ({ data }) => {
        if (data !== undefined) location.assign(data.authorization_url);
      },
    },
  );
  if (providers.length === 0 && identities.length === 0) return null;
  return (
    <Section
      title={texts.identities}
      description={texts.identitiesHint}
      actions={providers.map(({ id, name }) => (
        <Button key={id} isBusy={link.isRunning} onClick={() => link.run(id)}>
          {texts.link(name)}
        </Button>
      ))}
    >
      <ProblemNote problem={link.problem} />
      {reading.error !== null ? (
        <Failed problem={reading.error} onRetry={reading.refetch} />
      ) : reading.data === undefined ? (
        <Loading>{texts.identitiesLoading}</Loading>
      ) : identities.length === 0 ? (
        <p className="muted">{texts.identitiesEmpty}</p>
      ) : (
        <Table<Identity>
          label={texts.identities}
          rows={identities}
          keyOf={({ id }) => id}
          columns={[
            { name: texts.provider, cell: nameOf },
            { name: texts.identityEmail, cell: ({ email }) => email ?? '–' },
            {
              name: texts.lastUsed,
              cell: ({ last_used_at }) =>
                last_used_at === null ? texts.never : <Time value={last_used_at} />,
              isMinor: true,
            },
            {
              name: texts.linked,
              cell: ({ created_at }) => <Time value={created_at} form="day" />,
              isMinor: true,
            },
            { name: texts.actions, cell: (identity) => <Unlink identity={identity} /> },
          ]}
        />
      )}
    </Section>
  );
}

const nameOf = ({ provider, issuer }: Identity): string => provider?.name ?? issuer;

function Unlink({ identity }: { readonly identity: Identity }) {
  const texts = useTexts(accountSignInTexts);
  const toast = useToast();
  const [isAsking, setAsking] = useState(false);
  const unlink = useConfirmedAction(
    () =>
      client.DELETE('/api/v1/me/identities/{identity}', {
        params: { path: { identity: identity.id } },
      }),
    { refresh: ['/api/v1/me/identities'], onDone: () => toast(texts.unlinked) },
  );
  return (
    <>
      <Button isSmall onClick={() => setAsking(true)}>
        {texts.unlink}
      </Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => {
          unlink.reset();
          setAsking(false);
        }}
        title={texts.unlinkTitle(nameOf(identity))}
        action={texts.unlink}
        isBusy={unlink.isRunning}
        problem={unlink.problem}
        onConfirm={() => unlink.run()}
      >
        {texts.unlinkHint}
      </ConfirmDialog>
    </>
  );
}
