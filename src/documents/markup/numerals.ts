const romans: readonly (readonly [number, string])[] = [
  [1000, 'm'],
  [900, 'cm'],
  [500, 'd'],
  [400, 'cd'],
  [100, 'c'],
  [90, 'xc'],
  [50, 'l'],
  [40, 'xl'],
  [10, 'x'],
  [9, 'ix'],
  [5, 'v'],
  [4, 'iv'],
  [1, 'i'],
];

/** Returns a Roman numeral in lower case; digits outside of 1 to 3999. */
export function romanNumeral(number: number): string {
  if (number < 1 || number > 3999) return String(number);
  let left = number;
  let text = '';
  for (const [value, letters] of romans) {
    while (left >= value) {
      text += letters;
      left -= value;
    }
  }
  return text;
}

/** Counts a to z, aa, ab, as HTML lists do (CSS Counter Styles, "alphabetic"). Digits below 1. */
export function alphabeticNumeral(number: number): string {
  if (number < 1) return String(number);
  let text = '';
  for (let left = number; left > 0; left = Math.floor((left - 1) / 26))
    text = String.fromCharCode(97 + ((left - 1) % 26)) + text;
  return text;
}

/** Counts a to z, aa, bb, as Word lists do (ECMA-376, 17.18.59, "lowerLetter"). */
export const repeatedLetter = (number: number): string =>
  number < 1 || number > 780
    ? String(number)
    : String.fromCharCode(97 + ((number - 1) % 26)).repeat(Math.ceil(number / 26));
