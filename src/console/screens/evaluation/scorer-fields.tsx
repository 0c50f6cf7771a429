import { X } from 'lucide-react';
import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { scorerTexts } from '../../texts/scorers.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { CheckField, NumberField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx';
import {
  emptyScorer,
  type ScorerDraft,
  type Setting,
  type SettingName,
  scorerTypes,
  settingsOf,
} from './scorer-types.ts';

/** How answers are scored: a list of scorers with their settings. */
export function ScorerFields({
  scorers,
  onChange,
}: {
  readonly scorers: readonly ScorerDraft[];
  readonly onChange: (scorers: readonly ScorerDraft[]) => void;
}) {
  const texts = useTexts(scorerTexts);
  return (
    <>
      {scorers.map((scorer, index) => (
        <ScorerField
          key={scorer.key}
          scorer={scorer}
          pointer={`/scorers/${index}`}
          onChange={(next) => onChange(scorers.with(index, next))}
          {...(scorers.length > 1 && { onRemove: () => onChange(scorers.toSpliced(index, 1)) })}
        />
      ))}
      <p>
        <Button
          isSmall
          onClick={() => onChange([...scorers, emptyScorer('contains', crypto.randomUUID())])}
        >
          {texts.add}
        </Button>
      </p>
    </>
  );
}

function ScorerField({
  scorer,
  pointer,
  onChange,
  onRemove,
}: {
  readonly scorer: ScorerDraft;
  readonly pointer: string;
  readonly onChange: (scorer: ScorerDraft) => void;
  readonly onRemove?: () => void;
}) {
  const texts = useTexts(scorerTexts);
  const { type, values, name, weight, threshold } = scorer;
  return (
    <fieldset className="scorer">
      <legend>{texts.types[type]}</legend>
      <div className="scorer-head">
        <SelectField
          label={texts.type}
          hint={texts.hints[type]}
          pointer={`${pointer}/type`}
          value={type}
          onChange={(next) => onChange(emptyScorer(next, scorer.key))}
          choices={scorerTypes.map((value) => ({ value, label: texts.types[value] }))}
        />
        {onRemove !== undefined && (
          <IconButton label={texts.remove(texts.types[type])} onClick={onRemove}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        )}
      </div>
      {settingsOf(type).map(([key, setting]) => (
        <SettingField
          key={key}
          name={key}
          setting={setting}
          pointer={`${pointer}/${key}`}
          value={values[key] ?? ''}
          onChange={(value) => onChange({ ...scorer, values: { ...values, [key]: value } })}
        />
      ))}
      <details>
        <summary>{texts.further}</summary>
        <div className="scorer-further">
          <TextField
            label={texts.name}
            hint={texts.nameHint}
            pointer={`${pointer}/name`}
            value={name}
            onChange={(next) => onChange({ ...scorer, name: next })}
          />
          <NumberField
            label={texts.weight}
            hint={texts.weightHint}
            pointer={`${pointer}/weight`}
            value={weight}
            onChange={(next) => onChange({ ...scorer, weight: next })}
          />
          {type !== 'latency' && type !== 'cost' && (
            <NumberField
              label={texts.threshold}
              hint={texts.thresholdHint}
              pointer={`${pointer}/threshold`}
              min={0}
              max={1}
              value={threshold}
              onChange={(next) => onChange({ ...scorer, threshold: next })}
            />
          )}
        </div>
      </details>
    </fieldset>
  );
}

interface SettingProps {
  readonly name: SettingName;
  readonly setting: Setting;
  readonly pointer: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function SettingField({ name, setting, ...field }: SettingProps) {
  const texts = useTexts(scorerTexts);
  const { value, onChange, pointer } = field;
  const { kind, isRequired = false } = setting;
  const label = texts.settings[name];
  switch (kind) {
    case 'check':
      return (
        <CheckField
          label={label}
          pointer={pointer}
          checked={value === 'true'}
          onChange={(checked) => onChange(String(checked))}
        />
      );
    case 'choice':
      return (
        <SelectField
          {...field}
          label={label}
          choices={[
            { value: '', label: texts.usual },
            ...setting.choices.map((one) => ({ value: one, label: one })),
          ]}
        />
      );
    case 'number':
      return (
        <NumberField
          label={label}
          pointer={pointer}
          required={isRequired}
          value={value === '' ? null : Number(value)}
          onChange={(next) => onChange(next === null ? '' : String(next))}
        />
      );
    case 'judge':
      return <JudgeField label={label} {...field} />;
    case 'text':
      return <TextField {...field} label={label} required={isRequired} />;
    case 'lines':
      return <TextAreaField {...field} label={label} hint={texts.linesHint} rows={2} />;
    case 'json':
      return <TextAreaField {...field} label={label} className="code-area" required={isRequired} />;
  }
}

function JudgeField({
  label,
  pointer,
  value,
  onChange,
}: Omit<SettingProps, 'name' | 'setting'> & { readonly label: string }) {
  const texts = useTexts(scorerTexts);
  const mayRead = useCan('judges:read');
  const { data } = api.useQuery(
    'get',
    '/api/v1/judges',
    { params: { query: { limit: 100 } } },
    { enabled: mayRead },
  );
  return (
    <SelectField
      label={label}
      {...(data?.data.length === 0 && { hint: texts.noJudges })}
      pointer={pointer}
      value={value}
      onChange={onChange}
      required
      choices={[
        { value: '', label: texts.choose, disabled: true },
        ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
      ]}
    />
  );
}
