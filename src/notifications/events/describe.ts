import type { Router } from '../../http/router.ts';
import { describeWebhook } from '../../http/webhook.ts';
import { events, eventTypes, payloadOf } from './registry.ts';

/** Adds every event to the OpenAPI document as a webhook. */
export function describeEvents(router: Router): void {
  for (const type of eventTypes) {
    const { tag, summary, description } = events[type];
    const schema = () => payloadOf(type).openapi(nameOf(type));
    describeWebhook(router, { name: type, tag, summary, description, schema });
  }
}

/** Returns the schema name of an event: `run.requires_action` is `RunRequiresActionEvent`. */
const nameOf = (type: string) =>
  `${type
    .split(/[._]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}Event`;
