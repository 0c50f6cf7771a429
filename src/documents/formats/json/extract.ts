import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { parseJson } from './parse.ts';
import { writeJson } from './write.ts';

/**
 * Extracts a JSON file: a list of flat records as a table, any other value as one line per scalar with the
 * path that leads to it. The last of several members with one name counts. Throws `DocumentFault`.
 */
export async function extractJson(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  return writeJson(parseJson(await decodeText(bytes, encoding), 'The file is not valid JSON.'));
}
