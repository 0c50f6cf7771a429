import { useState } from 'react';
import type { Person } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { accountDataTexts } from '../../texts/account-data.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useConfirmedAction } from './confirm-person.tsx';

/** Requests another address, and says what happens until it is final. */
export function EmailSection({ person }: { readonly person: Person }) {
  const texts = useTexts(accountDataTexts);
  const draft = useDraft('email', { email: '' });
  const { email } = draft.value;
  const [sentTo, setSentTo] = useState<string | null>(null);
  const change = useConfirmedAction(
    (body: { email: string }, header) =>
      client.POST('/api/v1/me/email', { body, params: { header } }),
    {
      refresh: [],
      onDone: (_, sent) => setSentTo(sent.email),
    },
  );
  return (
    <Section
      title={texts.email}
      description={person.email}
      actions={
        <FormDialog
          button={texts.change}
          kind="plain"
          title={texts.change}
          action={texts.send}
          change={change}
          draft={draft}
          input={() => ({ email })}
        >
          <TextField
            type="email"
            autoComplete="email"
            label={texts.newEmail}
            pointer="/email"
            value={email}
            onChange={(next) => draft.set({ email: next })}
            required
            maxLength={254}
          />
          {texts.steps.split('\n').map((step) => (
            <p key={step} className="muted">
              {step}
            </p>
          ))}
        </FormDialog>
      }
    >
      {sentTo !== null && (
        <p className="note note-good" role="status">
          {texts.sent(sentTo)}
        </p>
      )}
    </Section>
  );
}
