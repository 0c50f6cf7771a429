import { useEffect, useSyncExternalStore } from 'react';

/** A key of one screen, which works while one does not type. */
export interface ScreenKey {
  readonly key: string;
  /** What it does, for the help. */
  readonly what: string;
  readonly run: () => unknown;
}

let current: readonly ScreenKey[] = [];
const listeners = new Set<() => void>();
const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

function set(keys: readonly ScreenKey[]): void {
  current = keys;
  for (const listener of listeners) listener();
}

/** Keys of the screen that calls it: they work, and `?` shows them, while it is shown. */
export function useScreenKeys(keys: readonly ScreenKey[]): void {
  useEffect(() => {
    set(keys);
    return () => set([]);
  }, [keys]);
}

/** The keys of the screen that is shown. */
export const useShownKeys = (): readonly ScreenKey[] =>
  useSyncExternalStore(subscribe, () => current);

export const runScreenKey = (key: string): void => {
  current.find((one) => one.key === key)?.run();
};
