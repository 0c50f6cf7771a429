import type { Workspace } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

const names = ['name', 'tax_id', 'email', 'currency_note'] as const;

/** Who is billed, as invoices print it. */
export function Billing() {
  const { data } = api.useQuery('get', '/api/v1/workspace', {}, { staleTime: 60_000 });
  return data === undefined ? null : <BillingForm key={data.updated_at} billing={data.billing} />;
}

function BillingForm({ billing }: Pick<Workspace, 'billing'>) {
  const texts = useTexts(costTexts);
  const toast = useToast();
  const draft = useDraft('billing', {
    ...{ name: billing?.name ?? '', address: billing?.address ?? '' },
    ...{ tax_id: billing?.tax_id ?? '', email: billing?.email ?? '' },
    currency_note: billing?.currency_note ?? '',
  });
  const save = useAction(
    async (input: typeof draft.value) => {
      const orNull = Object.entries(input).map(([name, value]) => [name, value.trim() || null]);
      return client.PATCH('/api/v1/workspace', { body: { billing: Object.fromEntries(orNull) } });
    },
    {
      refresh: ['/api/v1/workspace', '/api/v1/invoices'],
      onDone: () => toast(texts.billingSaved),
    },
  );
  return (
    <FormDialog
      button={texts.billing}
      kind="plain"
      title={texts.billing}
      action={texts.saveBilling}
      change={save}
      input={() => draft.value}
      draft={draft}
    >
      <p className="muted">{texts.billingHint}</p>
      {names.map((name) => (
        <TextField
          key={name}
          label={texts.billingFields[name]}
          pointer={`/billing/${name}`}
          value={draft.value[name]}
          onChange={(value) => draft.set({ [name]: value })}
        />
      ))}
      <TextAreaField
        label={texts.billingFields.address}
        pointer="/billing/address"
        value={draft.value.address}
        onChange={(address) => draft.set({ address })}
      />
    </FormDialog>
  );
}
