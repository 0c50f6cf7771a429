import { useState } from 'react';
import type { Webhook } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { webhookTexts } from '../../texts/webhooks.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';

const refresh = ['/api/v1/webhooks', '/api/v1/webhook-deliveries'];

/** What can be done with one webhook. */
export function WebhookActions({
  webhook,
  onSecret,
}: {
  readonly webhook: Webhook;
  readonly onSecret: (secret: string) => void;
}) {
  const texts = useTexts(webhookTexts);
  const toast = useToast();
  const [isDeleting, setDeleting] = useState(false);
  const path = { webhook: webhook.id };
  const toggle = useAction(
    (is_enabled: boolean) =>
      client.PATCH('/api/v1/webhooks/{webhook}', { params: { path }, body: { is_enabled } }),
    { refresh, foresee: (is_enabled) => ({ id: webhook.id, fields: { is_enabled } }) },
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
