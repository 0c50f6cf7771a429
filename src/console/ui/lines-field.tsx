import { type ReactNode, useState } from 'react';
import { TextAreaField } from './field.tsx';
import { isSame } from './is-same.ts';

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** A list of texts, one in each line. */
export function LinesField({
  value,
  onChange,
  ...field
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly pointer: string;
  readonly rows?: number;
  readonly value: readonly string[];
  readonly onChange: (value: string[]) => void;
}) {
  // Empty lines are kept while one types.
  const [typed, setTyped] = useState(value.join('\n'));
  const shown = isSame(linesOf(typed), value) ? typed : value.join('\n');
  return (
    <TextAreaField
      rows={2}
      {...field}
      value={shown}
      onChange={(text) => {
        setTyped(text);
        onChange(linesOf(text));
      }}
    />
  );
}
