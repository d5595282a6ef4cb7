import { readdirSync, readFileSync } from 'node:fs'
import { parseSync } from 'oxc-parser'

/** One `defineError` of the sources. */
export interface DeclaredError {
  /** The constant that it is kept in; empty for classes that extend CorbelError. */
  readonly name: string
  readonly code: string
  readonly message: string
  readonly status: number | undefined
  /** Relative to lib/. */
  readonly file: string
}

interface Node {
  readonly type: string
  readonly [key: string]: unknown
}

/** Every error that is declared below a folder, by code. */
export function declaredErrors(root: string): readonly DeclaredError[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .flatMap((file) => errorsOf(readFileSync(`${root}/${file}`, 'utf8'), file))
    .sort((a, b) => a.code.localeCompare(b.code))
}

function errorsOf(source: string, file: string): DeclaredError[] {
  const found: DeclaredError[] = []
  const visit = (value: unknown, name: string): void => {
    if (Array.isArray(value)) return value.forEach((one) => visit(one, name))
    if (typeof value !== 'object' || value === null || typeof (value as Node).type !== 'string') return
    const node = value as Node
    const own = node.type === 'VariableDeclarator' ? ((node['id'] as Node)['name'] as string) : name
    if (node.type === 'CallExpression' && (node['callee'] as Node)['name'] === 'defineError') {
      const [code, message, options] = node['arguments'] as Node[]
      const status = /status:\s*(\d+)/.exec(options === undefined ? '' : slice(source, options))?.[1]
      if (typeof code!['value'] === 'string') {
        found.push({
          name: own,
          code: code!['value'],
          message: textOf(message!),
          status: status === undefined ? undefined : Number(status),
          file,
        })
      }
    }
    // a class of its own: super('CORBEL_…', `…`)
    if (node.type === 'CallExpression' && (node['callee'] as Node).type === 'Super') {
      const [code] = node['arguments'] as Node[]
      const text = code?.['value']
      if (typeof text === 'string' && text.startsWith('CORBEL_')) {
        found.push({
          name: '',
          code: text,
          message: 'Lists all problems of a boot.',
          status: undefined,
          file,
        })
      }
    }
    for (const [key, child] of Object.entries(node)) if (key !== 'type') visit(child, own)
  }
  visit(parseSync(file, source).program, '')
  return found
}

function textOf(node: Node): string {
  if (node.type === 'BinaryExpression') return textOf(node['left'] as Node) + textOf(node['right'] as Node)
  return String(node['value'])
}

function slice(source: string, node: Node): string {
  return source.slice(node['start'] as number, node['end'] as number)
}
