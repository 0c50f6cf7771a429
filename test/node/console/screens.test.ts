import { halves, visitAll } from './tour.ts';

visitAll(halves.first);
