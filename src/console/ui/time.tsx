import { useFormat } from './format.ts';

/** A time as a distance from now, with the moment itself on hover; `moment` shows that. */
export function Time({
  value,
  form = 'ago',
}: {
  readonly value: string | null | undefined;
  readonly form?: 'ago' | 'moment' | 'day';
}) {
  const format = useFormat();
  if (value === null || value === undefined) return <>–</>;
  const shown =
    form === 'ago' ? format.ago(value) : form === 'day' ? format.day(value) : format.time(value);
  return (
    <time dateTime={value} title={format.time(value)}>
      {shown}
    </time>
  );
}
