import { useState } from 'react';
import type { Provider, ProviderTest, PutProvider, paths } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { providerTexts } from '../../texts/providers.ts';
import { settingsPartTexts } from '../../texts/settings-parts.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { ConnectButton, ProviderName, useConnection } from './provider-connection.tsx';

type ProviderId = paths['/api/v1/providers/{provider}']['put']['parameters']['path']['provider'];

const refresh = ['/api/v1/providers', '/api/v1/models'];

/** Providers of models: their keys, and whether they answer. */
export default function Providers() {
  const texts = useTexts(providerTexts);
  const names = useTexts(settingsPartTexts);
  const mayManage = useCan('providers:manage');
  const { data, error, refetch } = api.useQuery('get', '/api/v1/providers');
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  if (data === undefined) return <Loading>{texts.loading}</Loading>;
  return (
    <Section title={names.providers} description={texts.providersHint}>
      <Table
        label={names.providers}
        rows={data.data}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.name, cell: (provider) => <ProviderName provider={provider} /> },
          {
            name: texts.status,
            cell: ({ usable }) => (
              <Badge tone={usable ? 'good' : 'neutral'}>
                {usable ? texts.usable : texts.needsKey}
              </Badge>
            ),
          },
          {
            name: texts.key,
            cell: ({ api_key, key_source }) =>
              api_key !== null ? (
                <code>…{api_key.last_four}</code>
              ) : key_source === 'deployment' ? (
                texts.keyOfDeployment
              ) : (
                '–'
              ),
          },
          {
            name: texts.baseUrl,
            cell: ({ base_url }) => base_url ?? texts.standard,
            isMinor: true,
          },
          {
            name: texts.actions,
            cell: (provider) => mayManage && <ProviderActions provider={provider} />,
          },
        ]}
      />
    </Section>
  );
}

function ProviderActions({ provider }: { readonly provider: Provider }) {
  const texts = useTexts(providerTexts);
  const [open, setOpen] = useState<'configure' | 'test' | 'remove' | null>(null);
  const [key, setKey] = useState('');
  const draft = useDraft(`provider.${provider.id}`, { url: provider.base_url ?? '' });
  const { url } = draft.value;
  const path = { provider: provider.id as ProviderId };
  const { urlHint, sayThatSaved } = useConnection(provider);
  const isUnset = provider.configurable && !provider.usable && provider.api_key === null;
  const configure = useAction(
    (body: PutProvider) => client.PUT('/api/v1/providers/{provider}', { params: { path }, body }),
    {
      refresh,
      onDone: () => {
        setKey('');
        sayThatSaved();
      },
    },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/providers/{provider}', { params: { path } }),
    { refresh, onDone: () => setOpen(null) },
  );
  return (
    <>
      {isUnset ? (
        <ConnectButton provider={provider} onClick={() => setOpen('configure')} />
      ) : (
        <Menu
          label={`${texts.actions}: ${provider.name}`}
          items={[
            ...(provider.configurable
              ? [{ label: texts.configure, onSelect: () => setOpen('configure') }]
              : []),
            { label: texts.test, onSelect: () => setOpen('test'), isDisabled: !provider.usable },
            ...(provider.api_key === null
              ? []
              : [{ label: texts.removeKey, isDangerous: true, onSelect: () => setOpen('remove') }]),
          ]}
        />
      )}
      <Dialog
        isOpen={open === 'test'}
        onClose={() => setOpen(null)}
        title={texts.testTitle(provider.name)}
      >
        {open === 'test' && <TestForm provider={provider.id as ProviderId} />}
      </Dialog>
      <ControlledFormDialog
        isOpen={open === 'configure'}
        onClose={() => setOpen(null)}
        title={provider.name}
        action={texts.save}
        change={configure}
        draft={draft}
        input={() => ({ ...(key !== '' && { api_key: key }), base_url: url === '' ? null : url })}
      >
        <TextField
          type="password"
          label={texts.apiKey}
          hint={provider.api_key === null ? texts.apiKeyHint : texts.apiKeyKept}
          pointer="/api_key"
          value={key}
          onChange={setKey}
          autoComplete="off"
        />
        <TextField
          type="url"
          label={texts.baseUrl}
          hint={urlHint}
          pointer="/base_url"
          value={url}
          onChange={(next) => draft.set({ url: next })}
        />
      </ControlledFormDialog>
      <ConfirmDialog
        isOpen={open === 'remove'}
        onClose={() => setOpen(null)}
        title={texts.removeKeyTitle(provider.name)}
        action={texts.removeKey}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.removeKeyHint}
      </ConfirmDialog>
    </>
  );
}

/** Asks one model of a provider for a word. */
function TestForm({ provider }: { readonly provider: ProviderId }) {
  const texts = useTexts(providerTexts);
  const format = useFormat();
  const draft = useDraft(`provider.${provider}.test`, { chosen: '' });
  const { chosen } = draft.value;
  const [result, setResult] = useState<ProviderTest | undefined>();
  const { data } = api.useQuery('get', '/api/v1/models', {
    params: { query: { provider, limit: 100 } },
  });
  const test = useAction(
    (model: string, header) =>
      client
        .POST('/api/v1/providers/{provider}/test', {
          params: { path: { provider }, header },
          body: { model },
        })
        .then(({ data: found }) => setResult(found)),
    { refresh: [] },
  );
  return (
    <Form problem={test.problem} onSubmit={() => test.run(chosen)}>
      <TextField
        label={texts.model}
        hint={texts.modelHint}
        pointer="/model"
        value={chosen}
        onChange={(next) => draft.set({ chosen: next })}
        list="models-of-provider"
        required
      />
      <datalist id="models-of-provider">
        {(data?.data ?? []).map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      <Button type="submit" kind="primary" isBusy={test.isRunning}>
        {texts.test}
      </Button>
      <div role="status">
        {result?.ok === true && (
          <p className="note note-good">{texts.answered(format.duration(result.latency_ms))}</p>
        )}
        {result?.ok === false && <p className="note note-bad">{result.error?.detail}</p>}
      </div>
    </Form>
  );
}
