import { useState } from 'react';
import type { Person, TwoFactorSecret } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { accountTexts } from '../../texts/account.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { Copyable, CopyButton } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useConfirmedAction } from './confirm-person.tsx';

/** A second factor of sign-in: codes of an authenticator. */
export function TwoFactorSection({ person }: { readonly person: Person }) {
  const texts = useTexts(accountTexts);
  return (
    <Section
      title={texts.twoFactor}
      description={person.has_two_factor ? texts.twoFactorOn : texts.twoFactorOff}
      actions={person.has_two_factor ? <Disable /> : <Enable person={person} />}
    >
      {null}
    </Section>
  );
}

/** Asks for the password, shows the secret, checks a code, and shows the recovery codes. */
function Enable({ person }: { readonly person: Person }) {
  const texts = useTexts(accountTexts);
  const [isOpen, setOpen] = useState(false);
  const [password, setPassword] = useState('');
  const [made, setMade] = useState<TwoFactorSecret | null>(null);
  const start = useConfirmedAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/me/two-factor', {
          params: { header },
          body: { password: person.has_password ? password : null },
        })
        .then(({ data }) => data),
    {
      refresh: [],
      onDone: (secret) => {
        setPassword('');
        setMade(secret ?? null);
      },
    },
  );
  const close = () => {
    setOpen(false);
    setMade(null);
    start.reset();
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.start}</Button>
      <Dialog isOpen={isOpen} onClose={close} title={texts.twoFactor}>
        {made === null ? (
          <Form problem={start.problem} onSubmit={() => start.run(undefined)}>
            <p>{texts.startHint}</p>
            {person.has_password && (
              <TextField
                type="password"
                autoComplete="current-password"
                label={texts.currentPassword}
                pointer="/password"
                value={password}
                onChange={setPassword}
                required
              />
            )}
            <div className="form-actions">
              <Button type="submit" kind="primary" isBusy={start.isRunning}>
                {texts.next}
              </Button>
            </div>
          </Form>
        ) : (
          <Confirm made={made} onDone={close} />
        )}
      </Dialog>
    </>
  );
}

function Confirm({
  made,
  onDone,
}: {
  readonly made: TwoFactorSecret;
  readonly onDone: () => void;
}) {
  const texts = useTexts(accountTexts);
  const toast = useToast();
  const [code, setCode] = useState('');
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const confirm = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/me/two-factor/confirm', { params: { header }, body: { code: code.trim() } })
        .then(({ data }) => data),
    // The rest is read again once the codes were seen, because this dialog belongs to what is off.
    { refresh: [], onDone: (reply) => setCodes(reply?.recovery_codes ?? []) },
  );
  const finish = useAction(
    async () => {
      toast(texts.enabled);
      onDone();
    },
    { refresh: ['/api/v1/me'] },
  );
  if (codes !== null)
    return (
      <>
        <h3>{texts.recovery}</h3>
        <p>{texts.recoveryHint}</p>
        <div className="snippet">
          <pre tabIndex={0}>{codes.join('\n')}</pre>
          <CopyButton text={codes.join('\n')} label={texts.copyCodes} />
        </div>
        <div className="form-actions">
          <Button kind="primary" onClick={() => finish.run()}>
            {texts.recoveryKept}
          </Button>
        </div>
      </>
    );
  return (
    <Form problem={confirm.problem} onSubmit={() => confirm.run(undefined)}>
      <p>{texts.secretHint}</p>
      <div className="field">
        <span className="field-label">{texts.secret}</span>
        <Copyable text={made.secret} />
      </div>
      <div className="field">
        <span className="field-label">{texts.uri}</span>
        <a href={made.uri}>{texts.openUri}</a>
        <Copyable text={made.uri} />
      </div>
      <TextField
        label={texts.code}
        hint={texts.codeHint}
        pointer="/code"
        inputMode="numeric"
        autoComplete="one-time-code"
        value={code}
        onChange={setCode}
        required
      />
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={confirm.isRunning}>
          {texts.confirm}
        </Button>
      </div>
    </Form>
  );
}

function Disable() {
  const texts = useTexts(accountTexts);
  const toast = useToast();
  const [code, setCode] = useState('');
  const disable = useAction(
    (body: { code: string }, header) =>
      client.POST('/api/v1/me/two-factor/disable', { body, params: { header } }),
    { refresh: ['/api/v1/me'], onDone: () => toast(texts.disabled) },
  );
  return (
    <FormDialog
      button={texts.disable}
      kind="plain"
      title={texts.disableTitle}
      action={texts.disable}
      change={disable}
      draft={null}
      input={() => ({ code: code.trim() })}
    >
      <TextField
        label={texts.code}
        hint={texts.disableHint}
        pointer="/code"
        autoComplete="one-time-code"
        value={code}
        onChange={setCode}
        required
        maxLength={20}
      />
    </FormDialog>
  );
}
