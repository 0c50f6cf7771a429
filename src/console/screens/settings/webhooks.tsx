import { useState } from 'react';
import type { CreateWebhook, Webhook, WebhookDelivery } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { settingsTexts } from '../../texts/settings.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { SelectField, TextAreaField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { SecretDialog } from '../../ui/secret-dialog.tsx';
import { Empty, ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';

const refresh = ['/api/v1/webhooks', '/api/v1/webhook-deliveries'];
type EventType = NonNullable<CreateWebhook['event_types']>[number];

/** Endpoints that receive events, and what was delivered to them. */
export default function Webhooks() {
  const texts = useTexts(settingsTexts);
  const [secret, setSecret] = useState<string | null>(null);
  const reading = api.useInfiniteQuery('get', '/api/v1/webhooks', {}, paged);
  return (
    <>
      <Section
        title={texts.parts.webhooks}
        description={texts.webhooksHint}
        actions={<CreateWebhookDialog onSecret={setSecret} />}
      >
        <ListTable
          label={texts.parts.webhooks}
          loading={texts.loading}
          reading={reading}
          rows={rowsOf(reading.data)}
          keyOf={({ id }) => id}
          columns={[
            {
              name: texts.url,
              cell: ({ url, description }) => (
                <>
                  {url} {description !== '' && <span className="excerpt">{description}</span>}
                </>
              ),
            },
            {
              name: texts.events,
              cell: ({ event_types }) => event_types.join(', '),
              isMinor: true,
            },
            { name: texts.status, cell: (webhook) => <WebhookStatus webhook={webhook} /> },
            {
              name: texts.actions,
              cell: (webhook) => <WebhookActions webhook={webhook} onSecret={setSecret} />,
            },
          ]}
          empty={<Empty title={texts.noWebhooks}>{texts.noWebhooksHint}</Empty>}
        />
        <SecretDialog title={texts.signingSecret} secret={secret} onClose={() => setSecret(null)} />
      </Section>
      <Deliveries />
    </>
  );
}

function WebhookStatus({ webhook }: { readonly webhook: Webhook }) {
  const texts = useTexts(settingsTexts);
  const { is_enabled, disabled_reason, failing_since } = webhook;
  if (!is_enabled)
    return <Badge tone="bad">{texts.disabledBecause[disabled_reason ?? 'manual']}</Badge>;
  return failing_since === null ? (
    <Badge tone="good">{texts.enabled}</Badge>
  ) : (
    <Badge tone="warn">{texts.failing}</Badge>
  );
}

function CreateWebhookDialog({ onSecret }: { readonly onSecret: (secret: string) => void }) {
  const texts = useTexts(settingsTexts);
  const [url, setUrl] = useState('');
  const [description, setDescription] = useState('');
  const [events, setEvents] = useState('');
  const create = useAction(
    (body: CreateWebhook, header) =>
      client.POST('/api/v1/webhooks', { body, params: { header } }).then(({ data }) => data),
    {
      refresh,
      onDone: (made) => {
        if (made !== undefined) onSecret(made.secret);
        setUrl('');
      },
    },
  );
  const types = events.split(/[\s,]+/).filter((one) => one !== '') as EventType[];
  return (
    <FormDialog
      button={texts.createWebhook}
      title={texts.createWebhook}
      action={texts.createWebhook}
      change={create}
      input={() => ({ url, description, ...(types.length > 0 && { event_types: types }) })}
    >
      <TextField
        type="url"
        label={texts.url}
        hint={texts.urlHint}
        pointer="/url"
        value={url}
        onChange={setUrl}
        required
      />
      <TextField
        label={texts.descriptionLabel}
        pointer="/description"
        value={description}
        onChange={setDescription}
      />
      <TextAreaField
        label={texts.events}
        hint={texts.eventsHint}
        pointer="/event_types"
        value={events}
        onChange={setEvents}
      />
    </FormDialog>
  );
}

function WebhookActions({
  webhook,
  onSecret,
}: {
  readonly webhook: Webhook;
  readonly onSecret: (secret: string) => void;
}) {
  const texts = useTexts(settingsTexts);
  const toast = useToast();
  const [isDeleting, setDeleting] = useState(false);
  const path = { webhook: webhook.id };
  const toggle = useAction(
    (is_enabled: boolean) =>
      client.PATCH('/api/v1/webhooks/{webhook}', { params: { path }, body: { is_enabled } }),
    { refresh },
  );
  const test = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/webhooks/{webhook}/test', { params: { path, header } }),
    { refresh, onDone: () => toast(texts.testQueued) },
  );
  const rotate = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/webhooks/{webhook}/rotate-secret', { params: { path, header }, body: {} })
        .then(({ data }) => data),
    { refresh, onDone: (made) => made !== undefined && onSecret(made.secret) },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/webhooks/{webhook}', { params: { path } }),
    {
      refresh,
      onDone: () => setDeleting(false),
    },
  );
  return (
    <>
      <Menu
        label={`${texts.actions}: ${webhook.url}`}
        items={[
          { label: texts.test, onSelect: () => test.run(undefined) },
          {
            label: webhook.is_enabled ? texts.disable : texts.enable,
            onSelect: () => toggle.run(!webhook.is_enabled),
          },
          ...(webhook.purpose === 'general'
            ? [
                { label: texts.rotateSecret, onSelect: () => rotate.run(undefined) },
                { label: texts.delete, isDangerous: true, onSelect: () => setDeleting(true) },
              ]
            : []),
        ]}
      />
      <ProblemNote problem={toggle.problem ?? test.problem ?? rotate.problem} />
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={texts.deleteWebhookTitle}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteWebhookHint(webhook.url)}
      </ConfirmDialog>
    </>
  );
}

const filters = { status: '' };
const deliveryTones = {
  pending: 'info',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'neutral',
} as const;

function Deliveries() {
  const texts = useTexts(settingsTexts);
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
