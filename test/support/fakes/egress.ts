import type { HostRules } from '../../../src/platform/address.ts';
import { createEgress } from '../../../src/platform/egress.ts';
import type { Egress } from '../../../src/platform/ports.ts';

/** An egress without a network: its guards are the real ones, its answers are registered by URL. */
export class RecordingEgress {
  readonly calls: { readonly method: string; readonly url: string }[] = [];
  readonly #answers = new Map<string, () => Response>();
  readonly egress: Egress;

  constructor(rules: HostRules) {
    this.egress = createEgress(rules, async (url, { method = 'GET' }) => {
      this.calls.push({ method, url });
      return (this.#answers.get(url) ?? (() => new Response(null, { status: 599 })))();
    });
  }

  answers(url: string, make: () => Response): void {
    this.#answers.set(url, make);
  }
}
