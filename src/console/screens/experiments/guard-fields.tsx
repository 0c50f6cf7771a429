import { X } from 'lucide-react';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import type { GuardDraft } from './experiment-draft.ts';
import { MetricField } from './metric-field.tsx';
import { metricNames } from './metrics.ts';

const maxGuards = 10;

/** Metrics that must not get worse. */
export function GuardFields({
  guards,
  onChange,
}: {
  readonly guards: readonly GuardDraft[];
  readonly onChange: (guards: readonly GuardDraft[]) => void;
}) {
  const texts = useTexts(experimentTexts);
  const unused = metricNames.find((name) => !guards.some(({ metric }) => metric === name));
  return (
    <>
      {guards.map((guard, index) => (
        <fieldset key={guard.key} className="variant-fields">
          <legend>{texts.guard(index + 1)}</legend>
          <MetricField
            label={texts.metric}
            pointer={`/guard_metrics/${index}`}
            metric={guard.metric}
            effect={guard.effect}
            onChange={(metric, effect) =>
              onChange(guards.with(index, { ...guard, metric, effect }))
            }
          />
          <IconButton
            label={texts.removeGuard(index + 1)}
            onClick={() => onChange(guards.toSpliced(index, 1))}
          >
            <X size={16} aria-hidden="true" />
          </IconButton>
        </fieldset>
      ))}
      {guards.length < maxGuards && (
        <p>
          <Button
            isSmall
            onClick={() =>
              onChange([
                ...guards,
                { key: crypto.randomUUID(), metric: unused ?? 'event:', effect: 10 },
              ])
            }
          >
            {texts.addGuard}
          </Button>
        </p>
      )}
    </>
  );
}
