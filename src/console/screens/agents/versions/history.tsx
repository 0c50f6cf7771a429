import type { Activation, Agent } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { versionTexts } from '../../../texts/agent-versions.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { type Column, ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { usePeople } from '../../../ui/use-people.ts';

export function History({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(versionTexts);
  const nameOf = usePeople(texts);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/agents/{agent}/activations',
    { params: { path: { agent: agent.id } } },
    paged,
  );
  const columns: readonly Column<Activation>[] = [
    { name: texts.when, cell: ({ created_at }) => <Time value={created_at} form="moment" /> },
    { name: texts.which, cell: ({ version }) => version.number },
    {
      name: texts.from,
      cell: ({ previous_version }) => previous_version?.number ?? '–',
      isMinor: true,
    },
    { name: texts.who, cell: ({ actor }) => nameOf(actor.id) },
    {
      name: texts.why,
      cell: ({ reason, override_reason }) =>
        [reason, override_reason === null ? null : texts.overridden(override_reason)]
          .filter((one) => one !== null)
          .join(' · ') || '–',
    },
  ];
  return (
    <ListTable
      label={texts.history}
      loading={texts.historyLoading}
      reading={reading}
      rows={rowsOf(reading.data)}
      columns={columns}
      keyOf={({ id }) => id}
      empty={null}
    />
  );
}
