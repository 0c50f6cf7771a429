/** Seeded random numbers, so that every run of a simulation is the same (sfc32, Doty-Humphrey 2014). */
export class Random {
  #a: number;
  #b = 0x9e3779b9;
  #c = 0x243f6a88;
  #counter = 1;
  #spare: number | null = null;

  constructor(seed: number) {
    this.#a = seed | 0;
    for (let round = 0; round < 15; round += 1) this.uniform();
  }

  /** Returns a number in [0, 1). */
  uniform(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  /** Returns a standard normal number, by the polar method. */
  normal(): number {
    if (this.#spare !== null) {
      const spare = this.#spare;
      this.#spare = null;
      return spare;
    }
    for (;;) {
      const [u, v] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = u * u + v * v;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spare = v * factor;
      return u * factor;
    }
  }
}
