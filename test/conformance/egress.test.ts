import { createEgress } from '../../src/platform/egress.ts';
import { RecordingEgress } from '../support/fakes/egress.ts';
import { Site } from '../support/outbound.ts';
import { describeEgress } from './egress.ts';

const rules = { allow_private_network: false, own_hosts: [] };

describeEgress('fetch', () => {
  const site = new Site();
  return {
    egress: createEgress(rules),
    origin: site.origin,
    answers: (path, reply) => site.answers(path, reply),
    called: async () => (await site.calls()).map(({ url }) => url),
  };
});

describeEgress('recording fake', () => {
  const fake = new RecordingEgress(rules);
  const origin = `https://${crypto.randomUUID()}.example.com`;
  return {
    egress: fake.egress,
    origin,
    answers: async (path, { body = null, ...init }) => {
      fake.answers(origin + path, () => new Response(body, init));
      return origin + path;
    },
    called: async () => fake.calls.map(({ url }) => url),
  };
});
