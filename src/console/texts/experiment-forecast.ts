import { catalogue, counted } from './catalogue.ts';

export const forecastTexts = catalogue({
  en: {
    noTraffic:
      'Nobody has used this agent in the last 14 days, so how long it takes cannot be said.',
    traffic: (rate: string) =>
      `About ${rate} subjects a day have used the agent in the last 14 days.`,
    minimum: (subjects: string, days: string) =>
      `At this traffic, the minimum of ${subjects} subjects for each variant is there after ${days}.`,
    needed: (effect: string, now: string, subjects: string, days: string) =>
      `To find a change of ${effect} from ${now} now, each variant needs about ${subjects} subjects: ${days}.`,
    later:
      'How many subjects the minimum effect needs depends on how much the values vary: the results say it after the first days.',
    days: (count: number) => counted(count, 'day', 'days'),
  },
  de: {
    noTraffic:
      'In den letzten 14 Tagen hat niemand diesen Agenten benutzt, daher lässt sich die Dauer nicht sagen.',
    traffic: (rate: string) =>
      `In den letzten 14 Tagen haben täglich etwa ${rate} Subjekte den Agenten benutzt.`,
    minimum: (subjects: string, days: string) =>
      `Bei diesem Verkehr ist das Minimum von ${subjects} Subjekten je Variante nach ${days} erreicht.`,
    needed: (effect: string, now: string, subjects: string, days: string) =>
      `Um eine Änderung von ${effect} gegenüber jetzt ${now} zu finden, braucht jede Variante etwa ${subjects} Subjekte: ${days}.`,
    later:
      'Wie viele Subjekte der Mindesteffekt braucht, hängt davon ab, wie sehr die Werte streuen: Die Ergebnisse sagen es nach den ersten Tagen.',
    days: (count: number) => counted(count, 'Tag', 'Tagen'),
  },
});
