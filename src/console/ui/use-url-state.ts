import { useCallback } from 'react';
import { useSearchParams } from 'wouter';
import { navigate } from 'wouter/use-browser-location';

/**
 * State of a screen that belongs to its address, such as filters: it survives reload, back and sharing. An empty value is
 * left out of the address. `defaults` must be a constant.
 */
export function useUrlState<Name extends string>(
  defaults: Readonly<Record<Name, string>>,
): [Readonly<Record<Name, string>>, (changes: Partial<Record<Name, string>>) => void] {
  const [params] = useSearchParams();
  const entries = Object.entries(defaults) as [Name, string][];
  const state = Object.fromEntries(
    entries.map(([name, value]) => [name, params.get(name) ?? value]),
  ) as Record<Name, string>;
  const change = useCallback(
    (changes: Partial<Record<Name, string>>) => {
      const next = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(changes) as [Name, string][]) {
        if (value === defaults[name]) next.delete(name);
        else next.set(name, value);
      }
      const search = next.toString();
      navigate(location.pathname + (search === '' ? '' : `?${search}`), { replace: true });
    },
    [defaults],
  );
  return [state, change];
}
