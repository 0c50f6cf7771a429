import { instructionsAt, type Rule } from './finding.ts';

/** Forms of credentials: OpenAI and Stripe, GitHub, Slack, AWS, Google, JWT, private keys, our own. */
const credentials =
  /\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAKIA[0-9A-Z]{16}\b|\bAIza[\w-]{30,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bag_[A-Za-z0-9]{20,}/;

/** Credentials in the instructions, which every model provider and every curious user would get. */
export const secrets: Rule = ({ config: { instructions } }) =>
  credentials.test(instructions)
    ? [
        {
          rule: 'secret_in_instructions',
          severity: 'error',
          detail:
            'The instructions hold what looks like a credential. Users can make a model repeat it: use a tool with secret headers.',
          pointer: instructionsAt,
        },
      ]
    : [];
