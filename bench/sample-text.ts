/** Text of many topics that is the same in each run: words by Zipf's law, half of them from a topic. */
const vocabulary = 20_000;
const topics = 400;
const syllables =
  'ba be bi bo da de di do fa fe ka ke ki ko la le li lo ma me mi mo na ne pa pe ra re ri ro sa se si so ta te ti to va ve za zo'.split(
    ' ',
  );

/** A number from 0 up to 1 for each pair of numbers. */
function random(seed: number, index: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return ((hash ^ (hash >>> 15)) >>> 0) / 2 ** 32;
}

function word(number: number): string {
  let text = '';
  for (let rest = number + 40; rest > 0; rest = Math.floor(rest / syllables.length))
    text += syllables[rest % syllables.length];
  return text;
}

/** Frequent words have low numbers; those of a topic are moved by it. */
const wordOf = (seed: number, index: number): string => {
  const rank = Math.floor(vocabulary ** random(seed, index));
  const isOfTopic = random(seed, index + 5000) < 0.5;
  return word(isOfTopic ? (rank * topics + (seed % topics)) % (vocabulary * 5) : rank);
};

/** Returns the text of a chunk of 45 words, in sentences. */
export const sampleText = (seed: number): string =>
  Array.from({ length: 5 }, (_, sentence) => {
    const some = Array.from({ length: 9 }, (_, index) => wordOf(seed, sentence * 9 + index));
    return `${some.join(' ')}.`;
  }).join(' ');

/** Returns some words of the chunk, as a question about it. */
export const sampleWords = (seed: number, count: number): string =>
  Array.from({ length: count }, (_, index) => wordOf(seed, index * 9)).join(' ');
