import type { Constraint } from './constraint.js'
import { segmentShape, type ParsedRoute } from './parsed-route.js'
import { foldCase, isShielded, shield } from './path.js'
import { isLiteral, isPlainParam, UNNAMED, type PatternSegment } from './pattern.js'
import { Leaf } from './leaf.js'
import { MixedSegment } from './segment.js'

/** Shared by all nodes without children, which are the most: one place in memory, always at hand. */
const NO_CHILDREN: undefined[] = []

/** A child whose segment must be tested. */
export interface TestedBranch<T> {
  /** Equal for patterns that differ in parameter names only. */
  readonly shape: string
  readonly constraint: Constraint | undefined
  readonly mixed: MixedSegment | undefined
  /** Number of values that the segment gives. */
  readonly values: number
  readonly node: TreeNode<T>
}

/** What may follow a slash other than a literal. */
export class Branches<T> {
  /** The most specific first: mixed segments by weight, then constrained parameters in the order of declaration. */
  tested: TestedBranch<T>[] | undefined
  param: TreeNode<T> | undefined
  /** The rest of the path. */
  wildcard: Leaf<T> | undefined
}

/**
 * A node of the radix tree: literal text is shared by prefix, over several segments, and what is not literal hangs on
 * nodes that end with a slash. Every node is reached in one way and at one place of a path, and no pattern leads back:
 * a search visits a node once at most, so it is bounded by the size of the table, never exponential in the path.
 */
export class TreeNode<T> {
  /** Length of the text, so that the many texts of one character need not be looked at. */
  length: number
  /** Where a path may end. */
  leaf: Leaf<T> | undefined
  /** What a wildcard answers that needs no slash, if the path ends here. */
  bareWildcard: Leaf<T> | undefined
  /** What may follow other than a literal. Only after a slash. */
  branches: Branches<T> | undefined
  /** Children by the first character of their text, less `first`. */
  private children: (TreeNode<T> | undefined)[] = NO_CHILDREN
  private first = 0
  /** Children that begin with a character outside ASCII: rare and far apart. */
  private wide: Map<number, TreeNode<T>> | undefined

  constructor(
    /** Literal text that leads here; empty after a parameter. */
    public text: string,
  ) {
    this.length = text.length
  }

  /**
   * Gives the child whose text begins with a character.
   *
   * @param unit the character's UTF-16 code unit
   * @returns the child; its text beyond the first character is still to be compared
   */
  child(unit: number): TreeNode<T> | undefined {
    const index = unit - this.first
    if (index >= 0 && index < this.children.length) return this.children[index]
    return this.wide === undefined ? undefined : this.wide.get(unit)
  }

  /**
   * Gives the node at the end of literal text, and makes it if need be.
   *
   * @param text to follow from here
   */
  descend(text: string): TreeNode<T> {
    if (text === '') return this
    const unit = text.charCodeAt(0)
    const child = this.child(unit)
    if (child === undefined) return this.adopt(unit, new TreeNode<T>(text))
    let shared = 1
    while (shared < child.text.length && child.text[shared] === text[shared]) shared += 1
    if (shared === child.text.length) return child.descend(text.slice(shared))
    const parent = this.adopt(unit, new TreeNode<T>(child.text.slice(0, shared)))
    child.text = child.text.slice(shared)
    child.length -= shared
    parent.adopt(child.text.charCodeAt(0), child)
    return parent.descend(text.slice(shared))
  }

  /** Visits this node and all below it. */
  *all(): Generator<TreeNode<T>> {
    yield this
    for (const child of this.children) if (child !== undefined) yield* child.all()
    for (const child of this.wide?.values() ?? []) yield* child.all()
    if (this.branches?.param !== undefined) yield* this.branches.param.all()
    for (const branch of this.branches?.tested ?? []) yield* branch.node.all()
  }

  private adopt(unit: number, child: TreeNode<T>): TreeNode<T> {
    if (unit > 127) {
      this.wide ??= new Map()
      this.wide.set(unit, child)
      return child
    }
    if (this.children === NO_CHILDREN) {
      this.children = []
      this.first = unit
    }
    const { children } = this
    while (unit < this.first) {
      children.unshift(undefined)
      this.first -= 1
    }
    while (unit - this.first >= children.length) children.push(undefined)
    children[unit - this.first] = child
    return child
  }
}

/** Puts the routes of one host into a tree. */
export class TreeBuilder<T> {
  readonly root = new TreeNode<T>('')
  private readonly leaves = new Set<Leaf<T>>()
  /** Leaves of paths without any parameter, by path as a plain request writes it. */
  readonly statics = new Map<string, Leaf<T>>()
  /** Values of the pattern that has most. */
  values = 0
  private readonly nameLists = new Map<string, readonly string[]>()

  constructor(
    private readonly fold: boolean,
    private readonly strict: boolean,
  ) {}

  /**
   * Adds a route. Duplicates were refused before; the first would win.
   *
   * @param route its definition, its pattern parsed
   */
  add(route: ParsedRoute<T>): void {
    const { segments, ends, wildcard, trailingSlash } = route.pattern
    const slash = this.strict && trailingSlash ? '/' : ''
    const names: string[] = []
    let node = this.root
    // literal text since that node: followed only where something hangs on it, so that nodes are few and texts long
    let text = ''
    for (let depth = 0; ; depth += 1) {
      if (ends.includes(depth)) {
        const path = text + (depth === 0 ? '/' : slash)
        const end = node.descend(path)
        this.declare((end.leaf ??= this.leaf()), route, [...names])
        if (names.length === 0) this.addStatic(path, end.leaf)
      }
      const segment = segments[depth]
      if (segment === undefined) break
      if (isLiteral(segment)) {
        text += `/${shield(this.folded(segment.texts[0]!))}`
        continue
      }
      names.push(...segment.params.map((param) => param.name))
      node = this.branch(node.descend(`${text}/`), segment)
      text = ''
    }
    // the unnamed wildcard has two customary names
    if (wildcard !== undefined) names.push(...(wildcard.name === UNNAMED ? [UNNAMED, '0'] : [wildcard.name]))
    this.values = Math.max(this.values, names.length)
    if (wildcard === undefined) return
    // a node on either side of the slash: in lenient tables a slash that ends the path is not walked over
    const before = node.descend(text)
    if (wildcard.optional) this.declare((before.bareWildcard ??= this.leaf()), route, names)
    const after = (before.descend('/').branches ??= new Branches<T>())
    this.declare((after.wildcard ??= this.leaf()), route, names)
  }

  /**
   * Finishes the tree.
   *
   * @param methods all methods that the table knows
   */
  seal(methods: readonly string[]): void {
    for (const leaf of this.leaves) leaf.seal(methods)
    // texts were cut and joined: parsed anew each is one flat piece of memory, and quick to read
    for (const node of this.root.all()) {
      const flat: unknown = JSON.parse(JSON.stringify(node.text))
      if (typeof flat === 'string') node.text = flat
    }
  }

  private branch(node: TreeNode<T>, segment: PatternSegment): TreeNode<T> {
    const branches = (node.branches ??= new Branches<T>())
    const { constraint } = segment.params[0]!
    if (isPlainParam(segment) && constraint === undefined) return (branches.param ??= new TreeNode<T>(''))
    const shape = segmentShape(segment, this.fold)
    const known = branches.tested?.find((branch) => branch.shape === shape)
    if (known !== undefined) return known.node
    const mixed = isPlainParam(segment) ? undefined : new MixedSegment(segment, this.fold)
    const branch = { shape, constraint, mixed, values: segment.params.length, node: new TreeNode<T>('') }
    // sorting is stable: what weighs the same stays in the order of declaration
    const weight = (of: TestedBranch<T>) => of.mixed?.weight ?? -1
    branches.tested = [...(branches.tested ?? []), branch].sort((a, b) => weight(b) - weight(a))
    return branch.node
  }

  private addStatic(path: string, leaf: Leaf<T>): void {
    // plain paths only: with others, what is malformed could be found before it is checked
    if (!isShielded(path)) this.statics.set(path, leaf)
  }

  private folded(text: string): string {
    return this.fold ? foldCase(text) : text
  }

  private leaf(): Leaf<T> {
    const leaf = new Leaf<T>()
    this.leaves.add(leaf)
    return leaf
  }

  private declare(leaf: Leaf<T>, route: ParsedRoute<T>, names: readonly string[]): void {
    // equal lists of names are one object: fewer places in memory to go to
    const key = names.join()
    const known = this.nameLists.get(key) ?? names
    this.nameLists.set(key, known)
    leaf.declare(route.route, known, route.hostNames)
  }
}
