import type { EmbeddedFile, ExtractContext } from '../format.ts';
import { nestDocument } from './nest.ts';

interface Titles {
  /** Name of a file that has none. */
  readonly title: string;
  /** Heading of the list of files that have no text. */
  readonly failures: string;
}

/**
 * Extracts embedded files one by one. Returns a section for each, headed by its name, else by its own title, and last a list of
 * the files without text and the reasons.
 */
export async function embeddedSections(
  files: Iterable<EmbeddedFile> | AsyncIterable<EmbeddedFile>,
  context: ExtractContext,
  titles: Titles,
): Promise<string[]> {
  const sections: string[] = [];
  const failures: string[] = [];
  let index = 0;
  for await (const file of files) {
    index += 1;
    const name = oneLine(file.name);
    const shown = name || `${titles.title} ${index}`;
    const read = await context.readEmbedded(file);
    if (read.document === null) failures.push(`- ${shown}: ${read.reason}`);
    else if (name === '' && /^# /.test(read.document.text))
      sections.push(nestDocument(read.document, 1));
    else sections.push(`## ${shown}`, nestDocument(read.document, 2));
  }
  return failures.length === 0
    ? sections
    : [...sections, `## ${titles.failures}`, failures.join('\n')];
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
