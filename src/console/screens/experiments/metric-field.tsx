import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { NumberField, SelectField, TextField } from '../../ui/field.tsx';
import { metricNames } from './metrics.ts';

const eventPrefix = 'event:';

/** A metric, or an event of sessions by its name, and the smallest change of it that matters. */
export function MetricField({
  label,
  hint,
  pointer,
  metric,
  effect,
  onChange,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly pointer: string;
  readonly metric: string;
  readonly effect: number | null;
  readonly onChange: (metric: string, effect: number | null) => void;
}) {
  const texts = useTexts(experimentTexts);
  const isEvent = metric.startsWith(eventPrefix);
  return (
    <>
      <SelectField
        label={label}
        {...(hint !== undefined && { hint })}
        {...(!isEvent && { pointer: `${pointer}/metric` })}
        value={isEvent ? eventPrefix : metric}
        onChange={(chosen) => onChange(chosen, effect)}
        choices={[
          ...metricNames.map((value) => ({ value, label: texts.metrics[value] })),
          { value: eventPrefix, label: texts.ownEvent },
        ]}
      />
      {isEvent && (
        <TextField
          label={texts.eventName}
          hint={texts.eventNameHint}
          pointer={`${pointer}/metric`}
          value={metric.slice(eventPrefix.length)}
          onChange={(name) => onChange(eventPrefix + name, effect)}
          required
        />
      )}
      <NumberField
        label={texts.minimumEffect}
        {...(hint !== undefined && { hint: texts.minimumEffectHint })}
        pointer={`${pointer}/minimum_effect`}
        value={effect}
        onChange={(next) => onChange(metric, next)}
        required
      />
    </>
  );
}
