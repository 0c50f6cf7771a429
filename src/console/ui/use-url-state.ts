import { useCallback } from 'react';
import { useSearchParams } from 'wouter';

/**
 * State of a screen that belongs to its address, such as filters: it survives reload, back and sharing. An empty value is
 * left out of the address.
 */
export function useUrlState<Name extends string>(
  defaults: Readonly<Record<Name, string>>,
): [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string>>) => void] {
  const [params, setParams] = useSearchParams();
  const entries = Object.entries(defaults) as [Name, string][];
  const state = Object.fromEntries(
    entries.map(([name, value]) => [name, params.get(name) ?? value]),
  ) as Record<Name, string>;
  const change = useCallback(
    (changes: Partial<Record<Name, string>>) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          for (const [name, value] of Object.entries(changes) as [Name, string][]) {
            if (value === defaults[name]) next.delete(name);
            else next.set(name, value);
          }
          return next;
        },
        { replace: true },
      ),
    [setParams, defaults],
  );
  return [state, change];
}
