import { type Data, type Dialect, isData } from './dialect.ts';
import { errorIn, ReportedError } from './reported-error.ts';
import { mapList, normalizeUsage, objectOrNone, toText, withChanges } from './values.ts';

/** Fields that identify the known parts of Gemini's answers. Other parts are ignored, as its API requires for unknown fields. */
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

/** Corrects streams of Gemini's `streamGenerateContent` (https://ai.google.dev/api/generate-content). */
export class GoogleDialect implements Dialect {
  readonly has_event_names = false;

  normalize(data: Data): readonly Data[] {
    const error = errorIn(data);
    if (error !== undefined) throw new ReportedError(error);
    const { responseId, usageMetadata } = data;
    const changes = {
      candidates: normalizeCandidates(data),
      responseId: toText(responseId),
      usageMetadata: normalizeUsage(usageMetadata),
    };
    return [withChanges(data, changes)];
  }

  atEnd(): readonly Data[] {
    return [];
  }

  errorEvent(message: string): Data {
    return { error: { code: 500, message, status: 'INTERNAL' } };
  }

  fromWhole(data: Data): readonly Data[] {
    return this.normalize(data);
  }
}

function normalizeCandidates({ candidates, promptFeedback }: Data): unknown {
  const given = Array.isArray(candidates) ? candidates : [];
  // The answer to a blocked prompt has no candidate and therefore no finish reason.
  if (
    given.length === 0 &&
    isData(promptFeedback) &&
    typeof promptFeedback.blockReason === 'string'
  )
    return [{ finishReason: 'SAFETY' }];
  const normalized = mapList(given.filter(isData), normalizeCandidate);
  return normalized.length === given.length &&
    normalized.every((candidate, at) => candidate === given[at])
    ? candidates
    : normalized;
}

function normalizeCandidate(given: Data): Data {
  const { content, finishReason, safetyRatings } = given;
  const candidate = withChanges(given, {
    finishReason: typeof finishReason === 'string' ? finishReason.toUpperCase() : undefined,
    safetyRatings:
      safetyRatings === null || Array.isArray(safetyRatings) ? safetyRatings : undefined,
    groundingMetadata: objectOrNone(given.groundingMetadata),
    urlContextMetadata: objectOrNone(given.urlContextMetadata),
  });
  if (!isData(content) || !Array.isArray(content.parts)) return candidate;
  const parts = content.parts.filter(
    (part) => isData(part) && knownParts.some((name) => name in part),
  );
  return parts.length === content.parts.length
    ? candidate
    : { ...candidate, content: { ...content, parts } };
}
