import { api } from '../api/api.ts';

/** Chooses any number of agents of the workspace. */
export function AgentChecks({
  label,
  hint,
  chosen,
  onChange,
}: {
  readonly label: string;
  readonly hint: string;
  readonly chosen: readonly string[];
  readonly onChange: (ids: readonly string[]) => void;
}) {
  const { data } = api.useQuery('get', '/api/v1/agents', { params: { query: { limit: 100 } } });
  return (
    <fieldset className="checks">
      <legend className="field-label">{label}</legend>
      <span className="field-hint">{hint}</span>
      {(data?.data ?? []).map(({ id, name }) => (
        <label key={id} className="row">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
            }
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}
