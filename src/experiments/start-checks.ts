import {
  checkUsable,
  findAgent,
  parseConfig,
  refuseArchived,
  refusePurged,
  selectVersionFor,
} from '../agents/index.ts';
import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { canonicalJson } from '../shared/digest.ts';
import { Failure, type Violation } from '../shared/failure.ts';
import { whyNotMeasurable } from './measurable.ts';
import { scorerOf } from './metrics.ts';
import { isWhole } from './reweight.ts';
import { toExperiment } from './schema.ts';
import { type StoredExperiment, selectScorer } from './store.ts';

/** Throws `experiment_not_ready` with all reasons for which an experiment cannot start. */
export async function checkStart(ctx: Ctx, row: StoredExperiment): Promise<void> {
  refuseArchived(await findAgent(ctx, row.agent_id));
  refuse([
    ...shapeFaults(row),
    ...(await versionFaults(ctx, row)),
    ...(await scorerFaults(ctx, row)),
  ]);
}

/** The same without weights and control, for an experiment that has started before. */
export async function checkResume(ctx: Ctx, row: StoredExperiment): Promise<void> {
  refuseArchived(await findAgent(ctx, row.agent_id));
  const variants = row.variants.filter(({ stopped_at }) => stopped_at === null);
  refuse([...(await versionFaults(ctx, { ...row, variants })), ...(await scorerFaults(ctx, row))]);
}

function refuse(reasons: readonly Violation[]): void {
  const [first] = reasons;
  if (first === undefined) return;
  throw new Failure('experiment_not_ready', `The experiment cannot start: ${first.detail}`, {
    errors: reasons,
  });
}

function shapeFaults({ variants }: StoredExperiment): Violation[] {
  const controls = variants.filter(({ is_control }) => is_control).length;
  const twice = variants.filter(
    ({ version_id }, index) =>
      variants.findIndex((other) => other.version_id === version_id) !== index,
  );
  return [
    ...(controls === 1
      ? []
      : [{ pointer: '/variants', detail: `One variant must be the control; ${controls} are.` }]),
    ...(isWhole(variants)
      ? []
      : [{ pointer: '/variants', detail: 'The weights of the variants must add up to 100.' }]),
    ...variants.flatMap(({ name, weight, ordinal }) =>
      weight > 0
        ? []
        : [
            {
              pointer: `/variants/${ordinal}/weight`,
              detail: `The weight of ${name} must be above 0.`,
            },
          ],
    ),
    ...twice.map(({ name, ordinal }) => ({
      pointer: `/variants/${ordinal}/version`,
      detail: `The version of ${name} is that of another variant, too.`,
    })),
  ];
}

async function versionFaults(ctx: Ctx, row: StoredExperiment): Promise<Violation[]> {
  const { db, workspace_id } = ctx;
  const [[active], ...found] = await batch(db, [
    selectVersionFor(db, workspace_id, row.agent_id, null),
    ...row.variants.map(({ version_id }) =>
      selectVersionFor(db, workspace_id, row.agent_id, version_id),
    ),
  ]);
  // The caller of a run gives form values without knowing its variant.
  const form = active === undefined ? null : formOf(active.config);
  const faults = await Promise.all(
    row.variants.map(async ({ name, ordinal }, index): Promise<Violation[]> => {
      const pointer = `/variants/${ordinal}/version`;
      const version = found[index]?.[0];
      if (version === undefined) return [{ pointer, detail: `The version of ${name} is gone.` }];
      const config = parseConfig(version.config);
      const metrics = [row.primary_metric, ...row.guard_metrics].flatMap(({ metric }, place) => {
        const detail = whyNotMeasurable(config, metric);
        const of = place === 0 ? '/primary_metric' : `/guard_metrics/${place - 1}`;
        return detail === null ? [] : [{ pointer: of, detail: `${detail} (Variant: ${name})` }];
      });
      return [
        ...(formOf(version.config) === form
          ? []
          : [
              {
                pointer,
                detail: `The version of ${name} has other \`inputs\` than the active version.`,
              },
            ]),
        ...(await faultOf(pointer, () => refusePurged(ctx, config, `The version of ${name}`))),
        ...(await faultOf(pointer, () => checkUsable(ctx, version.tools))),
        ...metrics,
      ];
    }),
  );
  return faults.flat();
}

async function scorerFaults({ db }: Ctx, row: StoredExperiment): Promise<Violation[]> {
  const id = scorerOf(toExperiment(row));
  if (id === null) return [];
  const scorer = await selectScorer(db, row, id).get();
  if (scorer?.enabled === true) return [];
  const detail =
    scorer === undefined
      ? `The agent has no online scorer ${id}.`
      : `The online scorer ${id} is disabled. Enable it with \`PATCH /online-scorers/${id}\`.`;
  return [{ pointer: '/settings/success/scorer_id', detail }];
}

/** The form values that a caller may or must give. */
const formOf = (config: Parameters<typeof parseConfig>[0]): string =>
  canonicalJson(
    parseConfig(config).inputs.map(({ label: _, default: preset, ...field }) => ({
      ...field,
      required: field.required && preset === null,
    })),
  );

async function faultOf(pointer: string, check: () => Promise<void>): Promise<Violation[]> {
  try {
    await check();
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [{ pointer, detail: error.message }];
  }
}
