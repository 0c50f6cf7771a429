import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { agentFilterTexts } from '../../../texts/agent-filter.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { uiTexts } from '../../../texts/ui.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { SelectField, TextField } from '../../../ui/field.tsx';
import { isRecord, isSame } from '../../../ui/is-same.ts';
import { JsonField } from '../../../ui/json-field.tsx';
import { useBuilder, useSection } from './context.tsx';
import {
  type FilterRow,
  filterOfRows,
  isTaken,
  newRow,
  operatorsOf,
  rowsOfFilter,
  subjects,
  textOfValue,
  valueOfText,
} from './filter-rows.ts';

/** Which files are searched: conditions in a form, and the filter itself beside it. */
export function FilterField() {
  const texts = useTexts(agentFilterTexts);
  const ui = useTexts(uiTexts);
  const { agent } = useBuilder();
  const [{ filter }, set] = useSection('knowledge');
  return (
    <>
      <h3>{texts.filter}</h3>
      <p className="small muted">{texts.filterHint}</p>
      <div className="side-by-side">
        <Conditions />
        <JsonField
          label={texts.filterJson}
          pointer="/config/knowledge/filter"
          rows={6}
          value={filter}
          draftKey={`agent.${agent.id}.filter`}
          isOptional
          check={(value) => (value === null || isRecord(value) ? null : ui.notObject)}
          onChange={(next) => set({ filter: next })}
        />
      </div>
    </>
  );
}

function Conditions() {
  const texts = useTexts(agentFilterTexts);
  const [{ filter }, set] = useSection('knowledge');
  const rows = rowsOfFilter(filter);
  if (rows === null) return <p className="note">{texts.tooRich}</p>;
  const write = (next: readonly FilterRow[]) => set({ filter: filterOfRows(next) });
  return (
    <div className="schema-form">
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a condition has no identity but its place; its name is edited here.
        <fieldset key={index} className="row-card">
          <legend className="visually-hidden">{texts.condition(index + 1)}</legend>
          <Condition
            row={row}
            isTaken={(next) => isTaken(rows, index, next)}
            onChange={(next) => write(rows.map((one, at) => (at === index ? next : one)))}
            onRemove={() => write(rows.filter((_, at) => at !== index))}
            number={index + 1}
          />
        </fieldset>
      ))}
      <div className="form-actions">
        <Button isSmall onClick={() => write([...rows, newRow(rows)])}>
          {texts.addCondition}
        </Button>
      </div>
    </div>
  );
}

function Condition({
  row,
  number,
  isTaken: isOther,
  onChange,
  onRemove,
}: {
  readonly row: FilterRow;
  readonly number: number;
  /** Returns whether another condition is about the same field and operator, which would be lost. */
  readonly isTaken: (row: FilterRow) => boolean;
  readonly onChange: (row: FilterRow) => void;
  readonly onRemove: () => void;
}) {
  const texts = useTexts(agentFilterTexts);
  const { subject, name, operator, value } = row;
  const [typedName, setTypedName] = useState<string | null>(null);
  const change = (next: FilterRow) => !isOther(next) && onChange(next);
  const rename = (text: string) => {
    const next = { ...row, name: text };
    const isUsable = text !== '' && !isOther(next);
    setTypedName(isUsable ? null : text);
    if (isUsable) onChange(next);
  };
  return (
    <>
      <div className="row-fields">
        <SelectField
          label={texts.subject}
          value={subject}
          choices={subjects.map((one) => ({ value: one, label: texts.subjects[one] }))}
          onChange={(next) =>
            change({
              subject: next,
              name: next === 'metadata' ? `field_${number}` : '',
              operator: 'eq',
              value: '',
            })
          }
        />
        {subject === 'metadata' && (
          <TextField
            label={texts.name}
            value={typedName ?? name}
            error={typedName === null ? null : texts.nameTaken}
            onChange={rename}
          />
        )}
      </div>
      <div className="row-fields">
        <SelectField
          label={texts.operator}
          value={operator}
          choices={operatorsOf(subject).map((one) => ({ value: one, label: texts.operators[one] }))}
          onChange={(next) => change(withOperator(row, next))}
        />
        {operator === 'exists' ? (
          <SelectField
            label={texts.value}
            value={value === true ? 'true' : 'false'}
            choices={(['true', 'false'] as const).map((one) => ({
              value: one,
              label: texts.exists[one],
            }))}
            onChange={(next) => onChange({ ...row, value: next === 'true' })}
          />
        ) : (
          <ValueField key={`${subject} ${operator}`} row={row} onChange={onChange} />
        )}
        <IconButton label={texts.removeCondition(number)} onClick={onRemove}>
          <Trash2 size={16} aria-hidden="true" />
        </IconButton>
      </div>
    </>
  );
}

const withOperator = (row: FilterRow, operator: FilterRow['operator']): FilterRow => {
  if (operator === 'exists') return { ...row, operator, value: true };
  const text = typeof row.value === 'boolean' ? '' : textOfValue(row.value, row.subject);
  return { ...row, operator, value: valueOfText(text, { ...row, operator }) };
};

function ValueField({
  row,
  onChange,
}: {
  readonly row: FilterRow;
  readonly onChange: (row: FilterRow) => void;
}) {
  const texts = useTexts(agentFilterTexts);
  // `1.` is kept while one types.
  const [typed, setTyped] = useState(() => textOfValue(row.value, row.subject));
  const isList = row.operator === 'in' || row.operator === 'nin';
  const shown = isSame(valueOfText(typed, row), row.value)
    ? typed
    : textOfValue(row.value, row.subject);
  return (
    <TextField
      label={texts.value}
      {...(isList && { hint: texts.listHint })}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        onChange({ ...row, value: valueOfText(text, row) });
      }}
    />
  );
}
