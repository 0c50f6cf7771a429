const maxTagChars = 35;

/**
 * Returns a language tag in canonical form (BCP 47); null for one that is not valid, or of no language. Longer
 * primary subtags than those of ISO 639 are not registered: they are names, such as `English`.
 */
export function canonicalLanguage(tag: string): string | null {
  const text = tag
    .trim()
    .replaceAll('_', '-')
    .replace(/[.@].*$/, '');
  if (text.length > maxTagChars) return null;
  try {
    const [canonical = ''] = Intl.getCanonicalLocales(text);
    if (!/^[a-z]{2,3}(?:-|$)/.test(canonical)) return null;
    return /^(?:und|zxx|mul|mis)(?:-|$)|-[ux]-/.test(canonical) ? null : canonical;
  } catch {
    return null;
  }
}
