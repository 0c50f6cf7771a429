import { useState } from 'react';
import { createApiClient, type Person, Problem } from '../../../client/index.ts';
import { getCredential, hasPasskeys } from '../../../client/passkeys.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { accountSignInTexts } from '../../texts/account-sign-in.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useIdentities } from './use-identities.ts';
import { usePasskey } from './use-passkey.ts';

/** Without the rule of the console that leaves for the sign-in after a 401: here it means a wrong password. */
const signIn = createApiClient();

/** The ways in which a person who is signed in signs in again. */
export function SignInAgain({
  person,
  onDone,
}: {
  readonly person: Person;
  readonly onDone: () => void;
}) {
  const texts = useTexts(accountSignInTexts);
  const passkeys = rowsOf(api.useInfiniteQuery('get', '/api/v1/me/passkeys', {}, paged).data);
  const identities = useIdentities();
  const providers = identities.flatMap(({ provider }) => provider ?? []);
  const mayUsePasskey = hasPasskeys && (passkeys?.length ?? 0) > 0;
  const canConfirm = person.has_password || mayUsePasskey || providers.length > 0;
  return (
    <>
      <p>{texts.confirmHint}</p>
      {person.has_password && <ByPassword person={person} onDone={onDone} />}
      {mayUsePasskey && <ByPasskey person={person} onDone={onDone} isOnly={!person.has_password} />}
      {providers.map(({ id, name }) => (
        <p key={id}>
          <Button onClick={() => location.assign(`/auth/oidc/${id}?${returning()}`)}>
            {texts.with(name)}
          </Button>
        </p>
      ))}
      {providers.length > 0 && <p className="muted small">{texts.elsewhereHint}</p>}
      {!canConfirm && passkeys !== undefined && <SignOutFirst />}
    </>
  );
}

const returning = () => new URLSearchParams({ next: location.pathname }).toString();

function ByPassword({ person, onDone }: { readonly person: Person; readonly onDone: () => void }) {
  const texts = useTexts(accountSignInTexts);
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const confirm = useAction(
    () => {
      const factor = person.has_two_factor ? { code: code.trim() } : {};
      const body = { email: person.email, password, ...factor };
      return signIn.POST('/api/v1/auth/sign-in', { body });
    },
    { refresh: ['/api/v1/me'], onDone },
  );
  return (
    <Form problem={confirm.problem} onSubmit={() => confirm.run()}>
      <TextField
        type="password"
        autoComplete="current-password"
        label={texts.password}
        pointer="/password"
        value={password}
        onChange={setPassword}
        required
      />
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
      <div className="form-actions">
        <Button type="submit" kind="primary" isBusy={confirm.isRunning}>
          {texts.confirm}
        </Button>
      </div>
    </Form>
  );
}

function ByPasskey({
  person,
  onDone,
  isOnly,
}: {
  readonly person: Person;
  readonly onDone: () => void;
  readonly isOnly: boolean;
}) {
  const texts = useTexts(accountSignInTexts);
  const passkey = usePasskey();
  const confirm = useAction(
    async () => {
      const { data: options } = await signIn.POST('/api/v1/auth/passkey/options', { body: {} });
      if (options === undefined) return;
      const credential = await passkey(() => getCredential(options));
      const { data } = await signIn.POST('/api/v1/auth/passkey', { body: { credential } });
      if (data !== undefined && data.id !== person.id)
        throw new Problem(403, { code: 'forbidden', detail: texts.otherPerson });
    },
    { refresh: ['/api/v1/me'], onDone },
  );
  return (
    <>
      <p>
        <Button
          kind={isOnly ? 'primary' : 'plain'}
          isBusy={confirm.isRunning}
          onClick={() => confirm.run()}
        >
          {texts.withPasskey}
        </Button>
      </p>
      <ProblemNote problem={confirm.problem} />
    </>
  );
}

/** For accounts that sign in by links only. */
function SignOutFirst() {
  const texts = useTexts(accountSignInTexts);
  const leave = useAction(() => client.POST('/api/v1/auth/sign-out'), {
    refresh: [],
    onDone: () => location.assign(`/account?${returning()}`),
  });
  return (
    <>
      <p>{texts.signInAgainHint}</p>
      <div className="form-actions">
        <Button kind="primary" isBusy={leave.isRunning} onClick={() => leave.run()}>
          {texts.signInAgain}
        </Button>
      </div>
      <ProblemNote problem={leave.problem} />
    </>
  );
}
