// The Durable Objects that wrangler.toml names; the workers of the benches have no use for them.
import { DurableObject } from 'cloudflare:workers';

export class SessionHost extends DurableObject {}
export class RateLimiter extends DurableObject {}
