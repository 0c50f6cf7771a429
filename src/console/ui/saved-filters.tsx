import { Bookmark, X } from 'lucide-react';
import { useState } from 'react';
import { useSearch } from 'wouter';
import { navigate } from 'wouter/use-browser-location';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button, IconButton } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { Form } from './form.tsx';
import { readOwn, useOwnKey, writeOwn } from './own-storage.ts';

interface Saved {
  readonly name: string;
  readonly search: string;
}

/** Filters of a list under names, of this person in this browser; the address is the way to share them. */
export function SavedFilters({ list }: { readonly list: string }) {
  const texts = useTexts(uiTexts);
  const search = useSearch();
  const key = useOwnKey('filters', list);
  const [saved, setSaved] = useState<readonly Saved[]>(() => readOwn(key) ?? []);
  const [name, setName] = useState<string | null>(null);
  const keep = (next: readonly Saved[]) => {
    writeOwn(key, next);
    setSaved(next);
  };
  if (saved.length === 0 && search === '') return null;
  return (
    <div className="chips">
      {saved.map((one) => (
        <span key={one.name} className="chip">
          <button
            type="button"
            aria-pressed={one.search === search}
            onClick={() => navigate(`${location.pathname}?${one.search}`)}
          >
            {one.name}
          </button>
          <IconButton
            label={texts.forgetFilter(one.name)}
            onClick={() => keep(saved.filter((other) => other !== one))}
          >
            <X size={12} aria-hidden="true" />
          </IconButton>
        </span>
      ))}
      {search !== '' && !saved.some((one) => one.search === search) && (
        <Button kind="quiet" isSmall onClick={() => setName('')}>
          <Bookmark size={14} aria-hidden="true" />
          {texts.saveFilter}
        </Button>
      )}
      <Dialog isOpen={name !== null} onClose={() => setName(null)} title={texts.saveFilter}>
        <Form
          problem={null}
          onSubmit={() => {
            const wanted = (name ?? '').trim();
            keep([...saved.filter((one) => one.name !== wanted), { name: wanted, search }]);
            setName(null);
          }}
        >
          <TextField
            label={texts.filterName}
            value={name ?? ''}
            onChange={setName}
            required
            maxLength={60}
          />
          <Button type="submit" kind="primary">
            {texts.save}
          </Button>
        </Form>
      </Dialog>
    </div>
  );
}
