/**
 * What the kernel counts of processes and of the machine (Linux): on a machine that others use too, time
 * on the clock says little, and the time that a process was given says what its work costs.
 *
 * @module
 */

/** Of `/proc/PID/stat`, in units of 10 ms on every platform that Deno runs on (proc(5), USER_HZ). */
const TICK_MS = 10;

async function read(path: string): Promise<string> {
  const { stdout } = await new Deno.Command("cat", { args: [path], stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}

/** User and system time of a process with all its threads so far, ms; NaN where there is no procfs. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // its name may hold spaces
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) * TICK_MS;
}

/** Resident memory, bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await read(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? NaN) * 1024;
}

/** What the machine is like now. */
export interface MachineState {
  /** Processes that want to run, averaged over a minute. */
  readonly load: number;
  readonly stolenTicks: number;
  readonly allTicks: number;
}

/** Looks at the machine. */
export async function machineState(): Promise<MachineState> {
  const line = /^cpu .*$/m.exec(await read("/proc/stat"))?.[0] ?? "";
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const allTicks = ticks.reduce((sum, some) => sum + some, 0);
  return { load: Deno.loadavg()[0] ?? NaN, stolenTicks: ticks[7] ?? NaN, allTicks };
}

/** Share of the time since then that the machine's host gave to others, percent. */
export function stolenPercent(before: MachineState, after: MachineState): number {
  const all = after.allTicks - before.allTicks;
  return Math.round(100 * (after.stolenTicks - before.stolenTicks) / all);
}
