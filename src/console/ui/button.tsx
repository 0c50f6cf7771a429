import type { ComponentProps, ReactNode } from 'react';
import { Link } from 'wouter';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';

interface Look {
  /** `primary`: the one action that the screen is for; `danger`: destroys something. */
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly isSmall?: boolean;
}

const classOf = ({ kind = 'plain', isSmall = false }: Look, more = '') =>
  `button button-${kind}${isSmall ? ' button-small' : ''} ${more}`;

/** A button that keeps its width and says so while its action runs. */
export function Button({
  kind,
  isSmall,
  isBusy = false,
  children,
  className,
  ...rest
}: Look & ComponentProps<'button'> & { readonly isBusy?: boolean }) {
  const texts = useTexts(uiTexts);
  return (
    <button
      type="button"
      {...rest}
      className={classOf({ ...(kind && { kind }), ...(isSmall && { isSmall }) }, className)}
      aria-disabled={isBusy || rest.disabled || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : rest.onClick}
    >
      {isBusy && (
        <span className="spinner spinner-small" role="status" aria-label={texts.working} />
      )}
      {children}
    </button>
  );
}

/** A button without words; `label` says what it does. */
export const IconButton = ({
  label,
  children,
  ...rest
}: { readonly label: string; readonly children: ReactNode } & ComponentProps<'button'>) => (
  <button
    type="button"
    title={label}
    aria-label={label}
    {...rest}
    className={`icon-button ${rest.className ?? ''}`}
  >
    {children}
  </button>
);

/** A link that looks like a button. */
export const LinkButton = ({
  to,
  children,
  ...look
}: Look & { readonly to: string; readonly children: ReactNode }) => (
  <Link href={to} className={classOf(look)}>
    {children}
  </Link>
);
