import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { type LanguageName, languages } from './languages.ts';
import { readSymbols } from './symbols.ts';

/**
 * Extracts source code unchanged, in a fenced block per declaration below a heading with its name, so that a
 * passage is found and cited with its function and class. Throws `DocumentFault`.
 */
export async function extractCode(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
  name: LanguageName,
): Promise<ExtractedDocument> {
  const language = languages[name];
  const source = cleanText(await decodeText(bytes, encoding)).replace(/^\n+|\s+$/g, '');
  const fence = '`'.repeat(
    1 + Math.max(2, ...[...source.matchAll(/`{3,}/g)].map(([run]) => run.length)),
  );
  const text = readSymbols(source, language)
    .map(({ title, level, code }) => {
      const block = code === '' ? [] : [`${fence}${language.fence}\n${code}\n${fence}`];
      return [...(title === null ? [] : [`${'#'.repeat(level)} ${title}`]), ...block].join('\n\n');
    })
    .filter((part) => part !== '')
    .join('\n\n');
  return { text, pages: null, isMarkdown: true };
}
