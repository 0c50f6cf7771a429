import { useTexts } from '../texts/catalogue.ts';
import { periodTexts } from '../texts/period.ts';
import { SelectField, TextField } from './field.tsx';
import { type Period, type PeriodState, type Preset, presets } from './period.ts';

const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Chooses the days of a report and the time zone in which they begin. */
export function PeriodFilter({
  state,
  period,
  workspaceZone,
  onChange,
}: {
  readonly state: PeriodState;
  readonly period: Period;
  readonly workspaceZone: string;
  readonly onChange: (changes: Partial<PeriodState>) => void;
}) {
  const texts = useTexts(periodTexts);
  const { start_date, end_date } = period;
  const known = presets.find((one) => one === state.range) ?? '30d';
  const zones = [...new Set([ownZone, 'UTC', ...(state.zone === '' ? [] : [state.zone])])].filter(
    (one) => one !== workspaceZone,
  );
  return (
    <>
      <SelectField<Preset>
        label={texts.period}
        value={known}
        onChange={(range) =>
          onChange(
            range === 'custom'
              ? { range, start_date, end_date }
              : { range, start_date: '', end_date: '' },
          )
        }
        choices={presets.map((value) => ({ value, label: texts.presets[value] }))}
      />
      {state.range === 'custom' && (
        <>
          <TextField
            type="date"
            label={texts.from}
            value={start_date}
            max={end_date}
            onChange={(value) => value !== '' && onChange({ start_date: value, end_date })}
          />
          <TextField
            type="date"
            label={texts.to}
            value={end_date}
            min={start_date}
            onChange={(value) => value !== '' && onChange({ start_date, end_date: value })}
          />
        </>
      )}
      <SelectField
        label={texts.zone}
        value={state.zone === workspaceZone ? '' : state.zone}
        onChange={(zone) => onChange({ zone })}
        choices={[
          { value: '', label: texts.ofWorkspace(workspaceZone) },
          ...zones.map((value) => ({
            value,
            label: value === ownZone ? texts.ofViewer(value) : value,
          })),
        ]}
      />
    </>
  );
}
