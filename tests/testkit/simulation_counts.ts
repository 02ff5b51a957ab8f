/** What happened, counted. */
export interface SimulationCounts {
  said: number;
  placed: number;
  serverLines: number;
  joins: number;
  rejoins: number;
  disconnects: number;
  leaves: number;
  removals: number;
  rollingHeads: number;
  clientHeads: number;
  finals: number;
  refusals: number;
  unanswered: number;
  late: number;
  steps: number;
}

/** Nothing happened yet. */
export function noCounts(): SimulationCounts {
  return {
    ...{ said: 0, placed: 0, serverLines: 0, joins: 0, rejoins: 0, disconnects: 0, leaves: 0 },
    ...{ removals: 0, rollingHeads: 0, clientHeads: 0, finals: 0, refusals: 0, unanswered: 0 },
    ...{ late: 0, steps: 0 },
  };
}
