import type { Feature } from '../http/feature.ts';
import { closeMonths } from './close.ts';
import { invoiceRoutes } from './routes.ts';

export const invoicesFeature = {
  routes: { '/api/v1': [invoiceRoutes] },
  tasks: { everyHour: [{ name: 'invoices', run: closeMonths }] },
} satisfies Feature;
