import { useState } from 'react';
import type { Person, StartPasskeyRegistration } from '../../../client/index.ts';
import { createCredential } from '../../../client/passkeys.ts';
import { client } from '../../api/api.ts';
import { accountSignInTexts } from '../../texts/account-sign-in.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useConfirmedAction } from './confirm-person.tsx';
import { usePasskey } from './use-passkey.ts';

/** Proves again who the person is, and lets the browser create a passkey. */
export function AddPasskey({ person }: { readonly person: Person }) {
  const texts = useTexts(accountSignInTexts);
  const toast = useToast();
  const passkey = usePasskey();
  const draft = useDraft('passkey', { name: texts.newPasskey });
  const { name } = draft.value;
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const add = useConfirmedAction(
    async (body: StartPasskeyRegistration) => {
      const { data: options } = await client.POST('/api/v1/me/passkeys/options', { body });
      if (options === undefined) return;
      const credential = await passkey(() => createCredential(options));
      return client.POST('/api/v1/me/passkeys', { body: { name, credential } });
    },
    {
      refresh: ['/api/v1/me/passkeys'],
      onDone: () => {
        setPassword('');
        setCode('');
        toast(texts.added);
      },
    },
  );
  return (
    <FormDialog
      button={texts.addPasskey}
      kind="plain"
      title={texts.addPasskey}
      action={texts.add}
      change={add}
      draft={draft}
      input={() => ({
        password: person.has_password ? password : null,
        ...(person.has_two_factor && { code: code.trim() }),
      })}
    >
      <p>{texts.addHint}</p>
      <TextField
        label={texts.passkeyName}
        hint={texts.passkeyNameHint}
        pointer="/name"
        value={name}
        onChange={(next) => draft.set({ name: next })}
        required
        maxLength={100}
      />
      {person.has_password && (
        <TextField
          type="password"
          autoComplete="current-password"
          label={texts.password}
          pointer="/password"
          value={password}
          onChange={setPassword}
          required
        />
      )}
      {person.has_two_factor && (
        <TextField
          label={texts.code}
          hint={texts.codeHint}
          pointer="/code"
          autoComplete="one-time-code"
          value={code}
          onChange={setCode}
          required
          maxLength={20}
        />
      )}
    </FormDialog>
  );
}
