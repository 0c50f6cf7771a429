import { stemsOfWord } from '../../shared/stems.ts';
import type { Counted } from './bm25.ts';
import type { Place } from './densest.ts';
import type { Term } from './evidence.ts';
import type { NumberedPassage } from './vocabulary.ts';
import { prefixOf } from './word-prefixes.ts';

/** The weighted words and prefixes of a query. */
export interface QueryParts {
  readonly terms: readonly Term[];
  /** Inverse document frequency of its prefixes; empty if its language is stemmed exactly. */
  readonly prefixes: ReadonlyMap<string, number>;
}

/** The parts of a query that a passage has. */
export interface Found extends Counted {
  /** Weight of the stems that are in its headings or its file name. */
  readonly headed: number;
  readonly places: readonly Place[];
}

/** Weight of a word in the headings or the file name, and of one that only begins as a word of the query. */
const headingWeight = 0.5;
const prefixWeight = 0.6;

const plain = /^[a-z]+$/;

/** The part of a word in a query: keys of its stems, and the key that holds its place. */
interface Role {
  readonly stems: readonly number[];
  readonly place: number;
}

/** The keys of a query: its distinct stems, then its prefixes. */
export class QueryKeys {
  readonly #stems: ReadonlyMap<string, number>;
  readonly #prefixes: ReadonlyMap<string, number>;
  /** First letters of the keys; a word of Latin letters keeps its own. */
  readonly #initials: ReadonlySet<number>;
  /** Weights of the stems, and of all keys at their places. */
  readonly stemWeights: Float64Array;
  readonly placeWeights: Float64Array;

  constructor({ terms, prefixes }: QueryParts) {
    const weights = new Map<string, number>();
    for (const { stems, idf } of terms)
      for (const stem of stems) weights.set(stem, Math.max(idf, weights.get(stem) ?? 0));
    this.#stems = new Map([...weights.keys()].map((stem, key) => [stem, key]));
    this.#prefixes = new Map(
      [...prefixes.keys()].map((prefix, key) => [prefix, weights.size + key]),
    );
    this.#initials = new Set(
      [...weights.keys(), ...prefixes.keys()].map((key) => key.charCodeAt(0)),
    );
    this.stemWeights = Float64Array.from(weights.values());
    this.placeWeights = Float64Array.from([
      ...weights.values(),
      ...[...prefixes.values()].map((idf) => prefixWeight * idf),
    ]);
  }

  #roleOf(word: string): Role | undefined {
    if (plain.test(word) && !this.#initials.has(word.charCodeAt(0))) return undefined;
    const stems = stemsOfWord(word).flatMap((stem) => this.#stems.get(stem) ?? []);
    if (stems[0] !== undefined) return { stems, place: stems[0] };
    const prefix = this.#prefixes.size > 0 ? prefixOf(word) : null;
    const place = prefix === null ? undefined : this.#prefixes.get(prefix);
    return place === undefined ? undefined : { stems, place };
  }

  /** Finds the keys in passages of this vocabulary. */
  find(words: readonly string[], passages: readonly NumberedPassage[]): Found[] {
    const roles = words.map((word) => this.#roleOf(word));
    return passages.map((passage) => this.#findIn(roles, passage));
  }

  #findIn(roles: readonly (Role | undefined)[], passage: NumberedPassage): Found {
    const counts = new Float64Array(this.stemWeights.length);
    const places: Place[] = [];
    let headed = 0;
    for (const numbers of [passage.heading, passage.file_name])
      for (const number of numbers)
        for (const stem of roles[number]?.stems ?? []) {
          if (counts[stem] === 0) headed += this.stemWeights[stem] as number;
          (counts[stem] as number) += headingWeight;
        }
    const { text } = passage;
    for (let at = 0; at < text.length; at += 1) {
      const role = roles[text[at] as number];
      if (role === undefined) continue;
      places.push({ at, key: role.place });
      for (const stem of role.stems) (counts[stem] as number) += 1;
    }
    return { counts, length: text.length, headed, places };
  }
}
