/** Returns what stands for a text in the sample: itself in pictures, and what a person with bad intentions would write in tests. */
export type Say = (text: string, kind?: 'text' | 'name' | 'id' | 'tag') => string;

export const plainly: Say = (text) => text;
