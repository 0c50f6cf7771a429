import { type ReactNode, useEffect } from 'react';
import { Link } from 'wouter';

/** A screen: its title, which is also that of the window, what leads back, and what can be done with all of it. */
export function Page({
  title,
  heading,
  back,
  description,
  actions,
  children,
}: {
  readonly title: string;
  /** The title as shown, where it is more than text. */
  readonly heading?: ReactNode;
  readonly back?: { readonly to: string; readonly label: string };
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · AgentGrid`;
  }, [title]);
  return (
    <div className="page">
      <header className="page-header">
        <div className="page-heading">
          {back !== undefined && (
            <Link href={back.to} className="page-back">
              ← {back.label}
            </Link>
          )}
          <h1>{heading ?? title}</h1>
          {description !== undefined && <p className="muted">{description}</p>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a screen with a heading. */
export const Section = ({
  title,
  description,
  actions,
  children,
}: {
  readonly title: ReactNode;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) => (
  <section className="section">
    <header className="section-header">
      <div>
        <h2>{title}</h2>
        {description !== undefined && <p className="muted">{description}</p>}
      </div>
      {actions !== undefined && <div className="page-actions">{actions}</div>}
    </header>
    {children}
  </section>
);

/** Names and values, one below the other. */
export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ReactNode])[];
}) => (
  <dl className="facts">
    {facts.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);

export const Badge = ({
  tone = 'neutral',
  children,
}: {
  readonly tone?: 'neutral' | 'good' | 'warn' | 'bad' | 'info';
  readonly children: ReactNode;
}) => <span className={`badge badge-${tone}`}>{children}</span>;
