import { useState } from 'react';
import type { CreateWebhook, Webhook } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { webhookTexts } from '../../texts/webhooks.ts';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { SecretDialog } from '../../ui/secret-dialog.tsx';
import { Empty } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { AlertWebhook } from './alert-webhook.tsx';
import { WebhookActions } from './webhook-actions.tsx';
import { WebhookDeliveries } from './webhook-deliveries.tsx';

const refresh = ['/api/v1/webhooks'];
type EventType = NonNullable<CreateWebhook['event_types']>[number];

/** Endpoints that receive events, and what was delivered to them. */
export default function Webhooks() {
  const texts = useTexts(webhookTexts);
  const [secret, setSecret] = useState<string | null>(null);
  const reading = api.useInfiniteQuery('get', '/api/v1/webhooks', {}, paged);
  return (
    <>
      <Section
        title={texts.webhooks}
        description={texts.webhooksHint}
        actions={<CreateWebhookDialog onSecret={setSecret} />}
      >
        <ListTable
          label={texts.webhooks}
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
      <AlertWebhook />
      <WebhookDeliveries />
    </>
  );
}

function WebhookStatus({ webhook }: { readonly webhook: Webhook }) {
  const texts = useTexts(webhookTexts);
  const { is_enabled, disabled_reason, failing_since } = webhook;
  if (!is_enabled)
    return <Badge tone="bad">{texts.disabledBecause[disabled_reason ?? 'manual']}</Badge>;
  return failing_since === null ? (
    <Badge tone="good">{texts.enabled}</Badge>
  ) : (
    <Badge tone="warn">{texts.failing}</Badge>
  );
}

const newWebhook = { url: '', description: '', events: '' };

function CreateWebhookDialog({ onSecret }: { readonly onSecret: (secret: string) => void }) {
  const texts = useTexts(webhookTexts);
  const draft = useDraft('webhook', newWebhook);
  const { url, description, events } = draft.value;
  const { set } = draft;
  const create = useAction(
    (body: CreateWebhook, header) =>
      client.POST('/api/v1/webhooks', { body, params: { header } }).then(({ data }) => data),
    {
      refresh,
      onDone: (made) => made !== undefined && onSecret(made.secret),
    },
  );
  const types = events.split(/[\s,]+/).filter((one) => one !== '') as EventType[];
  return (
    <FormDialog
      button={texts.createWebhook}
      title={texts.createWebhook}
      action={texts.createWebhook}
      change={create}
      draft={draft}
      input={() => ({ url, description, ...(types.length > 0 && { event_types: types }) })}
    >
      <TextField
        type="url"
        label={texts.url}
        hint={texts.urlHint}
        pointer="/url"
        value={url}
        onChange={(value) => set({ url: value })}
        required
      />
      <TextField
        label={texts.descriptionLabel}
        pointer="/description"
        value={description}
        onChange={(value) => set({ description: value })}
      />
      <TextAreaField
        label={texts.events}
        hint={texts.eventsHint}
        pointer="/event_types"
        value={events}
        onChange={(value) => set({ events: value })}
      />
    </FormDialog>
  );
}
