import { useCallback, useEffect, useState } from 'react';

const prefix = 'agentgrid.draft.';

/**
 * State that survives reload, crash and a closed tab, until `discard`: what a person wrote and has not saved. `key` names what is
 * edited, and `base` is what it was made from.
 */
export function useDraft<Value>(
  key: string,
  base: Value,
): {
  readonly value: Value;
  readonly isChanged: boolean;
  readonly change: (next: Value | ((before: Value) => Value)) => void;
  readonly discard: () => void;
} {
  const [draft, setDraft] = useState<Value | null>(() => read(key));
  useEffect(() => setDraft(read(key)), [key]);
  const value = draft ?? base;
  const change = useCallback(
    (next: Value | ((before: Value) => Value)) =>
      setDraft((before) => {
        const made = next instanceof Function ? next(before ?? base) : next;
        write(key, made);
        return made;
      }),
    [key, base],
  );
  const discard = useCallback(() => {
    write(key, null);
    setDraft(null);
  }, [key]);
  const isChanged = draft !== null && JSON.stringify(draft) !== JSON.stringify(base);
  return { value, isChanged, change, discard };
}

function read<Value>(key: string): Value | null {
  try {
    return JSON.parse(localStorage.getItem(prefix + key) ?? 'null') as Value | null;
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(prefix + key);
    else localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // Storage is full or blocked: the draft lives as long as the page.
  }
}
