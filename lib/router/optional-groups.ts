const MAX_ALTERNATIVES = 16
const NAMED = /:[\p{ID_Start}_$][\p{ID_Continue}$]*/uy
const WILDCARD = /^\*(?:[\p{ID_Start}_$][\p{ID_Continue}$]*)?$/u

/**
 * Writes a pattern whose optional parts stand before or inside other text as the patterns that it means: `/a{/:b}/c` is
 * `/a/:b/c` and `/a/c`. Optional segments at the end stay as they are, since the tree holds them in one place.
 *
 * @param pattern see `RouteDefinition.pattern`
 * @param fail makes the error that says what is wrong with it
 * @returns the pattern itself if there is nothing to do; otherwise one for each combination, the longest first
 * @throws what `fail` makes, if there are more than 16 combinations
 */
export function expandOptionals(pattern: string, fail: (problem: string) => Error): readonly string[] {
  const found: string[] = []
  expand(pattern, 0, (one) => {
    if (found.length === MAX_ALTERNATIVES)
      throw fail(
        `its optional parts mean more than ${MAX_ALTERNATIVES} paths; declare a list of paths instead`,
      )
    found.push(one)
  })
  return found
}

/** Takes the first part that is to be written out both ways; what stands before `from` is done. */
function expand(pattern: string, from: number, add: (pattern: string) => void): void {
  for (let at = from; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    else if (character === '(') at = closing(pattern, at)
    else if (character === '{') {
      const end = closing(pattern, at)
      const content = pattern.slice(at + 1, end)
      const rest = pattern.slice(end + 1)
      if (end === pattern.length || content === '' || WILDCARD.test(content)) at = end
      else if (isTail(content, rest)) at = pattern.length
      else return both(pattern.slice(0, at), content, rest, add)
    } else if (character === ':') {
      const end = endOfParam(pattern, at)
      const rest = pattern.slice(end + 1)
      const isWhole = pattern[at - 1] === '/' && rest.startsWith('/')
      if (pattern[end] === '?' && isWhole && !isOptionalTail(rest))
        return both(pattern.slice(0, at - 1), pattern.slice(at - 1, end), rest, add)
      at = end - 1
    }
  }
  add(pattern)
}

function both(before: string, optional: string, rest: string, add: (pattern: string) => void): void {
  expand(before + optional + rest, before.length, add)
  expand(before + rest, before.length, add)
}

/** Optional segments with nothing but their like behind them, and nothing inside that is to be written out. */
function isTail(content: string, rest: string): boolean {
  if (!content.startsWith('/')) return false
  let alternatives = 0
  expand(content, 0, () => (alternatives += 1))
  if (alternatives > 1) return false
  if (rest === '') return true
  if (!rest.startsWith('{')) return false
  const end = closing(rest, 0)
  return isTail(rest.slice(1, end), rest.slice(end + 1))
}

/** `/:a?/:b?` and so on, to the end. */
function isOptionalTail(rest: string): boolean {
  if (rest === '') return true
  if (!rest.startsWith('/:')) return false
  const end = endOfParam(rest, 1)
  return rest[end] === '?' && isOptionalTail(rest.slice(end + 1))
}

function endOfParam(pattern: string, colon: number): number {
  NAMED.lastIndex = colon
  const name = NAMED.exec(pattern)
  const end = colon + (name?.[0].length ?? 1)
  return name !== null && pattern[end] === '(' ? closing(pattern, end) + 1 : end
}

/** The place of the bracket that closes the one at `open`; the length of the pattern if there is none. */
function closing(pattern: string, open: number): number {
  const isGroup = pattern[open] === '{'
  let depth = 0
  let inClass = false
  for (let at = open; at < pattern.length; at += 1) {
    const character = pattern[at]
    if (character === '\\') at += 1
    else if (isGroup && character === '(') at = closing(pattern, at)
    else if (inClass) inClass = character !== ']'
    else if (!isGroup && character === '[') inClass = true
    else if (character === (isGroup ? '{' : '(')) depth += 1
    else if (character === (isGroup ? '}' : ')') && --depth === 0) return at
  }
  return pattern.length
}
