import { z } from '@hono/zod-openapi';
import { toWireTime } from '../../shared/time.ts';
import { defineBuiltIn } from './define.ts';

export const currentTime = defineBuiltIn({
  name: 'current_time',
  description: 'The date, time and day of the week now, in UTC and in a time zone.',
  input: z.strictObject({
    time_zone: z
      .string()
      .max(64)
      .describe('IANA name such as Europe/Zurich; UTC unless given')
      .optional(),
  }),
  effect: 'read',
  revision: 1,
  is_trusted: true,
  async run(ctx, { time_zone = 'UTC' }) {
    const now = ctx.now();
    const local = localTime(now, time_zone);
    if (local === null)
      return { ok: false, error: `${time_zone} is not an IANA time zone such as Europe/Zurich.` };
    return { ok: true, output: { time_zone, ...local, utc: toWireTime(now) } };
  },
});

/** Returns local time and weekday of an instant, or null for an unknown time zone. */
function localTime(epochMs: number, timeZone: string): { local: string; weekday: string } | null {
  // An offset is not a time zone: it has no daylight saving time.
  if (/^[+-]/.test(timeZone)) return null;
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'long',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    });
    const part = Object.fromEntries(
      format.formatToParts(epochMs).map(({ type, value }) => [type, value]),
    );
    const offset = part.timeZoneName?.replace('GMT', '') || '+00:00';
    return {
      local: `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}${offset}`,
      weekday: part.weekday ?? '',
    };
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
