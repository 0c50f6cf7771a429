import { useState } from 'react';
import type { SearchProvider, SearchProviderTest } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { operationTexts } from '../../texts/operation.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { useDraft } from '../../ui/use-draft.ts';

/** Searches once, and shows what was found. Addresses are text: nothing of them is loaded. */
export function SearchTest({ provider }: { readonly provider: SearchProvider['id'] }) {
  const texts = useTexts(operationTexts);
  const format = useFormat();
  const draft = useDraft(`search-provider.${provider}.test`, { query: 'weather' });
  const { query } = draft.value;
  const [result, setResult] = useState<SearchProviderTest | undefined>();
  const test = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/search-providers/{search_provider}/test', {
          params: { path: { search_provider: provider }, header },
          body: { query },
        })
        .then(({ data }) => setResult(data)),
    { refresh: ['/api/v1/search-providers'] },
  );
  return (
    <Form problem={test.problem} onSubmit={() => test.run(undefined)}>
      <TextField
        label={texts.query}
        hint={texts.testHint}
        pointer="/query"
        value={query}
        onChange={(next) => draft.set({ query: next })}
        required
        maxLength={400}
      />
      <Button type="submit" kind="primary" isBusy={test.isRunning}>
        {texts.test}
      </Button>
      <div role="status">
        {result?.ok === true && (
          <p className="note note-good">
            {texts.found(
              result.results.length,
              format.duration(result.latency_ms),
              format.money(result.cost_usd),
            )}
          </p>
        )}
        {result?.ok === false && <p className="note note-bad">{result.error?.detail}</p>}
      </div>
      {result !== undefined && (
        <ul className="list">
          {result.results.map(({ url, title, snippet }) => (
            <li key={url}>
              <strong>{title}</strong>
              <p className="small">{url}</p>
              <p className="muted small">{snippet}</p>
            </li>
          ))}
        </ul>
      )}
    </Form>
  );
}
