/**
 * Maximum number of tokens of an image: the providers' documented number for an image at the size
 * to which they scale it.
 */
export const tokensOfImage = 1600;

/**
 * Estimates the tokens of a text for which the provider reports no count: about 4 characters per
 * token of Latin text, 2.5 of other alphabets and 1 of scripts without spaces (the rules of thumb
 * of OpenAI's and Anthropic's documentation, and of their tokenizers' tables). Within about 20 %
 * for prose; code and numbers can need a third more, which is why budgets keep a margin.
 */
export function estimateTokens(text: string): number {
  let dense = 0;
  let other = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x0370) continue;
    // Thai to Tibetan, and everything from Hangul Jamo except the Latin and Greek extensions.
    if ((code >= 0x0e00 && code < 0x1100) || (code >= 0x2e80 && code < 0xfb00)) dense += 1;
    // Greek, Cyrillic, Hebrew, Arabic and the scripts of India.
    else if (code < 0x0e00) other += 1;
  }
  return Math.ceil((text.length - dense - other) / 4 + other / 2.5 + dense);
}
