import assert from "node:assert/strict";
import fc from "fast-check";
import { type Bottom, BottomArea } from "../../../src/cli/screen/bottom_area.ts";
import { VirtualTerminal } from "../../testkit/virtual_terminal.ts";

function bottomOf(terminal: VirtualTerminal, status: string, input: string): Bottom {
  const columns = terminal.keys.columns();
  const shown = input.slice(-(columns - 3));
  return { status: status.slice(0, columns - 1), prompt: "> ", input: shown, cursor: shown.length };
}

const ACTS = fc.array(
  fc.oneof(
    fc.record({ act: fc.constant("print" as const), count: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ act: fc.constant("type" as const), count: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ act: fc.constant("status" as const), count: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ act: fc.constant("resize" as const), count: fc.integer({ min: 20, max: 90 }) }),
  ),
  { maxLength: 30 },
);

Deno.test("BottomArea keeps one status row and one input row at the bottom, whatever is printed, typed or resized", async () => {
  await fc.assert(
    fc.asyncProperty(ACTS, async (acts) => {
      const terminal = new VirtualTerminal(60, 12);
      const area = new BottomArea({
        write: (text) => terminal.out.write(text),
        columns: () => terminal.keys.columns(),
      });
      let [status, input, printed] = ["status", "", 0];
      const bottom = () => bottomOf(terminal, status, input);
      area.draw(bottom());
      for (const { act, count } of acts) {
        if (act === "type") input = "x".repeat(count);
        if (act === "status") status = `status-${"s".repeat(count)}`;
        if (act === "resize") {
          await terminal.resize(count, 12);
          area.redraw(bottom(), await terminal.cursorColumn() + 1);
        } else if (act === "print") {
          const rows = Array.from({ length: count }, () => `line ${printed++}`);
          area.print(rows, bottom());
        } else area.draw(bottom());
      }
      const rows = await terminal.rows();
      const expected = Array.from({ length: printed }, (_, index) => `line ${index}`);
      assert.deepEqual(rows, [...expected, bottom().status, `> ${bottom().input}`.trimEnd()]);
    }),
    { numRuns: 150 },
  );
});

Deno.test("BottomArea writes no more than the letter that is typed at the end", () => {
  const written: string[] = [];
  const area = new BottomArea({ write: (text) => void written.push(text), columns: () => 80 });
  const bottom = { status: "status", prompt: "> " };
  area.draw({ ...bottom, input: "pum", cursor: 3 });
  area.draw({ ...bottom, input: "pump", cursor: 4 });
  assert.equal(written.at(-1), "p");
  area.draw({ ...bottom, input: "pump", cursor: 4 });
  assert.equal(written.length, 2);
});
