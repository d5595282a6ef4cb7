import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { validate as readme } from '@readme/openapi-parser'
import { Validator } from '@seriousme/openapi-schema-validator'
import type { OpenApiDocument } from 'corbel'

const REDOCLY = fileURLToPath(new URL('../../node_modules/@redocly/cli/bin/cli.js', import.meta.url))

/**
 * Holds a document against three independent validators.
 *
 * @returns what they complain of, each with the validator's name
 */
export async function complaints(document: OpenApiDocument): Promise<string[]> {
  const found: string[] = []
  const seriousme = await new Validator().validate(structuredClone(document) as never)
  if (!seriousme.valid) found.push(`seriousme: ${JSON.stringify(seriousme.errors)}`)
  const parsed = await readme(structuredClone(document) as never)
  if (!parsed.valid) found.push(`readme: ${JSON.stringify(parsed.errors)}`)
  return [...found, ...(await redocly(document))]
}

async function redocly(document: OpenApiDocument): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'openapi-'))
  try {
    const file = join(folder, 'openapi.json')
    await writeFile(file, JSON.stringify(document))
    // the set of rules that are about the specification, not about taste
    await writeFile(join(folder, 'redocly.yaml'), 'extends:\n  - spec\ntelemetry: "off"\n')
    const output = await new Promise<string>((resolve) => {
      const options = {
        cwd: folder,
        maxBuffer: 2 ** 26,
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true', CI: 'true' },
      }
      execFile(process.execPath, [REDOCLY, 'lint', file, '--format=json'], options, (error, stdout, stderr) =>
        resolve(stdout === '' ? `${stderr}${error?.message ?? ''}` : stdout),
      )
    })
    const report = JSON.parse(output) as {
      totals: { errors: number }
      problems: { message: string; severity: string; ruleId: string; location: { pointer?: string }[] }[]
    }
    return report.problems
      .filter(({ severity }) => severity === 'error')
      .map(({ message, ruleId, location }) => `redocly: ${ruleId} ${location[0]?.pointer ?? ''} ${message}`)
  } finally {
    await rm(folder, { recursive: true })
  }
}
