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
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ to, label: text, count }) => (
        <Link key={to} href={to} className="tab" aria-current={isCurrent(to) ? 'page' : undefined}>
          {text}
          {count !== undefined && <span className="tab-count">{count}</span>}
        </Link>
      ))}
    </nav>
  );
}
