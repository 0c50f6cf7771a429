import { Link } from 'wouter';
import type { ChannelDelivery } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { placeOf } from '../../../app/places.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { channelTexts } from '../../../texts/channels.ts';
import { SelectField } from '../../../ui/field.tsx';
import { Badge, Section } from '../../../ui/page.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';

const filters = { status: '' };
const tones = { pending: 'info', succeeded: 'good', failed: 'bad' } as const;

/** Answers that a channel sent to its service. */
export function ChannelDeliveries({ channel }: { readonly channel: string }) {
  const texts = useTexts(channelTexts);
  const [{ status }, setFilters] = useUrlState(filters);
  const query = status === '' ? {} : { status: status as ChannelDelivery['status'] };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/channels/{channel}/deliveries',
    { params: { path: { channel }, query } },
    paged,
  );
  const choices = Object.entries(texts.statuses).map(([value, label]) => ({ value, label }));
  return (
    <Section title={texts.deliveries} description={texts.deliveriesHint}>
      <div className="filters">
        <SelectField
          label={texts.status}
          value={status}
          onChange={(value) => setFilters({ status: value })}
          choices={[{ value: '', label: texts.all }, ...choices]}
        />
      </div>
      <ListTable<ChannelDelivery>
        label={texts.deliveries}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.createdAt, cell: ({ created_at }) => <Time value={created_at} /> },
          {
            name: texts.status,
            cell: (one) => <Badge tone={tones[one.status]}>{texts.statuses[one.status]}</Badge>,
          },
          { name: texts.notice, cell: ({ notice }) => notice ?? '–', isMinor: true },
          {
            name: texts.fault,
            cell: ({ error, response_status }) =>
              error === null ? '–' : `${response_status ?? ''} ${error}`.trim(),
          },
          { name: texts.attempts, cell: ({ attempts }) => attempts, isNumber: true, isMinor: true },
          {
            name: texts.nextAttempt,
            cell: ({ next_attempt_at }) => <Time value={next_attempt_at} />,
            isMinor: true,
          },
          {
            name: texts.session,
            cell: ({ session_id }) => (
              <Link href={placeOf(`/sessions/${session_id}`)}>{texts.session}</Link>
            ),
            isMinor: true,
          },
        ]}
        empty={<p className="muted">{texts.noDeliveries}</p>}
      />
    </Section>
  );
}
