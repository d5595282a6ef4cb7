import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { changelogMarkdown } from '../diff/changelog.js'
import { compareDocuments } from '../diff/compare-documents.js'
import { versionsMarkdown } from '../diff/side-by-side.js'
import { documentText, formatOf, readDocument } from './document-file.js'
import { readDocstrings } from './docstrings.js'
import { documentOfEntry } from './entry.js'
import { OpenApiCommandInvalid } from './errors.js'

/** Where a command writes to. */
export interface CommandOutput {
  /** Results. */
  out(text: string): void
  /** Everything else. */
  err(text: string): void
}

/** What `--help` says. */
export const OPENAPI_HELP = `corbel-openapi write <file> [options]      writes the document of an application
  <file>                 exports a module class, or a function that returns the application
  --export <name>        the export that is meant
  --document <name>      which of several documents: its path, name or title
  --docstrings <file>    texts, as the command docstrings writes them
  --out <file>           .json or .yaml; the terminal if it is left out
  --check                writes nothing: fails if the file is not up to date

corbel-openapi diff <old> <new> [options]  says what changed, and fails on what breaks clients without a new version
  --markdown <file>      writes the changelog
  --json <file>          writes the changes for programs
  --date <date>          stands in the heading of the changelog
  --ignore-versions      takes /v1/cats and /v2/cats for one operation

corbel-openapi versions <file> <file> …    puts versions side by side, the oldest first
  --ignore-versions      as above
  --out <file>           a Markdown file; the terminal if it is left out

corbel-openapi docstrings <path> …         collects the comments over classes and members of TypeScript sources
  --out <file>           a JSON file; the terminal if it is left out
`

/** A command: its words and options in, the status of the process out. */
type Command = (words: readonly string[], output: CommandOutput) => Promise<number>

const COMMANDS: Readonly<Record<string, Command>> = {
  write: writeCommand,
  diff: diffCommand,
  versions: versionsCommand,
  docstrings: docstringsCommand,
}

/**
 * Runs `corbel-openapi`.
 *
 * @param words of the command line, without node and script
 * @param output where results go
 * @returns 0 if all is well, 1 if a check failed or clients break
 * @throws {CorbelError} CORBEL_OPENAPI_COMMAND, CORBEL_OPENAPI_ENTRY, CORBEL_OPENAPI_FILE
 */
export async function runOpenApiCommand(words: readonly string[], output: CommandOutput): Promise<number> {
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || rest.includes('--help')) {
    output.out(OPENAPI_HELP)
    return 0
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) throw new OpenApiCommandInvalid({ reason: `There is no command ${name}.` })
  return command(rest, output)
}

async function writeCommand(words: readonly string[], output: CommandOutput): Promise<number> {
  const options = { export: TEXT, document: TEXT, docstrings: TEXT, out: TEXT, check: FLAG } as const
  const { values, positionals } = parsed(words, options)
  const [file] = expected(positionals, 1, 'write takes one file, that of the application.')
  const { out, check = false } = values
  if (check && out === undefined)
    throw new OpenApiCommandInvalid({ reason: '--check needs --out, the file that is checked.' })
  const docstrings = values.docstrings === undefined ? undefined : await readFile(values.docstrings, 'utf8')
  const document = await documentOfEntry(file!, {
    exportName: values.export,
    document: values.document,
    docstrings: docstrings === undefined ? undefined : (JSON.parse(docstrings) as Record<string, string>),
    onWarning: (message) => output.err(`${message}\n`),
  })
  const text = documentText(document, formatOf(out))
  if (!check) return deliver(text, out, output)
  const known = await readFile(out!, 'utf8').catch(() => undefined)
  if (known === text) return 0
  output.err(`${out!} is not up to date: run the command without --check, and commit the file.\n`)
  return 1
}

async function diffCommand(words: readonly string[], output: CommandOutput): Promise<number> {
  const options = { markdown: TEXT, json: TEXT, date: TEXT, 'ignore-versions': FLAG } as const
  const { values, positionals } = parsed(words, options)
  const [old, now] = expected(positionals, 2, 'diff takes two documents, the old one first.')
  const comparison = compareDocuments(await readDocument(old!), await readDocument(now!), {
    ignoreVersionsInPaths: values['ignore-versions'] ?? false,
  })
  const text = changelogMarkdown(comparison, values.date === undefined ? {} : { date: values.date })
  if (values.markdown !== undefined) await writeFile(values.markdown, text)
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(comparison, undefined, 2)}\n`)
  output.out(text)
  return comparison.isAcceptable ? 0 : 1
}

async function versionsCommand(words: readonly string[], output: CommandOutput): Promise<number> {
  const { values, positionals } = parsed(words, { out: TEXT, 'ignore-versions': FLAG } as const)
  if (positionals.length < 2)
    throw new OpenApiCommandInvalid({ reason: 'versions takes two documents or more, the oldest first.' })
  const documents = await Promise.all(
    positionals.map(async (file) => {
      const document = await readDocument(file)
      return { name: document.info.version, document }
    }),
  )
  const text = versionsMarkdown(documents, { ignoreVersionsInPaths: values['ignore-versions'] ?? false })
  return deliver(text, values.out, output)
}

async function docstringsCommand(words: readonly string[], output: CommandOutput): Promise<number> {
  const { values, positionals } = parsed(words, { out: TEXT } as const)
  if (positionals.length === 0)
    throw new OpenApiCommandInvalid({ reason: 'docstrings takes folders or files of TypeScript.' })
  const texts = await readDocstrings(positionals, {
    onConflict: (name, files) =>
      output.err(`${name} has different texts in ${files.join(', ')}: it is left out.\n`),
  })
  return deliver(`${JSON.stringify(texts, undefined, 2)}\n`, values.out, output)
}

const TEXT = { type: 'string' } as const
const FLAG = { type: 'boolean' } as const

function parsed<Options extends NonNullable<ParseArgsConfig['options']>>(
  words: readonly string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; options: Options; allowPositionals: true }>> {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true })
  } catch (error) {
    throw new OpenApiCommandInvalid({ reason: (error as Error).message }, { cause: error })
  }
}

function expected(words: readonly string[], count: number, reason: string): readonly string[] {
  if (words.length !== count) throw new OpenApiCommandInvalid({ reason })
  return words
}

async function deliver(text: string, file: string | undefined, output: CommandOutput): Promise<number> {
  if (file === undefined) output.out(text)
  else await writeFile(file, text)
  return 0
}
