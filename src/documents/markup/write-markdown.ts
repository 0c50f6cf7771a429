import { cleanText } from '../clean-text.ts';
import { DocumentFault } from '../fault.ts';
import { toMarkdown } from './markdown.ts';
import type { Element } from './tree.ts';

/**
 * Writes a tree as clean Markdown. Links keep their addresses, resolved against `baseUrl`; null drops
 * the addresses. Throws `too_large` for a tree that is nested too deeply.
 */
export function writeMarkdown(root: Element, baseUrl: string | null = null): string {
  try {
    return cleanText(toMarkdown(root, baseUrl)).trim();
  } catch (error) {
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw error;
  }
}
