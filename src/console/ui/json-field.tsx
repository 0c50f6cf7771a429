import { type ReactNode, useState } from 'react';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { TextAreaField } from './field.tsx';
import { isSame } from './is-same.ts';
import { useDraft } from './use-draft.ts';

const pretty = (value: unknown): string => (value === null ? '' : JSON.stringify(value, null, 2));

/** JSON as text. What does not parse is kept, with its mistake, until it does. */
export function JsonField<Value>({
  value,
  onChange,
  draftKey,
  isOptional = false,
  check,
  ...field
}: {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly pointer?: string;
  readonly rows?: number;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  /** Names the text among the drafts. */
  readonly draftKey: string;
  /** An empty text is null. */
  readonly isOptional?: boolean;
  /** Returns what is wrong with JSON that parses; null if nothing is. */
  readonly check?: (value: unknown) => string | null;
}) {
  const texts = useTexts(uiTexts);
  const broken = useDraft<string | null>(draftKey, null);
  const [typed, setTyped] = useState(() => pretty(value));
  const parsed = parse(typed, isOptional);
  const shown =
    broken.value ?? (parsed.error === null && isSame(parsed.value, value) ? typed : pretty(value));
  const reason = broken.value === null ? null : whyBroken(parse(broken.value, isOptional), check);
  return (
    <TextAreaField
      rows={10}
      {...field}
      className="code-area"
      spellCheck={false}
      value={shown}
      error={reason === null ? null : texts.notJson(reason)}
      onChange={(text) => {
        setTyped(text);
        const read = parse(text, isOptional);
        if (whyBroken(read, check) === null) {
          broken.discard();
          onChange(read.value as Value);
        } else broken.change(text);
      }}
    />
  );
}

interface Parsed {
  readonly value: unknown;
  readonly error: string | null;
}

const whyBroken = (
  { value, error }: Parsed,
  check: ((value: unknown) => string | null) | undefined,
): string | null => error ?? check?.(value) ?? null;

function parse(text: string, isOptional: boolean): Parsed {
  if (isOptional && text.trim() === '') return { value: null, error: null };
  try {
    return { value: JSON.parse(text), error: null };
  } catch (error) {
    return { value: null, error: error instanceof Error ? error.message : String(error) };
  }
}
