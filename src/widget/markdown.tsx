import { type ComponentChildren, Fragment, h } from 'preact';
import { type CreateElement, renderMarkdown } from '../client/markdown.ts';

/** The Markdown of an answer, safely: see `renderMarkdown`. */
export const Markdown = ({
  text,
  onCite,
}: {
  readonly text: string;
  readonly onCite: ((number: number) => ComponentChildren) | null;
}) =>
  h(
    Fragment,
    null,
    ...renderMarkdown<ComponentChildren>(text, {
      create: h as CreateElement<ComponentChildren>,
      cite: onCite,
    }),
  );
