import { useState } from 'react';
import type { Passkey, Person } from '../../../client/index.ts';
import { hasPasskeys } from '../../../client/passkeys.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { accountSignInTexts } from '../../texts/account-sign-in.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { AddPasskey } from './add-passkey.tsx';

const refresh = ['/api/v1/me/passkeys'];

/** Passkeys of the person: added, renamed and deleted. */
export function Passkeys({ person }: { readonly person: Person }) {
  const texts = useTexts(accountSignInTexts);
  const reading = api.useInfiniteQuery('get', '/api/v1/me/passkeys', {}, paged);
  return (
    <Section
      title={texts.passkeys}
      description={hasPasskeys ? texts.passkeysHint : texts.passkeysMissing}
      actions={hasPasskeys && <AddPasskey person={person} />}
    >
      <ListTable<Passkey>
        label={texts.passkeys}
        loading={texts.passkeysLoading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.passkeyName,
            cell: ({ name, is_synced }) => (
              <>
                {name} {is_synced && <Badge>{texts.synced}</Badge>}
              </>
            ),
          },
          {
            name: texts.host,
            cell: ({ host, is_usable }) => (
              <>
                {host} {!is_usable && <Badge tone="warn">{texts.otherHost}</Badge>}
              </>
            ),
          },
          {
            name: texts.lastUsed,
            cell: ({ last_used_at }) =>
              last_used_at === null ? texts.never : <Time value={last_used_at} />,
          },
          {
            name: texts.created,
            cell: ({ created_at }) => <Time value={created_at} form="day" />,
            isMinor: true,
          },
          { name: texts.actions, cell: (passkey) => <Actions passkey={passkey} /> },
        ]}
        empty={<p className="muted">{texts.passkeysEmpty}</p>}
      />
    </Section>
  );
}

function Actions({ passkey }: { readonly passkey: Passkey }) {
  const texts = useTexts(accountSignInTexts);
  const toast = useToast();
  const [open, setOpen] = useState<'rename' | 'delete' | null>(null);
  const draft = useDraft(`passkey.${passkey.id}`, { name: passkey.name });
  const { name } = draft.value;
  const params = { path: { passkey: passkey.id } };
  const rename = useAction(
    (body: { name: string }) => client.PATCH('/api/v1/me/passkeys/{passkey}', { params, body }),
    { refresh },
  );
  const remove = useAction(() => client.DELETE('/api/v1/me/passkeys/{passkey}', { params }), {
    refresh,
    onDone: () => toast(texts.deleted),
  });
  return (
    <>
      <Menu
        label={texts.actionsOn(passkey.name)}
        items={[
          {
            label: texts.rename,
            onSelect: () => {
              rename.reset();
              setOpen('rename');
            },
          },
          { label: texts.delete, onSelect: () => setOpen('delete'), isDangerous: true },
        ]}
      />
      <ControlledFormDialog
        isOpen={open === 'rename'}
        onClose={() => setOpen(null)}
        title={texts.renameTitle}
        action={texts.save}
        change={rename}
        draft={draft}
        input={() => ({ name })}
      >
        <TextField
          label={texts.passkeyName}
          pointer="/name"
          value={name}
          onChange={(next) => draft.set({ name: next })}
          required
          maxLength={100}
        />
      </ControlledFormDialog>
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={() => {
          remove.reset();
          setOpen(null);
        }}
        title={texts.deleteTitle(passkey.name)}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteHint}
      </ConfirmDialog>
    </>
  );
}
