import { useTexts } from '../../texts/catalogue.ts';
import { sourceTexts } from '../../texts/knowledge-sources.ts';
import { TextAreaField, TextField } from '../../ui/field.tsx';
import type { fieldsOf, SourceType } from './source-fields.ts';

/** Parts of credentials that are no secrets themselves. */
const shownSecrets = new Set(['client_email', 'subject', 'client_id']);

/** One field of a source. */
export function SourceFieldView({
  field: { name, kind, isRequired = false, placeholder },
  type,
  isNew,
  value,
  onChange,
}: {
  readonly field: (typeof fieldsOf)[SourceType][number];
  readonly type: SourceType;
  readonly isNew: boolean;
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const { fields, hints } = useTexts(sourceTexts);
  const own = (hints as Record<string, string>)[name === 'token' ? type : name];
  const hint =
    kind === 'lines'
      ? hints.lines
      : kind === 'secret'
        ? [own, isNew ? hints.secretNew : hints.secret].filter(Boolean).join(' ')
        : own;
  const common = {
    label: fields[name],
    pointer: kind === 'secret' ? `/credentials/${name}` : `/${name}`,
    value,
    onChange,
    ...(hint !== undefined && { hint }),
    ...(placeholder !== undefined && { placeholder }),
    required: isRequired && isNew,
  };
  if (kind === 'lines' || name === 'private_key')
    return <TextAreaField {...common} rows={2} className="code-area" spellCheck={false} />;
  if (kind === 'number') return <TextField {...common} type="number" min={0} />;
  const isHidden = kind === 'secret' && !shownSecrets.has(name);
  return (
    <TextField
      {...common}
      type={isHidden ? 'password' : name === 'url' || name === 'endpoint' ? 'url' : 'text'}
      {...(isHidden && { autoComplete: 'new-password' })}
    />
  );
}
