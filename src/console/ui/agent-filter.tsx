import { api } from '../api/api.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { SelectField } from './field.tsx';
import { ProblemNote } from './states.tsx';

/** Chooses one agent of the workspace, or all. */
export function AgentFilter({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const texts = useTexts(uiTexts);
  const { data } = api.useQuery('get', '/api/v1/agents', { params: { query: { limit: 100 } } });
  const agents = (data?.data ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <SelectField
      label={texts.agent}
      value={value}
      onChange={onChange}
      choices={[{ value: '', label: texts.all }, ...agents]}
    />
  );
}

/** The name of an agent, by its id until it is known. */
export function AgentName({ id }: { readonly id: string }) {
  const { data } = api.useQuery('get', '/api/v1/agents', { params: { query: { limit: 100 } } });
  const listed = data?.data.find((one) => one.id === id);
  // Archived, or one of very many.
  const { data: other } = api.useQuery(
    'get',
    '/api/v1/agents/{agent}',
    { params: { path: { agent: id } } },
    { enabled: data !== undefined && listed === undefined, staleTime: 300_000 },
  );
  const name = (listed ?? other)?.name ?? id;
  return (
    <span className="name" title={name}>
      {name}
    </span>
  );
}

/** Chooses the agent that a form is about. `''` chooses none. */
export function AgentField({
  value,
  onChange,
  ...field
}: {
  readonly label: string;
  readonly hint?: string;
  readonly pointer?: string;
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const texts = useTexts(uiTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/agents', {
    params: { query: { limit: 100 } },
  });
  return (
    <>
      <SelectField
        {...field}
        value={value}
        onChange={onChange}
        required
        choices={[
          { value: '', label: texts.choose, disabled: true },
          ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
      />
      <ProblemNote problem={error} onRetry={refetch} />
    </>
  );
}
