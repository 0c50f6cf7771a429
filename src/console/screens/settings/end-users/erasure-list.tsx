import { api, paged, rowsOf } from '../../../api/api.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { jobTones } from './end-user-exports.tsx';

/** Erasures of the workspace, newest first. */
export function ErasureList() {
  const texts = useTexts(endUserTexts);
  const reading = api.useInfiniteQuery('get', '/api/v1/erasures', {}, paged);
  return (
    <Section title={texts.parts.erasures} description={texts.erasuresHint}>
      <ListTable
        label={texts.parts.erasures}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/erasures/${id}`}
        columns={[
          { name: texts.erasure, cell: ({ pseudonym }) => pseudonym },
          {
            name: texts.status,
            cell: ({ status }) => (
              <Badge tone={jobTones[status]}>{texts.erasureStatuses[status]}</Badge>
            ),
          },
          {
            name: texts.created,
            cell: ({ created_at }) => <Time value={created_at} form="moment" />,
          },
          {
            name: texts.completed,
            cell: ({ completed_at }) => <Time value={completed_at} form="moment" />,
            isMinor: true,
          },
        ]}
        empty={<Empty title={texts.noErasures}>{texts.noErasuresHint}</Empty>}
      />
    </Section>
  );
}
