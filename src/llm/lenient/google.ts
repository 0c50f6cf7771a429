import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError } from './reported-error.ts';
import { mapList, mendUsage, toText, withChanges } from './values.ts';

/** What a part of Gemini's answers is known by; other parts are ignored, as unknown fields of its API are to be. */
const knownParts = [
  'text',
  'functionCall',
  'inlineData',
  'toolCall',
  'toolResponse',
  'executableCode',
  'codeExecutionResult',
  'thoughtSignature',
];

/** Gemini's `streamGenerateContent` (https://ai.google.dev/api/generate-content). */
export class GoogleDialect implements Dialect {
  readonly has_event_names = false;

  mend(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    const candidates = Array.isArray(data.candidates) ? mapList(data.candidates.filter(isData), mendCandidate) : undefined;
    const same =
      candidates?.length === (data.candidates as unknown[] | undefined)?.length &&
      candidates?.every((one, at) => one === (data.candidates as unknown[])[at]);
    return [
      withChanges(data, {
        candidates: same ? data.candidates : candidates,
        responseId: toText(data.responseId),
        usageMetadata: mendUsage(data.usageMetadata),
      }),
    ];
  }

  atEnd(): readonly Data[] {
    return [];
  }

  fromWhole(data: Data): readonly Data[] {
    return this.mend(data);
  }
}

function mendCandidate(candidate: Data): Data {
  const { content } = candidate;
  if (!isData(content) || !Array.isArray(content.parts)) return candidate;
  const parts = content.parts.filter((part) => isData(part) && knownParts.some((name) => name in part));
  return parts.length === content.parts.length ? candidate : { ...candidate, content: { ...content, parts } };
}
