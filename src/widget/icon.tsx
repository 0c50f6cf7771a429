const paths = {
  close: 'M6 6l12 12M18 6L6 18',
  chat: 'M4 5h16v11H9l-5 4z',
  up: 'M7 11v9H4v-9zM7 11l4-8c2 0 2.5 1.5 2 3l-.8 3H20l-2 10H7',
  down: 'M7 13V4H4v9zM7 13l4 8c2 0 2.5-1.5 2-3l-.8-3H20L18 5H7',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12l5 5L20 7',
  again: 'M20 12a8 8 0 1 1-2.3-5.7M20 3v4h-4',
  attach: 'M12 5v14M5 12h14',
} as const;

/** A drawing beside or in place of a label; screen readers get the label. */
export const Icon = ({ name }: { readonly name: keyof typeof paths }) => (
  <svg
    aria-hidden="true"
    width="20"
    height="20"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="2"
    stroke-linecap="round"
    stroke-linejoin="round"
  >
    <path d={paths[name]} />
  </svg>
);
