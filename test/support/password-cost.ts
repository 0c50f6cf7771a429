import { passwordCost } from '../../src/identity/people/password.ts';

/** The cost in production: a tenth of a second, for every person of every test. */
const inProduction = { ...passwordCost };

/** Makes new hashes cheap. Each contains its cost, so the same code verifies it. */
export const hashCheaply = (): void => void Object.assign(passwordCost, { N: 16, r: 1, p: 1 });

/** Does something while passwords cost what they do in production. */
export async function atProductionCost<Value>(act: () => Promise<Value>): Promise<Value> {
  Object.assign(passwordCost, inProduction);
  try {
    return await act();
  } finally {
    hashCheaply();
  }
}
