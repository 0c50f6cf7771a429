import { useState } from 'react';
import type { ChangePassword, Person } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { accountTexts } from '../../texts/account.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useConfirmedAction } from './confirm-person.tsx';

/** Sets or changes the password. */
export function PasswordSection({ person }: { readonly person: Person }) {
  const texts = useTexts(accountTexts);
  const toast = useToast();
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const change = useConfirmedAction(
    (body: ChangePassword, header) =>
      client.POST('/api/v1/me/password', { body, params: { header } }),
    {
      refresh: ['/api/v1/me'],
      onDone: () => {
        setCurrent('');
        setPassword('');
        toast(texts.passwordChanged);
      },
    },
  );
  const action = person.has_password ? texts.changePassword : texts.setPassword;
  return (
    <Section
      title={texts.password}
      description={person.has_password ? texts.passwordSet : texts.passwordMissing}
      actions={
        <FormDialog
          button={action}
          kind="plain"
          title={action}
          action={action}
          change={change}
          draft={null}
          input={() => ({ current_password: person.has_password ? current : null, password })}
        >
          {person.has_password && (
            <TextField
              type="password"
              autoComplete="current-password"
              label={texts.currentPassword}
              pointer="/current_password"
              value={current}
              onChange={setCurrent}
              required
            />
          )}
          <TextField
            type="password"
            autoComplete="new-password"
            label={texts.newPassword}
            hint={texts.newPasswordHint}
            pointer="/password"
            value={password}
            onChange={setPassword}
            required
            minLength={10}
            maxLength={256}
          />
        </FormDialog>
      }
    >
      {null}
    </Section>
  );
}
