import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { replayTexts } from '../../../texts/replays.ts';
import { NumberField } from '../../../ui/field.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

/** Continues a replay or a shadow, with the cost limit that it has or with another one. */
export function ResumeReplay({
  limit,
  resume,
  refresh,
  draftKey,
}: {
  readonly limit: number;
  readonly resume: (
    input: { readonly max_cost_usd?: number },
    header: { readonly 'Idempotency-Key': string },
  ) => Promise<unknown>;
  readonly refresh: string;
  readonly draftKey: string;
}) {
  const texts = useTexts(replayTexts);
  const draft = useDraft(`${draftKey}.resume`, { maxCost: limit as number | null });
  const { maxCost } = draft.value;
  const change = useAction(resume, { refresh: [refresh] });
  return (
    <FormDialog
      button={texts.resume}
      title={texts.resume}
      action={texts.resume}
      change={change}
      draft={draft}
      input={() => (maxCost === null || maxCost === limit ? {} : { max_cost_usd: maxCost })}
    >
      <NumberField
        label={texts.maxCost}
        hint={texts.maxCostHint}
        pointer="/max_cost_usd"
        value={maxCost}
        onChange={(next) => draft.set({ maxCost: next })}
        required
      />
    </FormDialog>
  );
}
