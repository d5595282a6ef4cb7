/** One number of a metric. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** The durations of a histogram. */
export interface HistogramSample {
  readonly labels: Readonly<Record<string, string>>
  /** How many were at most as long as each of the metric's `bounds`. */
  readonly buckets: readonly number[]
  readonly count: number
  readonly sum: number
}

/** A metric with all of its samples, as systems that collect such want them. */
export type Metric =
  | {
      readonly type: 'counter' | 'gauge'
      readonly name: string
      readonly help: string
      readonly samples: readonly MetricSample[]
    }
  | {
      readonly type: 'histogram'
      readonly name: string
      readonly help: string
      readonly bounds: readonly number[]
      readonly samples: readonly HistogramSample[]
    }

/** The media type of `writeExposition`. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Writes metrics in Prometheus' text format.
 *
 * @param metrics each name once
 * @see Prometheus' exposition formats, version 0.0.4
 */
export function writeExposition(metrics: readonly Metric[]): string {
  const lines: string[] = []
  for (const metric of metrics) {
    const { name, help, type } = metric
    lines.push(`# HELP ${name} ${escapeHelp(help)}`, `# TYPE ${name} ${type}`)
    if (type !== 'histogram') {
      for (const { labels, value } of metric.samples) lines.push(line(name, labels, value))
      continue
    }
    for (const { labels, buckets, count, sum } of metric.samples) {
      metric.bounds.forEach((bound, at) =>
        lines.push(line(`${name}_bucket`, { ...labels, le: String(bound) }, buckets[at]!)),
      )
      lines.push(line(`${name}_bucket`, { ...labels, le: '+Inf' }, count))
      lines.push(line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, count))
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}`
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
