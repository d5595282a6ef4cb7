import type { Readable, Writable } from 'node:stream'

/** A line that does not end is passed on in pieces of this size. */
const LONGEST_LINE = 64 * 1024

/**
 * Passes on what a worker writes, whole lines at a time, so that lines of several workers do not mix.
 *
 * @param source the worker's output
 * @param target where all of them write
 * @param worker its number: in front of each line, or as the first member `worker` of lines that are JSON objects
 */
export function joinLog(source: Readable, target: Writable, worker: number): void {
  let rest = ''
  const passOn = (lines: readonly string[]): void => {
    if (lines.length > 0) target.write(lines.map((line) => `${mark(line, worker)}\n`).join(''))
  }
  source.setEncoding('utf8')
  source.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    if (rest.length > LONGEST_LINE) {
      lines.push(rest)
      rest = ''
    }
    passOn(lines)
  })
  source.on('end', () => {
    if (rest !== '') passOn([rest])
  })
}

function mark(line: string, worker: number): string {
  if (line.startsWith('{"') && line.endsWith('}')) return `{"worker":${worker},${line.slice(1)}`
  return `[${worker}] ${line}`
}
