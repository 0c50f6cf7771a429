import type { PageLayout } from './page-layout.ts';
import type { DocumentProperties } from './properties/properties.ts';
import type { Scan } from './scan.ts';

/** Text of a file, as an extractor returns it. */
export interface ExtractedDocument {
  /** Markdown in form: headings, tables, fenced code. Well-formed Unicode, line feeds only. */
  readonly text: string;
  /** Offset in `text` at which each page begins; null when the format has no pages. */
  readonly pages: readonly number[] | null;
  /** True when `#`, `|` and fences in the text have their Markdown meaning. */
  readonly isMarkdown: boolean;
  /** Properties that the file states itself; absent when it has none. */
  readonly properties?: DocumentProperties;
  /** Where the words of each page stand; absent when the format does not place them. */
  readonly layout?: readonly PageLayout[];
  /** Pages whose text is only in pictures; absent unless they were requested. */
  readonly scans?: readonly Scan[];
}

/** Maximum length of extracted text, in UTF-16 code units. */
export const maxCharacters = 10_000_000;
