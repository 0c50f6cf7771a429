import type { EmbeddedFile, ExtractContext, UnreadableFile } from '../format.ts';
import { nestDocument } from './nest.ts';

interface Titles {
  /** Name of a file that has none. */
  readonly title: string;
  /** Heading of the list of files that have no text. */
  readonly failures: string;
}

export interface EmbeddedSections {
  /** A section for each file, headed by its name, else by its own title; last a list of `failures`. */
  readonly blocks: readonly string[];
  /** Files without text, each with the reason. */
  readonly failures: readonly string[];
  /** Number of files with text. */
  readonly read: number;
}

/** Extracts embedded files one by one. */
export async function embeddedSections(
  files: Iterable<EmbeddedFile | UnreadableFile>,
  context: ExtractContext,
  titles: Titles,
): Promise<EmbeddedSections> {
  const sections: string[] = [];
  const failures: string[] = [];
  let index = 0;
  for (const file of files) {
    index += 1;
    const name = oneLine(file.name);
    const shown = name || `${titles.title} ${index}`;
    const text = 'reason' in file ? { document: null, ...file } : await context.readEmbedded(file);
    if (text.document === null) failures.push(`${shown}: ${text.reason}`);
    else if (name === '' && /^# /.test(text.document.text))
      sections.push(nestDocument(text.document, 1));
    else sections.push(`## ${shown}\n\n${nestDocument(text.document, 2)}`);
  }
  const list = failures.map((failure) => `- ${failure}`).join('\n');
  return {
    blocks: list === '' ? sections : [...sections, `## ${titles.failures}`, list],
    failures,
    read: sections.length,
  };
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
