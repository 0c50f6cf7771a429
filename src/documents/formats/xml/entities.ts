/** Maximum length of a text that a document declares, and number of declarations that are read. */
const maxLength = 1000;
const maxDeclarations = 1000;

const declaration = /<!ENTITY\s+([\w.:-]{1,100})\s+(?:"([^"]*)"|'([^']*)')\s*>/g;
const characterReference = /&#(?:x([0-9a-f]{1,6})|([0-9]{1,7}));/gi;

/**
 * Returns the literal texts that the internal subset of a document type declares: `<!ENTITY product "X9">`.
 * Markup and references to other entities are left out, so that no text can grow by expansion.
 */
export function declaredEntities(doctype: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [, name = '', double, single] of doctype.matchAll(declaration)) {
    const text = (double ?? single ?? '').replaceAll(
      characterReference,
      (reference, hex, decimal) => {
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : reference;
      },
    );
    if (texts.size >= maxDeclarations) break;
    if (text.length <= maxLength && !/[<&%]/.test(text) && !texts.has(name)) texts.set(name, text);
  }
  return texts;
}
