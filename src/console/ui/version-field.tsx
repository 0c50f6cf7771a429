import { api } from '../api/api.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { SelectField } from './field.tsx';
import { ProblemNote } from './states.tsx';

/** Chooses a version of an agent by its id; `''` chooses none. The newest hundred are offered. */
export function VersionField({
  agent,
  value,
  onChange,
  ...field
}: {
  readonly agent: string;
  readonly label: string;
  readonly hint?: string;
  readonly pointer?: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const texts = useTexts(uiTexts);
  const { versions, error, refetch } = useVersions(agent);
  const known = versions.map(({ id, number, labels, is_active }) => {
    const notes = [...labels, ...(is_active ? [texts.activeVersion] : [])];
    const label = texts.versionOf(number, notes.length === 0 ? '' : ` (${notes.join(', ')})`);
    return { value: id, label };
  });
  return (
    <>
      <SelectField
        {...field}
        value={value}
        onChange={onChange}
        required
        disabled={agent === ''}
        choices={[{ value: '', label: texts.choose, disabled: true }, ...known]}
      />
      <ProblemNote problem={error} onRetry={refetch} />
    </>
  );
}

/** The newest versions of an agent; none until they are read, or without an agent. */
export function useVersions(agent: string) {
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/versions',
    { params: { path: { agent }, query: { limit: 100 } } },
    { enabled: agent !== '' },
  );
  return { versions: data?.data ?? [], error, refetch };
}
