import { X } from 'lucide-react';
import { useEffect } from 'react';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { NumberField, TextField } from '../../ui/field.tsx';
import { useVersions, VersionField } from '../../ui/version-field.tsx';
import type { VariantDraft } from './experiment-draft.ts';

const maxVariants = 10;

/** The versions that are compared, with their shares of the traffic; at first the active one and the newest other. */
export function VariantFields({
  agent,
  variants,
  onChange,
}: {
  readonly agent: string;
  readonly variants: readonly VariantDraft[];
  /** Takes what becomes of the variants as they are by then. */
  readonly onChange: (
    change: (variants: readonly VariantDraft[]) => readonly VariantDraft[],
  ) => void;
}) {
  const texts = useTexts(experimentTexts);
  const { versions } = useVersions(agent);
  useEffect(() => {
    const active = versions.find(({ is_active }) => is_active);
    const isChosen = (all: readonly VariantDraft[]) => all.some(({ version }) => version !== '');
    if (active === undefined || isChosen(variants)) return;
    const ids = [active.id, versions.find((one) => one !== active)?.id];
    onChange((all) =>
      isChosen(all) ? all : all.map((one, index) => ({ ...one, version: ids[index] ?? '' })),
    );
  }, [versions, variants, onChange]);
  const sum = variants.reduce((total, { weight }) => total + (weight ?? 0), 0);
  return (
    <>
      {variants.map((variant, index) => {
        const set = (changes: Partial<VariantDraft>) =>
          onChange((all) =>
            all.map((one) => (one.key === variant.key ? { ...one, ...changes } : one)),
          );
        return (
          <fieldset key={variant.key} className="variant-fields">
            <legend>{index === 0 ? texts.control : texts.candidate(index)}</legend>
            <TextField
              label={texts.name}
              pointer={`/variants/${index}/name`}
              value={variant.name}
              onChange={(name) => set({ name })}
              required
              maxLength={64}
            />
            <VersionField
              agent={agent}
              label={texts.version}
              pointer={`/variants/${index}/version`}
              value={variant.version}
              onChange={(version) => set({ version })}
            />
            <NumberField
              label={texts.weightPercent}
              pointer={`/variants/${index}/weight`}
              min={0}
              max={100}
              value={variant.weight}
              onChange={(weight) => set({ weight })}
              required
            />
            {index > 0 && variants.length > 2 && (
              <IconButton
                label={texts.removeVariant(variant.name)}
                onClick={() => onChange((all) => all.filter(({ key }) => key !== variant.key))}
              >
                <X size={16} aria-hidden="true" />
              </IconButton>
            )}
          </fieldset>
        );
      })}
      <p className={sum === 100 ? 'muted small' : 'field-error'}>{texts.sum(sum)}</p>
      <p className="muted small">{texts.stickyHint}</p>
      {variants.length < maxVariants && (
        <p>
          <Button
            isSmall
            onClick={() =>
              onChange((all) => [
                ...all,
                {
                  key: crypto.randomUUID(),
                  name: `candidate-${variants.length}`,
                  version: '',
                  weight: 0,
                },
              ])
            }
          >
            {texts.addVariant}
          </Button>
        </p>
      )}
    </>
  );
}
