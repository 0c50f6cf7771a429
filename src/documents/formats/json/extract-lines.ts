import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { parseJson } from './parse.ts';
import { writeJson } from './write.ts';

const maxRecords = 500_000;

/**
 * Extracts a file with one JSON value per line (JSON Lines, NDJSON), as a list of these values; empty lines
 * are skipped. Throws `DocumentFault`, which names the line that is not valid JSON.
 */
export async function extractJsonLines(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const lines = (await decodeText(bytes, encoding)).split('\n');
  const values = lines.flatMap((line, index) =>
    line.trim() === ''
      ? []
      : [
          parseJson(
            line,
            `Line ${index + 1} is not valid JSON. Each line must be one complete JSON value.`,
          ),
        ],
  );
  if (values.length > maxRecords)
    throw new DocumentFault('too_large', `The file has more than ${maxRecords} records.`);
  return writeJson(values);
}
