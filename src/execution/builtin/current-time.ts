import { toWireTime } from '../../shared/time.ts';
import type { Tool } from '../tool.ts';

export const currentTime: Tool = {
  name: 'current_time',
  description: 'The date, time and day of the week now, in UTC and in a time zone.',
  input_schema: {
    type: 'object',
    properties: {
      time_zone: {
        type: 'string',
        maxLength: 64,
        description: 'IANA name such as Europe/Zurich; UTC unless given',
      },
    },
    additionalProperties: false,
  },
  effect: 'read',
  async run(ctx, { input }) {
    const { time_zone = 'UTC' } = input as { time_zone?: string };
    const now = ctx.now();
    const local = localTime(now, time_zone);
    if (local === null)
      return { ok: false, error: `${time_zone} is not an IANA time zone such as Europe/Zurich.` };
    return { ok: true, output: { time_zone, ...local, utc: toWireTime(now) } };
  },
};

/** The same instant on a clock there; null when there is no such time zone. */
function localTime(epochMs: number, timeZone: string): { local: string; weekday: string } | null {
  // Offsets are no zones: they know no summer.
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
