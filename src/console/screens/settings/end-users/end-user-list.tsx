import { api, paged, rowsOf } from '../../../api/api.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { EndUserName } from '../../../ui/end-user-name.tsx';
import { SelectField, TextField } from '../../../ui/field.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';

const filters = { q: '', sort: 'last_seen', start_date: '', end_date: '' };

/** Ids are whatever the software of the customer says, slashes and colons included. */
const pathOfEndUser = (id: string): string => `/people/${encodeURIComponent(id)}`;

export function EndUserList() {
  const texts = useTexts(endUserTexts);
  const format = useFormat();
  const [state, setFilters] = useUrlState(filters);
  const { q, start_date, end_date } = state;
  const sort = state.sort === 'cost' ? 'cost' : 'last_seen';
  const query = {
    sort,
    ...(q !== '' && { q }),
    ...(start_date !== '' && { start_date }),
    ...(end_date !== '' && { end_date }),
  } as const;
  const reading = api.useInfiniteQuery('get', '/api/v1/end-users', { params: { query } }, paged);
  const isFiltered = q !== '' || start_date !== '' || end_date !== '';
  return (
    <Section title={texts.title} description={texts.hint}>
      <div className="filters">
        <TextField
          type="search"
          label={texts.searchHint}
          value={q}
          onChange={(value) => setFilters({ q: value })}
        />
        <SelectField
          label={texts.sort}
          value={sort}
          onChange={(value) => setFilters({ sort: value })}
          choices={(['last_seen', 'cost'] as const).map((value) => ({
            value,
            label: texts.sorts[value],
          }))}
        />
        <TextField
          type="date"
          label={texts.seenFrom}
          value={start_date}
          onChange={(value) => setFilters({ start_date: value })}
        />
        <TextField
          type="date"
          label={texts.seenTo}
          value={end_date}
          onChange={(value) => setFilters({ end_date: value })}
        />
      </div>
      <ListTable
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => pathOfEndUser(id)}
        columns={[
          { name: texts.person, cell: ({ id }) => <EndUserName id={id} /> },
          { name: texts.lastSeen, cell: ({ last_seen_at }) => <Time value={last_seen_at} /> },
          {
            name: texts.sessions,
            cell: ({ session_count }) => format.number(session_count),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.runs,
            cell: ({ run_count }) => format.number(run_count),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.ratings,
            cell: ({ feedback: { positive, negative, count } }) =>
              count === 0 ? '–' : texts.ratingsOf(format.number(positive), format.number(negative)),
            isMinor: true,
          },
          { name: texts.cost, cell: ({ cost_usd }) => format.money(cost_usd), isNumber: true },
        ]}
        empty={
          isFiltered ? (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          ) : (
            <Empty title={texts.none}>{texts.noneHint}</Empty>
          )
        }
      />
    </Section>
  );
}
