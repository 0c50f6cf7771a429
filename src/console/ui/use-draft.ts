import { useCallback, useEffect, useState } from 'react';
import { readOwn, useOwnKey, writeOwn } from './own-storage.ts';

/**
 * State that survives reload, crash and a closed tab, until `discard` or until the person signs out: what they wrote and have
 * not saved. `name` is what is edited, and `base` is what it was made from.
 */
export function useDraft<Value>(
  name: string,
  base: Value,
): {
  readonly value: Value;
  readonly isChanged: boolean;
  readonly change: (next: Value | ((before: Value) => Value)) => void;
  /** Changes some of its parts; the others stay as they are by then, not as they were when it was rendered. */
  readonly set: (changes: Partial<Value>) => void;
  readonly discard: () => void;
} {
  const key = useOwnKey('draft', name);
  const [draft, setDraft] = useState<Value | null>(() => readOwn(key));
  useEffect(() => setDraft(readOwn(key)), [key]);
  const value = draft ?? base;
  const change = useCallback(
    (next: Value | ((before: Value) => Value)) =>
      setDraft((before) => {
        const made = next instanceof Function ? next(before ?? base) : next;
        writeOwn(key, made);
        return made;
      }),
    [key, base],
  );
  const set = useCallback(
    (changes: Partial<Value>) => change((before) => ({ ...before, ...changes })),
    [change],
  );
  const discard = useCallback(() => {
    writeOwn(key, null);
    setDraft(null);
  }, [key]);
  const isChanged = draft !== null && JSON.stringify(draft) !== JSON.stringify(base);
  return { value, isChanged, change, set, discard };
}
