/**
 * Waits until a count stands still, over many turns of the loop: what fills buffers has filled them.
 *
 * @param count what is made, or taken
 * @returns the last count
 */
export async function standstill(count: () => number): Promise<number> {
  for (let before = -1; before !== count();) {
    before = count()
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
  }
  return count()
}
