/**
 * Estimated tokens of a text where no model's own count is at hand: a token is about 4 characters of
 * alphabetic scripts and about 1 of scripts without spaces (the rule of thumb of OpenAI's and
 * Anthropic's documentation). Within about 20 % for prose.
 */
export function estimateTokens(text: string): number {
  let dense = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    // Thai to Tibetan, and everything from Hangul Jamo on but the Latin and Greek extensions.
    if ((code >= 0x0e00 && code < 0x1100) || (code >= 0x2e80 && code < 0xfb00)) dense += 1;
  }
  return Math.ceil((text.length - dense) / 4 + dense);
}
