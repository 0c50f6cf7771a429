// Placeholders for the Durable Objects in wrangler.toml, which the workers of the benches do not use.
import { DurableObject } from 'cloudflare:workers';

export class SessionHost extends DurableObject {}
export class RateLimiter extends DurableObject {}
