const actualText = 'ActualText:';

/** Passes ActualText in the tag of marked content, since the parser reports nothing but the tag. */
export function handOnActualText(args: unknown[]): void {
  const [tag, properties] = args as [{ name?: unknown } | null, { get?: unknown } | null];
  if (typeof tag?.name !== 'string' || typeof properties?.get !== 'function') return;
  const text: unknown = properties.get('ActualText');
  if (typeof text === 'string')
    args[0] = Object.create(tag, { name: { value: actualText + text } });
}

/** Returns the ActualText passed in a tag; null for none. */
export function actualTextOf(tag: unknown): string | null {
  if (typeof tag !== 'string' || !tag.startsWith(actualText)) return null;
  const text = tag.slice(actualText.length);
  const mark = /^(\u00fe\u00ff|\u00ff\u00fe|\u00ef\u00bb\u00bf)/.exec(text)?.[0];
  if (mark === undefined) return text;
  const label =
    mark === '\u00fe\u00ff' ? 'utf-16be' : mark === '\u00ff\u00fe' ? 'utf-16le' : 'utf-8';
  return new TextDecoder(label).decode(Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
}
