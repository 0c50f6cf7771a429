// The model and the users of `npm run demo -- --experiment`, both simulated. Users vary, from a seed.
import { type ChatRequest, type Decision, textOf } from './demo-model.ts';

/** The instruction of version 2 that makes its answers better. */
export const betterInstruction = 'Name the price, and a milder alternative.';

const coffees = [
  { asked: 'fruity', name: 'Kenya', price: 14, milder: 'Brasil', milder_price: 12 },
  { asked: 'nutty', name: 'Guatemala', price: 13, milder: 'Brasil', milder_price: 12 },
  { asked: 'strong', name: 'Sumatra', price: 15, milder: 'Peru', milder_price: 13 },
  { asked: 'floral', name: 'Ethiopia', price: 16, milder: 'Peru', milder_price: 13 },
] as const;

/** Answers by a rule: with the better instruction, the answer names the price and a milder coffee. */
export function decideCoffee({ messages }: ChatRequest): Decision {
  const isBetter = textOf(messages.find(({ role }) => role === 'system')).includes(
    betterInstruction,
  );
  const question = textOf(messages.findLast(({ role }) => role === 'user'));
  const coffee = coffees.find(({ asked }) => question.includes(asked)) ?? coffees[0];
  const { asked, name, price, milder, milder_price } = coffee;
  return {
    text: isBetter
      ? `Our ${name} is ${asked}: ${price} francs a bag. Milder is the ${milder}, for ${milder_price} francs.`
      : `Our ${name} is ${asked}.`,
  };
}

export interface SimulatedUser {
  readonly id: string;
  readonly questions: readonly string[];
  /** Returns a rating of an answer, or null where the user gives none. */
  rate(answer: string): 'up' | 'down' | null;
}

/** Returns users that differ in what they ask, how often, how easily they are pleased, and whether they rate at all. */
export function* simulateUsers(seed: number): Generator<SimulatedUser, never> {
  const random = randomFrom(seed);
  for (let number = 1; ; number += 1) {
    const goodwill = random();
    const diligence = 0.7 + 0.3 * random();
    const count = random() < 0.25 ? 2 : 1;
    const questions = Array.from({ length: count }, () => {
      const { asked } = coffees[Math.floor(random() * coffees.length)] ?? coffees[0];
      return `Which of your coffees is ${asked}?`;
    });
    yield {
      id: `user-${seed}-${number}`,
      questions,
      rate(answer) {
        if (random() > diligence) return null;
        const isTold = /francs/.test(answer);
        return goodwill * 0.6 + random() * 0.4 + (isTold ? 0.3 : 0) > 0.55 ? 'up' : 'down';
      },
    };
  }
}

/** Mulberry32: numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
