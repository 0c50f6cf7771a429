import { useState } from 'react';
import type { PutAlertWebhook } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { operationTexts } from '../../texts/operation.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Facts, Section } from '../../ui/page.tsx';
import { SecretDialog } from '../../ui/secret-dialog.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useDraft } from '../../ui/use-draft.ts';

const refresh = ['/api/v1/alerts/webhook'];

/** Where alerts of the workspace are sent. */
export function AlertWebhook() {
  const texts = useTexts(operationTexts);
  const mayRead = useCan('operations:read');
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/alerts/webhook',
    {},
    { enabled: mayRead },
  );
  if (!mayRead) return null;
  return (
    <Section
      title={texts.alerts}
      description={texts.alertsHint}
      actions={data !== undefined && <AlertActions url={data.url} />}
    >
      {data === undefined ? (
        error === null ? (
          <Loading>{texts.loading}</Loading>
        ) : (
          <Failed problem={error} onRetry={refetch} />
        )
      ) : data.url === null ? (
        <p className="muted">{texts.noAlerts}</p>
      ) : (
        <Facts
          facts={[
            [texts.url, data.url],
            [texts.secret, <code key="secret">…{data.last_four}</code>],
            [texts.changed, <Time key="changed" value={data.updated_at} />],
          ]}
        />
      )}
    </Section>
  );
}

function AlertActions({ url: stored }: { readonly url: string | null }) {
  const texts = useTexts(operationTexts);
  const mayWrite = useCan('workspace:write');
  const draft = useDraft('alert-webhook', { url: stored ?? '' });
  const { url } = draft.value;
  const [secret, setSecret] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const put = useAction(
    (body: PutAlertWebhook) =>
      client.PUT('/api/v1/alerts/webhook', { body }).then(({ data }) => data),
    { refresh, onDone: (made) => setSecret(made?.secret ?? null) },
  );
  const remove = useAction(() => client.DELETE('/api/v1/alerts/webhook'), {
    refresh,
    onDone: () => setAsking(false),
  });
  if (!mayWrite) return null;
  return (
    <>
      <FormDialog
        button={texts.setAlerts}
        kind="plain"
        title={texts.setAlerts}
        action={texts.save}
        change={put}
        draft={draft}
        input={() => ({ url })}
      >
        <TextField
          type="url"
          label={texts.url}
          hint={texts.urlHint}
          pointer="/url"
          value={url}
          onChange={(next) => draft.set({ url: next })}
          required
        />
      </FormDialog>
      {stored !== null && (
        <>
          <Button
            isBusy={put.isRunning}
            onClick={() => put.run({ url: stored, rotate_secret: true })}
          >
            {texts.rotate}
          </Button>
          <Button kind="quiet" onClick={() => setAsking(true)}>
            {texts.remove}
          </Button>
        </>
      )}
      <ProblemNote problem={put.problem} />
      <SecretDialog title={texts.alertSecret} secret={secret} onClose={() => setSecret(null)} />
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.removeAlertsTitle}
        action={texts.remove}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.removeAlertsHint}
      </ConfirmDialog>
    </>
  );
}
