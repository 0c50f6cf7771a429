import { useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';

/** Parts of a screen with addresses of their own, relative to the nearest nested route; the first may be `/`. */
export function Tabs({
  label,
  tabs,
}: {
  readonly label: string;
  readonly tabs: readonly {
    readonly to: string;
    readonly label: string;
    readonly count?: number;
  }[];
}) {
  const [path] = useLocation();
  const isCurrent = (to: string) =>
    to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`);
  // On narrow screens some are out of sight.
  const row = useRef<HTMLElement>(null);
  const current = tabs.find(({ to }) => isCurrent(to))?.to;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the current one depends on the address.
  useEffect(() => {
    const tab = row.current?.querySelector('[aria-current="page"]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current]);
  return (
    <nav ref={row} className="tabs" aria-label={label}>
      {tabs.map(({ to, label: text, count }) => (
        <Link key={to} href={to} className="tab" aria-current={isCurrent(to) ? 'page' : undefined}>
          {text}
          {count !== undefined && <span className="tab-count">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
