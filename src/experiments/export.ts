import { z } from '@hono/zod-openapi';
import type { Ctx } from '../platform/context.ts';
import { toLine } from '../shared/csv.ts';
import { readingOf, toArms } from './arms.ts';
import { metricsOf, units } from './metrics.ts';
import { readMeasured } from './results.ts';
import { toExperiment } from './schema.ts';
import { withoutNoise } from './without-noise.ts';

const ExportRow = z
  .object({
    experiment_id: z.string(),
    variant_id: z.string(),
    variant: z.string(),
    is_control: z.boolean(),
    epoch: z.int().nullable().describe('Counts changes of weights; null for all epochs together'),
    weight: z.number().nullable().describe('Per cent in the epoch'),
    exposures: z.int(),
    subjects: z.int(),
    metric: z.string(),
    unit: z.enum(units),
    value: z.number().nullable(),
    low: z.number().nullable(),
    high: z.number().nullable(),
    standard_error: z.number().nullable(),
  })
  .openapi('ExperimentExportRow');
export const ExperimentExport = z.object({ data: z.array(ExportRow) }).openapi('ExperimentExport');
type ExperimentExport = z.output<typeof ExperimentExport>;
type Row = z.output<typeof ExportRow>;

/** Returns the figures of each variant, metric and epoch, and of all epochs together. Throws `not_found` and `conflict`. */
export async function exportFigures(ctx: Ctx, id: string): Promise<ExperimentExport> {
  const { row, cells, weights } = await readMeasured(ctx, id);
  const experiment = toExperiment(row);
  const alpha = 1 - experiment.settings.confidence_level;
  const epochs = [...new Set(cells.map(({ epoch }) => epoch))];
  const parts = [null, ...(epochs.length > 1 ? epochs : [])];
  const data = parts.flatMap((epoch) => {
    const arms = toArms(
      row.variants,
      cells.filter((cell) => epoch === null || cell.epoch === epoch),
    );
    return arms.flatMap((arm) =>
      metricsOf(experiment).map(({ metric, measure }): Row => {
        const estimate = readingOf({ metric, measure }, arms, false).estimate(arm, alpha);
        const { variant } = arm;
        return {
          experiment_id: id,
          ...{ variant_id: variant.id, variant: variant.name, is_control: variant.is_control },
          epoch,
          weight: epoch === null ? null : (weights.get(epoch)?.[variant.id] ?? null),
          exposures: arm.cells.reduce((sum, { subjects }) => sum + subjects, 0),
          subjects: arm.cells.reduce((sum, { sums }) => sum + sums.active, 0),
          ...{ metric, unit: measure.unit },
          value: estimate?.value ?? null,
          low: estimate?.low ?? null,
          high: estimate?.high ?? null,
          standard_error: estimate === null ? null : Math.sqrt(estimate.variance),
        };
      }),
    );
  });
  return withoutNoise({ data });
}

/** Returns the same as a table. */
export async function exportTable(ctx: Ctx, id: string): Promise<Response> {
  const { data } = await exportFigures(ctx, id);
  const columns = Object.keys(ExportRow.shape) as (keyof Row)[];
  const lines = [columns, ...data.map((row) => columns.map((column) => row[column]))];
  return new Response(lines.map(toLine).join(''), {
    headers: {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${id}.csv"`,
    },
  });
}
