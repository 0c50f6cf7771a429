import { useState } from 'react';
import type { ListedPrice } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { type OwnPrice, PriceDialog } from './price-dialog.tsx';
import { useOwnPrices } from './use-own-prices.ts';

const filters = { source: '', provider: '' };
const newPrice: OwnPrice = {
  model: '',
  input: null,
  output: null,
  cache_read: null,
  cache_write: null,
};

/** What models cost: the price table, and own prices, which take precedence. */
export default function Prices() {
  const texts = useTexts(costTexts);
  const format = useFormat();
  const mayWrite = useCan('providers:manage');
  const [state, change] = useUrlState(filters);
  const [edited, setEdited] = useState<OwnPrice | null>(null);
  const [removed, setRemoved] = useState<string | null>(null);
  const query = Object.fromEntries(Object.entries(state).filter(([, value]) => value !== ''));
  const reading = api.useInfiniteQuery('get', '/api/v1/prices', { params: { query } }, paged);
  const rows = rowsOf(reading.data);
  const columns: readonly Column<ListedPrice>[] = [
    {
      name: texts.model,
      cell: ({ model, source }) => (
        <>
          {model} {source === 'override' && <Badge tone="info">{texts.ownPrice}</Badge>}
        </>
      ),
    },
    { name: texts.input, cell: ({ prices }) => format.money(prices?.input), isNumber: true },
    { name: texts.output, cell: ({ prices }) => format.money(prices?.output), isNumber: true },
    {
      name: texts.cacheRead,
      cell: ({ prices }) => format.money(prices?.cache_read),
      ...{ isNumber: true, isMinor: true },
    },
    {
      name: texts.cacheWrite,
      cell: ({ prices }) => format.money(prices?.cache_write),
      ...{ isNumber: true, isMinor: true },
    },
    ...(rows?.some(({ source }) => source === 'override')
      ? [
          {
            name: texts.ofTable,
            cell: ({ source, table_prices }: ListedPrice) =>
              source === 'table'
                ? '–'
                : table_prices === null
                  ? texts.unknown
                  : `${format.money(table_prices.input)} / ${format.money(table_prices.output)}`,
            isMinor: true,
          },
        ]
      : []),
    ...(mayWrite
      ? [
          {
            name: texts.actionsColumn,
            cell: ({ model, source, prices }: ListedPrice) => (
              <Menu
                label={texts.actionsOf(model)}
                items={[
                  {
                    label: texts.setOwnPrice,
                    onSelect: () => setEdited({ ...newPrice, ...prices, model }),
                  },
                  ...(source === 'override'
                    ? [
                        {
                          label: texts.removeOwnPrice,
                          onSelect: () => setRemoved(model),
                          isDangerous: true,
                        },
                      ]
                    : []),
                ]}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <div className="filters">
        <SelectField
          label={texts.source}
          value={state.source}
          onChange={(source) => change({ source })}
          choices={[
            { value: '', label: texts.all },
            { value: 'override', label: texts.ownPrices },
            { value: 'table', label: texts.tablePrices },
          ]}
        />
        <TextField
          label={texts.dimensions.provider}
          value={state.provider}
          placeholder="openai"
          onChange={(provider) => change({ provider })}
        />
        {mayWrite && (
          <Button kind="primary" onClick={() => setEdited(newPrice)}>
            {texts.setPrice}
          </Button>
        )}
      </div>
      <ListTable
        label={texts.parts.prices}
        loading={texts.loading}
        reading={reading}
        rows={rows}
        columns={columns}
        keyOf={({ model }) => model}
        empty={<Empty title={texts.noPrices}>{texts.noPricesHint}</Empty>}
      />
      {edited !== null && <PriceDialog price={edited} onClose={() => setEdited(null)} />}
      {removed !== null && <Remove model={removed} onClose={() => setRemoved(null)} />}
    </>
  );
}

function Remove({ model, onClose }: { readonly model: string; readonly onClose: () => void }) {
  const texts = useTexts(costTexts);
  const toast = useToast();
  const save = useOwnPrices(() => {
    toast(texts.priceRemoved);
    onClose();
  });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={texts.removePriceOf(model)}
      action={texts.removeOwnPrice}
      isBusy={save.isRunning}
      problem={save.problem}
      onConfirm={() => save.run((prices) => prices.filter((one) => one.model !== model))}
    >
      <p>{texts.removePriceHint}</p>
    </ConfirmDialog>
  );
}
