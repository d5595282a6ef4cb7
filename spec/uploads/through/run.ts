import { uploadThrough } from './upload.js'

// `npm run upload [MiB]`: uploads that are larger than the memory they may take; fails if they take more
const MOST = 50
const mebibytes = Number(process.argv[2] ?? '1024')
let failed = false
for (const protocol of ['HTTP/1.1', 'HTTP/2'] as const) {
  const results = await uploadThrough(mebibytes, ['storage', 'disk', 'parts'], protocol)
  for (const { route, size, growth, rate, left } of results) {
    const isWhole = size === mebibytes * 1024 * 1024
    failed ||= !isWhole || growth >= MOST || left > 0
    process.stdout.write(
      `${protocol} ${route}: ${size} bytes (${isWhole ? 'all' : 'NOT ALL'}), resident set +${growth.toFixed(1)} MiB ` +
        `(below ${MOST}), ${rate.toFixed(0)} MiB/s, ${left} files left\n`,
    )
  }
}
process.exitCode = failed ? 1 : 0
