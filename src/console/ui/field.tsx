import { type ComponentProps, type ReactNode, useId } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { useViolation } from './form.tsx';
import { Words } from './words.tsx';

interface FieldProps {
  readonly label: ReactNode;
  /** What to enter, in which unit, and what happens without it. */
  readonly hint?: ReactNode;
  /** JSON Pointer of the field in the body of the request, such as `/config/instructions`. */
  readonly pointer?: string;
  /** A violation that was found before the request. */
  readonly error?: string | null;
  readonly isLabelHidden?: boolean;
}

interface Wiring {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

/** A label, a control, a hint and the violation, which belong together for screen readers. */
export function Field({
  label,
  hint,
  pointer,
  error = null,
  isLabelHidden = false,
  children,
}: FieldProps & { readonly children: (wiring: Wiring) => ReactNode }) {
  const id = useId();
  const reported = useViolation(pointer);
  const violation = error ?? reported;
  const described = [
    ...(hint === undefined ? [] : [`${id}-hint`]),
    ...(violation === null ? [] : [`${id}-error`]),
  ];
  return (
    <div className="field">
      <label htmlFor={id} className={isLabelHidden ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described.length === 0 ? undefined : described.join(' '),
        'aria-invalid': violation === null ? undefined : true,
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      {violation !== null && (
        <p id={`${id}-error`} className="field-error">
          <Words>{violation}</Words>
        </p>
      )}
    </div>
  );
}

type Controlled<Element extends 'input' | 'textarea' | 'select', Value> = FieldProps &
  Omit<ComponentProps<Element>, 'value' | 'onChange' | 'children'> & {
    readonly value: Value;
    readonly onChange: (value: Value) => void;
  };

const splitProps = <Rest extends object>({
  label,
  hint,
  pointer,
  error,
  isLabelHidden,
  ...rest
}: FieldProps & Rest) => ({
  field: {
    label,
    ...(hint !== undefined && { hint }),
    ...(pointer !== undefined && { pointer }),
    ...(error !== undefined && { error }),
    ...(isLabelHidden !== undefined && { isLabelHidden }),
  },
  rest,
});

export function TextField(props: Controlled<'input', string>) {
  const { field, rest } = splitProps(props);
  const { onChange, ...input } = rest;
  return (
    <Field {...field}>
      {(wiring) => (
        <input
          type="text"
          autoComplete="off"
          {...input}
          {...wiring}
          className="control"
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** A text of several lines that grows with its content. */
export function TextAreaField(props: Controlled<'textarea', string>) {
  const { field, rest } = splitProps(props);
  const { onChange, className, ...area } = rest;
  return (
    <Field {...field}>
      {(wiring) => (
        <textarea
          rows={4}
          {...area}
          {...wiring}
          className={`control ${className ?? ''}`}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** A number; null for an empty field. */
export function NumberField(props: Controlled<'input', number | null>) {
  const { field, rest } = splitProps(props);
  const { onChange, value, ...input } = rest;
  return (
    <Field {...field}>
      {(wiring) => (
        <input
          type="number"
          step="any"
          {...input}
          {...wiring}
          className="control"
          value={value ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? null : target.valueAsNumber)}
        />
      )}
    </Field>
  );
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly disabled?: boolean;
}

/**
 * Chooses one of some values. A value that is none of them stays chosen, by itself: the list that names it has not been read yet,
 * or is longer than what was read.
 */
export function SelectField<Value extends string>(
  props: Controlled<'select', Value> & { readonly choices: readonly Choice<Value>[] },
) {
  const { field, rest } = splitProps(props);
  const { onChange, choices, ...select } = rest;
  const isOffered = choices.some(({ value }) => value === select.value);
  return (
    <Field {...field}>
      {(wiring) => (
        <select
          {...select}
          {...wiring}
          className="control select"
          onChange={({ target }) => onChange(target.value as Value)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value} disabled={choice.disabled}>
              {choice.label}
            </option>
          ))}
          {!isOffered && <option value={select.value}>{select.value}</option>}
        </select>
      )}
    </Field>
  );
}

/** Something that is on or off, and takes effect with the form. */
export function CheckField({
  label,
  hint,
  pointer,
  checked,
  onChange,
  disabled,
}: FieldProps & {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  const id = useId();
  const violation = useViolation(pointer);
  return (
    <div className="field field-check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        aria-invalid={violation === null ? undefined : true}
        onChange={({ target }) => onChange(target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} className="field-hint">
          {hint}
        </p>
      )}
      {violation !== null && (
        <p className="field-error">
          <Words>{violation}</Words>
        </p>
      )}
    </div>
  );
}

/** Search as one types; `Escape` empties it. */
export function SearchField({
  value,
  onChange,
  label,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly label?: string;
}) {
  const texts = useTexts(uiTexts);
  return (
    <input
      type="search"
      className="control search"
      aria-label={label ?? texts.search}
      placeholder={label ?? texts.search}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    />
  );
}
