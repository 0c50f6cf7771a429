import type { ReactNode } from 'react';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { settingsTexts } from '../../texts/settings.ts';
import { SelectField } from '../../ui/field.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';

const none = { agent: '' };

/** Shows something of one agent, which the address names, or of the first one; above it the choice of another. */
export function WithAgent({ children }: { readonly children: (agent: string) => ReactNode }) {
  const texts = useTexts(settingsTexts);
  const [{ agent }, setState] = useUrlState(none);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/agents', {
    params: { query: { limit: 100 } },
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loading}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  const shown = agent === '' ? data.data[0]?.id : agent;
  if (shown === undefined) return <Empty title={texts.noAgents}>{texts.noAgentsHint}</Empty>;
  const isKnown = data.data.some(({ id }) => id === shown);
  return (
    <>
      <div className="filters">
        <SelectField
          label={texts.agent}
          value={shown}
          onChange={(value) => setState({ agent: value })}
          choices={[
            ...data.data.map(({ id, name }) => ({ value: id, label: name })),
            ...(isKnown ? [] : [{ value: shown, label: shown }]),
          ]}
        />
      </div>
      {children(shown)}
    </>
  );
}
