import { useState } from 'react';
import { useTexts } from '../../texts/catalogue.ts';
import { searchTexts } from '../../texts/knowledge-search.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { isRefined, type SearchState } from './search-settings.ts';

/** The question and its settings; nothing is searched before it is submitted. */
export function SearchForm({
  state,
  isBusy,
  onSearch,
}: {
  readonly state: SearchState;
  readonly isBusy: boolean;
  readonly onSearch: (state: SearchState) => void;
}) {
  const texts = useTexts(searchTexts);
  const [typed, setTyped] = useState(state);
  const set = (changes: Partial<SearchState>) => setTyped((before) => ({ ...before, ...changes }));
  const text = (name: keyof SearchState, label: string) => ({
    label,
    value: typed[name],
    onChange: (value: string) => set({ [name]: value }),
  });
  const number = { type: 'number', step: 'any', min: 0 };
  return (
    <form
      role="search"
      className="knowledge-search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch({ ...typed, q: typed.q.trim() });
      }}
    >
      <div className="knowledge-search-main">
        <TextField
          {...text('q', texts.query)}
          placeholder={texts.queryPlaceholder}
          type="search"
          required
          maxLength={4000}
        />
        <SelectField
          label={texts.mode}
          value={typed.mode as 'hybrid' | 'keyword' | 'vector'}
          onChange={(mode) => set({ mode })}
          choices={(['hybrid', 'keyword', 'vector'] as const).map((value) => ({
            value,
            label: texts.modes[value],
          }))}
        />
        <TextField {...text('top_k', texts.topK)} type="number" min={1} max={50} required />
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {texts.search}
        </Button>
      </div>
      <details open={isRefined(state)}>
        <summary>{texts.more}</summary>
        <div className="columns knowledge-more">
          <TextField {...text('tag', texts.tag)} />
          <TextField {...text('language', texts.language)} placeholder="en" />
          <TextField {...text('from', texts.from)} placeholder="2026-01" />
          <TextField {...text('to', texts.to)} placeholder="2026-12-31" />
          <TextField
            {...text('groups', texts.groups)}
            hint={texts.groupsHint}
            placeholder="staff"
          />
          <TextField {...text('reranker', texts.reranker)} hint={texts.rerankerHint} />
          <TextField {...text('min_score', texts.minScore)} {...number} max={1} />
          <TextField
            {...text('diversity', texts.diversity)}
            {...number}
            max={1}
            hint={texts.diversityHint}
          />
          <TextField {...text('context', texts.context)} {...number} max={4000} />
          <TextField {...text('revision', texts.revision)} {...number} hint={texts.revisionHint} />
        </div>
      </details>
    </form>
  );
}
