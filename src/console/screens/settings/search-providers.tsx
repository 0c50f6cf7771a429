import { useState } from 'react';
import type { PutSearchProvider, SearchProvider } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { operationTexts } from '../../texts/operation.ts';
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx';
import { NumberField, TextField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { SearchTest } from './search-test.tsx';

const refresh = ['/api/v1/search-providers'];

/** Providers of web search: their keys, prices, and whether they answer. */
export default function SearchProviders() {
  const texts = useTexts(operationTexts);
  const format = useFormat();
  const mayManage = useCan('providers:manage');
  const { data, error, refetch } = api.useQuery('get', '/api/v1/search-providers');
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  if (data === undefined) return <Loading>{texts.loading}</Loading>;
  return (
    <Section title={texts.search} description={texts.searchHint}>
      <Table
        label={texts.search}
        rows={data.data}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.name, cell: ({ name }) => name },
          { name: texts.status, cell: (provider) => <ProviderStatus provider={provider} /> },
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
            isMinor: true,
          },
          {
            name: texts.order,
            cell: ({ position }) => position ?? '–',
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.price,
            cell: ({ price_usd, price_source }) => (
              <>
                {format.money(price_usd)}{' '}
                {price_source === 'workspace' && <Badge>{texts.ownPrice}</Badge>}
              </>
            ),
            isNumber: true,
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

function ProviderStatus({ provider }: { readonly provider: SearchProvider }) {
  const texts = useTexts(operationTexts);
  const { usable, failure, needs_key } = provider;
  if (!usable) return <Badge>{needs_key ? texts.needsKey : texts.needsUrl}</Badge>;
  if (failure === null) return <Badge tone="good">{texts.usable}</Badge>;
  return (
    <>
      <Badge tone="warn">{texts.failing}</Badge>
      <span className="excerpt">{failure.detail}</span>
    </>
  );
}

function ProviderActions({ provider }: { readonly provider: SearchProvider }) {
  const texts = useTexts(operationTexts);
  const [open, setOpen] = useState<'configure' | 'test' | 'remove' | null>(null);
  const [key, setKey] = useState('');
  const draft = useDraft(`search-provider.${provider.id}`, {
    url: provider.base_url ?? '',
    price: (provider.price_source === 'list' ? null : provider.price_usd) as number | null,
  });
  const { url, price } = draft.value;
  const path = { search_provider: provider.id };
  const configure = useAction(
    (body: PutSearchProvider) =>
      client.PUT('/api/v1/search-providers/{search_provider}', { params: { path }, body }),
    { refresh, onDone: () => setKey('') },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/search-providers/{search_provider}', { params: { path } }),
    { refresh, onDone: () => setOpen(null) },
  );
  return (
    <>
      <Menu
        label={`${texts.actions}: ${provider.name}`}
        items={[
          { label: texts.configure, onSelect: () => setOpen('configure') },
          { label: texts.test, onSelect: () => setOpen('test'), isDisabled: !provider.usable },
          ...(provider.updated_at === null
            ? []
            : [{ label: texts.removeKey, isDangerous: true, onSelect: () => setOpen('remove') }]),
        ]}
      />
      <Dialog
        isOpen={open === 'test'}
        onClose={() => setOpen(null)}
        title={texts.testTitle(provider.name)}
      >
        {open === 'test' && <SearchTest provider={provider.id} />}
      </Dialog>
      <ControlledFormDialog
        isOpen={open === 'configure'}
        onClose={() => setOpen(null)}
        title={provider.name}
        action={texts.save}
        change={configure}
        draft={draft}
        input={() => ({
          ...(key !== '' && { api_key: key }),
          base_url: url === '' ? null : url,
          price_usd: price,
        })}
      >
        {provider.needs_key && (
          <TextField
            type="password"
            label={texts.apiKey}
            hint={provider.api_key === null ? texts.apiKeyHint : texts.apiKeyKept}
            pointer="/api_key"
            value={key}
            onChange={setKey}
          />
        )}
        <TextField
          type="url"
          label={texts.baseUrl}
          hint={texts.baseUrlHint}
          pointer="/base_url"
          value={url}
          onChange={(next) => draft.set({ url: next })}
          required={!provider.needs_key}
        />
        <NumberField
          label={texts.priceUsd}
          hint={texts.priceHint}
          pointer="/price_usd"
          min={0}
          max={1}
          value={price}
          onChange={(next) => draft.set({ price: next })}
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
