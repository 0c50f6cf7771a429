import type { FileFields } from '../../db/schema/knowledge.ts';
import { bodyViolations } from '../../http/violations.ts';
import { invalid, validationFailed } from '../../shared/failure.ts';
import { formFields, GivenFields, presentFields } from './schema.ts';

type Name = keyof typeof formFields;
export const formFieldNames = Object.keys(formFields) as readonly Name[];

/** Reads the fields of a form. An empty part is left out. Throws `validation_failed`. */
export function readFormFields(parts: Readonly<Partial<Record<Name, string>>>): FileFields {
  const given = Object.fromEntries(
    formFieldNames.flatMap((name) => {
      const text = parts[name]?.trim() ?? '';
      return text === '' ? [] : [[name, name === 'tags' ? readTags(text) : text]];
    }),
  );
  for (const [name, text] of Object.entries(parts))
    if (!text.isWellFormed() || text.includes('\0'))
      throw invalid(`/${name}`, 'Text must be well-formed and must not contain NUL.');
  const parsed = GivenFields.safeParse(given);
  if (parsed.success) return presentFields(parsed.data);
  throw validationFailed(bodyViolations(GivenFields, parsed.error, given));
}

/** Reads a JSON list, or tags that are separated by commas. */
function readTags(text: string): unknown {
  if (!text.startsWith('[')) return text.split(',').filter((tag) => tag.trim() !== '');
  try {
    return JSON.parse(text);
  } catch {
    // The schema refuses the text with the form of a list.
    return text;
  }
}
