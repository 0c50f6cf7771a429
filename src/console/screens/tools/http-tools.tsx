import { useState } from 'react';
import type { Tool } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { LinkButton } from '../../ui/button.tsx';
import { SearchField, SelectField } from '../../ui/field.tsx';
import { Empty } from '../../ui/states.tsx';
import { type Column, ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { EffectBadge } from './effect-badge.tsx';
import { Lists } from './lists.tsx';

const filters = { q: '', effect: '' };
const effects = ['read', 'write', 'destructive'] as const;

export function HttpTools() {
  const texts = useTexts(toolTexts);
  const mayWrite = useCan('tools:write');
  const [{ q, effect }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(q);
  const wanted = effects.find((one) => one === effect);
  const query = { ...(q !== '' && { q }), ...(wanted !== undefined && { effect: wanted }) };
  const reading = api.useInfiniteQuery('get', '/api/v1/tools', { params: { query } }, paged);
  const columns: readonly Column<Tool>[] = [
    { name: texts.name, cell: ({ name }) => name },
    {
      name: texts.request,
      cell: ({ method, url }) => <code>{`${method} ${url}`}</code>,
      isMinor: true,
    },
    { name: texts.effect, cell: (tool) => <EffectBadge effect={tool.effect} /> },
    { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} /> },
  ];
  const actions = mayWrite && (
    <>
      <LinkButton to="/import">{texts.import}</LinkButton>
      <LinkButton to="/new" kind="primary">
        {texts.newTool}
      </LinkButton>
    </>
  );
  return (
    <Lists actions={actions}>
      <div className="filters">
        <SearchField
          value={typed}
          label={texts.search}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
        <SelectField
          label={texts.effect}
          isLabelHidden
          value={effect}
          choices={[
            { value: '', label: texts.allEffects },
            ...effects.map((value) => ({ value, label: texts.effects[value] })),
          ]}
          onChange={(value) => setFilters({ effect: value })}
        />
      </div>
      <ListTable
        label={texts.http}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        columns={columns}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        empty={
          q === '' && effect === '' ? (
            <Empty title={texts.none}>{texts.noneHint}</Empty>
          ) : (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          )
        }
      />
    </Lists>
  );
}
