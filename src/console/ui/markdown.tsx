import { createElement, type ReactNode } from 'react';
import { type CreateElement, renderMarkdown } from '../../client/markdown.ts';

/** The Markdown of a model or a document, safely: see `renderMarkdown`. */
export const Markdown = ({
  text,
  cite = null,
}: {
  readonly text: string;
  readonly cite?: ((number: number) => ReactNode) | null;
}) => (
  <div className="markdown">
    {createElement(
      'div',
      null,
      ...renderMarkdown<ReactNode>(text, {
        create: createElement as CreateElement<ReactNode>,
        cite,
      }),
    )}
  </div>
);
