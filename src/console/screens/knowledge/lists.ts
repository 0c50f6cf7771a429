/** Returns the names of a text that separates them by commas, each once. */
export const namesOf = (text: string): string[] => [
  ...new Set(
    text
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  ),
];

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
