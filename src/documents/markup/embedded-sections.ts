import type { ExtractedDocument } from '../document.ts';
import type { EmbeddedFile, EmbeddedText, ExtractContext, UnreadableFile } from '../format.ts';
import { nestDocument } from './nest.ts';

interface Titles {
  /** Name of a file that has none. */
  readonly title: string;
  /** Heading of the list of files that have no text. */
  readonly failures: string;
}

/** A file that its container has extracted itself. */
interface ExtractedFile {
  readonly name: string;
  readonly document: ExtractedDocument;
}

export type EmbeddedPart = EmbeddedFile | UnreadableFile | ExtractedFile;

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
  files: Iterable<EmbeddedPart>,
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
    const text = await textOf(file, context);
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

async function textOf(file: EmbeddedPart, context: ExtractContext): Promise<EmbeddedText> {
  if ('reason' in file) return { document: null, reason: file.reason };
  return 'document' in file ? file : context.readEmbedded(file);
}

const oneLine = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
