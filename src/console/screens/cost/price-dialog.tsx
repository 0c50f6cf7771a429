import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { NumberField, TextField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useOwnPrices } from './use-own-prices.ts';

export interface OwnPrice {
  readonly model: string;
  /** US dollars per million tokens; null where none was entered. */
  readonly input: number | null;
  readonly output: number | null;
  readonly cache_read: number | null;
  readonly cache_write: number | null;
}

const classes = ['input', 'output', 'cache_read', 'cache_write'] as const;

/** Sets the price of one model. */
export function PriceDialog({
  price,
  onClose,
}: {
  readonly price: OwnPrice;
  readonly onClose: () => void;
}) {
  const texts = useTexts(costTexts);
  const toast = useToast();
  const draft = useDraft(`price.${price.model}`, price);
  const { value: form, change: setForm } = draft;
  const save = useOwnPrices(() => toast(texts.priceSaved));
  const own = {
    ...form,
    // Required fields: the form is not sent without them.
    input: form.input ?? 0,
    output: form.output ?? 0,
  };
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={texts.setPrice}
      action={texts.savePrice}
      change={save}
      draft={draft}
      // The changed price is the first, for the pointers of violations.
      input={() => (prices) => [own, ...prices.filter(({ model }) => model !== own.model)]}
    >
      <p className="muted">{texts.priceHint}</p>
      <TextField
        label={texts.model}
        pointer="/overrides/0/model"
        value={form.model}
        placeholder="openai-compatible/my-model"
        onChange={(model) => setForm((before) => ({ ...before, model: model.trim() }))}
        required
      />
      {classes.map((name) => (
        <NumberField
          key={name}
          label={texts.priceClasses[name]}
          pointer={`/overrides/0/${name}`}
          value={form[name]}
          onChange={(value) => setForm((before) => ({ ...before, [name]: value }))}
          min={0}
          required={name === 'input' || name === 'output'}
        />
      ))}
    </ControlledFormDialog>
  );
}
