import { TextField } from './field.tsx';

const pad = (value: number): string => String(value).padStart(2, '0');

/** A moment as a control for dates and times wants it, in the time zone of the viewer. */
function toLocal(value: string): string {
  const at = new Date(value);
  const date = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
  return `${date}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** A border of a period: a date, or the moment that a link from a report named. */
export function MomentField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  if (!value.includes('T'))
    return <TextField type="date" label={label} value={value} onChange={onChange} />;
  return (
    <TextField
      type="datetime-local"
      label={label}
      value={toLocal(value)}
      onChange={(local) => onChange(local === '' ? '' : new Date(local).toISOString())}
    />
  );
}
