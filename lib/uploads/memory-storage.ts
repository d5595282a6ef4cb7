import type { FileStorage } from './file.js'

/** Keeps files in memory, as `buffer`. The default: good for what the limits keep small. */
export function memoryStorage(): FileStorage {
  return {
    async store({ stream }) {
      const chunks: Uint8Array[] = []
      for await (const chunk of stream) chunks.push(chunk as Uint8Array)
      const buffer = Buffer.concat(chunks)
      return { size: buffer.length, buffer }
    },
    remove: async () => undefined,
  }
}
