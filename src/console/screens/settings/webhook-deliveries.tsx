import type { WebhookDelivery } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { webhookTexts } from '../../texts/webhooks.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Section } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';

const refresh = ['/api/v1/webhook-deliveries'];
const filters = { status: '' };
const deliveryTones = {
  pending: 'info',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'neutral',
} as const;

/** What was sent to webhooks, and how they answered. */
export function WebhookDeliveries() {
  const texts = useTexts(webhookTexts);
  const format = useFormat();
  const [{ status }, setFilters] = useUrlState(filters);
  const query = status === '' ? {} : { status: status as WebhookDelivery['status'] };
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/webhook-deliveries',
    { params: { query } },
    paged,
  );
  const redeliver = useAction(
    (delivery: string, header) =>
      client.POST('/api/v1/webhook-deliveries/{delivery}/redeliver', {
        params: { path: { delivery }, header },
      }),
    { refresh },
  );
  const choices = Object.entries(texts.deliveryStatuses).map(([value, label]) => ({
    value,
    label,
  }));
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
      <ProblemNote problem={redeliver.problem} />
      <ListTable
        label={texts.deliveries}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.event, cell: ({ event_type }) => <code>{event_type}</code> },
          {
            name: texts.status,
            cell: (one) => (
              <Badge tone={deliveryTones[one.status]}>{texts.deliveryStatuses[one.status]}</Badge>
            ),
          },
          {
            name: texts.response,
            cell: ({ response_status, error }) => response_status ?? error ?? '–',
          },
          { name: texts.attempts, cell: ({ attempts }) => attempts, isNumber: true, isMinor: true },
          {
            name: texts.duration,
            cell: ({ latency_ms }) => format.duration(latency_ms),
            isNumber: true,
            isMinor: true,
          },
          { name: texts.created, cell: ({ created_at }) => <Time value={created_at} /> },
          {
            name: texts.actions,
            cell: (one) =>
              one.status === 'failed' && (
                <Button isSmall isBusy={redeliver.isRunning} onClick={() => redeliver.run(one.id)}>
                  {texts.redeliver}
                </Button>
              ),
          },
        ]}
        empty={<p className="muted">{texts.noDeliveries}</p>}
      />
    </Section>
  );
}
