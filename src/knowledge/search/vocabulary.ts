import type { PassageWords } from './passage-words.ts';

/** A passage whose words are numbers of a vocabulary. */
export interface NumberedPassage {
  readonly file_id: string;
  readonly text: Uint32Array;
  readonly heading: Uint32Array;
  readonly file_name: Uint32Array;
}

/** Numbers words, so that what they mean to a query is found once for each distinct word of many passages. */
export class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly words: string[] = [];

  #numberOf(word: string): number {
    const known = this.#numbers.get(word);
    if (known !== undefined) return known;
    const number = this.words.push(word) - 1;
    this.#numbers.set(word, number);
    return number;
  }

  #number(words: readonly string[]): Uint32Array {
    const numbers = new Uint32Array(words.length);
    for (let at = 0; at < words.length; at += 1) numbers[at] = this.#numberOf(words[at] as string);
    return numbers;
  }

  add(file_id: string, { text, heading, file_name }: PassageWords): NumberedPassage {
    return {
      file_id,
      text: this.#number(text),
      heading: this.#number(heading),
      file_name: this.#number(file_name),
    };
  }
}
