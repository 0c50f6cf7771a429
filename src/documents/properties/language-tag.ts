const maxTagChars = 35;

/** Returns a language tag in canonical form (BCP 47); null for one that is not valid, or of no language. */
export function canonicalLanguage(tag: string): string | null {
  const text = tag
    .trim()
    .replaceAll('_', '-')
    .replace(/[.@].*$/, '');
  if (text.length > maxTagChars) return null;
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(text);
    return /^(?:|und|zxx|mul|mis|x)(?:-|$)|-[ux]-/.test(canonical) ? null : canonical;
  } catch {
    return null;
  }
}
