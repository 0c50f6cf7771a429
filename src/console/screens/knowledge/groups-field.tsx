import { useState } from 'react';
import { useTexts } from '../../texts/catalogue.ts';
import { knowledgeTexts } from '../../texts/knowledge.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import { namesOf } from './lists.ts';

type Groups = readonly string[] | null;

/** Which end users may read: all (null), those with groups, or none. */
export function GroupsField({
  label,
  pointer,
  value,
  onChange,
}: {
  readonly label: string;
  readonly pointer: string;
  readonly value: Groups;
  readonly onChange: (groups: string[] | null) => void;
}) {
  const { groups: texts } = useTexts(knowledgeTexts);
  const [kind, setKind] = useState(value === null ? 'all' : value.length === 0 ? 'none' : 'some');
  const [names, setNames] = useState(value?.join(', ') ?? '');
  return (
    <>
      <SelectField
        label={label}
        hint={texts.hint}
        pointer={pointer}
        value={kind}
        onChange={(next) => {
          setKind(next);
          onChange(next === 'all' ? null : next === 'none' ? [] : namesOf(names));
        }}
        choices={[
          { value: 'all', label: texts.all },
          { value: 'some', label: texts.some },
          { value: 'none', label: texts.none },
        ]}
      />
      {kind === 'some' && (
        <TextField
          label={texts.names}
          value={names}
          placeholder="staff, team:finance"
          onChange={(text) => {
            setNames(text);
            onChange(namesOf(text));
          }}
        />
      )}
    </>
  );
}
