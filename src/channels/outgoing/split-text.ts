/** Splits a text into parts of at most `max` characters: at a paragraph, a line or a word, if one is near the end. */
export function splitText(text: string, max: number): string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > max) {
    const window = rest.slice(0, max);
    const places = ['\n\n', '\n', ' '].map((separator) => window.lastIndexOf(separator));
    const near = places.find((place) => place > max / 2) ?? max;
    // Not in the middle of a character of two code units.
    const at = near === max && isHighSurrogate(rest.charCodeAt(max - 1)) ? max - 1 : near;
    parts.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return rest === '' ? parts : [...parts, rest];
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;
