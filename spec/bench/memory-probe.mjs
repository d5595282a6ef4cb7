// Preloaded into a server: on SIGUSR2 it collects garbage and prints what memory is left, as JSON in bytes.
process.on('SIGUSR2', () => {
  globalThis.gc()
  globalThis.gc()
  const { rss, heapUsed, external } = process.memoryUsage()
  console.log(JSON.stringify({ rss, heapUsed, external }))
})
